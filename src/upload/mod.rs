//! Uploads, headless: sends a file to wherever the back end says.
//!
//! The decisions are made by [`reelway_core::upload`]; here they are carried out.
//!
//! - [`Upload`]: the handle.
//! - `driver`: carries out what the state machine decides.
//! - `transport`: one request to the provider.
//! - `page`: what the page does while an upload runs.

mod driver;
mod page;
mod transport;

use std::rc::{Rc, Weak};

use driver::Driver;
use reelway_api::Video;
pub use reelway_core::upload::{Phase, Progress, Snapshot, UploadError};
use reelway_core::{Millis, upload::Event};
use web_sys::File;

/// Where and how to upload.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct UploadOptions {
    /// The base URL of the Reelway server. "" is the page's own origin.
    pub endpoint: String,
    /// Headers for every request to that server, to log in with, say. The provider does not get them.
    pub headers: Vec<(String, String)>,
    /// Bytes: no chunk is longer, unless the provider's minimum is. `None` goes by the measured rate.
    pub max_chunk: Option<u64>,
    /// Attempts without headway before giving up. `None` is patient for about twelve minutes.
    pub patience: Option<u32>,
}

/// An upload. Clones are handles to the same one.
///
/// It goes on until it is done, has failed or is cancelled, whether a handle is left or not.
#[derive(Clone)]
pub struct Upload {
    driver: Rc<Driver>,
}

impl Upload {
    /// Starts to upload a file.
    pub fn start(file: File, options: UploadOptions) -> Self {
        let driver = Driver::new(file, options);
        driver.start();
        Self { driver }
    }

    /// The file.
    pub fn file(&self) -> File {
        self.driver.file().clone()
    }

    /// Stops until [`resume`](Self::resume). What the provider holds stays there.
    pub fn pause(&self) {
        self.driver.feed(Event::Pause);
    }

    /// Goes on after a pause.
    pub fn resume(&self) {
        self.driver.feed(Event::Resume);
    }

    /// Gives the upload up for good, and removes its video from server and provider.
    pub fn cancel(&self) {
        self.driver.feed(Event::Cancel);
    }

    /// Tries again after a failure, or at once while it waits.
    pub fn retry(&self) {
        self.driver.feed(Event::Retry);
    }

    /// What it is doing and how far it is.
    pub fn snapshot(&self) -> Snapshot {
        self.driver.snapshot()
    }

    /// Now, on the clock of [`Phase::Waiting`].
    pub fn now(&self) -> Millis {
        self.driver.now()
    }

    /// The video as the server last told of it. `None` until the server has made one.
    pub fn video(&self) -> Option<Video> {
        self.driver.video()
    }

    /// Calls `listen` after each change of [`snapshot`](Self::snapshot) or [`video`](Self::video), for as long as the
    /// subscription is kept.
    pub fn subscribe(&self, listen: impl Fn(&Upload) + 'static) -> Subscription {
        let id = self.driver.subscribe(Rc::new(listen));
        Subscription { driver: Rc::downgrade(&self.driver), id }
    }
}

impl PartialEq for Upload {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.driver, &other.driver)
    }
}

/// Ends a subscription when it is dropped.
#[must_use = "dropping it ends the subscription"]
pub struct Subscription {
    driver: Weak<Driver>,
    id: u64,
}

impl Drop for Subscription {
    fn drop(&mut self) {
        if let Some(driver) = self.driver.upgrade() {
            driver.unsubscribe(self.id);
        }
    }
}
