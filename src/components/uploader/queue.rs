//! The files of an uploader.

use std::rc::Rc;

use js_sys::Promise;
use reelway_api::Video;
use reelway_core::{
    Millis,
    checks::{Checks, Refusal},
    readiness::is_settled,
    upload::queue::{Limits, Queue, Totals},
};
use wasm_bindgen_futures::spawn_local;
use web_sys::File;

use super::{
    happenings::{Happening, Listen},
    interrupted::Interrupted,
    items::{Action, Item},
    state::{ItemState, Stage},
    strings,
};
use crate::{
    Backend, Readiness, Upload, UploadOptions,
    components::signals::{ArcRwSignal, RwSignal, StoredValue, owned},
    filmstrip::Filmstrip,
    journal::{FileHandle, PickedFile},
    probe::read_header,
    texts::Texts,
    timer::Timer,
    upload::Phase,
};

/// The first byte waits so long at most for the file's header to be read.
const CHECKING: Millis = 1_000.0;

/// How often a countdown moves.
const SECOND: Millis = 1_000.0;

/// The files of one uploader. Make it outside of the component to keep uploads going while the component comes and
/// goes, as on a page with several views.
#[derive(Clone, Copy)]
pub struct Uploads {
    pub(super) items: RwSignal<Vec<Item>>,
    next_key: StoredValue<u32>,
    pub(super) options: StoredValue<UploadOptions>,
    /// It is being found out which provider files go to.
    pub(super) choosing: StoredValue<bool>,
    pub(super) checks: StoredValue<Checks>,
    /// Those of the view, which come first.
    pub(super) limits: StoredValue<Checks>,
    pub(super) listener: StoredValue<Option<Listen>>,
    pub(super) cancelled: RwSignal<Vec<String>>,
    pub(super) interrupted: RwSignal<Vec<Interrupted>>,
    pub(super) looked: StoredValue<bool>,
    pub(super) held: StoredValue<Option<Promise>>,
    focus: StoredValue<Option<u32>>,
    pub(super) queue: StoredValue<Queue>,
    /// How far all files are.
    pub(super) totals: RwSignal<Totals>,
    /// What a screen reader is to say.
    pub(super) announcement: RwSignal<String>,
    /// What the uploader says, and in which language.
    pub texts: Texts,
}

impl Uploads {
    /// No files yet. It lives as long as the reactive owner that it is made in.
    pub fn new(options: UploadOptions) -> Self {
        owned(|| Self::of(options))
    }

    fn of(options: UploadOptions) -> Self {
        Self {
            items: RwSignal::default(),
            next_key: StoredValue::new(0),
            options: StoredValue::new(options),
            choosing: StoredValue::new(false),
            checks: StoredValue::default(),
            limits: StoredValue::default(),
            listener: StoredValue::new(None),
            cancelled: RwSignal::default(),
            interrupted: RwSignal::default(),
            looked: StoredValue::new(false),
            held: StoredValue::new(None),
            focus: StoredValue::new(None),
            queue: StoredValue::new(Queue::new(Limits::default())),
            totals: RwSignal::default(),
            announcement: RwSignal::default(),
            texts: Texts::new(),
        }
    }

    /// The files' keys, first chosen first.
    pub fn keys(&self) -> Vec<u32> {
        self.items.with(|items| items.iter().map(|item| item.key).collect())
    }

    /// The ids of the videos that they turn into, as far as the server has made them and until they are ready, and of
    /// those that were interrupted or cancelled: none of these is a video to list yet.
    pub fn video_ids(&self) -> Vec<String> {
        let id = |item: &Item| item.state.with(|state| state.video_id.clone().filter(|_| state.stage != Stage::Ready));
        let mut ids: Vec<String> = self.items.with(|items| items.iter().filter_map(id).collect());
        self.cancelled.with(|cancelled| ids.extend_from_slice(cancelled));
        self.interrupted.with(|list| {
            ids.extend(list.iter().filter_map(|interrupted| interrupted.unfinished.video_id()).map(str::to_owned));
        });
        ids
    }

    /// A file by its key.
    pub fn get(&self, key: u32) -> Option<Item> {
        self.items.with_untracked(|items| items.iter().find(|item| item.key == key).cloned())
    }

    /// The file that has turned into this video, if it was sent from here.
    pub fn of_video(&self, id: &str) -> Option<Item> {
        let is_it = |item: &&Item| item.state.with_untracked(|state| state.video_id.as_deref() == Some(id));
        self.items.with_untracked(|items| items.iter().find(is_it).cloned())
    }

