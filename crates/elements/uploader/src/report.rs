//! What JavaScript hears and reads of the files.

use std::ops::Range;

use js_sys::{Array, JSON, Object};
use reelway::{
    components::uploader::{Happening, Item, ItemState, Stage},
    dom::set_property,
    texts::Texts,
    upload::Progress,
};
use reelway_api::json::ToJson;
use wasm_bindgen::JsValue;

/// The name and the detail of the event that says it.
pub fn event(item: &Item, happening: Happening) -> (&'static str, Object) {
    let detail = Object::new();
    set_property(&detail, "id", id(item));
    let name = match happening {
        Happening::Started => {
            set_property(&detail, "file", &item.file);
            "uploadstart"
        }
        Happening::Attempt(bytes) => chunk(&detail, "chunkattempt", &bytes),
        Happening::Stored(bytes) => chunk(&detail, "chunksuccess", &bytes),
        Happening::Progress(now) => {
            progress(&detail, &now);
            "progress"
        }
        Happening::Stage(stage) => {
            set_property(&detail, "state", stage.name());
            "statechange"
        }
        Happening::Offline => "offline",
        Happening::Online => "online",
        Happening::Arrived => {
            set_property(&detail, "videoId", video_id(item));
            "success"
        }
        Happening::Playable(playback) => {
            set_property(&detail, "videoId", video_id(item));
            let json = playback.to_json();
            set_property(&detail, "playback", JSON::parse(&json).unwrap_or(JsValue::NULL));
            "videoready"
        }
        Happening::Failed { code, message, retriable } => {
            failure(&detail, code, &message, retriable);
            "uploaderror"
        }
        Happening::Removed => "remove",
    };
    (name, detail)
}

/// All files, as `uploads` has them.
pub fn list(items: &[Item], texts: Texts) -> Array {
    items.iter().map(|item| item.state.with_untracked(|state| upload(item, state, texts))).collect()
}

fn upload(item: &Item, state: &ItemState, texts: Texts) -> JsValue {
    let object = Object::new();
    set_property(&object, "id", id(item));
    set_property(&object, "file", &item.file);
    set_property(&object, "state", state.stage.name());
    progress(&object, &state.progress);
    set_property(&object, "percent", state.percent());
    set_property(&object, "videoId", video_id(item));
    set_property(&object, "error", error(state, texts));
    object.into()
}

/// Why it waits or has failed.
fn error(state: &ItemState, texts: Texts) -> JsValue {
    let retriable = match state.stage {
        Stage::Failed { retriable } => retriable,
        Stage::Waiting { .. } => true,
        _ => return JsValue::NULL,
    };
    let Some(code) = state.code else { return JsValue::NULL };
    let error = Object::new();
    let message = state.message.as_ref().map(|message| texts.sentence(code, message)).unwrap_or_default();
    failure(&error, code, &message, retriable);
    error.into()
}

fn failure(object: &Object, code: &str, message: &str, retriable: bool) {
    set_property(object, "code", code);
    set_property(object, "message", message);
    set_property(object, "retriable", retriable);
}

fn chunk(object: &Object, name: &'static str, bytes: &Range<u64>) -> &'static str {
    set_property(object, "start", bytes.start as f64);
    set_property(object, "end", bytes.end as f64);
    name
}

fn progress(object: &Object, progress: &Progress) {
    set_property(object, "acknowledged", progress.acknowledged as f64);
    set_property(object, "sent", (progress.acknowledged + progress.in_flight) as f64);
    set_property(object, "total", progress.total as f64);
    set_property(object, "rate", or_null(progress.rate));
    set_property(object, "eta", or_null(progress.eta));
}

fn or_null(value: Option<f64>) -> JsValue {
    value.map_or(JsValue::NULL, Into::into)
}

fn video_id(item: &Item) -> JsValue {
    item.state.with_untracked(|state| state.video_id.as_deref().map_or(JsValue::NULL, Into::into))
}

/// What the page knows a file by.
pub fn id(item: &Item) -> String {
    item.key.to_string()
}
