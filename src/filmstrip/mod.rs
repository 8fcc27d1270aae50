//! A storyboard of a file that has just been chosen: tiles that the browser decodes from the disk, on one sheet, to be
//! scrubbed long before a server has the file.
//!
//! It is made while the page has nothing better to do: one file at a time, one tile at a time, and what is most use for
//! finding one's way comes first. `reelway_core::filmstrip` says which tile is next.
//!
//! - `frames`: a video that nobody sees, which is brought from moment to moment.
//! - `turn`: whose turn it is, of several files.

mod frames;
mod turn;

use std::{
    cell::{Cell, RefCell},
    rc::{Rc, Weak},
};

use reelway_core::{
    Millis,
    filmstrip::Filmstrip as Plan,
    probe::Header,
    storyboard::{Rect, Storyboard},
};
use wasm_bindgen::JsCast;
use web_sys::{Blob, HtmlCanvasElement, HtmlVideoElement};

use crate::{
    dom::{context, draw_part, window},
    timer::Idle,
};
use frames::{Frames, Moment};
use turn::Turn;

/// The page has so long between two tiles for what matters more; what is left over is used.
const PAUSE: Millis = 100.0;

/// Pixels: how wide a [hint](Filmstrip::hint) is.
pub const HINT: u32 = 16;

/// Tiles of one local file. Dropping it stops the work on them, and frees them.
pub struct Filmstrip(Rc<Inner>);

struct Inner {
    file: Blob,
    /// What the file's header says, in seconds: how long it is, and where its key frames are.
    duration: Cell<Option<f64>>,
    key_frames: RefCell<Vec<f64>>,
    plan: RefCell<Option<Plan>>,
    sheet: RefCell<Option<HtmlCanvasElement>>,
    turn: RefCell<Option<Turn>>,
    frames: RefCell<Option<Frames>>,
    pause: RefCell<Option<Idle>>,
    on_change: Box<dyn Fn(usize)>,
}

impl Filmstrip {
    /// A strip of this file. Nothing is read until [`start`](Self::start). `on_change` is called with the number of tiles
    /// when there are more than before.
    pub fn new(file: &Blob, on_change: impl Fn(usize) + 'static) -> Self {
        Self(Rc::new(Inner {
            file: file.clone(),
            duration: Cell::new(None),
            key_frames: RefCell::default(),
            plan: RefCell::default(),
            sheet: RefCell::default(),
            turn: RefCell::default(),
            frames: RefCell::default(),
            pause: RefCell::default(),
            on_change: Box::new(on_change),
        }))
    }

    /// Begins to take pictures when the page is idle, and no other strip is at its work. The file's header, if it is
    /// known, makes it quicker, and tells the duration of recordings that the browser does not.
    ///
    /// Where the browser can't decode the file, no picture ever comes.
    pub fn start(&self, header: Option<&Header>) {
        self.0.duration.set(header.and_then(|header| header.duration));
        self.0.key_frames.replace(header.map(|header| header.key_frames.clone()).unwrap_or_default());
        self.0.wait_for_turn();
    }

    /// How many tiles there are.
    pub fn tiles(&self) -> usize {
        self.0.plan.borrow().as_ref().map_or(0, Plan::drawn)
    }

    /// The video's duration in seconds, once there are tiles enough to scrub by.
    pub fn scrubbable(&self) -> Option<f64> {
        self.0.plan.borrow().as_ref().filter(|plan| plan.is_scrubbable()).map(Plan::duration)
    }

    /// The moment of the tile to show while nobody scrubs, in seconds. Many videos begin in black: a picture from some
    /// way in tells more.
    pub fn at_rest(&self) -> f64 {
        self.0.plan.borrow().as_ref().map_or(0.0, |plan| at_rest(plan.duration()))
    }

    /// The tiles so far. The sheet has no URL: [`draw`](Self::draw) draws from it.
    pub fn storyboard(&self) -> Option<Storyboard> {
        self.0.plan.borrow().as_ref().map(|plan| plan.storyboard(""))
    }

    /// The place on the sheet of the tile for this moment, in seconds. `None` if there is none yet.
    pub fn find(&self, time: f64) -> Option<Rect> {
        let (width, height) = self.0.sheet.borrow().as_ref().map(|sheet| (sheet.width(), sheet.height()))?;
        Some(self.storyboard()?.tile_at(time)?.rect(width, height))
    }

    /// Draws a tile that was found, and sizes the canvas to it.
    pub fn paint(&self, canvas: &HtmlCanvasElement, rect: Rect) -> bool {
        self.0.sheet.borrow().as_ref().is_some_and(|sheet| draw_part(canvas, sheet, rect))
    }

    /// The picture at rest, as a `data:` URL of a few hundred bytes: [`HINT`] pixels wide, to be shown large and blurred.
    /// `None` while there is no picture.
    pub fn hint(&self) -> Option<String> {
        let (tile, tiny) = (canvas((1, 1))?, canvas((1, 1))?);
        let drawn = self.draw(&tile, self.at_rest());
        if !drawn {
            return None;
        }
        let height = (HINT * tile.height()).div_ceil(tile.width().max(1)).max(1);
        tiny.set_width(HINT);
        tiny.set_height(height);
        let (width, height) = (f64::from(HINT), f64::from(height));
        context(&tiny)?.draw_image_with_html_canvas_element_and_dw_and_dh(&tile, 0.0, 0.0, width, height).ok()?;
        tiny.to_data_url_with_type("image/jpeg").ok()
    }

