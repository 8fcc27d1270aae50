//! Small helpers round the DOM: the window, object URLs, and what web-sys has no stable name for.

use js_sys::Function;
use reelway_core::storyboard::Rect;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Blob, CanvasRenderingContext2d, HtmlCanvasElement, Url, Window};

/// The window. Reelway runs in documents only, never in a worker.
pub fn window() -> Window {
    js_sys::global().unchecked_into()
}

/// The page's own URL.
pub fn page_url() -> String {
    window().location().href().unwrap_or_default()
}

/// A `blob:` URL. Dropping it revokes it, which frees what it stands for.
pub struct ObjectUrl(String);

impl ObjectUrl {
    /// A URL for the bytes of this file or blob. None of them are read.
    pub fn new(blob: &Blob) -> Self {
        Self(Url::create_object_url_with_blob(blob).unwrap_or_default())
    }

    /// The URL.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Drop for ObjectUrl {
    fn drop(&mut self) {
        let _ = Url::revoke_object_url(&self.0);
    }
}

/// A property of a JavaScript object; `undefined` if there is none.
pub fn property(object: &JsValue, name: &str) -> JsValue {
    js_sys::Reflect::get(object, &JsValue::from_str(name)).unwrap_or(JsValue::UNDEFINED)
}

/// Sets a property of a plain object that this code has made, which can't fail.
pub fn set_property(object: &JsValue, name: &str, value: impl Into<JsValue>) {
    let _ = js_sys::Reflect::set(object, &JsValue::from_str(name), &value.into());
}

/// A number as CSS and JavaScript write it. The browser does it: Rust's way takes ten kilobytes of tables.
pub fn number(value: f64) -> String {
    js_sys::Number::from(value).to_string_with_radix(10).map_or_else(|_| String::new(), String::from)
}

/// The clipboard, which pages on plain HTTP have not.
pub fn clipboard() -> Option<web_sys::Clipboard> {
    Some(window().navigator().clipboard()).filter(|clipboard| clipboard.is_object())
}

/// What was [`store`]d under this key; `None` also where the browser keeps nothing, as in some private windows.
pub fn stored(key: &str) -> Option<String> {
    window().local_storage().ok()??.get_item(key).ok()?
}

/// Keeps a text for later visits to this origin, where the browser keeps anything at all.
pub fn store(key: &str, text: &str) {
    if let Ok(Some(storage)) = window().local_storage() {
        let _ = storage.set_item(key, text);
    }
}

/// Calls a method that web-sys keeps behind its unstable flag, or that not every browser has.
pub fn call_method(object: &JsValue, name: &str) -> Option<JsValue> {
    let method: Function = property(object, name).dyn_into().ok()?;
    method.call0(object).ok()
}

/// What draws on a canvas.
pub fn context(canvas: &HtmlCanvasElement) -> Option<CanvasRenderingContext2d> {
    canvas.get_context("2d").ok().flatten()?.dyn_into().ok()
}

/// Draws a part of a picture (an `ImageBitmap`, a canvas, a video) one to one, and sizes the canvas to it.
pub fn draw_part(canvas: &HtmlCanvasElement, picture: &JsValue, part: Rect) -> bool {
    // Setting a canvas' size clears it, and costs: only when it changes.
    if canvas.width() != part.width || canvas.height() != part.height {
        canvas.set_width(part.width);
        canvas.set_height(part.height);
    }
    let Some(context) = context(canvas) else { return false };
    let [x, y, width, height] = [part.x, part.y, part.width, part.height].map(f64::from);
    // JavaScript has one function for all kinds of pictures, and so has wasm by this cast, which checks nothing.
    let picture: &HtmlCanvasElement = picture.unchecked_ref();
    context
        .draw_image_with_html_canvas_element_and_sw_and_sh_and_dx_and_dy_and_dw_and_dh(
            picture, x, y, width, height, 0.0, 0.0, width, height,
        )
        .is_ok()
}
