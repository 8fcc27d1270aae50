//! Reelway's backend.
