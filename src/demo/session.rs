//! The ticket that the page was opened with: `/#ticket=…`, as `reelway sign --link` writes it.
//!
//! A page of one's own asks its own server for tickets instead.

use std::cell::RefCell;

use reelway::{Backend, Ticket, dom::window};
use reelway_core::ticket::allows;
use wasm_bindgen::JsValue;

/// Where the tab keeps it: a reload goes on with it, another tab does not have it.
const KEY: &str = "reelway.ticket";

thread_local! {
    static TICKET: RefCell<Option<(Ticket, String)>> = const { RefCell::new(None) };
}

/// Takes the ticket out of the address, so that it is neither copied nor left in the history.
pub fn begin() {
    let (location, storage) = (window().location(), window().session_storage().ok().flatten());
    let hash = location.hash().unwrap_or_default();
    let given = hash.strip_prefix("#ticket=").filter(|ticket| !ticket.is_empty()).map(str::to_owned);
    if let Some(ticket) = &given {
        if let Some(storage) = &storage {
            let _ = storage.set_item(KEY, ticket);
        }
        let path = location.pathname().unwrap_or_default();
        if let Ok(history) = window().history() {
            let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(&path));
        }
    }
    let kept = given.or_else(|| storage?.get_item(KEY).ok()?);
    TICKET.set(kept.map(|text| (Ticket::new(text.as_str()), text)));
}

/// The ticket, if there is one.
pub fn ticket() -> Option<Ticket> {
    TICKET.with_borrow(|ticket| ticket.as_ref().map(|(ticket, _)| ticket.clone()))
}

/// Whether the user may rename videos, add captions to them and delete them, as far as the page can tell.
pub fn may_manage() -> bool {
    may("manage")
}

/// Whether the user may upload, as far as the page can tell.
pub fn may_upload() -> bool {
    may("upload")
}

fn may(scope: &str) -> bool {
    TICKET.with_borrow(|ticket| ticket.as_ref().is_none_or(|(_, text)| allows(text, scope)))
}

/// The page's own server.
pub fn backend() -> Backend {
    Backend::default().with_ticket(ticket())
}
