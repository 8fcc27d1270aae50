//! Handles of files, by which Chromium lets a page read a file again after a reload. Web-sys has what they do behind an
//! unstable flag, which a library can't set.

use js_sys::Promise;
use reelway_core::journal::ResumeError;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::File;

use crate::dom::property;

#[wasm_bindgen]
extern "C" {
    /// A `FileSystemFileHandle`, or a promise of one, as `DataTransferItem.getAsFileSystemHandle()` gives.
    #[derive(Clone, Debug, PartialEq)]
    pub type FileHandle;

    #[wasm_bindgen(method, catch, js_name = getFile)]
    fn get_file(this: &FileHandle) -> Result<Promise, JsValue>;
    #[wasm_bindgen(method, catch, js_name = requestPermission)]
    fn request_permission(this: &FileHandle) -> Result<Promise, JsValue>;
}

impl FileHandle {
    /// The handle itself, where this is a promise of it. `None`, if there is none, or if it is one of a folder.
    async fn settled(&self) -> Option<Self> {
        let handle = JsFuture::from(Promise::resolve(self.unchecked_ref::<JsValue>())).await.ok()?;
        (property(&handle, "kind").as_string().as_deref() == Some("file")).then(|| handle.unchecked_into())
    }

    /// The file, once the user has let the page read it. Browsers ask the user only soon after a click.
    pub(super) async fn open(&self, name: &str) -> Result<File, ResumeError> {
        let allowed = match self.request_permission() {
            Ok(asked) => JsFuture::from(asked).await.ok().and_then(|answer| answer.as_string()),
            // A browser without this asks nobody.
            Err(_) => Some("granted".to_owned()),
        };
        if allowed.as_deref() != Some("granted") {
            return Err(ResumeError::NotAllowed { name: name.to_owned() });
        }
        let unreadable = |_| ResumeError::FileUnreadable { name: name.to_owned() };
        let file = self.get_file().map_err(unreadable)?;
        JsFuture::from(file).await.map(JsCast::unchecked_into).map_err(unreadable)
    }
}

/// The handle of a file that was picked, where there is one.
pub(super) async fn settled(handle: Option<FileHandle>) -> Option<FileHandle> {
    match handle {
        Some(handle) => handle.settled().await,
        None => None,
    }
}

/// A file, and its handle where the browser gives one.
#[derive(Clone, Debug, PartialEq)]
pub struct PickedFile {
    /// The file.
    pub file: File,
    /// With it, the upload goes on after a reload without the file being chosen again.
    pub handle: Option<FileHandle>,
}

impl From<File> for PickedFile {
    fn from(file: File) -> Self {
        Self { file, handle: None }
    }
}
