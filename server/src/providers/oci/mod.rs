//! Oracle Cloud Infrastructure: Object Storage takes the file, Media Flow transcodes it, Media Streams plays it.
//!
//! - [`key`], [`sign`]: how requests are signed. [`instance`]: how an instance proves what it is. [`principal`]: who signs.

pub mod instance;
pub mod key;
pub mod principal;
pub mod sign;
