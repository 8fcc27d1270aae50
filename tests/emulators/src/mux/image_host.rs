//! `image.mux.com`: thumbnails, animations and storyboards of a playback id.

use std::collections::HashMap;

use anyhow::Result;
use axum::{
    Json, Router,
    extract::{Path, Query, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};

use super::Account;
use crate::{
    picture::{self, Fit, Frame, Sheet},
    play,
};

/// Its routes.
pub fn routes(account: Account) -> Router {
    Router::new()
        .route("/{id}/{name}", get(picture))
        .layer(axum::middleware::map_response(play::cors))
        .with_state(account)
}

async fn picture(
    State(account): State<Account>,
    Path((id, name)): Path<(String, String)>,
    Query(query): Query<HashMap<String, String>>,
) -> Response {
    let Some((what, kind)) = name.split_once('.') else { return StatusCode::NOT_FOUND.into_response() };
    let audience = match what {
        "thumbnail" => "t",
        "animated" => "g",
        "storyboard" => "s",
        _ => return StatusCode::NOT_FOUND.into_response(),
    };
    let leave = match account.admit(&id, audience, &query) {
        Ok(leave) => leave,
        Err(status) => return status.into_response(),
    };
    let (film, options) = (account.film(), &leave.options);
    let sheet = Sheet::of(film);
    let format = options.get("format").map_or("jpg", String::as_str);
    let url = format!("{}/{id}/storyboard.{format}{}", account.hosts().image, leave.query);
    let drawn = match (what, kind) {
        ("storyboard", "json") => return Json(sheet.json(film.duration, &url)).into_response(),
        ("storyboard", "vtt") => {
            return ([(header::CONTENT_TYPE, "text/vtt")], sheet.vtt(film.duration, &url)).into_response();
        }
        ("thumbnail" | "storyboard", "jpg" | "png" | "webp") | ("animated", "gif" | "webp") => {
            draw(&account, what, kind, options).await
        }
        _ => return StatusCode::NOT_FOUND.into_response(),
    };
    match drawn {
        Ok(Some(bytes)) => {
            let kind = picture::media_type(kind).unwrap_or_default();
            ([(header::CONTENT_TYPE, kind)], bytes).into_response()
        }
        Ok(None) => StatusCode::BAD_REQUEST.into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, format!("{error:#}")).into_response(),
    }
}

/// None: an option is no number, or out of bounds.
async fn draw(account: &Account, what: &str, kind: &str, options: &HashMap<String, String>) -> Result<Option<Vec<u8>>> {
    let film = account.film();
    let number = |name: &str| options.get(name).map(|text| text.parse::<f64>()).transpose();
    let numbers = (number("time"), number("width"), number("height"), number("start"), number("end"), number("fps"));
    let (Ok(time), Ok(width), Ok(height), Ok(start), Ok(end), Ok(fps)) = numbers else { return Ok(None) };
    let pixels = |length: Option<f64>| length.map(|length| length as u32);
    if [width, height].into_iter().flatten().any(|length| !(1.0..=7680.0).contains(&length)) {
        return Ok(None);
    }
    let drawn = match what {
        "storyboard" => Sheet::of(film).picture(film, kind).await?,
        "animated" => {
            let start = start.unwrap_or(0.0);
            let end = end.unwrap_or(start + 5.0).min(start + 10.0);
            let width = pixels(width).unwrap_or(320);
            if width > 640 || end <= start {
                return Ok(None);
            }
            picture::animation(film, start, end, width, fps.unwrap_or(15.0).clamp(1.0, 30.0) as u32, kind).await?
        }
        _ => {
            let fit = match options.get("fit_mode").map(String::as_str) {
                None | Some("preserve") => Fit::Preserve,
                Some("stretch") => Fit::Stretch,
                Some("crop" | "smartcrop") => Fit::Crop,
                Some("pad") => Fit::Pad,
                Some(_) => return Ok(None),
            };
            let frame = Frame { time, width: pixels(width), height: pixels(height), fit };
            picture::frame(film, frame, kind).await?
        }
    };
    Ok(Some(drawn))
}
