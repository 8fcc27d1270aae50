//! Entries in IndexedDB. Where there is none, as in some private windows, nothing is kept and nothing else goes wrong.

use js_sys::{Array, Promise};
use reelway_api::json::{self, ToJson};
use reelway_core::journal::Entry;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{IdbDatabase, IdbObjectStore, IdbRequest, IdbTransactionMode};

use super::handle::FileHandle;
use crate::dom::window;

const DATABASE: &str = "reelway";
/// id → the entry as JSON.
const ENTRIES: &str = "uploads";
/// id → the file's handle. Apart, so that an entry is written without the handle being copied.
const HANDLES: &str = "handles";

/// A connection to the database.
pub(super) struct Store {
    database: IdbDatabase,
}

impl Store {
    /// `None` where the browser keeps no data.
    pub(super) async fn open() -> Option<Self> {
        let request = window().indexed_db().ok()??.open_with_u32(DATABASE, 1).ok()?;
        let opening = request.clone();
        let create = Closure::once(move || {
            let database: IdbDatabase = opening.result().unwrap_or_default().unchecked_into();
            for name in [ENTRIES, HANDLES] {
                // It fails only if it is there already.
                let _ = database.create_object_store(name);
            }
        });
        request.set_onupgradeneeded(Some(create.as_ref().unchecked_ref()));
        let database: IdbDatabase = Asked::new(request.into()).answer().await.ok()?.unchecked_into();
        Some(Self { database })
    }

    /// All entries, and the handles of those that have one. What can't be read is of a newer version, and left alone.
    pub(super) async fn all(&self) -> Option<Vec<(Entry, Option<FileHandle>)>> {
        let entries = Asked::new(self.store(ENTRIES, IdbTransactionMode::Readonly).ok()?.get_all().ok()?);
        let handles = self.store(HANDLES, IdbTransactionMode::Readonly).ok()?;
        let keys = Asked::new(handles.get_all_keys().ok()?);
        let values = Asked::new(handles.get_all().ok()?);
        let [entries, keys, values] =
            [entries.answer().await.ok()?, keys.answer().await.ok()?, values.answer().await.ok()?]
                .map(|list| list.unchecked_into::<Array>());
        let mut all = Vec::new();
        for index in 0..entries.length() {
            if let Some(entry) = entries.get(index).as_string().and_then(|json| json::read::<Entry>(&json)) {
                let at = keys.index_of(&entry.id.as_str().into(), 0);
                let handle = u32::try_from(at).ok().map(|at| FileHandle::from(values.get(at)));
                all.push((entry, handle));
            }
        }
        Some(all)
    }

    /// An entry, if it is still there.
    pub(super) async fn get(&self, id: &str) -> Option<Entry> {
        let request = self.store(ENTRIES, IdbTransactionMode::Readonly).ok()?.get(&id.into()).ok()?;
        json::read(&Asked::new(request).answer().await.ok()?.as_string()?)
    }

    /// Writes an entry. Writes come to pass in the order of the calls.
    pub(super) fn put(&self, entry: &Entry) {
        if let Ok(store) = self.store(ENTRIES, IdbTransactionMode::Readwrite) {
            let _ = store.put_with_key(&entry.to_json().into(), &entry.id.as_str().into());
        }
    }

    /// Writes a file's handle, in place of an earlier one; `None` removes that.
    pub(super) fn put_handle(&self, id: &str, handle: Option<&FileHandle>) {
        let Ok(store) = self.store(HANDLES, IdbTransactionMode::Readwrite) else { return };
        // A handle that can't be stored is one that is not there.
        let _ = match handle {
            Some(handle) => store.put_with_key(handle.as_ref(), &id.into()),
            None => store.delete(&id.into()),
        };
    }

    /// Removes an entry and its handle.
    pub(super) fn remove(&self, id: &str) {
        for name in [ENTRIES, HANDLES] {
            if let Ok(store) = self.store(name, IdbTransactionMode::Readwrite) {
                let _ = store.delete(&id.into());
            }
        }
    }

    fn store(&self, name: &str, mode: IdbTransactionMode) -> Result<IdbObjectStore, JsValue> {
        self.database.transaction_with_str_and_mode(name, mode)?.object_store(name)
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        // What has been asked for still comes to pass.
        self.database.close();
    }
}

/// A request that is listened to from the moment it is made: its answer comes whether it is awaited yet or not.
struct Asked {
    request: IdbRequest,
    done: Promise,
}

impl Asked {
    fn new(request: IdbRequest) -> Self {
        let done = Promise::new(&mut |resolve, reject| {
            request.set_onsuccess(Some(&resolve));
            request.set_onerror(Some(&reject));
        });
        Self { request, done }
    }

    /// Waits for the answer. In the same transaction nothing can be asked for afterwards: it has ended by then.
    async fn answer(self) -> Result<JsValue, JsValue> {
        JsFuture::from(self.done).await?;
        self.request.result()
    }
}
