//! The list of keyboard shortcuts.

use crate::components::{html::*, signals::*};
use wasm_bindgen::JsCast;
use web_sys::{Element, Event, HtmlDialogElement, KeyboardEvent, MouseEvent};

use super::{
    PlayerHandle,
    strings::{self, Cap},
};
use crate::{
    components::icons::{self, icon},
    texts::Key,
};

/// A modal dialog: the browser keeps the focus in it, closes it on Escape, and gives the focus back.
pub(super) fn help(handle: PlayerHandle) -> View {
    let dialog = NodeRef::<web_sys::HtmlDialogElement>::new();
    effect(move || {
        if let Some(dialog) = dialog.get().filter(|dialog| !dialog.open()) {
            let _ = dialog.show_modal();
        }
    });
    let close = move || {
        if let Some(dialog) = dialog.get_untracked() {
            dialog.close();
        }
    };
    let on_key = move |event: KeyboardEvent| {
        event.stop_propagation();
        if event.key() == "?" {
            close();
        }
    };
    // The dialog's own box is all inside of its padding: what is hit beside the content is the backdrop.
    let on_click = move |event: MouseEvent| {
        event.stop_propagation();
        let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        if target.is_some_and(|target| target.has_type::<HtmlDialogElement>()) {
            close();
        }
    };
    let texts = handle.texts;
    let row = move |(keys, what): &(&'static [Cap], Key)| {
        let cap = |cap: &Cap| match *cap {
            Cap::Sign(sign) => html! { <kbd>{sign}</kbd> },
            Cap::Name(name) => html! { <kbd>{strings::words(texts, name)}</kbd> },
        };
        let keys = keys.iter().map(cap).collect::<Vec<_>>();
        html! {
            <tr>
                <th scope="row">{strings::words(texts, *what)}</th>
                <td>{keys}</td>
            </tr>
        }
    };
    when(
        move || handle.help.get(),
        move || {
            html! {
                <dialog
                    node_ref={dialog}
                    part="help"
                    class="rw-help"
                    {..strings::label(texts, strings::SHORTCUTS)}
                    {..on("close", move |_: Event| handle.help.set(false))}
                    {..on("keydown", on_key)}
                    {..on("click", on_click)}
                >
                    <div class="rw-help-content">
                        <div class="rw-help-head">
                            <h2>{strings::words(texts, strings::SHORTCUTS)}</h2>
                            <button
                                type="button"
                                class="rw-control"
                                {..strings::label(texts, strings::CLOSE)}
                                {..on("click", move |_: Event| close())}
                            >
                                {icon(icons::CLOSE)}
                            </button>
                        </div>
                        <table>
                            <tbody>{strings::KEYS.iter().map(row).collect::<Vec<_>>()}</tbody>
                        </table>
                    </div>
                </dialog>
            }
        },
    )
}
