//! Signals, memos and effects of few instructions.
//!
//! Those of Leptos are made for threads and for any type of value, and compiled anew for each: in a player they and what
//! drops them came to 100 kB of wasm. Here the graph knows no types, and a handle's methods do no more than look into a
//! box. Names and meaning are Leptos' own: handles are `Copy`, what is made belongs to the owner that runs, effects run
//! soon after what they read has changed, once for many changes, and a memo tells on only what differs.
//!
//! One thread only, which is all that a page has. When waiting effects run is up to the shell: [`on_waiting`].

mod derived;
mod graph;
mod handles;
#[cfg(test)]
mod tests;

pub use derived::{Callback, Signal};
pub use graph::{Abroad, MakeAbroad, Owner, on_abroad, on_cleanup, on_waiting, run_waiting, untrack};
pub use handles::{ArcRwSignal, Memo, RwSignal, StoredValue, effect, memo, now_and_again};
