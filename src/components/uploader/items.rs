//! A file on its way to being a video, and what its buttons do.

use std::{
    cell::{OnceCell, RefCell},
    rc::{Rc, Weak},
};

use reelway_api::{Video, VideoStatus};
use reelway_core::probe::Header;
use web_sys::File;

use super::state::{ItemState, Stage};
use crate::{
    Backend, Readiness, Subscription, Upload, components::signals::ArcRwSignal, filmstrip::Filmstrip,
    journal::FileHandle, timer::Timer,
};

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
    /// Send it before the others that wait for their turn.
    First,
    /// Copy what happened to the clipboard, for a bug report.
    CopyDetails,
    /// Take it off the list. The video stays.
    Dismiss,
    /// Show the file dialog, for a file that can't be read any more. The uploader's view does it.
    ChooseAgain,
}

/// A file on its way to being a video.
#[derive(Clone)]
pub struct Item {
    /// Tells items apart.
    pub key: u32,
    /// The file, as it was chosen.
    pub file: File,
    /// By which the browser reads the file again after a reload.
    pub(super) handle: Option<FileHandle>,
    /// The provider that was chosen when it came, once that is known.
    pub(super) provider: Rc<OnceCell<Option<String>>>,
    /// Where it stands.
    pub state: ArcRwSignal<ItemState>,
    /// The video, as the server last told of it.
    pub video: ArcRwSignal<Option<Video>>,
    /// What its header says, once that has been read.
    pub header: ArcRwSignal<Option<Header>>,
    /// Pictures of the file, before any server has it.
    pub filmstrip: Rc<Filmstrip>,
    /// Grows with the number of these pictures.
    pub tiles: ArcRwSignal<usize>,
    pub(super) running: Rc<RefCell<Running>>,
}

/// What is under way for an item. Dropping it ends the watching, not the upload.
#[derive(Default)]
pub(super) struct Running {
    pub(super) upload: Option<Upload>,
    pub(super) subscription: Option<Subscription>,
    pub(super) readiness: Option<Readiness>,
    pub(super) tick: Option<Timer>,
    /// The Reelway server that it goes to, if it is one.
    pub(super) backend: Option<Backend>,
    /// It was told that the video can be played.
    pub(super) told_playable: bool,
}

impl PartialEq for Item {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

/// An item that does not keep what runs for it alive: what runs holds on to it.
pub(super) struct WeakItem {
    key: u32,
    file: File,
    handle: Option<FileHandle>,
    provider: Rc<OnceCell<Option<String>>>,
    state: ArcRwSignal<ItemState>,
    video: ArcRwSignal<Option<Video>>,
    header: ArcRwSignal<Option<Header>>,
    filmstrip: Weak<Filmstrip>,
    tiles: ArcRwSignal<usize>,
    running: Weak<RefCell<Running>>,
}

impl Item {
    pub(super) fn clone_without_running(&self) -> WeakItem {
        WeakItem {
            key: self.key,
            file: self.file.clone(),
            handle: self.handle.clone(),
            provider: Rc::clone(&self.provider),
            state: self.state.clone(),
            video: self.video.clone(),
            header: self.header.clone(),
            filmstrip: Rc::downgrade(&self.filmstrip),
            tiles: self.tiles.clone(),
            running: Rc::downgrade(&self.running),
        }
    }

    pub(super) fn is_being_checked(&self) -> bool {
        self.state.with_untracked(|state| state.stage == Stage::Checking)
    }

    pub(super) fn stage(&self) -> Stage {
        self.state.with_untracked(|state| state.stage.clone())
    }

    /// The Reelway server that it goes to, once it does, if it is one.
    pub fn backend(&self) -> Option<Backend> {
        self.running.borrow().backend.clone()
    }

    /// Whether the video can be watched.
    pub fn is_ready(&self) -> bool {
        self.video.with(|video| video.as_ref().is_some_and(|video| video.status == VideoStatus::Ready))
    }
}

impl WeakItem {
    pub(super) fn upgrade(&self) -> Option<Item> {
        Some(Item {
            key: self.key,
            file: self.file.clone(),
            handle: self.handle.clone(),
            provider: Rc::clone(&self.provider),
            state: self.state.clone(),
            video: self.video.clone(),
            header: self.header.clone(),
            filmstrip: self.filmstrip.upgrade()?,
            tiles: self.tiles.clone(),
            running: self.running.upgrade()?,
        })
    }
}
