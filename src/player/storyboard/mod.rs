//! Thumbnails of a video, tile by tile: from a storyboard's sheets, or from a file that only the browser has.
//!
//! - `sheets`: a storyboard's sheets, fetched and decoded off the hover path.
//! - `fetch`: requests that give way to the video's own, and why they fail.

mod fetch;
mod sheets;

use std::rc::Rc;

use reelway_core::storyboard::Rect;
use web_sys::HtmlCanvasElement;

pub use fetch::Failure;
use sheets::Sheets;

use crate::filmstrip::Filmstrip;

/// The thumbnails of one video. Cheap to clone; the last clone that is dropped frees the decoded sheets.
#[derive(Clone)]
pub struct Thumbnails(From);

#[derive(Clone)]
enum From {
    Sheets(Rc<Sheets>),
    File(Rc<Filmstrip>),
}

/// A tile that can be drawn at once. Of the same thumbnails, two that are equal are the same picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    sheet: usize,
    rect: Rect,
}

impl Thumbnails {
    /// Fetches a storyboard (WebVTT, or JSON in Mux's form) at low priority, and then its first sheet.
    /// `on_change` is called when there is more to draw than before.
    pub fn fetch(url: String, on_change: impl Fn() + 'static) -> Self {
        Self(From::Sheets(Sheets::fetch(url, Box::new(on_change))))
    }

    /// Those of a local file, as many as there are.
    pub fn of_file(filmstrip: Rc<Filmstrip>) -> Self {
        Self(From::File(filmstrip))
    }

    /// Whether there is anything to draw yet.
    pub fn is_ready(&self) -> bool {
        match &self.0 {
            From::Sheets(sheets) => sheets.is_ready(),
            From::File(filmstrip) => filmstrip.tiles() > 0,
        }
    }

    /// The tile whose interval holds this time, in seconds. `None` if its sheet is not decoded: then it will be, and
    /// `on_change` tells when to ask again.
    pub fn find(&self, time: f64) -> Option<Found> {
        match &self.0 {
            From::Sheets(sheets) => sheets.find(time),
            From::File(filmstrip) => filmstrip.find(time).map(|rect| Found { sheet: 0, rect }),
        }
    }

    /// Draws a tile that was just found, and sizes the canvas to it. `false` if it is gone.
    pub fn paint(&self, canvas: &HtmlCanvasElement, found: Found) -> bool {
        match &self.0 {
            From::Sheets(sheets) => sheets.paint(canvas, found),
            From::File(filmstrip) => filmstrip.paint(canvas, found.rect),
        }
    }

    /// Draws the tile whose interval holds this time, in seconds, and sizes the canvas to it.
    /// `false` if there is nothing to draw, or not yet.
    pub fn draw(&self, canvas: &HtmlCanvasElement, time: f64) -> bool {
        self.find(time).is_some_and(|found| self.paint(canvas, found))
    }
}
