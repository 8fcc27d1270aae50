//! Tells those who watch a video, within this process, of its changes.
//!
//! A watcher that is slow sees the latest state only: states in between are of no use to anybody.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use tokio::sync::watch;

use crate::db::VideoRow;

/// What a watcher holds: the newest state that was published since it began to watch.
pub type Watcher = watch::Receiver<State>;

type State = Option<Arc<VideoRow>>;

/// The watchers of all videos.
#[derive(Clone, Debug, Default)]
pub struct Hub {
    channels: Arc<Mutex<HashMap<String, watch::Sender<State>>>>,
}

impl Hub {
    /// From now on sees each change of the video, or the last of several.
    pub fn watch(&self, id: &str) -> Watcher {
        let mut channels = self.channels.lock().unwrap_or_else(PoisonError::into_inner);
        channels.retain(|_, sender| sender.receiver_count() > 0);
        channels.entry(id.to_owned()).or_insert_with(|| watch::Sender::new(None)).subscribe()
    }

    /// Shows the video's new state to its watchers. Older news than the last is dropped.
    pub fn publish(&self, video: &VideoRow) {
        let channels = self.channels.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(sender) = channels.get(&video.id) {
            sender.send_if_modified(|known| {
                let news = known.as_ref().is_none_or(|known| known.revision < video.revision);
                if news {
                    *known = Some(Arc::new(video.clone()));
                }
                news
            });
        }
    }
}
