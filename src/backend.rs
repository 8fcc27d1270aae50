//! Reelway's HTTP API, as `/openapi.json` of a server describes it.

mod error;
mod urls;

use reelway_api::{
    CreateVideo, CreatedVideo, ErrorBody, EventsUrl, Playback, ProviderList, TextTrack, TrackKind, UpdateVideo, Video,
    VideoList,
    json::{self, FromJson, ToJson, Writer},
};
use reelway_core::{Millis, upload::retry::retry_after};
use wasm_bindgen::JsValue;

pub(crate) use self::urls::{base_url, make_target_absolute};
use self::urls::{make_absolute, make_playback_absolute};
pub use self::{error::BackendError, urls::resolve};
use crate::{
    dom::{number, page_url, window},
    fetch,
    task::Here,
    ticket::Ticket,
};

/// A Reelway server. All URLs in its answers come out absolute.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Backend {
    base: String,
    headers: Vec<(String, String)>,
    ticket: Option<Ticket>,
}

/// A new name for a request that may be sent again: 128 random bits, in hexadecimal digits.
pub fn new_key() -> String {
    let mut bytes = [0; 16];
    if let Ok(crypto) = window().crypto() {
        // It fails for more than 64 KiB only.
        let _ = crypto.get_random_values_with_u8_array(&mut bytes);
    }
    hex(&bytes)
}

/// Hexadecimal digits, two for each byte.
pub(crate) fn hex(bytes: &[u8]) -> String {
    let mut text = String::new();
    for byte in bytes {
        text.extend([byte >> 4, byte & 15].map(|digit| char::from_digit(digit.into(), 16).unwrap_or('0')));
    }
    text
}

/// Captions that somebody brings for a video.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewTrack {
    /// `text/vtt` or `application/x-subrip`.
    pub content_type: &'static str,
    /// A BCP 47 tag; may be empty.
    pub language: String,
    /// As it is shown, 200 characters at most; empty: the name of its language.
    pub label: String,
    /// What it is for.
    pub kind: TrackKind,
}

/// An answer that is a success, and where it came from.
struct Answer {
    url: String,
    status: u16,
    text: String,
}

impl Backend {
    /// The server at `base`: the URL that `/api` is appended to, or "" for the page's own origin.
    pub fn new(base: impl Into<String>) -> Self {
        Self { base: base.into(), headers: Vec::new(), ticket: None }
    }

    /// Brings a ticket with every request, for a server with `auth = "ticket"`.
    pub fn with_ticket(mut self, ticket: Option<Ticket>) -> Self {
        self.ticket = ticket;
        self
    }

    /// Sends these headers with every request, to log in with, say. The event stream can't carry them.
    pub fn with_headers(mut self, headers: Vec<(String, String)>) -> Self {
        self.headers = headers;
        self
    }

    /// Makes a video and a place to send its bytes to. Asked again with the same [key](new_key), it gives the same
    /// video: an answer that was lost leaves none behind.
    ///
    /// # Errors
    ///
    /// As every method here: [`BackendError`].
    pub async fn create(&self, video: &CreateVideo, key: &str) -> Result<CreatedVideo, BackendError> {
        self.created(self.url(""), Some(video.to_json().into()), &[("idempotency-key", key)]).await
    }

    /// A fresh target for a video whose old one ran out. The bytes that have arrived are kept.
    pub async fn fresh_target(&self, id: &str) -> Result<CreatedVideo, BackendError> {
        self.created(self.video_url(id, "/upload"), None, &[]).await
    }

    async fn created(
        &self,
        url: String,
        body: Option<JsValue>,
        headers: &[(&str, &str)],
    ) -> Result<CreatedVideo, BackendError> {
        let answer = self.ask("POST", &url, body, headers).await?;
        let mut created: CreatedVideo = from_json(&answer)?;
        make_target_absolute(&mut created.upload, &answer.url);
        make_absolute(&mut created.video, &answer.url);
        Ok(created)
    }

    /// The videos, newest first; the next page from a page's `next_cursor`.
    pub async fn list(&self, cursor: Option<&str>) -> Result<VideoList, BackendError> {
        let url = self.url(&query(&[("cursor", cursor.unwrap_or_default())]));
        let answer = self.ask("GET", &url, None, &[]).await?;
        let mut list: VideoList = from_json(&answer)?;
        list.videos.iter_mut().for_each(|video| make_absolute(video, &answer.url));
        Ok(list)
    }

