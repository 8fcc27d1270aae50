//! One family of icons: 24 px, drawn in strokes of the text's colour.

use super::html::{View, attr, html};

/// To a screen or speaker nearby.
pub const AIRPLAY: &str = "M6 16.5H4V5h16v11.5h-2M12 14.5l5 5.5H7z";
/// Arrow to the left.
pub const BACK: &str = "M19 12H5M11 6l-6 6 6 6";
/// Captions.
pub const CAPTIONS: &str = "M3.5 5.5h17v13h-17zM10.6 10.4a2 2 0 1 0 0 3.2M16.9 10.4a2 2 0 1 0 0 3.2";
/// Something is done.
pub const CHECK: &str = "M5 12.5l4.5 4.5L19 7.5";
/// Back to the list before.
pub const CHEVRON: &str = "M14.5 6l-6 6 6 6";
/// Remove, or end.
pub const CLOSE: &str = "M6 6l12 12M18 6L6 18";
/// Copy.
pub const COPY: &str = "M8.5 8.5V4h11.5v11.5h-4.5M4 8.5h11.5V20H4z";
/// To the front of a queue.
pub const FIRST: &str = "M5 4.5h14M12 20V9M7 13.5L12 8.5l5 5";
/// A video, where there is no picture of it.
pub const FILM: &str = "M4 5h16v14H4zM8 5v14M16 5v14M4 9.7h4M4 14.3h4M16 9.7h4M16 14.3h4";
/// On in time.
pub const FORWARD: &str = "M5 6.5l6 5.5-6 5.5zM12.5 6.5l6 5.5-6 5.5z";
/// Into fullscreen.
pub const FULLSCREEN: &str = "M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5";
/// Out of fullscreen.
pub const FULLSCREEN_EXIT: &str = "M9 4v5H4M15 4v5h5M9 20v-5H4M15 20v-5h5";
/// A picture.
pub const IMAGE: &str = "M4 5h16v14H4zM4 16l4.5-4.5L13 16l3-3 4 4M15.5 9.5h.01";
/// An address to copy.
pub const LINK: &str =
    "M10 14a4 4 0 0 0 5.8.3l3-3a4 4 0 0 0-5.7-5.7l-1.3 1.3M14 10a4 4 0 0 0-5.8-.3l-3 3a4 4 0 0 0 5.7 5.7l1.3-1.3";
/// Pause.
pub const PAUSE: &str = "M8.5 5.5v13M15.5 5.5v13";
/// Change the text.
pub const PENCIL: &str = "M4.5 19.5l.9-4L16 4.9a1.8 1.8 0 0 1 2.6 0l.5.5a1.8 1.8 0 0 1 0 2.6L8.5 18.6z";
/// Picture in picture.
pub const PIP: &str = "M4 5h16v14H4zM12.5 12h4.5v4h-4.5z";
/// Play.
pub const PLAY: &str = "M7.5 5v14l11.5-7z";
/// Try again, or play again.
pub const RETRY: &str = "M4.5 12a7.5 7.5 0 1 0 2.4-5.5M4.5 4v4.5H9";
/// Back in time.
pub const REWIND: &str = "M19 6.5L13 12l6 5.5zM11.5 6.5l-6 5.5 6 5.5z";
/// What can be set.
pub const SETTINGS: &str = "M12 8.8a3.2 3.2 0 1 0 0 6.4 3.2 3.2 0 0 0 0-6.4zM10.3 3.5h3.4l.5 2.4 1.9 1.1 2.3-.8 1.7 2.9-1.8 1.7v2.4l1.8 1.7-1.7 2.9-2.3-.8-1.9 1.1-.5 2.4h-3.4l-.5-2.4-1.9-1.1-2.3.8-1.7-2.9 1.8-1.7v-2.4L3.9 9.1l1.7-2.9 2.3.8 1.9-1.1z";
/// Speed.
pub const SPEED: &str = "M4.6 17.5a8.5 8.5 0 1 1 14.8 0M12 13.5l3.5-4.5";
/// Delete.
pub const TRASH: &str = "M4 6.5h16M9.5 6.5V4h5v2.5M6 6.5l1 13.5h10l1-13.5M10 10.5v6M14 10.5v6";
/// Send a file.
pub const UPLOAD: &str = "M12 15.5V4.5M7 9l5-5 5 5M4.5 15v3.5A1.5 1.5 0 0 0 6 20h12a1.5 1.5 0 0 0 1.5-1.5V15";
/// Sound.
pub const VOLUME: &str = "M4 9.5v5h3.5l4.5 4v-13l-4.5 4zM15.5 9a4.2 4.2 0 0 1 0 6M18 6.5a7.8 7.8 0 0 1 0 11";
/// Little sound.
pub const VOLUME_LOW: &str = "M4 9.5v5h3.5l4.5 4v-13l-4.5 4zM15.5 9a4.2 4.2 0 0 1 0 6";
/// No sound.
pub const VOLUME_OFF: &str = "M4 9.5v5h3.5l4.5 4v-13l-4.5 4zM16 9.5l5 5M21 9.5l-5 5";
/// Something is wrong.
pub const WARNING: &str = "M12 9v4.5M12 16.8h.01M10.6 4.3L2.9 17.6A1.6 1.6 0 0 0 4.3 20h15.4a1.6 1.6 0 0 0 1.4-2.4L13.4 4.3a1.6 1.6 0 0 0-2.8 0z";

/// An icon: one of this module's paths. What it means is said by the text or the label of the control around it.
pub fn icon(path: &'static str) -> View {
    live_icon(move || path)
}

/// An icon that changes with the signals that `path` reads.
pub fn live_icon(path: impl Fn() -> &'static str + 'static) -> View {
    html! {
        <svg class="rw-icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
            <path {..attr("d", path)} />
        </svg>
    }
}
