//! When to look, and what is to be seen.

use std::rc::Rc;

use reelway_core::{
    Millis,
    playback::{
        PlaybackError,
        recovery::Fault,
        watchdog::{Look, PACE, Sight},
    },
};
use web_sys::VisibilityState;

use super::{Guard, Phase};
use crate::{dom::window, listener::Listener, player::engine::EngineEvent, timer::Timer};

/// Milliseconds without a movement after which the user sees that it waits.
const NOTICED: Millis = 1_500.0;

impl Guard {
    pub(super) fn listen(self: &Rc<Self>) {
        let on = |target: &web_sys::EventTarget, name, act: fn(&Rc<Self>)| {
            let me = Rc::downgrade(self);
            Listener::new(target, name, move |_| {
                if let Some(guard) = me.upgrade() {
                    act(&guard);
                }
            })
        };
        let video = &self.video;
        let mut listeners = vec![
            on(video, "play", Self::watch),
            on(video, "seeking", Self::on_seek),
            on(video, "waiting", Self::on_dry),
            on(&window(), "online", Self::on_online),
            on(&window(), "offline", |guard| (guard.report)(EngineEvent::Offline(true))),
        ];
        if let Some(document) = window().document() {
            listeners.push(on(&document, "visibilitychange", |guard| {
                if let Some(renewer) = &guard.renewer {
                    renewer.arm();
                }
            }));
        }
        let _ = self.listeners.set(listeners);
    }

    fn on_seek(self: &Rc<Self>) {
        self.fetches(self.video.current_time());
        self.watch();
    }

    fn on_online(self: &Rc<Self>) {
        (self.report)(EngineEvent::Offline(false));
        if matches!(self.phase.get(), Phase::Stepping | Phase::PlayingOut) {
            let step = self.ladder.borrow_mut().online(self.clock.now());
            self.take(step, PlaybackError::Network);
        }
    }

    fn on_dry(self: &Rc<Self>) {
        self.watch();
        if self.phase.get() == Phase::PlayingOut {
            let step = self.ladder.borrow_mut().ran_dry(self.clock.now());
            if let Some(step) = step {
                self.take(step, PlaybackError::Network);
            }
        }
    }

    /// Looks from now on, every second, for as long as somebody waits for a picture.
    pub(super) fn watch(self: &Rc<Self>) {
        if self.phase.get() == Phase::Stopped || self.tick.borrow().is_some() {
            return;
        }
        let me = Rc::downgrade(self);
        self.tick.replace(Some(Timer::new(PACE, move || {
            if let Some(guard) = me.upgrade() {
                guard.tick.take();
                guard.look();
            }
        })));
    }

    fn look(self: &Rc<Self>) {
        let video = &self.video;
        let hidden = window().document().is_some_and(|page| page.visibility_state() == VisibilityState::Hidden);
        let ranges = video.buffered();
        let buffered = ranges.length().checked_sub(1).and_then(|last| ranges.end(last).ok()).unwrap_or_default();
        let look = Look {
            time: video.current_time(),
            playing: !video.paused() && !video.ended(),
            seeking: video.seeking(),
            empty: self.fetches && video.ready_state() == 0,
            visible: !hidden,
            bytes: self.engine().bytes() + buffered,
            blind: self.picture.get() && video.video_width() == 0,
        };
        let now = self.clock.now();
        let sight = self.watchdog.borrow_mut().look(now, look);
        match sight {
            Sight::Fine => {
                self.moved_at.set(now);
                self.ladder.borrow_mut().fine(now);
                (self.report)(EngineEvent::Still(false));
            }
            _ if !look.empty && now - self.moved_at.get() >= NOTICED => (self.report)(EngineEvent::Still(true)),
            _ => {}
        }
        match sight {
            Sight::Still => self.on_fault(Fault::Stalled, self.engine().fetching()),
            Sight::NoPicture => self.on_fault(Fault::Codec, None),
            Sight::Fine | Sight::Waiting => {}
        }
        if look.playing || look.seeking || look.empty {
            self.watch();
        }
    }
}
