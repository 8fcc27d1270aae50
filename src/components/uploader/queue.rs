//! The files of an uploader: two are sent at a time, the others wait for their turn.

use std::{cell::RefCell, rc::Rc};

use leptos::prelude::*;
use reelway_api::{Video, VideoStatus};
use reelway_core::{Millis, readiness::is_settled};
use web_sys::File;

use super::{
    state::{ItemState, Stage},
    strings,
};
use crate::{Readiness, Subscription, Upload, UploadOptions, dom::ObjectUrl, timer::Timer};

/// More at once would share the same line, and each would be ready later.
const AT_ONCE: usize = 2;

/// How often a countdown moves.
const SECOND: Millis = 1_000.0;

/// What a file's buttons do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Stop sending; go on with [`Action::Resume`].
    Pause,
    /// Go on.
    Resume,
    /// End it, at the server too.
    Cancel,
    /// Try again after a failure.
    Retry,
    /// Take it off the list. The video stays.
    Dismiss,
}

/// A file on its way to being a video.
#[derive(Clone)]
pub struct Item {
    /// Tells items apart.
    pub key: u32,
    /// The file.
    pub file: File,
    /// Where it stands.
    pub state: ArcRwSignal<ItemState>,
    /// The video, as the server last told of it.
    pub video: ArcRwSignal<Option<Video>>,
    /// For a picture of the file before any server has it.
    pub preview: Rc<ObjectUrl>,
    running: Rc<RefCell<Running>>,
}

/// What is under way for an item. Dropping it ends the watching, not the upload.
#[derive(Default)]
struct Running {
    upload: Option<Upload>,
    subscription: Option<Subscription>,
    readiness: Option<Readiness>,
    tick: Option<Timer>,
}

impl PartialEq for Item {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

/// The files of one uploader. Make it outside of the component to keep uploads going while the component comes and
/// goes, as on a page with several views.
#[derive(Clone, Copy)]
pub struct Uploads {
    items: RwSignal<Vec<Item>, LocalStorage>,
    next_key: StoredValue<u32>,
    options: StoredValue<UploadOptions, LocalStorage>,
    cancelled: RwSignal<Vec<String>>,
    /// What a screen reader is to say.
    pub(super) announcement: RwSignal<String>,
}

impl Uploads {
    /// No files yet. It lives as long as the reactive owner that it is made in.
    pub fn new(options: UploadOptions) -> Self {
        Self {
            items: RwSignal::new_local(Vec::new()),
            next_key: StoredValue::new(0),
            options: StoredValue::new_local(options),
            cancelled: RwSignal::default(),
            announcement: RwSignal::default(),
        }
    }

    /// The files' keys, first chosen first.
    pub fn keys(&self) -> Vec<u32> {
        self.items.with(|items| items.iter().map(|item| item.key).collect())
    }

    /// The ids of the videos that they turn into, as far as the server has made them and until they are ready, and of
    /// those that were cancelled: none of these is a video to list yet.
    pub fn video_ids(&self) -> Vec<String> {
        let id = |item: &Item| item.state.with(|state| state.video_id.clone().filter(|_| state.stage != Stage::Ready));
        let mut ids: Vec<String> = self.items.with(|items| items.iter().filter_map(id).collect());
        self.cancelled.with(|cancelled| ids.extend_from_slice(cancelled));
        ids
    }

    /// A file by its key.
    pub fn get(&self, key: u32) -> Option<Item> {
        self.items.with_untracked(|items| items.iter().find(|item| item.key == key).cloned())
    }

    /// The only file, if there is one only.
    pub fn only(&self) -> Option<Item> {
        self.items.with(|items| if let [item] = items.as_slice() { Some(item.clone()) } else { None })
    }

    /// Takes files in. What can't be a video is refused at once, with a reason.
    pub fn add(&self, files: impl IntoIterator<Item = File>) {
        for file in files {
            let key = self.next_key.get_value();
            self.next_key.set_value(key + 1);
            let total = file.size() as u64;
            let state = if super::accept::may_be_video(&file.name(), &file.type_()) {
                ItemState::queued(total)
            } else {
                ItemState::refused(total, "not_a_video", strings::NOT_A_VIDEO)
            };
            let item = Item {
                key,
                preview: Rc::new(ObjectUrl::new(&file)),
                file,
                state: ArcRwSignal::new(state),
                video: ArcRwSignal::new(None),
                running: Rc::default(),
            };
            self.items.update(|items| items.push(item));
        }
        self.pump();
    }