    /// The only file, if there is one only.
    pub fn only(&self) -> Option<Item> {
        self.items.with(|items| if let [item] = items.as_slice() { Some(item.clone()) } else { None })
    }

    /// The Reelway server that the files go to, if it is one.
    pub fn backend(&self) -> Option<Backend> {
        self.options.with_value(UploadOptions::backend)
    }

    /// Takes fewer files from here on: those of these limits that say something hold.
    pub fn narrow(&self, limits: Checks) {
        self.checks.update_value(|checks| *checks = limits.or(checks));
    }

    /// Takes files in. What can't be a video, or is over a limit, is refused with a reason: at once, if its name and its
    /// size tell, or as soon as its header has been read.
    /// Gives their keys.
    pub fn add(&self, files: impl IntoIterator<Item = impl Into<PickedFile>>) -> Vec<u32> {
        let take = |file: PickedFile| {
            let PickedFile { file, handle } = file;
            let (name, kind, total) = (file.name(), file.type_(), file.size() as u64);
            let refused = self.checks_now().before_reading(&name, &kind, total).err();
            let item = self.push(file, handle);
            match refused {
                Some(refusal) => self.refuse(&item, &refusal),
                None => self.check(&item),
            }
            item.key
        };
        files.into_iter().map(|file| take(file.into())).collect()
    }

    fn push(&self, file: File, handle: Option<FileHandle>) -> Item {
        let key = self.next_key.get_value();
        self.next_key.set_value(key + 1);
        let tiles = ArcRwSignal::new(0);
        let counted = tiles.clone();
        let filmstrip = Filmstrip::new(&file, move |tiles| counted.set(tiles));
        let item = Item {
            key,
            state: ArcRwSignal::new(ItemState::checking(file.size() as u64)),
            file,
            handle,
            provider: self.provider_now(),
            video: ArcRwSignal::new(None),
            header: ArcRwSignal::new(None),
            filmstrip: Rc::new(filmstrip),
            tiles,
            running: Rc::default(),
        };
        self.queue.update_value(|queue| queue.add(key, item.file.size() as u64));
        self.items.update(|items| items.push(item.clone()));
        self.tell(&item, Happening::Stage(Stage::Checking));
        item
    }

    /// Shows an upload that goes on already, of a file that was checked when it began.
    pub(super) fn take_up(&self, upload: Upload) {
        self.focus.set_value(Some(self.next_key.get_value()));
        let item = self.push(upload.file(), None);
        self.follow(&item, upload);
        self.check(&item);
    }

    /// Whether the row of an item is to get the focus, once.
    pub(super) fn take_focus(&self, key: u32) -> bool {
        self.focus.try_update_value(|focus| focus.take_if(|focus| *focus == key)).flatten().is_some()
    }

    /// Goes on with a file that was chosen again, if it is the same.
    pub(super) fn replace(&self, item: &Item, picked: PickedFile) {
        let Some(upload) = item.running.borrow().upload.clone() else { return };
        let (uploads, weak) = (*self, item.clone_without_running());
        spawn_local(async move {
            if let Err(error) = upload.replace_file(picked).await
                && let Some(item) = weak.upgrade()
            {
                let words = error.sentence();
                uploads.announcement.try_set(uploads.texts.sentence(error.code(), &words));
                let state = item.state.get_untracked();
                uploads.show(&item, ItemState { message: Some(words), code: Some(error.code()), ..state });
            }
        });
    }

    fn refuse(&self, item: &Item, refusal: &Refusal) {
        let state = ItemState::refused(item.file.size() as u64, refusal);
        self.announcement.set(strings::announcement(self.texts, &item.file.name(), &state));
        self.show(item, state);
    }

    /// Reads the file's header, and then lets the file in or refuses it. A file that takes too long to read is let in.
    fn check(&self, item: &Item) {
        let uploads = *self;
        // One that was taken up goes on already, and has a countdown of its own.
        if item.is_being_checked() {
            let weak = item.clone_without_running();
            let patience = Timer::new(CHECKING, move || {
                if let Some(item) = weak.upgrade() {
                    uploads.admit(&item);
                }
            });
            item.running.borrow_mut().tick = Some(patience);
        }
        let (file, weak) = (item.file.clone(), item.clone_without_running());
        spawn_local(async move {
            let found = read_header(&file).await;
            let Some(item) = weak.upgrade() else { return };
            if uploads.items.try_get_untracked().is_none() {
                return;
            }
            let refused = uploads.checks_now().after_reading(&found).err();
            match refused {
                // Once it is on its way, the server has the word.
                Some(refusal) if item.running.borrow().upload.is_none() => {
                    item.running.borrow_mut().tick.take();
                    uploads.refuse(&item, &refusal);
                }
                _ => {
                    item.filmstrip.start(found.as_ref().ok());
                    item.header.set(found.ok());
                    uploads.admit(&item);
                }
            }
        });
    }

