//! Files dragged onto the page.

use wasm_bindgen::{JsCast, JsValue};
use web_sys::{DataTransfer, DragEvent, Event, EventTarget, Node};

use super::picking;
use crate::{
    components::signals::{RwSignal, Signal},
    journal::PickedFile,
    listener::Listener,
};

/// Takes files that are dropped anywhere on `target`, unless it is disabled. `over` is true while some are held above it.
pub(super) fn accept_drops(
    target: &EventTarget,
    over: RwSignal<bool>,
    disabled: Signal<bool>,
    take: impl Fn(Vec<PickedFile>) + 'static,
) -> Vec<Listener> {
    let hold = move |event: Event| {
        let Some(transfer) = files_of(&event) else { return };
        // Without this the browser opens the file in place of the page.
        event.prevent_default();
        if disabled.get_untracked() {
            return transfer.set_drop_effect("none");
        }
        transfer.set_drop_effect("copy");
        if over.try_get_untracked() == Some(false) {
            over.set(true);
        }
    };
    let within: Option<Node> = target.dyn_ref().cloned();
    let leave = move |event: Event| {
        // Only the edge of the target counts, not those of the elements in it.
        let event: DragEvent = event.unchecked_into();
        let onto = event.related_target().and_then(|onto| onto.dyn_into::<Node>().ok());
        let stays = onto.is_some_and(|onto| within.as_ref().is_none_or(|target| target.contains(Some(&onto))));
        if !stays {
            over.set(false);
        }
    };
    let drop = move |event: Event| {
        let Some(transfer) = files_of(&event) else { return };
        event.prevent_default();
        over.set(false);
        if disabled.get_untracked() {
            return;
        }
        take(picking::dropped(&transfer));
    };
    vec![
        Listener::new(target, "dragenter", hold),
        Listener::new(target, "dragover", hold),
        Listener::new(target, "dragleave", leave),
        Listener::new(target, "drop", drop),
    ]
}

/// What is being dragged, if it is files and not a link or a text.
fn files_of(event: &Event) -> Option<DataTransfer> {
    let transfer = event.dyn_ref::<DragEvent>()?.data_transfer()?;
    transfer.types().includes(&JsValue::from_str("Files"), 0).then_some(transfer)
}
