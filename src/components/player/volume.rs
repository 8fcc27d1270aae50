//! Sound: on or off, and how loud.

use crate::components::html::*;
use wasm_bindgen::JsCast;
use web_sys::{Event, HtmlInputElement};

use super::{
    PlayerHandle,
    actions::{Actions, By},
    button::button,
    strings,
};
use crate::{components::icons, player::keys::Command};

pub(super) fn volume(handle: PlayerHandle, actions: Actions) -> View {
    let texts = handle.texts;
    let silent = move || handle.muted.get();
    let label = move || if silent() { strings::UNMUTE } else { strings::MUTE };
    let icon = move || match (silent(), handle.volume.get()) {
        (true, _) => icons::VOLUME_OFF,
        (false, volume) if volume < 0.5 => icons::VOLUME_LOW,
        _ => icons::VOLUME,
    };
    let percent = move || if silent() { 0 } else { (handle.volume.get() * 100.0).round() as i32 };
    let on_input = move |event: Event| {
        let input: Option<HtmlInputElement> = event.target().and_then(|target| target.dyn_into().ok());
        if let Some(input) = input {
            handle.set_volume(input.value_as_number() / 100.0);
        }
    };
    html! {
        <div class="rw-volume">
            {button(texts, "mute", "m", label, icon, move || actions.run(Command::ToggleMute, By::Button))}
            <input
                type="range"
                part="volume"
                min="0"
                max="100"
                aria-keyshortcuts="ArrowUp ArrowDown"
                step="5"
                {..strings::label(texts, strings::VOLUME)}
                {..attr("aria-valuetext", move || if silent() { texts.get(strings::MUTED) } else { texts.percent(percent()) })}
                {..prop("value", move || percent().to_string())}
                {..prop("style", move || format!("--_level:{}%", percent()))}
                {..on("input", on_input)}
            />
        </div>
    }
}
