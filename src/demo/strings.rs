//! All that the demo page says beyond its components.

use js_sys::{Array, Intl::RelativeTimeFormat, Object};
use reelway_api::{TrackKind, Video, VideoStatus};

use reelway::dom::set_property;

use crate::confirm::Question;

pub const BRAND: &str = "Reelway";
pub const SKIP: &str = "Skip to the content";
pub const HERO_TITLE: &str = "Drop a video. Watch it in a moment.";
pub const HERO_TEXT: &str = "It plays while it uploads, and streams as soon as it has arrived.";
pub const LIBRARY: &str = "Your videos";
pub const EMPTY_TITLE: &str = "No videos yet";
pub const EMPTY_TEXT: &str = "What you upload shows up here, ready to open and share.";
pub const LOAD_MORE: &str = "Show more";
pub const LOADING: &str = "Loading…";
pub const RETRY: &str = "Try again";
pub const DELETE: &str = "Delete";
pub const DELETE_VIDEO: Question = Question {
    id: "delete-title",
    title: "Delete this video?",
    text: "It is removed for everyone who has the link. This can’t be undone.",
    yes: DELETE,
    no: "Keep it",
};
pub const BACK: &str = "All videos";
pub const EDIT_TITLE: &str = "Edit the title";
pub const TITLE: &str = "Title";
pub const SAVE: &str = "Save";
pub const CANCEL: &str = "Cancel";
pub const COPY_LINK: &str = "Copy link";
pub const COPIED: &str = "Copied";
pub const SET_POSTER_HINT: &str = "Show the present frame before the video plays";
pub const SET_POSTER: &str = "Set as poster";
pub const POSTER_SET: &str = "Poster changed";
pub const NOT_FOUND_TITLE: &str = "There is no video here";
pub const NOT_FOUND_TEXT: &str = "The link may be mistyped, or the video was deleted.";
pub const FAILED_TITLE: &str = "This video can’t be played";
pub const FAILED_TEXT: &str = "Something went wrong while it was processed.";
pub const PROCESSING_TITLE: &str = "Almost there";
pub const PROCESSING_TEXT: &str = "The video is being made ready to stream. This page turns into the player by itself.";
pub const UPLOADING_TITLE: &str = "Still on its way";
pub const UPLOADING_TEXT: &str =
    "The file is not complete yet. If the upload was interrupted, drop the same file on the first page again.";
pub const GONE_TITLE: &str = "This upload was not finished";
pub const GONE_TEXT: &str = "It was cancelled, or its time ran out. Upload the file again to watch it.";
pub const PROVIDER: &str = "Upload to";
pub const CAPTIONS: &str = "Captions";
pub const CAPTIONS_NONE: &str = "None beside the video yet. A file in WebVTT (.vtt) or SubRip (.srt) will do.";
pub const CAPTIONS_ADD: &str = "Add captions";
pub const CAPTIONS_OTHER_FILE: &str = "Choose another file";
pub const CAPTIONS_LANGUAGE: &str = "Language";
pub const CAPTIONS_LANGUAGE_HINT: &str = "A tag or a name: en, pt-BR, German";
pub const CAPTIONS_LANGUAGE_UNKNOWN: &str = "The browser does not know this language.";
pub const CAPTIONS_LABEL: &str = "Name in the menu";
pub const CAPTIONS_LABEL_HINT: &str = "Left empty: the name of the language";
pub const CAPTIONS_KIND: &str = "Kind";
pub const ADD: &str = "Add";
pub const CAPTIONS_ADDING: &str = "Adding…";
pub const CAPTIONS_UNREADABLE: &str = "The file can’t be read any more. Choose it again.";
pub const SUBTITLES_KIND: &str = "Subtitles: what is said";
pub const CAPTIONS_KIND_LONG: &str = "Captions: sounds as well";
pub const REMOVE: &str = "Remove";
pub const REMOVE_CAPTIONS: Question = Question {
    id: "remove-captions-title",
    title: "Remove these captions?",
    text: "They are gone from the player’s menu for everyone. This can’t be undone.",
    yes: REMOVE,
    no: "Keep them",
};
pub const MAKING_RENDITIONS: &str = "Smaller versions for slow connections are still being made";

/// The name of a button that acts on a video.
pub fn action(action: &str, title: &str) -> String {
    format!("{action}: {title}")
}

/// What captions are for, in a word.
pub const fn kind(kind: TrackKind) -> &'static str {
    match kind {
        TrackKind::Captions => "Captions",
        _ => "Subtitles",
    }
}

/// What is said once captions are there.
pub fn captions_added(name: &str) -> String {
    format!("Added: {name}")
}

/// What is said once captions are gone.
pub fn captions_removed(name: &str) -> String {
    format!("Removed: {name}")
}

/// The badge of a video that can't be watched yet, or never.
pub fn badge(video: &Video) -> Option<String> {
    Some(match video.status {
        VideoStatus::Ready => return None,
        VideoStatus::AwaitingUpload | VideoStatus::Uploading => "Uploading".into(),
        VideoStatus::Processing => match video.percent {
            Some(percent) => format!("Processing {percent} %"),
            None => "Processing".into(),
        },
        VideoStatus::Failed => "Failed".into(),
        VideoStatus::Cancelled => "Cancelled".into(),
        VideoStatus::Expired => "Expired".into(),
    })
}

/// `5 minutes ago`, `yesterday`. In milliseconds since the Unix epoch.
pub fn ago(then: u64) -> String {
    let seconds = (js_sys::Date::now() - then as f64) / 1000.0;
    let (count, unit) = match seconds {
        s if s < 45.0 => return "just now".into(),
        s if s < 3_600.0 => (s / 60.0, "minute"),
        s if s < 86_400.0 => (s / 3_600.0, "hour"),
        s if s < 86_400.0 * 30.0 => (s / 86_400.0, "day"),
        s if s < 86_400.0 * 365.0 => (s / 86_400.0 / 30.0, "month"),
        s => (s / 86_400.0 / 365.0, "year"),
    };
    let options = Object::new();
    set_property(&options, "numeric", "auto");
    let format = RelativeTimeFormat::new(&Array::of1(&"en".into()), &options);
    format.format(-count.round().max(1.0), unit).into()
}
