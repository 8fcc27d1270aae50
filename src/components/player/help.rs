//! The list of keyboard shortcuts.

use crate::components::{html::*, signals::*};
use wasm_bindgen::JsCast;
use web_sys::{Element, Event, HtmlDialogElement, KeyboardEvent, MouseEvent};

use super::{PlayerHandle, strings};
use crate::components::icons::{self, icon};

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
    let row = |(keys, what): &(&'static [&'static str], &'static str)| {
        let keys = keys.iter().map(|&key| html! { <kbd>{key}</kbd> }).collect::<Vec<_>>();
        html! {
            <tr>
                <th scope="row">{*what}</th>
                <td>{keys}</td>
            </tr>
        }
    };
    when(
        move || handle.help.get(),
        move || {
            html! {
                <dialog
                    aria-label=strings::SHORTCUTS
                    node_ref={dialog}
                    part="help"
                    class="rw-help"
                    {..on("close", move |_: Event| handle.help.set(false))}
                    {..on("keydown", on_key)}
                    {..on("click", on_click)}
                >
                    <div class="rw-help-content">
                        <div class="rw-help-head">
                            <h2>{strings::SHORTCUTS}</h2>
                            <button
                                aria-label=strings::CLOSE
                                type="button"
                                class="rw-control"
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