    /// Does what a button asks for.
    pub fn act(&self, item: &Item, action: Action) {
        let upload = item.running.borrow().upload.clone();
        match (action, upload) {
            (Action::Dismiss, _) => self.remove(item),
            (Action::Cancel, None) => self.remove(item),
            (Action::Cancel, Some(upload)) => {
                let id = upload.video().map(|video| video.id);
                self.cancelled.update(|cancelled| cancelled.extend(id));
                upload.cancel();
                self.remove(item);
            }
            (Action::Pause, Some(upload)) => upload.pause(),
            (Action::Resume, Some(upload)) => upload.resume(),
            (Action::Retry, Some(upload)) => upload.retry(),
            (_, None) => {}
        }
        self.pump();
    }

    fn remove(&self, item: &Item) {
        item.running.take();
        self.items.update(|items| items.retain(|other| other != item));
    }

    /// Starts those whose turn it is.
    fn pump(&self) {
        let Some(items) = self.items.try_get_untracked() else { return };
        let stage = |item: &Item| item.state.with_untracked(|state| state.stage.clone());
        let busy = items.iter().filter(|item| stage(item).takes_a_place()).count();
        let queued = items.iter().filter(|item| stage(item) == Stage::Queued);
        for item in queued.take(AT_ONCE.saturating_sub(busy)) {
            self.start(item);
        }
    }

    fn start(&self, item: &Item) {
        let upload = Upload::start(item.file.clone(), self.options.get_value());
        let (uploads, weak) = (*self, item.clone_without_running());
        let subscription = upload.subscribe(move |_| {
            if let Some(item) = weak.upgrade() {
                uploads.refresh(&item);
            }
        });
        {
            let mut running = item.running.borrow_mut();
            running.upload = Some(upload);
            running.subscription = Some(subscription);
        }
        self.refresh(item);
    }

    /// Takes over what the upload says now.
    fn refresh(&self, item: &Item) {
        let Some(upload) = item.running.borrow().upload.clone() else { return };
        let snapshot = upload.snapshot();
        // Once the upload is done the server's own reports are newer than what the upload has seen.
        let watched = item.running.borrow().readiness.is_some();
        let video = if watched { item.video.get_untracked() } else { upload.video() };
        let state = ItemState::of(&snapshot, video.as_ref(), upload.now());
        let (stage, before) = (state.stage.clone(), item.state.with_untracked(|state| state.stage.clone()));
        if item.video.with_untracked(|known| *known != video) {
            item.video.set(video.clone());
        }
        if stage.name() != before.name() {
            let words = strings::announcement(&item.file.name(), &state);
            if !words.is_empty() {
                self.announcement.set(words);
            }
        }
        item.state.set(state);
        // Also past `ready`: poster and storyboard may still be on their way.
        let arrived = matches!(stage, Stage::Processing | Stage::Ready);
        if let Some(video) = video.filter(|video| arrived && !watched && !is_settled(video)) {
            self.watch(item, video);
        }
        let tick = matches!(stage, Stage::Waiting { .. }).then(|| {
            let (uploads, weak) = (*self, item.clone_without_running());
            Timer::new(SECOND, move || {
                if let Some(item) = weak.upgrade() {
                    uploads.refresh(&item);
                }
            })
        });
        item.running.borrow_mut().tick = tick;
        if !stage.takes_a_place() && before.takes_a_place() {
            self.pump();
        }
    }

    /// Follows the video until it plays or fails.
    fn watch(&self, item: &Item, video: Video) {
        let (uploads, weak) = (*self, item.clone_without_running());
        // Only a Reelway server makes videos.
        let Some(backend) = self.options.with_value(UploadOptions::backend) else { return };
        let readiness = Readiness::with_backend(backend, video, move |video| {
            if let Some(item) = weak.upgrade() {
                item.video.set(Some(video.clone()));
                uploads.refresh(&item);
            }
        });
        item.running.borrow_mut().readiness = Some(readiness);
    }
}

/// An item that does not keep what runs for it alive: what runs holds on to it.
struct WeakItem {
    key: u32,
    file: File,
    state: ArcRwSignal<ItemState>,
    video: ArcRwSignal<Option<Video>>,
    preview: std::rc::Weak<ObjectUrl>,
    running: std::rc::Weak<RefCell<Running>>,
}

impl Item {
    fn clone_without_running(&self) -> WeakItem {
        WeakItem {
            key: self.key,
            file: self.file.clone(),
            state: self.state.clone(),
            video: self.video.clone(),
            preview: Rc::downgrade(&self.preview),
            running: Rc::downgrade(&self.running),
        }
    }

    /// Whether the video can be watched.
    pub fn is_ready(&self) -> bool {
        self.video.with(|video| video.as_ref().is_some_and(|video| video.status == VideoStatus::Ready))
    }
}

impl WeakItem {
    fn upgrade(&self) -> Option<Item> {
        Some(Item {
            key: self.key,
            file: self.file.clone(),
            state: self.state.clone(),
            video: self.video.clone(),
            preview: self.preview.upgrade()?,
            running: self.running.upgrade()?,
        })
    }
}
