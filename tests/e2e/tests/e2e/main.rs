//! What a person does with Reelway, from the file to the scrubbing, in a real browser and against the real server.

#![allow(clippy::unwrap_used)]

mod a11y;
mod accepted;
mod caption_list;
mod captions;
mod choice;
mod clients;
mod crash;
mod headless;
mod keyboard;
mod memory;
mod page;
mod player_faults;
mod providers;
mod readiness;
mod rejected;
mod resume;
mod screenshots;
mod start;
mod storyboard;
mod touch;
mod watch;
