//! Requests for a storyboard and its sheets. They give way to the video's own.

use js_sys::Array;
use reelway_core::{
    playback::token::redacted,
    storyboard::{Board, Place, Storyboard, StoryboardError},
};
use thiserror::Error;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, RequestInit, RequestMode, Response, Url};

use crate::{
    dom::{property, set_property},
    globals,
};

/// Why there are no thumbnails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Failure {
    /// There was no answer that this page may read. Browsers do not tell why.
    #[error(
        "could not be fetched. Either the connection failed, or its server does not allow this page by CORS: then let it answer with Access-Control-Allow-Origin."
    )]
    Unreachable,
    /// The answer is a refusal.
    #[error("was answered with status {0}. Check its address, and its token if it has one.")]
    Status(u16),
    /// The answer broke off.
    #[error("broke off in the middle.")]
    Interrupted,
    /// The answer has no tiles in it.
    #[error("can’t be read. {0}")]
    NotAStoryboard(StoryboardError),
    /// The answer is no picture.
    #[error("is no picture that this browser can decode.")]
    Undecodable,
}

impl Failure {
    /// What programs tell failures apart by.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Unreachable => "storyboard_unreachable",
            Self::Status(_) => "storyboard_status",
            Self::Interrupted => "storyboard_interrupted",
            Self::NotAStoryboard(_) => "storyboard_malformed",
            Self::Undecodable => "sheet_undecodable",
        }
    }
}

/// A storyboard. What it names is relative to where the answer came from, after all redirects.
pub(super) async fn storyboard(url: &str) -> Result<Storyboard, Failure> {
    let response = get(url).await?;
    let text = JsFuture::from(response.text().map_err(interrupted)?).await.map_err(interrupted)?;
    let text = text.as_string().unwrap_or_default();
    let base = response.url();
    let resolve =
        |relative: &str| Url::new_with_base(relative, &base).map_or_else(|_| relative.to_owned(), |url| url.href());
    // No WebVTT is JSON.
    let storyboard = match js_sys::JSON::parse(&text) {
        Ok(json) => Storyboard::from_board(&board(&json).ok_or(NOT_IN_THE_FORM)?, &resolve),
        Err(_) => Storyboard::from_vtt(&text, &resolve),
    };
    storyboard.map_err(Failure::NotAStoryboard)
}

const NOT_IN_THE_FORM: Failure = Failure::NotAStoryboard(StoryboardError::Malformed);

/// `{url, tile_width, tile_height, duration, tiles: [{start, x, y}]}`. A tile that is on another sheet has a `url` of its
/// own.
fn board(json: &JsValue) -> Option<Board> {
    let number = |of: &JsValue, name: &str| property(of, name).as_f64();
    let place = |tile: JsValue| {
        let (start, x, y) = (number(&tile, "start")?, number(&tile, "x")?, number(&tile, "y")?);
        Some(Place { start, x, y, url: property(&tile, "url").as_string() })
    };
    let tiles: Array = property(json, "tiles").dyn_into().ok()?;
    Some(Board {
        url: property(json, "url").as_string()?,
        tile_width: number(json, "tile_width")?,
        tile_height: number(json, "tile_height")?,
        duration: number(json, "duration"),
        tiles: tiles.iter().map(place).collect::<Option<_>>()?,
    })
}

/// The bytes of a sheet, as they are.
pub(super) async fn bytes(url: &str) -> Result<Blob, Failure> {
    let response = get(url).await?;
    let blob = JsFuture::from(response.blob().map_err(interrupted)?).await.map_err(interrupted)?;
    Ok(blob.unchecked_into())
}

fn interrupted(_: JsValue) -> Failure {
    Failure::Interrupted
}

/// With CORS, always: a page that is cross-origin isolated gets nothing else, and a canvas shows nothing else.
async fn get(url: &str) -> Result<Response, Failure> {
    let options = RequestInit::new();
    options.set_mode(RequestMode::Cors);
    set_property(&options, "priority", "low");
    let answer = JsFuture::from(globals::fetch(url, &options)).await;
    let response: Response = answer.map_err(|_| Failure::Unreachable)?.unchecked_into();
    if response.ok() { Ok(response) } else { Err(Failure::Status(response.status())) }
}

/// Says it in the console, without the tokens of a signed URL.
pub(super) fn warn(what: &str, url: &str, failure: &Failure) {
    let words = format!("Reelway: {what} {} {failure} [{}]", redacted(url), failure.code());
    web_sys::console::warn_1(&JsValue::from_str(&words));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_says_what_to_do_about_it() {
        for (failure, code, words) in [
            (Failure::Unreachable, "storyboard_unreachable", "CORS"),
            (Failure::Status(403), "storyboard_status", "403"),
            (Failure::Interrupted, "storyboard_interrupted", "broke off"),
            (Failure::NotAStoryboard(StoryboardError::Malformed), "storyboard_malformed", "WebVTT"),
            (Failure::Undecodable, "sheet_undecodable", "decode"),
        ] {
            assert_eq!(failure.code(), code);
            assert!(failure.to_string().contains(words), "{failure}");
        }
    }
}
