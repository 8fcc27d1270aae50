//! Uploads, headless: sends a file to wherever the back end says.
//!
//! The decisions are made by [`reelway_core::upload`]; here they are carried out.
//!
//! - [`Upload`]: the handle.
//! - [`TargetSource`]: who says where the bytes go.
//! - `digest`: what a chunk's bytes add up to.
//! - `driver`: carries out what the state machine decides.
//! - `transport`: one request to the provider.
//! - `page`: what the page does while an upload runs.

mod digest;
mod driver;
mod page;
mod source;
mod transport;
mod whole;

use std::{
    ops::Range,
    rc::{Rc, Weak},
};

use driver::Driver;
use reelway_api::Video;
pub use reelway_core::upload::{Phase, Progress, Snapshot, UploadError};
use reelway_core::{
    Millis,
    journal::{Entry, ResumeError},
    upload::Event,
};
pub use source::{TargetFunction, TargetSource};
use web_sys::File;

use crate::{
    Backend, Ticket,
    journal::{PickedFile, Recorder},
};

/// Where and how to upload.
#[derive(Clone, Debug, PartialEq)]
pub struct UploadOptions {
    /// Who says where the bytes go: by default the Reelway server at the page's own origin.
    pub target: TargetSource,
    /// Headers for every request to that Reelway server, to log in with, say; the provider does not get them. Without
    /// a Reelway server they go to the target.
    pub headers: Vec<(String, String)>,
    /// What that Reelway server lets in by, if it asks for tickets.
    pub ticket: Option<Ticket>,
    /// The name of the provider that the Reelway server is to send the video to, one of
    /// [`Backend::providers`]. `None`: the server's choice.
    pub provider: Option<String>,
    /// Bytes: no chunk is longer, unless the provider's minimum is. `None` goes by the measured rate.
    pub max_chunk: Option<u64>,
    /// No more requests than this at once, where the target takes several. `None`: as many as it takes.
    pub parallel: Option<u32>,
    /// Attempts without headway before giving up. `None` is patient for about twelve minutes.
    pub patience: Option<u32>,
    /// Remember the upload in this browser, so that it goes on after a reload, a crash or a closed tab. Yes by default.
    pub journal: bool,
}

impl Default for UploadOptions {
    fn default() -> Self {
        Self {
            target: TargetSource::default(),
            headers: Vec::new(),
            ticket: None,
            provider: None,
            max_chunk: None,
            parallel: None,
            patience: None,
            journal: true,
        }
    }
}

impl UploadOptions {
    /// To a Reelway server or another source of targets.
    pub fn to(target: impl Into<TargetSource>) -> Self {
        Self { target: target.into(), ..Self::default() }
    }

    /// The Reelway server, if that is where the target comes from.
    pub fn backend(&self) -> Option<Backend> {
        match &self.target {
            TargetSource::Backend(endpoint) => {
                Some(Backend::new(endpoint).with_headers(self.headers.clone()).with_ticket(self.ticket.clone()))
            }
            TargetSource::Fixed(_) | TargetSource::Function(_) => None,
        }
    }
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
    pub fn start(file: impl Into<PickedFile>, options: UploadOptions) -> Self {
        let driver = Driver::new(file.into(), options);
        driver.start();
        Self { driver }
    }

    /// Goes on with an upload that was written down; starts it, unless it is to be cancelled at once. `None`, if what
    /// was written can't be understood.
    pub(crate) fn restore(file: File, options: UploadOptions, entry: &Entry, recorder: Rc<Recorder>) -> Option<Self> {
        Some(Self { driver: Driver::restored(file, options, entry, recorder)? })
    }

    pub(crate) fn start_again(&self) {
        self.driver.start();
    }

    /// The file.
    pub fn file(&self) -> File {
        self.driver.file()
    }

    /// Goes on with another `File` of the same file, after [`UploadError::FileUnreadable`].
    ///
    /// # Errors
    ///
    /// It is another file, or can't be read either. The upload stays as it is.
    pub async fn replace_file(&self, file: impl Into<PickedFile>) -> Result<(), ResumeError> {
        self.driver.replace_file(file.into()).await
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

    /// What happened so far, as text to copy into a bug report: timings, retries, errors, the browser. No URL, token or
    /// file name is in it.
    pub fn diagnostics(&self) -> String {
        self.driver.diagnostics()
    }

    /// No more requests than this at once, 1 at least: its share where several uploads run side by side.
    pub fn set_share(&self, requests: u32) {
        self.driver.feed(Event::Share(requests));
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

    /// The id of [`video`](Self::video).
    pub fn video_id(&self) -> Option<String> {
        self.driver.video_id()
    }

    /// The body of the provider's last answer, which made the upload complete. "" until then.
    pub fn body(&self) -> String {
        self.driver.body()
    }

    /// Calls `listen` with the bytes of each chunk that is sent, again or for the first time. One listener: a later one
    /// takes the place of an earlier one.
    pub fn on_attempt(&self, listen: impl Fn(Range<u64>) + 'static) {
        self.driver.set_on_attempt(Rc::new(listen));
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
