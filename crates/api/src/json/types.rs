//! The types of the API, from and to JSON.

use std::collections::BTreeMap;

use super::{Fields, FromJson, Json, ToJson, Writer, list};
use crate::{
    ApiError, CreateVideo, CreatedVideo, Digest, ErrorBody, ErrorCode, EventsUrl, Multipart, Playback, Protocol,
    ProviderInfo, ProviderList, TextTrack, TrackKind, UploadTarget, Video, VideoList, VideoStatus,
};

/// Names of an enum's values, in JSON.
type Names<T> = [(&'static str, T)];

fn by_name<T: Copy>(json: &Json, names: &Names<T>, other: Option<T>) -> Option<T> {
    let text = json.as_text()?;
    names.iter().find(|(name, _)| *name == text).map(|(_, value)| *value).or(other)
}

fn name_of<T: Copy + PartialEq>(value: T, names: &Names<T>) -> &'static str {
    names.iter().find(|(_, known)| *known == value).map_or("unknown", |(name, _)| name)
}

const PROTOCOLS: &Names<Protocol> = &[
    ("resumable", Protocol::Resumable),
    ("tus", Protocol::Tus),
    ("s3_multipart", Protocol::S3Multipart),
    ("oci_multipart", Protocol::OciMultipart),
    ("put", Protocol::Put),
];

const DIGESTS: &Names<Digest> = &[("sha-256", Digest::Sha256), ("sha-1", Digest::Sha1)];

const STATUSES: &[VideoStatus] = &[
    VideoStatus::AwaitingUpload,
    VideoStatus::Uploading,
    VideoStatus::Processing,
    VideoStatus::Ready,
    VideoStatus::Failed,
    VideoStatus::Cancelled,
    VideoStatus::Expired,
];

impl FromJson for Protocol {
    fn from_json(json: &Json) -> Option<Self> {
        by_name(json, PROTOCOLS, Some(Self::Unknown))
    }
}

impl FromJson for Digest {
    fn from_json(json: &Json) -> Option<Self> {
        by_name(json, DIGESTS, None)
    }
}

impl FromJson for TrackKind {
    fn from_json(json: &Json) -> Option<Self> {
        by_name(json, &[("subtitles", Self::Subtitles), ("captions", Self::Captions)], Some(Self::Unknown))
    }
}

impl FromJson for VideoStatus {
    fn from_json(json: &Json) -> Option<Self> {
        let text = json.as_text()?;
        STATUSES.iter().copied().find(|status| status.as_str() == text)
    }
}

impl FromJson for ErrorCode {
    fn from_json(json: &Json) -> Option<Self> {
        let text = json.as_text()?;
        Some(Self::ALL.iter().copied().find(|code| code.as_str() == text).unwrap_or(Self::Unknown))
    }
}

impl FromJson for ApiError {
    fn from_json(json: &Json) -> Option<Self> {
        Some(Self { code: json.field("code")?, message: json.field("message")? })
    }
}

impl FromJson for ErrorBody {
    fn from_json(json: &Json) -> Option<Self> {
        Some(Self { error: json.field("error")? })
    }
}

/// Headers: an object of texts.
impl FromJson for BTreeMap<String, String> {
    fn from_json(json: &Json) -> Option<Self> {
        let Json::Object(fields) = json else { return None };
        let mut map = Self::new();
        for (name, value) in fields {
            map.insert(name.clone(), value.as_text()?.to_owned());
        }
        Some(map)
    }
}

impl FromJson for Multipart {
    fn from_json(json: &Json) -> Option<Self> {
        let mut fields = Fields::of(json);
        let value = Self {
            part_urls: fields.or_default("part_urls"),
            sign_url: fields.option("sign_url"),
            list_url: fields.option("list_url"),
            complete_url: fields.field("complete_url"),
            abort_url: fields.option("abort_url"),
        };
        fields.done(value)
    }
}

impl FromJson for UploadTarget {
    fn from_json(json: &Json) -> Option<Self> {
        target(json, None)
    }
}

/// Reads an upload target. What `usual` has counts for protocol, URL and limits that are absent; without it they have to
/// be there.
pub fn target(json: &Json, usual: Option<UploadTarget>) -> Option<UploadTarget> {
    let mut fields = Fields::of(json);
    let whole = usual.is_none();
    let mut target = usual.unwrap_or_else(|| UploadTarget::new(Protocol::Unknown, ""));
    let mut missing = false;
    match fields.option("protocol") {
        Some(protocol) => target.protocol = protocol,
        None => missing = true,
    }
    match fields.option("url") {
        Some(url) => target.url = url,
        None => missing = true,
    }
    for (name, limit) in [
        ("min_chunk", &mut target.min_chunk),
        ("max_chunk", &mut target.max_chunk),
        ("chunk_multiple", &mut target.chunk_multiple),
    ] {
        match fields.option(name) {
            Some(value) => *limit = value,
            None => missing = true,
        }
    }
    match fields.option("parallel") {
        Some(parallel) => target.parallel = parallel,
        None => missing = true,
    }
    target.headers = fields.or_default("headers");
    target.digest = fields.option("digest");
    target.expires_at = fields.option("expires_at");
    target.create = fields.or_default("create");
    target.multipart = fields.option("multipart");
    fields.done(target).filter(|_| !(missing && whole))
}

impl FromJson for TextTrack {
    fn from_json(json: &Json) -> Option<Self> {
        let kind = json.field("kind")?;
        let mut fields = Fields::of(json);
        let value = Self {
            id: fields.field("id"),
            src: fields.field("src"),
            kind,
            language: fields.or_default("language"),
            label: fields.or_default("label"),
        };
        fields.done(value)
    }
}

impl FromJson for Playback {
    fn from_json(json: &Json) -> Option<Self> {
        let mut fields = Fields::of(json);
        let value = Self {
            hls: fields.field("hls"),
            poster: fields.option("poster"),
            storyboard: fields.option("storyboard"),
            expires_at: fields.option("expires_at"),
            tracks: fields.or_default("tracks"),
        };
        fields.done(value)
    }
}

impl FromJson for Video {
    fn from_json(json: &Json) -> Option<Self> {
        let status = json.field("status")?;
        let mut fields = Fields::of(json);
        let value = Self {
            id: fields.field("id"),
            title: fields.field("title"),
            provider: fields.field("provider"),
            status,
            percent: fields.option("percent"),
            size: fields.option("size"),
            duration: fields.option("duration"),
            width: fields.option("width"),
            height: fields.option("height"),
            poster_time: fields.option("poster_time"),
            error: fields.option("error"),
            created_at: fields.field("created_at"),
            revision: fields.field("revision"),
            playback: fields.option("playback"),
        };
        fields.done(value)
    }
}

impl FromJson for CreatedVideo {
    fn from_json(json: &Json) -> Option<Self> {
        Some(Self { video: json.field("video")?, upload: json.field("upload")? })
    }
}

impl FromJson for VideoList {
    fn from_json(json: &Json) -> Option<Self> {
        let mut fields = Fields::of(json);
        let value = Self { videos: fields.field("videos"), next_cursor: fields.option("next_cursor") };
        fields.done(value)
    }
}

impl FromJson for EventsUrl {
    fn from_json(json: &Json) -> Option<Self> {
        Some(Self { url: json.field("url")?, expires_at: json.field("expires_at")? })
    }
}

impl FromJson for ProviderInfo {
    fn from_json(json: &Json) -> Option<Self> {
        let mut fields = Fields::of(json);
        let value = Self { name: fields.field("name"), label: fields.field("label"), default: fields.field("default") };
        fields.done(value)
    }
}

impl FromJson for ProviderList {
    fn from_json(json: &Json) -> Option<Self> {
        Some(Self { providers: json.field("providers")? })
    }
}

impl ToJson for CreateVideo {
    fn to_json(&self) -> String {
        let mut writer = Writer::default();
        writer.text("filename", &self.filename);
        if let Some(title) = &self.title {
            writer.text("title", title);
        }
        writer.maybe_whole("size", self.size).maybe_text("content_type", self.content_type.as_deref());
        if let Some(protocol) = self.protocol {
            writer.text("protocol", name_of(protocol, PROTOCOLS));
        }
        if let Some(provider) = &self.provider {
            writer.text("provider", provider);
        }
        writer.finish()
    }
}

impl ToJson for Multipart {
    fn to_json(&self) -> String {
        Writer::default()
            .json("part_urls", &list(&self.part_urls, |url| url.to_json()))
            .maybe_text("sign_url", self.sign_url.as_deref())
            .maybe_text("list_url", self.list_url.as_deref())
            .text("complete_url", &self.complete_url)
            .maybe_text("abort_url", self.abort_url.as_deref())
            .finish()
    }
}

impl ToJson for UploadTarget {
    fn to_json(&self) -> String {
        let mut headers = Writer::default();
        for (name, value) in &self.headers {
            headers.text(name, value);
        }
        let mut writer = Writer::default();
        writer
            .text("protocol", name_of(self.protocol, PROTOCOLS))
            .text("url", &self.url)
            .json("headers", &headers.finish())
            .whole("min_chunk", self.min_chunk)
            .whole("max_chunk", self.max_chunk)
            .whole("chunk_multiple", self.chunk_multiple)
            .whole("parallel", self.parallel.into())
            .maybe_text("digest", self.digest.map(|digest| name_of(digest, DIGESTS)))
            .maybe_whole("expires_at", self.expires_at);
        if self.create {
            writer.flag("create", true);
        }
        if let Some(multipart) = &self.multipart {
            writer.json("multipart", &multipart.to_json());
        }
        writer.finish()
    }
}

impl ToJson for TextTrack {
    fn to_json(&self) -> String {
        let kind = match self.kind {
            TrackKind::Unknown => "unknown",
            kind => kind.attribute(),
        };
        Writer::default()
            .text("id", &self.id)
            .text("src", &self.src)
            .text("kind", kind)
            .text("language", &self.language)
            .text("label", &self.label)
            .finish()
    }
}

impl ToJson for Playback {
    fn to_json(&self) -> String {
        let mut writer = Writer::default();
        writer
            .text("hls", &self.hls)
            .maybe_text("poster", self.poster.as_deref())
            .maybe_text("storyboard", self.storyboard.as_deref())
            .maybe_whole("expires_at", self.expires_at);
        if !self.tracks.is_empty() {
            writer.json("tracks", &list(&self.tracks, ToJson::to_json));
        }
        writer.finish()
    }
}

#[cfg(test)]
#[path = "types_tests.rs"]
mod tests;
