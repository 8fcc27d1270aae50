//! Tells what viewers notice: to the page's callback, and as events at the root.

use crate::components::signals::*;
use js_sys::Object;
use reelway_core::playback::qoe::{Input, Observer, Qoe, Rendition};
use web_sys::HtmlElement;

use super::{PlayerHandle, events};
use crate::{dom::set_property, timer::Clock};

/// Watches one player.
#[derive(Default)]
pub(super) struct Watch {
    observer: Observer,
    clock: Clock,
    tell: Option<Callback<Qoe>>,
}

impl PlayerHandle {
    /// Who is told.
    pub(super) fn tell(&self, tell: Option<Callback<Qoe>>) {
        self.watch.update_value(|watch| watch.tell = tell);
    }

    /// Takes what happens, and tells what that means to the viewer.
    pub(super) fn observe(&self, input: Input) {
        let noticed = self.watch.try_update_value(|watch| {
            let now = watch.clock.now();
            watch.observer.take(input, now).map(|qoe| (qoe, watch.tell))
        });
        let Some((qoe, tell)) = noticed.flatten() else { return };
        if let Some(root) = self.root.try_get_untracked().flatten() {
            let root: &HtmlElement = root.as_ref();
            let overcome = matches!(qoe, Qoe::Error { fatal: false, .. });
            // A page that listens for `error`, as at a <video>, wants to hear of failures only.
            events::dispatch(root, if overcome { "recovered" } else { qoe.name() }, &detail(&qoe));
        }
        if let Some(tell) = tell {
            tell.run(qoe);
        }
    }
}

/// The event's `detail`, in JavaScript's spelling.
pub fn detail(qoe: &Qoe) -> Object {
    let detail = Object::new();
    let set = |name, value: &str| set_property(&detail, name, value);
    let number = |name, value: f64| set_property(&detail, name, value);
    let size = |rendition: &Rendition| {
        number("width", rendition.width.into());
        number("height", rendition.height.into());
        number("bitrate", rendition.bitrate.into());
    };
    match qoe {
        Qoe::Startup { took, engine, prefetched, rendition } => {
            number("duration", *took);
            set("engine", engine);
            set_property(&detail, "prefetched", *prefetched);
            size(rendition);
        }
        Qoe::Rebuffer { at, took, position, reason } => {
            number("start", *at);
            number("duration", *took);
            number("position", *position);
            set("reason", reason.code());
        }
        Qoe::Rendition { from, to, auto } => {
            if let Some(from) = from {
                set_property(&detail, "from", self::detail(&Qoe::Rendition { from: None, to: *from, auto: *auto }));
            }
            size(to);
            set_property(&detail, "auto", *auto);
        }
        Qoe::Error { code, message, fatal, recovered_by } => {
            set("code", code);
            set("message", message);
            set_property(&detail, "fatal", *fatal);
            if let Some(step) = recovered_by {
                set("recoveredBy", step);
            }
        }
    }
    detail
}
