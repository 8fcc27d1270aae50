//! The components: one folder each, with its view, its CSS and its strings. What Leptos has of them is in `leptos.rs`.
//!
//! They carry `part` attributes, so that pages and tests find their parts by `[part~="…"]`. Their CSS stands beside
//! them (`CSS` in each module) and on `theme.css` ([`THEME_CSS`]): link the files, or adopt the constants.

#[cfg(feature = "components")]
pub mod bound;
#[cfg(feature = "components")]
pub(crate) mod bridge;
pub mod html;
mod html_macro;
pub mod icons;
#[cfg(feature = "components")]
pub mod live;
#[cfg(feature = "player")]
pub mod player;
mod rows;
mod shown;
pub mod signals;
#[cfg(feature = "uploader")]
pub mod uploader;
#[cfg(all(feature = "player", feature = "uploader"))]
pub mod video;

#[cfg(feature = "components")]
pub use player::Player;
#[cfg(feature = "components")]
pub use uploader::Uploader;
#[cfg(feature = "components")]
pub use video::Video;

/// The custom properties (`--reelway-accent` and so on) that the CSS of every component uses.
pub const THEME_CSS: &str = include_str!("theme.css");
