//! The options of an uploader. What an object does not have, or has as `undefined`, stays as it is; `null` is nothing.

use js_sys::{Array, Function, JSON, Promise};
use reelway::{
    TargetFunction, TargetSource, Ticket, UploadOptions,
    components::{
        signals::RwSignal,
        uploader::{self, Uploads},
    },
    dom::property,
    texts::Language,
};
use reelway_api::UploadTarget;
use reelway_core::{
    checks::Checks,
    upload::{UploadError, custom},
};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::File;

/// The options that the view shows. The default, of which nothing is said yet, needs a reactive owner.
#[derive(Clone, Copy, Default)]
pub struct Live {
    /// `accept`
    pub accept: RwSignal<Option<String>>,
    /// `multiple`
    pub multiple: RwSignal<bool>,
    /// `maxFileSize`, in bytes.
    pub max_file_size: RwSignal<Option<u64>>,
    /// `maxDuration`, in seconds.
    pub max_duration: RwSignal<Option<f64>>,
    /// `disabled`
    pub disabled: RwSignal<bool>,
    /// `wholePage`
    pub whole_page: RwSignal<bool>,
}

impl Live {
    /// As an uploader takes them.
    pub fn shown(&self) -> uploader::Options {
        uploader::Options {
            accept: self.accept.into(),
            max_file_size: self.max_file_size.into(),
            max_duration: self.max_duration.into(),
            multiple: self.multiple.into(),
            whole_page: self.whole_page.into(),
            disabled: self.disabled.into(),
            watch_url: None,
        }
    }

    /// Takes what the object has.
    pub fn set(&self, uploads: Uploads, options: &JsValue) {
        given(options, "accept", |value| set(self.accept, value.as_string().filter(|accept| !accept.is_empty())));
        given(options, "multiple", |value| set(self.multiple, value.is_truthy()));
        given(options, "disabled", |value| set(self.disabled, value.is_truthy()));
        given(options, "wholePage", |value| set(self.whole_page, value.is_truthy()));
        given(options, "maxFileSize", |value| set(self.max_file_size, amount(value).map(|bytes| bytes as u64)));
        given(options, "maxDuration", |value| set(self.max_duration, amount(value)));
        // Not by an effect of the view only: files may be added right after this.
        uploads.limit(Checks {
            max_size: self.max_file_size.get_untracked(),
            max_duration: self.max_duration.get_untracked(),
            accept: self.accept.get_untracked(),
        });
        given(options, "texts", |value| uploads.texts.set_language(Language::from(value.clone())));
        given(options, "locale", |value| uploads.texts.set_locale(value.as_string().filter(|tag| !tag.is_empty())));
        uploads.change_options(|known| change(known, options));
        given(options, "whole", |value| uploads.hold(Promise::resolve(value)));
    }
}

fn change(known: &mut UploadOptions, options: &JsValue) {
    given(options, "endpoint", |value| known.target = endpoint(value));
    // The more particular one, where a page gives both.
    given(options, "target", |value| {
        if !value.is_null() {
            known.target = fixed(value);
        }
    });
    given(options, "headers", |value| known.headers = headers(value));
    given(options, "ticket", |value| {
        let function = value.dyn_ref::<Function>().cloned().map(Ticket::by_function);
        known.ticket = function.or_else(|| value.as_string().filter(|text| !text.is_empty()).map(Ticket::new));
    });
    given(options, "provider", |value| known.provider = value.as_string());
    given(options, "chunkSize", |value| known.max_chunk = amount(value).map(|bytes| bytes as u64));
}

/// A Reelway server by its URL, or whatever a function says.
fn endpoint(value: &JsValue) -> TargetSource {
    match value.dyn_ref::<Function>() {
        Some(function) => TargetSource::Function(ask(function.clone())),
        None => TargetSource::Backend(value.as_string().unwrap_or_default()),
    }
}

/// One target. If it can't be read the uploads say so: an element has nobody to throw at.
fn fixed(value: &JsValue) -> TargetSource {
    match read(value) {
        Ok(target) => TargetSource::Fixed(Box::new(target)),
        Err(error) => TargetSource::Function(TargetFunction::new(move |_| std::future::ready(Err(error.clone())))),
    }
}

fn ask(function: Function) -> TargetFunction {
    TargetFunction::new(move |file: File| {
        let given = function.call1(&JsValue::UNDEFINED, &file).map(|given| Promise::resolve(&given));
        async move {
            let given = match given {
                Ok(promise) => JsFuture::from(promise).await,
                Err(thrown) => Err(thrown),
            };
            read(&given.map_err(|thrown| refusal(&thrown))?)
        }
    })
}

fn read(target: &JsValue) -> Result<UploadTarget, UploadError> {
    let json = JSON::stringify(target).ok().and_then(|json| json.as_string()).unwrap_or_default();
    custom::read(&json).map_err(|reason| UploadError::MalformedTarget { reason })
}

fn refusal(thrown: &JsValue) -> UploadError {
    let message = property(thrown, "message").as_string().or_else(|| thrown.as_string());
    UploadError::NoTarget {
        message: message.unwrap_or_else(|| "The page could not get a place to upload to.".to_owned()),
        retriable: property(thrown, "retriable").as_bool().unwrap_or(true),
    }
}

/// `[name, value]` for each.
fn headers(value: &JsValue) -> Vec<(String, String)> {
    if !Array::is_array(value) {
        return Vec::new();
    }
    let pair = |pair: JsValue| {
        let pair: Array = pair.dyn_into().ok()?;
        Some((pair.get(0).as_string()?, pair.get(1).as_string()?))
    };
    Array::from(value).iter().filter_map(pair).collect()
}

/// A number above nothing.
fn amount(value: &JsValue) -> Option<f64> {
    value.as_f64().filter(|amount| *amount > 0.0)
}

fn given(options: &JsValue, name: &str, take: impl FnOnce(&JsValue)) {
    let value = property(options, name);
    if !value.is_undefined() {
        take(&value);
    }
}

fn set<T: PartialEq + 'static>(signal: RwSignal<T>, value: T) {
    if signal.with_untracked(|known| *known != value) {
        signal.set(value);
    }
}