    /// Draws the tile for this moment, in seconds, and sizes the canvas to it. `false` if there is none yet.
    pub fn draw(&self, canvas: &HtmlCanvasElement, time: f64) -> bool {
        self.find(time).is_some_and(|rect| self.paint(canvas, rect))
    }
}

impl Drop for Filmstrip {
    fn drop(&mut self) {
        // What is under way holds on to nothing but these.
        self.0.stop();
        // Pixels go at once, and not when the element is collected.
        if let Some(sheet) = self.0.sheet.take() {
            sheet.set_width(0);
        }
    }
}

fn at_rest(duration: f64) -> f64 {
    (duration * 0.25).min(3.0)
}

impl Inner {
    fn wait_for_turn(self: &Rc<Self>) {
        let me = Rc::downgrade(self);
        self.turn.replace(Some(Turn::wait(move || with(&me, |me| me.open()))));
    }

    fn open(self: &Rc<Self>) {
        let me = Rc::downgrade(self);
        let frames = Frames::open(&self.file, move |moment| {
            with(&me, |me| match moment {
                Moment::Ready => me.begin(),
                Moment::Frame => me.take(),
                Moment::Failed => me.stop(),
            });
        });
        if frames.is_none() {
            return self.stop();
        }
        self.frames.replace(frames);
    }

    /// The video knows its size and duration, and is at its first picture.
    fn begin(self: &Rc<Self>) {
        if self.plan.borrow().is_none() {
            let Some((width, height, told)) =
                self.with_video(|video| (video.video_width(), video.video_height(), video.duration()))
            else {
                return;
            };
            let duration = if told.is_finite() { told } else { self.duration.get().unwrap_or(told) };
            let plan = Plan::plan(duration, width, height, at_rest(duration), &self.key_frames.borrow());
            self.sheet.replace(plan.as_ref().and_then(|plan| canvas(plan.sheet_size())));
            self.plan.replace(plan);
        }
        self.step();
    }

    /// Goes for the next tile, or lets others take their turn.
    fn step(self: &Rc<Self>) {
        let next = self.plan.borrow().as_ref().and_then(Plan::next).map(|(time, _)| time);
        match next {
            Some(0.0) => return self.take(),
            Some(time) => {
                if let Some(frames) = &*self.frames.borrow() {
                    return frames.seek(time);
                }
            }
            None => {}
        }
        // Nothing is left to do, or can be done.
        self.stop();
    }

    /// The picture that was asked for is there.
    fn take(self: &Rc<Self>) {
        if !self.paint() {
            return self.stop();
        }
        let coarse = {
            let mut plan = self.plan.borrow_mut();
            let before = plan.as_ref().is_some_and(Plan::is_scrubbable);
            if let Some(plan) = plan.as_mut() {
                plan.advance();
            }
            !before && plan.as_ref().is_some_and(Plan::is_scrubbable)
        };
        (self.on_change)(self.plan.borrow().as_ref().map_or(0, Plan::drawn));
        if coarse && Turn::others_wait() {
            // Theirs first: a strip that can be scrubbed at all is worth more than a finer one.
            self.frames.take();
            return self.wait_for_turn();
        }
        let me = Rc::downgrade(self);
        self.pause.replace(Some(Idle::new(PAUSE, move || with(&me, |me| me.step()))));
    }

    fn paint(&self) -> bool {
        let Some((_, rect)) = self.plan.borrow().as_ref().and_then(Plan::next) else { return false };
        let Some(context) = self.sheet.borrow().as_ref().and_then(context) else { return false };
        let [x, y, width, height] = [rect.x, rect.y, rect.width, rect.height].map(f64::from);
        let drawn = self.with_video(|video| {
            context.draw_image_with_html_video_element_and_dw_and_dh(video, x, y, width, height).is_ok()
        });
        drawn.unwrap_or(false)
    }

    fn with_video<T>(&self, read: impl FnOnce(&HtmlVideoElement) -> T) -> Option<T> {
        self.frames.borrow().as_ref().map(|frames| read(frames.video()))
    }

    /// Ends the work. What is drawn stays.
    fn stop(&self) {
        self.pause.take();
        self.frames.take();
        self.turn.take();
    }
}

fn with(weak: &Weak<Inner>, act: impl FnOnce(&Rc<Inner>)) {
    if let Some(inner) = weak.upgrade() {
        act(&inner);
    }
}

fn canvas(size: (u32, u32)) -> Option<HtmlCanvasElement> {
    let canvas: HtmlCanvasElement = window().document()?.create_element("canvas").ok()?.dyn_into().ok()?;
    canvas.set_width(size.0);
    canvas.set_height(size.1);
    Some(canvas)
}
