//! The picture of a moment that is not on screen: small, over the slider, and over all of the picture while the slider
//! is held.

use std::rc::Rc;

use crate::components::{html::*, signals::*};
use reelway_core::text::clock;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use super::{handle::PlayerHandle, scrub::Scrubbing};
use crate::{
    dom::number,
    filmstrip::Filmstrip,
    player::storyboard::{Found, Thumbnails},
};

/// What there is to show, and on which canvas it is.
#[derive(Clone, Copy)]
pub(super) struct Pictures {
    scrubbing: Scrubbing,
    small: Surface,
    large: Surface,
    /// Pixels of the small one.
    shape: StoredValue<(u32, u32)>,
    /// Seconds. What the small one shows stays while it fades out.
    at: RwSignal<f64>,
}

/// A canvas, and what is on it.
#[derive(Clone, Copy)]
struct Surface {
    canvas: NodeRef<web_sys::HtmlCanvasElement>,
    drawn: RwSignal<bool>,
    shows: StoredValue<Option<(u32, Found)>>,
}

impl Surface {
    fn new() -> Self {
        Self { canvas: NodeRef::new(), drawn: RwSignal::new(false), shows: StoredValue::new(None) }
    }

    /// Draws a tile unless it is there already, or shows nothing at all: a tile of another moment would be a lie.
    fn show(&self, tile: Option<(&Thumbnails, u32, Found)>) {
        let (canvas, before) = (self.canvas.get_untracked(), self.shows.get_value());
        let now = canvas.zip(tile).and_then(|(canvas, (thumbnails, number, found))| {
            let now = (number, found);
            (before == Some(now) || thumbnails.paint(&canvas, found)).then_some(now)
        });
        self.shows.set_value(now);
        if self.drawn.get_untracked() != now.is_some() {
            self.drawn.set(now.is_some());
        }
    }
}

/// Where thumbnails come from: from the file on disk, until those of the storyboard are there.
#[derive(Default)]
struct Supply {
    file: Option<Thumbnails>,
    sheets: Option<Thumbnails>,
    coming: Option<Thumbnails>,
    /// Grows with each storyboard: its tiles are none of those before.
    number: u32,
}

impl Supply {
    fn take_file(&mut self, filmstrip: Option<Rc<Filmstrip>>) {
        self.file = filmstrip.filter(|_| self.sheets.is_none()).map(Thumbnails::of_file);
    }

    /// The tile of this moment. A storyboard takes the place of what is there once it has one.
    fn find(&mut self, time: Option<f64>) -> Option<(&Thumbnails, u32, Found)> {
        let comes = self.coming.as_ref().is_some_and(|coming| match time {
            Some(time) => coming.find(time).is_some(),
            None => coming.is_ready(),
        });
        if comes {
            // What was there is freed by that.
            self.sheets = self.coming.take();
            self.file = None;
            self.number += 1;
        }
        let thumbnails = self.sheets.as_ref().or(self.file.as_ref())?;
        let number = if self.sheets.is_some() { self.number } else { 0 };
        Some((thumbnails, number, thumbnails.find(time?)?))
    }
}

impl Pictures {
    pub fn new(
        handle: PlayerHandle,
        scrubbing: Scrubbing,
        storyboard: Signal<Option<String>>,
        filmstrip: Signal<Option<Rc<Filmstrip>>>,
    ) -> Self {
        let (small, large) = (Surface::new(), Surface::new());
        let me = Self { scrubbing, small, large, shape: StoredValue::new((0, 0)), at: RwSignal::new(0.0) };
        let supply = StoredValue::new(Supply::default());
        let version = RwSignal::new(0);
        // Thumbnails give way to the first frame.
        let url = memo(move || storyboard.get().filter(|_| handle.loaded.get()));
        effect(move || {
            let fetch = |url| Thumbnails::fetch(url, move || version.update(|version| *version += 1));
            let coming = url.get().map(fetch);
            supply.update_value(|supply| {
                supply.sheets.take_if(|_| coming.is_none());
                supply.coming = coming;
            });
        });
        effect(move || {
            let filmstrip = filmstrip.get();
            supply.update_value(|supply| supply.take_file(filmstrip));
            version.update(|version| *version += 1);
        });
        effect(move || {
            version.track();
            let (full, time) = (scrubbing.is_full(), scrubbing.preview());
            supply.update_value(|supply| {
                let tile = supply.find(time);
                let Some(time) = time else { return };
                me.at.set(time);
                me.small.show(tile);
                me.shape();
                if full {
                    me.large.show(tile);
                }
            });
        });
        me
    }

    /// The frame of the small one takes the tile's shape.
    fn shape(&self) {
        let Some(canvas) = self.small.canvas.get_untracked() else { return };
        let size = (canvas.width(), canvas.height());
        if self.shape.get_value() != size
            && let Some(frame) = canvas.parent_element()
        {
            self.shape.set_value(size);
            let frame: &HtmlElement = frame.unchecked_ref();
            let ratio = f64::from(size.0) / f64::from(size.1.max(1));
            let _ = frame.style().set_property("--_tile", &format!("{}px", size.0));
            let _ = frame.style().set_property("--_ratio", &number(ratio));
        }
    }

    /// Over the slider.
    pub fn small(self, handle: PlayerHandle) -> View {
        let open = move || self.scrubbing.preview().is_some() && handle.duration.get() > 0.0;
        html! {
            <div part="preview" class="rw-preview" aria-hidden="true" {..attr("data-open", open)}>
                <canvas node_ref={self.small.canvas} part="preview-image" {..attr("hidden", move || !self.small.drawn.get())}></canvas>
                <span part="preview-time">
                    {text(move || clock(self.at.get()))}
                </span>
            </div>
        }
    }

    /// Over the picture.
    pub fn large(self) -> View {
        let shown = memo(move || self.large.drawn.get() && self.scrubbing.is_full());
        html! {
            <canvas
                node_ref={self.large.canvas}
                part="scrub"
                class="rw-scrub"
                aria-hidden="true"
                {..attr("hidden", move || !shown.get())}
            ></canvas>
        }
    }
}
