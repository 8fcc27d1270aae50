//! The sheets of a storyboard: fetched once, decoded before they are needed, two at most kept.

use std::{
    cell::{Cell, RefCell},
    rc::{Rc, Weak},
};

use reelway_core::storyboard::{Shelf, Step, Storyboard};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{Blob, HtmlCanvasElement, ImageBitmap};

use super::{
    Found,
    fetch::{self, Failure},
};
use crate::dom::{draw_part, window};

/// A storyboard and as much of its pictures as is at hand.
pub(super) struct Sheets {
    board: RefCell<Storyboard>,
    shelf: RefCell<Shelf>,
    /// One for each sheet.
    sheets: RefCell<Vec<Sheet>>,
    /// Seconds: what was asked for last.
    last: Cell<f64>,
    on_change: Box<dyn Fn()>,
}

#[derive(Default)]
struct Sheet {
    /// As it was fetched.
    bytes: Option<Blob>,
    picture: Option<Picture>,
}

/// A decoded sheet. It is freed when it is dropped, not when the collector finds it.
struct Picture(ImageBitmap);

impl Drop for Picture {
    fn drop(&mut self) {
        self.0.close();
    }
}

impl Sheets {
    pub fn fetch(url: String, on_change: Box<dyn Fn()>) -> Rc<Self> {
        let sheets = Rc::new(Self {
            board: RefCell::default(),
            shelf: RefCell::default(),
            sheets: RefCell::default(),
            last: Cell::new(0.0),
            on_change,
        });
        let weak = Rc::downgrade(&sheets);
        spawn_local(async move {
            let board = fetch::storyboard(&url).await;
            let Some(me) = weak.upgrade() else { return };
            match board {
                Ok(board) => {
                    me.sheets.borrow_mut().resize_with(board.sheets.len(), Sheet::default);
                    me.shelf.replace(Shelf::new(board.sheets.len()));
                    me.board.replace(board);
                    // The first sheet, unless something is asked for at once.
                    me.find(0.0);
                    (me.on_change)();
                }
                Err(failure) => fetch::warn("there are no thumbnails: the storyboard", &url, &failure),
            }
        });
        sheets
    }

    pub fn is_ready(&self) -> bool {
        self.sheets.borrow().iter().any(|sheet| sheet.picture.is_some())
    }

    pub fn find(self: &Rc<Self>, time: f64) -> Option<Found> {
        let forward = time >= self.last.replace(time);
        let (tile, next) = {
            let board = self.board.borrow();
            (board.tile_at(time)?.clone(), board.next_sheet(time, forward))
        };
        let steps = self.shelf.borrow_mut().want(tile.sheet, next);
        self.take(steps);
        let sheets = self.sheets.borrow();
        let Picture(bitmap) = sheets.get(tile.sheet)?.picture.as_ref()?;
        Some(Found { sheet: tile.sheet, rect: tile.rect(bitmap.width(), bitmap.height()) })
    }

    pub fn paint(&self, canvas: &HtmlCanvasElement, found: Found) -> bool {
        let sheets = self.sheets.borrow();
        let picture = sheets.get(found.sheet).and_then(|sheet| sheet.picture.as_ref());
        picture.is_some_and(|Picture(bitmap)| draw_part(canvas, bitmap, found.rect))
    }

    fn take(self: &Rc<Self>, steps: Vec<Step>) {
        for step in steps {
            match step {
                Step::Fetch(index) => self.fetch_sheet(index),
                Step::Decode(index) => self.decode(index),
                Step::Free(index) => {
                    self.with_sheet(index, |sheet| sheet.picture = None);
                }
            }
        }
    }

    fn with_sheet<T>(&self, index: usize, act: impl FnOnce(&mut Sheet) -> T) -> Option<T> {
        self.sheets.borrow_mut().get_mut(index).map(act)
    }

    fn fetch_sheet(self: &Rc<Self>, index: usize) {
        let Some(url) = self.board.borrow().sheets.get(index).cloned() else { return };
        let weak = Rc::downgrade(self);
        spawn_local(async move {
            let bytes = fetch::bytes(&url).await;
            let Some(me) = weak.upgrade() else { return };
            let there = bytes.is_ok();
            match bytes {
                Ok(bytes) => me.with_sheet(index, |sheet| sheet.bytes = Some(bytes)).unwrap_or_default(),
                Err(failure) => fetch::warn("there are no thumbnails here: the sheet", &url, &failure),
            }
            let steps = me.shelf.borrow_mut().fetched(index, there);
            me.take(steps);
        });
    }

    fn decode(self: &Rc<Self>, index: usize) {
        let bytes = self.with_sheet(index, |sheet| sheet.bytes.clone()).flatten();
        let weak = Rc::downgrade(self);
        spawn_local(async move {
            let picture = match bytes {
                Some(bytes) => decode(&bytes).await,
                None => None,
            };
            Self::take_picture(&weak, index, picture);
        });
    }

    fn take_picture(weak: &Weak<Self>, index: usize, picture: Option<Picture>) {
        let Some(me) = weak.upgrade() else { return };
        let there = picture.is_some();
        if !there && let Some(url) = me.board.borrow().sheets.get(index) {
            fetch::warn("there are no thumbnails here: the sheet", url, &Failure::Undecodable);
        }
        me.with_sheet(index, |sheet| sheet.picture = picture);
        let steps = me.shelf.borrow_mut().decoded(index, there);
        me.take(steps);
        (me.on_change)();
    }
}

async fn decode(bytes: &Blob) -> Option<Picture> {
    let decoding = window().create_image_bitmap_with_blob(bytes).ok()?;
    let bitmap: JsValue = JsFuture::from(decoding).await.ok()?;
    Some(Picture(bitmap.unchecked_into()))
}
