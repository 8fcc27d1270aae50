//! What the player says to those who do not see it, in one polite region, and the sign over the picture for those who
//! do. Both answer what the user does; by itself the announcer says only that playing does not go on.

use crate::components::{html::*, signals::*};
use reelway_core::Millis;

use super::{PlayerHandle, strings};
use crate::{components::icons::icon, timer::Timer};

/// A key that is held down is answered once it rests.
const REST: Millis = 200.0;
/// What was said is taken back after that, so that the same can be said again.
const FORGET: Millis = 4_000.0;
/// Shorter waits are not worth a word.
const PATIENCE: Millis = 1_500.0;
/// How long a sign is there; `feedback.css` fades it out within that time.
const SIGN: Millis = 800.0;

/// Where on the picture a sign appears.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Left,
    Middle,
    Right,
}

/// An icon, a text, or both.
#[derive(Clone)]
pub(super) struct Sign {
    pub icon: &'static str,
    pub text: String,
    pub side: Side,
}

impl Sign {
    /// In the middle.
    pub fn of(icon: &'static str, text: &str) -> Self {
        Self { icon, text: text.to_owned(), side: Side::Middle }
    }
}

#[derive(Clone, Copy)]
pub(super) struct Announcer {
    said: RwSignal<String>,
    sign: RwSignal<Option<Sign>>,
    speaking: StoredValue<Option<Timer>>,
    forgetting: StoredValue<Option<Timer>>,
    showing: StoredValue<Option<Timer>>,
    waiting: StoredValue<Option<Timer>>,
    /// Seconds sought while the sign was there.
    total: StoredValue<f64>,
}

impl Announcer {
    pub fn new() -> Self {
        Self {
            said: RwSignal::default(),
            sign: RwSignal::new(None),
            speaking: StoredValue::new(None),
            forgetting: StoredValue::new(None),
            showing: StoredValue::new(None),
            waiting: StoredValue::new(None),
            total: StoredValue::new(0.0),
        }
    }

    /// Says it, in place of what is still waiting to be said.
    pub fn say(&self, words: String) {
        let Self { said, forgetting, .. } = *self;
        self.speaking.try_set_value(Some(Timer::new(REST, move || {
            said.try_set(words);
            forgetting.try_set_value(Some(Timer::new(FORGET, move || {
                said.try_set(String::new());
            })));
        })));
    }

    /// Shows it for a moment.
    pub fn show(&self, sign: Sign) {
        let Self { sign: shown, total, .. } = *self;
        shown.set(Some(sign));
        self.showing.set_value(Some(Timer::new(SIGN, move || {
            shown.try_set(None);
            total.try_set_value(0.0);
        })));
    }

    /// The seconds that were sought in this direction since the last sign went, and these.
    pub fn add_up(&self, seconds: f64) -> f64 {
        let before = self.total.get_value();
        let total = if before * seconds > 0.0 { before + seconds } else { seconds };
        self.total.set_value(total);
        total
    }

    /// Says that playing does not go on, once that lasts.
    fn follow(&self, handle: PlayerHandle) {
        let announcer = *self;
        effect(move || {
            let (delay, words) = match (handle.reconnecting.get(), handle.waiting.get() && !handle.paused.get()) {
                (true, _) => (0.0, Some(strings::RECONNECTING)),
                (false, true) => (PATIENCE, Some(strings::BUFFERING)),
                (false, false) => (0.0, None),
            };
            // What fails for good is said by an alert.
            let words = words.filter(|_| handle.error.get().is_none());
            let timer = words.map(|words| Timer::new(delay, move || announcer.say(handle.texts.get(words))));
            announcer.waiting.set_value(timer);
        });
    }
}

/// The region and the sign.
pub(super) fn feedback(handle: PlayerHandle, announcer: Announcer) -> View {
    announcer.follow(handle);
    let sign = move || {
        announcer.sign.get().map(|sign| {
            let side = match sign.side {
                Side::Left => "left",
                Side::Middle => "middle",
                Side::Right => "right",
            };
            let picture = (!sign.icon.is_empty()).then(|| icon(sign.icon));
            let words = (!sign.text.is_empty()).then(|| html! { <span>{sign.text}</span> });
            html! { <div part="feedback" class="rw-sign" aria-hidden="true" data-side={side}>{picture}{words}</div> }
        })
    };
    html! {
        <div role="status" class="rw-spoken">{text(move || announcer.said.get())}</div>
        {part(sign)}
    }
}