    /// A video.
    pub async fn get(&self, id: &str) -> Result<Video, BackendError> {
        self.video("GET", id, None).await
    }

    /// Changes what a person may change of a video.
    pub async fn update(&self, id: &str, update: &UpdateVideo) -> Result<Video, BackendError> {
        self.video("PATCH", id, Some(describe(update).into())).await
    }

    async fn video(&self, method: &str, id: &str, body: Option<JsValue>) -> Result<Video, BackendError> {
        let answer = self.ask(method, &self.video_url(id, ""), body, &[]).await?;
        let mut video: Video = from_json(&answer)?;
        make_absolute(&mut video, &answer.url);
        Ok(video)
    }

    /// Deletes a video, here and at the provider, or cancels its upload.
    pub async fn delete(&self, id: &str) -> Result<(), BackendError> {
        self.ask("DELETE", &self.video_url(id, ""), None, &[]).await.map(drop)
    }

    /// How to play a video that is ready.
    pub async fn playback(&self, id: &str) -> Result<Playback, BackendError> {
        let answer = self.ask("GET", &self.video_url(id, "/playback"), None, &[]).await?;
        let mut playback: Playback = from_json(&answer)?;
        make_playback_absolute(&mut playback, &answer.url);
        Ok(playback)
    }

    /// Adds captions to a video: the bytes of a file in WebVTT or SubRip.
    pub async fn add_track(&self, id: &str, track: &NewTrack, file: &[u8]) -> Result<TextTrack, BackendError> {
        let NewTrack { content_type, language, label, kind } = track;
        let given = [("language", language.as_str()), ("label", label.as_str()), ("kind", kind.attribute())];
        let body = js_sys::Uint8Array::from(file).into();
        let url = self.video_url(id, &format!("/tracks{}", query(&given)));
        let answer = self.ask("POST", &url, Some(body), &[("content-type", content_type)]).await?;
        let mut track: TextTrack = from_json(&answer)?;
        track.src = resolve(&track.src, &answer.url);
        Ok(track)
    }

    /// Removes captions of a video.
    pub async fn remove_track(&self, id: &str, track: &str) -> Result<(), BackendError> {
        let url = self.video_url(id, &format!("/tracks/{}", encode(track)));
        self.ask("DELETE", &url, None, &[]).await.map(drop)
    }

    /// The places that videos may go to, with the server's own choice first.
    pub async fn providers(&self) -> Result<ProviderList, BackendError> {
        from_json(&self.ask("GET", &self.api_url("providers"), None, &[]).await?)
    }

    /// The URL of a video's event stream. With a ticket it works for a short while.
    pub(crate) async fn events_url(&self, id: &str) -> Result<String, BackendError> {
        let url = self.plain_events_url(id);
        if self.ticket.is_none() {
            return Ok(url);
        }
        let answer = self.ask("POST", &url, None, &[]).await?;
        let told: EventsUrl = from_json(&answer)?;
        Ok(resolve(&told.url, &answer.url))
    }

    /// The URL of a video's event stream at a server that asks for no ticket.
    pub(crate) fn plain_events_url(&self, id: &str) -> String {
        self.video_url(id, "/events")
    }

    /// Whether the event stream's URL works for a short while only.
    pub(crate) const fn has_ticket(&self) -> bool {
        self.ticket.is_some()
    }

    /// A video as JSON that came some other way than as an answer of the API: as an event, or from the provider.
    pub(crate) fn read_video(&self, json: &str) -> Option<Video> {
        let mut video: Video = json::read(json)?;
        let url = self.video_url(&video.id, "");
        make_absolute(&mut video, &url);
        Some(video)
    }

    /// The headers that a request to this URL carries: none if it is not one of the server's API.
    pub(crate) async fn headers_for(&self, url: &str) -> Vec<(String, String)> {
        if !url.starts_with(&self.url("")) {
            return Vec::new();
        }
        let ticket = match &self.ticket {
            Some(ticket) => ticket.get().await.ok(),
            None => None,
        };
        let bearer = ticket.map(|ticket| ("authorization".to_owned(), format!("Bearer {ticket}")));
        let mut headers = self.headers.clone();
        headers.extend(bearer);
        headers
    }