    fn admit(&self, item: &Item) {
        if item.is_being_checked() {
            item.running.borrow_mut().tick.take();
            self.move_to(item, Stage::Queued);
            self.pump();
        }
    }

    /// Does what a button asks for.
    pub fn act(&self, item: &Item, action: Action) {
        let upload = item.running.borrow().upload.clone();
        match (action, upload) {
            (Action::Dismiss | Action::Cancel, None) => self.remove(item),
            // What has arrived is a video, which stays. The remains of an upload that failed do not.
            (Action::Dismiss, Some(upload)) if upload.snapshot().phase == Phase::Done => self.remove(item),
            (Action::Dismiss | Action::Cancel, Some(upload)) => {
                let id = upload.video().map(|video| video.id);
                self.cancelled.update(|cancelled| cancelled.extend(id));
                upload.cancel();
                self.remove(item);
            }
            (Action::Pause, Some(upload)) => upload.pause(),
            (Action::Resume, Some(upload)) => upload.resume(),
            (Action::Retry, Some(upload)) => upload.retry(),
            (Action::Pause, None) => self.hold_back(item),
            (Action::Resume, None) => self.let_go(item),
            (Action::First, _) => self.put_first(item),
            (Action::CopyDetails, Some(upload)) => self.copy_details(&upload),
            // The view shows the dialog.
            (Action::ChooseAgain, _) | (_, None) => {}
        }
        self.pump();
    }

    fn remove(&self, item: &Item) {
        // What its upload still says on the way out concerns nobody any more.
        item.running.take();
        self.items.update(|items| items.retain(|other| other != item));
        let left = self.items.with_untracked(Vec::len);
        self.queue.update_value(|queue| {
            queue.remove(item.key);
            // The button that goes on with all is there for several only.
            if left < 2 {
                queue.hold(false);
            }
        });
        let stage = item.stage();
        if !stage.is_over() && !stage.has_arrived() {
            self.move_to(item, Stage::Cancelled);
        }
        self.tell(item, Happening::Removed);
    }

    pub(super) fn start(&self, item: &Item) {
        // It may have been held back in the middle.
        let begun = item.running.borrow().upload.clone();
        if let Some(upload) = begun {
            return upload.resume();
        }
        let picked = PickedFile { file: item.file.clone(), handle: item.handle.clone() };
        let provider = item.provider.get().cloned().flatten();
        self.follow(item, Upload::start(picked, UploadOptions { provider, ..self.options.get_value() }));
    }

    fn follow(&self, item: &Item, upload: Upload) {
        let (uploads, weak) = (*self, item.clone_without_running());
        upload.on_attempt(move |bytes| {
            if let Some(item) = weak.upgrade() {
                uploads.tell(&item, Happening::Attempt(bytes));
            }
        });
        let weak = item.clone_without_running();
        let subscription = upload.subscribe(move |_| {
            if let Some(item) = weak.upgrade() {
                uploads.refresh(&item);
            }
        });
        {
            let mut running = item.running.borrow_mut();
            running.upload = Some(upload);
            running.subscription = Some(subscription);
            running.backend = self.backend();
        }
        self.tell(item, Happening::Started);
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
            let words = strings::announcement(self.texts, &item.file.name(), &state);
            if !words.is_empty() {
                self.announcement.set(words);
            }
        }
        self.show(item, state);
        self.tell_if_playable(item);
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
        match stage.takes_a_place() == before.takes_a_place() {
            true => self.count(item),
            false => self.pump(),
        }
    }

    /// Follows the video until it plays or fails.
    fn watch(&self, item: &Item, video: Video) {
        let (uploads, weak) = (*self, item.clone_without_running());
        // Only a Reelway server makes videos.
        let Some(backend) = item.backend() else { return };
        let readiness = Readiness::with_backend(backend, video, move |video| {
            if let Some(item) = weak.upgrade() {
                item.video.set(Some(video.clone()));
                uploads.refresh(&item);
            }
        });
        item.running.borrow_mut().readiness = Some(readiness);
    }
}
