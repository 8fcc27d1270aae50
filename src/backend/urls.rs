//! The URLs in a server's answers, made absolute.

use reelway_api::{Playback, UploadTarget, Video};
use web_sys::Url;

use crate::dom::page_url;

/// The absolute form of a server's base URL, by which uploads to it are known.
pub(crate) fn base_url(endpoint: &str) -> String {
    resolve(&format!("{}/", endpoint.trim_end_matches('/')), &page_url())
}

/// Makes a URL absolute that is relative to `base`.
pub fn resolve(url: &str, base: &str) -> String {
    Url::new_with_base(url, base).map_or_else(|_| url.to_owned(), |url| url.href())
}

/// Makes the URLs of a target absolute that are relative to `base`.
pub(crate) fn make_target_absolute(target: &mut UploadTarget, base: &str) {
    let make = |url: &mut String| *url = resolve(url, base);
    // An S3 multipart upload has its URLs in `multipart` only.
    if !target.url.is_empty() {
        make(&mut target.url);
    }
    if let Some(multipart) = &mut target.multipart {
        let further = [&mut multipart.sign_url, &mut multipart.list_url, &mut multipart.abort_url];
        further.into_iter().flatten().chain(&mut multipart.part_urls).for_each(make);
        make(&mut multipart.complete_url);
    }
}

/// Makes the URLs of a video absolute that are relative to `base`.
pub(super) fn make_absolute(video: &mut Video, base: &str) {
    if let Some(playback) = &mut video.playback {
        make_playback_absolute(playback, base);
    }
}

/// Makes the URLs of its playback absolute that are relative to `base`.
pub(super) fn make_playback_absolute(playback: &mut Playback, base: &str) {
    playback.hls = resolve(&playback.hls, base);
    for track in &mut playback.tracks {
        track.src = resolve(&track.src, base);
    }
    for url in [&mut playback.poster, &mut playback.storyboard].into_iter().flatten() {
        *url = resolve(url, base);
    }
}
