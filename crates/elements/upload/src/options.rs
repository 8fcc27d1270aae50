//! The options of `createUpload`.

use js_sys::{Function, Promise};
use reelway::{TargetFunction, TargetSource, Ticket, UploadOptions, dom::property};
use reelway_api::UploadTarget;
use reelway_core::upload::{UploadError, custom};
use serde::Deserialize;
use serde_json::Value;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use web_sys::File;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[derive(Default)]
struct Options {
    endpoint: Option<String>,
    target: Option<Value>,
    headers: Vec<(String, String)>,
    provider: Option<String>,
    chunk_size: Option<u64>,
    parallel: Option<u32>,
    patience: Option<u32>,
    journal: Option<bool>,
}

/// Reads the JSON of `createUpload`'s options.
///
/// # Errors
///
/// A sentence for the people who write the page.
pub fn read(json: &str, function: Option<Function>, ticket: Option<Function>) -> Result<UploadOptions, String> {
    let options: Options = serde_json::from_str(json).map_err(|error| format!("The options can't be read: {error}"))?;
    let target = match (function, options.target) {
        (Some(function), _) => TargetSource::Function(ask(function)),
        (None, Some(target)) => {
            let target = custom::read(&target.to_string());
            TargetSource::Fixed(Box::new(target.map_err(|reason| format!("The target can't be used. {reason}"))?))
        }
        (None, None) => TargetSource::Backend(options.endpoint.unwrap_or_default()),
    };
    Ok(UploadOptions {
        target,
        headers: options.headers,
        ticket: ticket.map(Ticket::by_function),
        provider: options.provider,
        max_chunk: options.chunk_size,
        parallel: options.parallel,
        patience: options.patience,
        journal: options.journal.unwrap_or(true),
    })
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
