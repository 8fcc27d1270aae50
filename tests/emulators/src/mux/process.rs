//! What time does to uploads and assets.

use std::time::Duration;

use super::{
    Account,
    state::{Asset, Outcome},
};
use crate::secret;

/// How often the clock is looked at.
const LOOK: Duration = Duration::from_millis(10);

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
        let mut state = self.state();
        for upload in &mut state.uploads {
            // No webhook tells of it.
            if upload.status == "waiting" && now > upload.created + Duration::from_secs(upload.timeout) {
                upload.status = "timed_out";
            }
        }
        let mut done = Vec::new();
        for asset in &mut state.assets {
            if asset.status == "preparing" && asset.due.is_some_and(|due| due <= now) {
                asset.status = if asset.error.is_some() { "errored" } else { "ready" };
                done.push((asset.id.clone(), asset.status));
            }
        }
        for (id, status) in done {
            self.tell_asset(&state, &format!("video.asset.{status}"), &id);
        }
    }

    /// An upload has come whole: it gets its asset, or its error.
    pub(crate) fn uploaded(&self, id: &str) {
        let now = self.desk().clock.now();
        let mut state = self.state();
        let outcome = state.outcomes.pop_front().unwrap_or(Outcome::Ready);
        let Some(upload) = state.upload_mut(id) else { return };
        if let Outcome::UploadErrored(error) = outcome {
            (upload.status, upload.error) = ("errored", Some(error));
            return self.tell_upload(&state, "video.upload.errored", id);
        }
        let mut asset = Asset::new(secret::random(40), Some(id.to_owned()), upload.settings.clone(), now);
        asset.due = (outcome != Outcome::Stuck).then(|| now + self.setup().processing);
        if let Outcome::AssetErrored(error) = outcome {
            asset.error = Some(error);
        }
        (upload.status, upload.asset_id) = ("asset_created", Some(asset.id.clone()));
        let asset_id = asset.id.clone();
        state.assets.push(asset);
        self.tell_upload(&state, "video.upload.asset_created", id);
        self.tell_asset(&state, "video.asset.created", &asset_id);
    }
}
