//! A storyboard in the browser: its sheets fetched and decoded off the hover path, its tiles drawn one to one.

use std::{cell::RefCell, rc::Rc};

use reelway_core::storyboard::{Storyboard, Tile};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{
    Blob, CanvasRenderingContext2d, HtmlCanvasElement, ImageBitmap, RequestInit, RequestMode, Response, Url,
};

use crate::dom::{set_property, window};

/// A decoded sheet is width × height × 4 bytes, often 10 to 18 MB: the one on show and its neighbour are enough.
const SHEETS_KEPT: usize = 2;

/// The thumbnails of one video. Cheap to clone; the last clone that is dropped frees the decoded sheets.
#[derive(Clone)]
pub struct Thumbnails(Rc<Inner>);

struct Inner {
    board: RefCell<Option<Storyboard>>,
    /// Most recently used last.
    sheets: RefCell<Vec<Sheet>>,
    on_change: Box<dyn Fn()>,
}

struct Sheet {
    index: usize,
    picture: Picture,
}

enum Picture {
    Loading,
    Decoded(ImageBitmap),
    /// Failed once: not asked for again, the time label does without.
    Failed,
}

impl Drop for Sheet {
    fn drop(&mut self) {
        if let Picture::Decoded(bitmap) = &self.picture {
            bitmap.close();
        }
    }
}

impl Thumbnails {
    /// Fetches the storyboard (WebVTT, or JSON in Mux's form) at low priority, and then its first sheet.
    /// `on_change` is called when there is more to draw than before.
    pub fn fetch(url: String, on_change: impl Fn() + 'static) -> Self {
        let inner = Inner { board: RefCell::default(), sheets: RefCell::default(), on_change: Box::new(on_change) };
        let thumbnails = Self(Rc::new(inner));
        let inner = Rc::downgrade(&thumbnails.0);
        spawn_local(async move {
            let board = fetch_board(&url).await;
            let Some(inner) = inner.upgrade() else { return };
            match board {
                Ok(board) => {
                    inner.board.replace(Some(board));
                    inner.want(0);
                    (inner.on_change)();
                }
                Err(reason) => warn(&format!("Reelway shows no thumbnails: the storyboard {url} {reason}")),
            }
        });
        thumbnails
    }

    /// Draws the tile whose interval holds this time, in seconds, and sizes the canvas to it.
    /// `false` if there is nothing to draw, or not yet; `on_change` tells when to try again.
    pub fn draw(&self, canvas: &HtmlCanvasElement, time: f64) -> bool {
        let tile = self.0.board.borrow().as_ref().and_then(|board| board.tile_at(time).cloned());
        let Some(tile) = tile else { return false };
        self.0.want(tile.sheet);
        let drawn = self.0.draw(canvas, &tile);
        if drawn {
            self.0.want_neighbour(&tile);
        }
        drawn
    }
}

impl Inner {
    fn draw(&self, canvas: &HtmlCanvasElement, tile: &Tile) -> bool {
        let sheets = self.sheets.borrow();
        let picture = sheets.iter().find(|sheet| sheet.index == tile.sheet).map(|sheet| &sheet.picture);
        let Some(Picture::Decoded(bitmap)) = picture else { return false };
        let rect = tile.rect(bitmap.width(), bitmap.height());
        // Setting a canvas' size clears it, and costs: only when it changes.
        if canvas.width() != rect.width || canvas.height() != rect.height {
            canvas.set_width(rect.width);
            canvas.set_height(rect.height);
        }
        let context = canvas.get_context("2d").ok().flatten();
        let Some(context) = context.and_then(|context| context.dyn_into::<CanvasRenderingContext2d>().ok()) else {
            return false;
        };
        let (x, y, width, height) =
            (f64::from(rect.x), f64::from(rect.y), f64::from(rect.width), f64::from(rect.height));
        context
            .draw_image_with_image_bitmap_and_sw_and_sh_and_dx_and_dy_and_dw_and_dh(
                bitmap, x, y, width, height, 0.0, 0.0, width, height,
            )
            .is_ok()
    }

