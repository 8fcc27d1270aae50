//! From an uploaded file to what a player plays.
//!
//! Pure parts: [`probe`] what ffprobe says, [`decide`] what is to be done, [`ladder`] which renditions there
//! are, [`command`] how ffmpeg is told, [`playlist`] and [`master`] what players are told, [`storyboard`] where the
//! tiles are, [`boxes`] what MP4 files tell of themselves.
//!
//! Parts that act: [`tool`] runs ffmpeg; [`process`], [`rendition`] and [`pictures`] do the jobs, with what [`work`]
//! gives them; [`publish`] measures and publishes tracks; [`package`] remembers what is published.

pub mod boxes;
pub mod command;
pub mod decide;
pub mod encrypt;
pub mod ladder;
pub mod master;
pub mod package;
pub mod pictures;
pub mod playlist;
pub mod probe;
pub mod process;
pub mod publish;
pub mod rendition;
mod report;
pub mod storyboard;
pub mod texts;
pub mod tool;
pub mod work;