    fn video_url(&self, id: &str, rest: &str) -> String {
        self.url(&format!("/{}{rest}", encode(id)))
    }

    fn url(&self, rest: &str) -> String {
        self.api_url(&format!("videos{rest}"))
    }

    fn api_url(&self, path: &str) -> String {
        resolve(&format!("{}/api/{path}", self.base.trim_end_matches('/')), &page_url())
    }

    /// Asks with the ticket, and once more with the next if the server does not take it.
    fn ask<'a>(
        &'a self,
        method: &'a str,
        url: &'a str,
        body: Option<JsValue>,
        headers: &'a [(&'a str, &'a str)],
    ) -> Here<'a, Result<Answer, BackendError>> {
        // In a box, or each method would have all of it in its own future.
        Box::pin(async move {
            let no_ticket = |message| BackendError::NoTicket { message };
            let mut ticket = match &self.ticket {
                Some(source) => Some(source.get().await.map_err(no_ticket)?),
                None => None,
            };
            let mut again = true;
            loop {
                let answer = self.send(method, url, body.as_ref(), headers, ticket.as_deref()).await;
                match (&answer, &self.ticket, &ticket) {
                    (Err(BackendError::Server { status: 401, .. }), Some(source), Some(refused))
                        if again && source.refused(refused) =>
                    {
                        again = false;
                        ticket = Some(source.get().await.map_err(no_ticket)?);
                    }
                    _ => return answer,
                }
            }
        })
    }

    async fn send(
        &self,
        method: &str,
        url: &str,
        body: Option<&JsValue>,
        headers: &[(&str, &str)],
        ticket: Option<&str>,
    ) -> Result<Answer, BackendError> {
        let bearer = ticket.map(|ticket| format!("Bearer {ticket}"));
        let mut all: Vec<(&str, &str)> = self.headers.iter().map(|(name, value)| (&**name, &**value)).collect();
        all.extend(headers);
        if let Some(bearer) = &bearer {
            all.push(("authorization", bearer));
        }
        if body.is_some_and(JsValue::is_string) {
            // Text is JSON, whatever else is there says itself what it is.
            all.push(("content-type", "application/json"));
        }
        let headers = fetch::headers(&all).ok_or(BackendError::Network)?;
        let response = fetch::ask(method, url, headers, body).await.ok_or(BackendError::Network)?;
        let status = response.status();
        let text = fetch::text(&response).await.ok_or(BackendError::Network)?;
        if response.ok() {
            // What a service worker makes up has no URL.
            let from = Some(response.url()).filter(|from| !from.is_empty()).unwrap_or_else(|| url.to_owned());
            return Ok(Answer { url: from, status, text });
        }
        let wait = response.headers().get("retry-after").ok().flatten();
        match json::read::<ErrorBody>(&text) {
            Some(ErrorBody { error }) => {
                let retry_after = wait.and_then(|value| retry_after(&value, until));
                Err(BackendError::Server { status, error, retry_after })
            }
            None => Err(BackendError::Unreadable { status }),
        }
    }
}

/// How far away an HTTP date is.
pub(crate) fn until(date: &str) -> Option<Millis> {
    Some(js_sys::Date::parse(date) - js_sys::Date::now())
}

fn encode(part: &str) -> String {
    js_sys::encode_uri_component(part).into()
}

/// The query of a URL, of those that are not empty; "" if all are.
fn query(given: &[(&str, &str)]) -> String {
    let mut query = String::new();
    for (name, value) in given.iter().filter(|(_, value)| !value.is_empty()) {
        query += if query.is_empty() { "?" } else { "&" };
        query += &format!("{name}={}", encode(value));
    }
    query
}

/// An update as JSON, to the byte what serde writes.
fn describe(update: &UpdateVideo) -> String {
    let mut writer = Writer::default();
    if let Some(title) = &update.title {
        writer.text("title", title);
    }
    if let Some(time) = update.poster_time {
        let seconds = match number(time) {
            _ if !time.is_finite() => "null".to_owned(),
            whole if time.fract() == 0.0 => whole + ".0",
            seconds => seconds,
        };
        writer.json("poster_time", &seconds);
    }
    writer.finish()
}

fn from_json<T: FromJson>(answer: &Answer) -> Result<T, BackendError> {
    json::read(&answer.text).ok_or(BackendError::Unreadable { status: answer.status })
}
