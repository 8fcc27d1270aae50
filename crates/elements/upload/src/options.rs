//! The options of `createUpload`.

use js_sys::{Function, Promise};
use reelway::{TargetFunction, TargetSource, Ticket, UploadOptions, dom::property};
use reelway_api::{
    UploadTarget,
    json::{Fields, Json},
};
use reelway_core::upload::{UploadError, custom};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use web_sys::File;

/// Reads the JSON of `createUpload`'s options.
///
/// # Errors
///
/// A sentence for the people who write the page.
pub fn read(json: &str, function: Option<Function>, ticket: Option<Function>) -> Result<UploadOptions, String> {
    let Some(options @ Json::Object(_)) = Json::parse(json) else {
        return Err("The options can't be read: they are no object.".to_owned());
    };
    let mut fields = Fields::of(&options);
    let target = match (function, options.get("target")) {
        (Some(function), _) => TargetSource::Function(ask(function)),
        (None, Some(target)) => {
            let target = custom::of(target);
            TargetSource::Fixed(Box::new(target.map_err(|reason| format!("The target can't be used. {reason}"))?))
        }
        (None, None) => TargetSource::Backend(fields.or_default("endpoint")),
    };
    let options = UploadOptions {
        target,
        headers: fields.or_default("headers"),
        ticket: ticket.map(Ticket::by_function),
        provider: fields.option("provider"),
        max_chunk: fields.option("chunkSize"),
        parallel: fields.option("parallel"),
        patience: fields.option("patience"),
        journal: fields.option("journal").unwrap_or(true),
    };
    match fields.bad() {
        Some(name) => Err(format!("The options can't be read: `{name}` has an invalid value.")),
        None => Ok(options),
    }
}

fn ask(function: Function) -> TargetFunction {
    TargetFunction::new(move |file| call(function.clone(), file))
}

async fn call(function: Function, file: File) -> Result<UploadTarget, UploadError> {
    let given = function.call1(&JsValue::NULL, &file).map(|given| Promise::resolve(&given));
    let given = match given {
        Ok(promise) => JsFuture::from(promise).await,
        Err(thrown) => Err(thrown),
    };
    let json = given.map_err(|thrown| refusal(&thrown))?.as_string().unwrap_or_default();
    custom::read(&json).map_err(|reason| UploadError::MalformedTarget { reason })
}

fn refusal(thrown: &JsValue) -> UploadError {
    let message = property(thrown, "message").as_string().or_else(|| thrown.as_string());
    UploadError::NoTarget {
        message: message.unwrap_or_else(|| "The page could not get a place to upload to.".to_owned()),
        retriable: property(thrown, "retriable").as_bool().unwrap_or(true),
    }
}
