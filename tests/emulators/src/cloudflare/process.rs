//! What time does to videos, and the webhook at its end.
//! <https://developers.cloudflare.com/stream/manage-video-library/using-webhooks/>

use std::time::Duration;

use super::{
    Account,
    state::{Outcome, State},
};
use crate::{
    outbox::{Event, Manner},
    secret,
};

/// How often the clock is looked at.
const LOOK: Duration = Duration::from_millis(10);

/// How webhooks are sent. How often Cloudflare tries is not documented: five times here.
pub fn manner() -> Manner {
    Manner {
        headers: |secret, time, _, body| vec![("webhook-signature", signature(secret, time, body))],
        timeout: Duration::from_secs(5),
        pauses: [1, 5, 30, 300].map(Duration::from_secs).to_vec(),
        lists_attempts: false,
    }
}

/// `Webhook-Signature`.
pub fn signature(secret: &str, time: u64, body: &[u8]) -> String {
    format!("time={time},sig1={}", secret::timestamped_hmac(secret, time, body))
}

/// Does what is due, as long as it is polled.
pub async fn keep_up(account: Account) {
    loop {
        account.settle();
        tokio::time::sleep(LOOK).await;
    }
}

impl Account {
    /// Does what is due.
    pub fn settle(&self) {
        let now = self.desk().clock.now();
        let half = self.setup().processing / 2;
        let mut state = self.state();
        let mut done = Vec::new();
        for video in &mut state.videos {
            let Some(due) = video.due else { continue };
            if matches!(video.state, "queued" | "inprogress") && due <= now {
                video.state = if video.error.is_some() { "error" } else { "ready" };
                done.push(video.uid.clone());
            } else if video.state == "queued" && due.saturating_sub(half) <= now {
                video.state = "inprogress";
            }
        }
        for uid in done {
            self.tell(&state, &uid);
        }
    }

    /// A video has come whole.
    pub(crate) fn uploaded(&self, uid: &str) {
        let now = self.desk().clock.now();
        let mut state = self.state();
        let outcome = state.outcomes.pop_front().unwrap_or(Outcome::Ready);
        let Some(video) = state.video_mut(uid) else { return };
        (video.state, video.uploaded) = ("queued", Some(now));
        video.due = (outcome != Outcome::Stuck).then(|| now + self.setup().processing);
        if let Outcome::Error { code, text } = outcome {
            video.error = Some((code, text));
        }
    }

    /// Says that a video's processing has ended.
    fn tell(&self, state: &State, uid: &str) {
        if let Some(video) = state.video(uid) {
            let body = video.json(&self.hosts().video, self.film());
            self.outbox().send(Event { id: uid.to_owned(), kind: video.state.to_owned(), body });
        }
    }
}
