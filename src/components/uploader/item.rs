//! One file of the uploader.

use leptos::{html, prelude::*};
use web_sys::HtmlElement;

use super::{
    queue::Action,
    state::{ItemState, Stage},
    strings,
};
use crate::components::icons::{self, Icon};

/// A row: picture, name, progress, state in words, buttons.
#[component]
pub fn ItemRow(
    /// The file's name.
    filename: String,
    /// Where it stands.
    #[prop(into)]
    state: Signal<ItemState>,
    /// The URL of the file itself, for a picture of it.
    #[prop(optional, into)]
    preview: Option<String>,
    /// The address of a page that shows the video with this id.
    #[prop(optional_no_strip)]
    watch_url: Option<fn(&str) -> String>,
    /// Called when a button is pressed.
    #[prop(into)]
    on_action: UnsyncCallback<Action>,
    /// Called by the button that offers another file in place of a refused one.
    #[prop(into)]
    on_choose_another: UnsyncCallback<()>,
) -> impl IntoView {
    let name = StoredValue::new(filename.clone());
    let stage = Memo::new(move |_| state.with(|state| state.stage.name()));
    let is = move |names: &[&str]| names.contains(&stage.get());
    let bar = NodeRef::<html::Div>::new();
    Effect::new(move |_| {
        let Some(bar) = bar.get() else { return };
        let element: &HtmlElement = bar.as_ref();
        let (acknowledged, sent) = state.with(bar_of);
        let _ = element.style().set_property("--_acknowledged", &acknowledged.to_string());
        let _ = element.style().set_property("--_sent", &sent.to_string());
    });
    let failure = move || state.with(|state| (state.stage.clone(), state.code));
    let action = move |part: &'static str, text: &'static str, icon: &'static str, action: Action| {
        view! {
            <button
                type="button"
                part=part
                class="rw-button rw-button-quiet"
                aria-label=name.with_value(|name| strings::action(text, name))
                title=text
                on:click=move |_| on_action.run(action)
            >
                <Icon path=icon />
            </button>
        }
    };
    view! {
        <li part="item" class="rw-item" data-stage=move || stage.get() data-code=move || failure().1>
            <Thumbnail preview />
            <div class="rw-item-body">
                <div class="rw-item-line">
                    <span part="filename" title=filename.clone()>{filename.clone()}</span>
                    <span class="rw-item-size">{move || state.with(strings::size)}</span>
                </div>
                <div
                    part="progress"
                    class="rw-progress"
                    role="progressbar"
                    node_ref=bar
                    aria-label=filename
                    aria-valuemin="0"
                    aria-valuemax="100"
                    aria-valuenow=move || state.with(|state| state.percent().to_string())
                    aria-valuetext=move || state.with(strings::status)
                    hidden=move || is(&["failed", "cancelled"])
                >
                    <div class="rw-progress-sent"></div>
                    <div class="rw-progress-acknowledged"></div>
                </div>
                <p part="status" class="rw-item-status">{move || state.with(strings::status)}</p>
                <Show when=move || failure().0 == Stage::Failed { retriable: false }>
                    <button
                        type="button"
                        class="rw-button rw-item-again"
                        on:click=move |_| {
                            on_choose_another.run(());
                            on_action.run(Action::Dismiss);
                        }
                    >
                        {strings::CHOOSE_ANOTHER}
                    </button>
                </Show>
            </div>
            <div class="rw-item-actions">
                {move || watch_url.zip(state.with(|state| state.video_id.clone())).filter(|_| is(&["ready"])).map(
                    |(watch_url, id)| view! {
                        <a class="rw-button rw-button-primary" href=watch_url(&id)>
                            <Icon path=icons::PLAY />
                            {strings::WATCH}
                        </a>
                    },
                )}
                <Show when=move || is(&["starting", "uploading", "waiting", "offline"])>
                    {action("pause", strings::PAUSE, icons::PAUSE, Action::Pause)}
                </Show>
                <Show when=move || is(&["paused"])>
                    {action("resume", strings::RESUME, icons::PLAY, Action::Resume)}
                </Show>
                <Show when=move || is(&["waiting"]) || failure().0 == Stage::Failed { retriable: true }>
                    {action("retry", strings::RETRY, icons::RETRY, Action::Retry)}
                </Show>
                <Show
                    when=move || is(&["processing", "ready", "cancelled"])
                        || failure().0 == Stage::Failed { retriable: false }
                    fallback=move || action("cancel", strings::CANCEL, icons::CLOSE, Action::Cancel)
                >
                    {action("dismiss", strings::DISMISS, icons::CLOSE, Action::Dismiss)}
                </Show>
            </div>
        </li>
    }
}

/// The two ends of the bar, 0 to 1: what is certain, and what is on its way.
fn bar_of(state: &ItemState) -> (f64, f64) {
    match state.stage {
        Stage::Finalising | Stage::Ready => (1.0, 1.0),
        Stage::Processing => (f64::from(state.percent()) / 100.0, 0.0),
        _ => (state.acknowledged(), state.sent()),
    }
}

/// A frame of the file, if the browser can decode it; else an icon.
#[component]
fn Thumbnail(preview: Option<String>) -> AnyView {
    let broken = RwSignal::new(preview.is_none());
    view! {
        <div part="thumbnail" class="rw-thumbnail" aria-hidden="true">
            <Icon path=icons::FILM />
            {preview.map(|url| view! {
                <video
                    muted
                    playsinline
                    preload="metadata"
                    tabindex="-1"
                    // A tenth of a second in: many videos begin in black.
                    src=format!("{url}#t=0.1")
                    hidden=move || broken.get()
                    on:error=move |_| broken.set(true)
                ></video>
            })}
        </div>
    }
    .into_any()
}
