//! Signals, memos and effects of few instructions.
//!
//! Leptos' own are made for threads and for any type of value, and compiled anew for each: in a player they and what
//! drops them came to 100 kB of wasm. Here the graph knows no types, and a handle's methods do no more than look into a
//! box. Names and meaning are Leptos' own: handles are `Copy`, what is made belongs to the owner that runs, effects run
//! in a microtask after what they read has changed, once for many changes, and a memo tells on only what differs.
//!
//! One thread only, which is all that a page has.

mod graph;
mod handles;

pub use graph::{Owner, on_cleanup, untrack};
pub use handles::{Callback, Memo, NodeRef, RwSignal, Signal, StoredValue, effect, memo, now_and_again};