    /// The sheet that the pointer reaches next is decoded before it gets there.
    fn want_neighbour(self: &Rc<Self>, tile: &Tile) {
        let neighbour = {
            let board = self.board.borrow();
            let Some(board) = board.as_ref() else { return };
            let on_sheet = |other: &&Tile| other.sheet == tile.sheet;
            let first = board.tiles.iter().find(on_sheet).map_or(0.0, |first| first.start);
            let last = board.tiles.iter().rev().find(on_sheet).map_or(0.0, |last| last.end);
            if tile.start > (first + last) / 2.0 { Some(tile.sheet + 1) } else { tile.sheet.checked_sub(1) }
        };
        if let Some(neighbour) = neighbour {
            let known = self.sheets.borrow().iter().any(|sheet| sheet.index == neighbour);
            if !known {
                self.want(neighbour);
                // The neighbour is only a guess: what is on show stays the most recently used.
                self.touch(tile.sheet);
            }
        }
    }

    fn touch(&self, index: usize) -> bool {
        let mut sheets = self.sheets.borrow_mut();
        let position = sheets.iter().position(|sheet| sheet.index == index);
        if let Some(position) = position {
            let sheet = sheets.remove(position);
            sheets.push(sheet);
        }
        position.is_some()
    }

    fn want(self: &Rc<Self>, index: usize) {
        if self.touch(index) {
            return;
        }
        let Some(url) = self.board.borrow().as_ref().and_then(|board| board.sheets.get(index).cloned()) else { return };
        {
            let mut sheets = self.sheets.borrow_mut();
            if sheets.len() >= SHEETS_KEPT {
                sheets.remove(0);
            }
            sheets.push(Sheet { index, picture: Picture::Loading });
        }
        let inner = Rc::downgrade(self);
        spawn_local(async move {
            let decoded = decode(&url).await;
            let Some(inner) = inner.upgrade() else { return };
            let picture = match decoded {
                Ok(bitmap) => Picture::Decoded(bitmap),
                Err(reason) => {
                    warn(&format!("Reelway shows no thumbnail here: the sheet {url} {reason}"));
                    Picture::Failed
                }
            };
            // Looked up again: it may have been dropped in favour of others while it was on its way.
            if let Some(sheet) = inner.sheets.borrow_mut().iter_mut().find(|sheet| sheet.index == index) {
                sheet.picture = picture;
            }
            (inner.on_change)();
        });
    }
}

async fn fetch_board(url: &str) -> Result<Storyboard, String> {
    let response = get(url).await?;
    let text = response.text().map_err(|_| "could not be read".to_owned())?;
    let text = JsFuture::from(text).await.map_err(|_| "could not be read".to_owned())?;
    let text = text.as_string().unwrap_or_default();
    let base = response.url();
    let resolve =
        |relative: &str| Url::new_with_base(relative, &base).map_or_else(|_| relative.to_owned(), |url| url.href());
    let board = if text.trim_start().starts_with('{') {
        Storyboard::from_json(&text, &resolve)
    } else {
        Storyboard::from_vtt(&text, &resolve)
    };
    board.map_err(|error| format!("can't be read: {error}"))
}

async fn decode(url: &str) -> Result<ImageBitmap, String> {
    let response = get(url).await?;
    let blob = response.blob().map_err(|_| "could not be read".to_owned())?;
    let blob: Blob = JsFuture::from(blob).await.map_err(|_| "broke off".to_owned())?.unchecked_into();
    let bitmap = window().create_image_bitmap_with_blob(&blob).map_err(|_| "could not be decoded".to_owned())?;
    JsFuture::from(bitmap).await.map(JsCast::unchecked_into).map_err(|_| "could not be decoded".to_owned())
}

/// A GET that gives way to the video's own requests.
async fn get(url: &str) -> Result<Response, String> {
    let options = RequestInit::new();
    options.set_mode(RequestMode::Cors);
    set_property(&options, "priority", "low");
    let response: Response = JsFuture::from(window().fetch_with_str_and_init(url, &options))
        .await
        .map_err(|_| "could not be fetched; if it is on another origin, that must allow this one by CORS".to_owned())?
        .unchecked_into();
    if response.ok() { Ok(response) } else { Err(format!("was answered with status {}", response.status())) }
}

fn warn(message: &str) {
    web_sys::console::warn_1(&JsValue::from_str(message));
}
