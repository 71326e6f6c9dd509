//! What a form or a button shows of the command that it asked.

use super::icon::{Icon, Shape};
use crate::engine::Ask;
use leptos::prelude::*;
use model::Answer;

/// Runs `then` each time that the command is done.
pub fn on_done(ask: RwSignal<Ask>, mut then: impl FnMut(Answer) + 'static) {
    Effect::new(move |_| {
        if let Ask::Done(answer) = ask.get() {
            untrack(|| then(answer));
        }
    });
}

/// Whether the command is on its way.
pub fn waiting(ask: RwSignal<Ask>) -> Signal<bool> {
    Signal::derive(move || ask.with(|ask| *ask == Ask::Waiting))
}

/// Why the command failed, in a box that a screen reader announces.
#[component]
pub fn Failure(ask: RwSignal<Ask>) -> impl IntoView {
    let sentence = Memo::new(move |_| {
        ask.with(|ask| match ask {
            Ask::Failed(trouble) => Some(trouble.to_string()),
            _ => None,
        })
    });
    view! {
        <div role="alert">
            {move || {
                sentence
                    .get()
                    .map(|sentence| {
                        view! {
                            <p class="form-error">
                                <Icon shape=Shape::Warning />
                                <span>{sentence}</span>
                            </p>
                        }
                    })
            }}
        </div>
    }
    .into_any()
}

/// A form's button: says what is going on while the command is on its way, and keeps the focus meanwhile.
#[component]
pub fn Submit(
    ask: RwSignal<Ask>,
    label: &'static str,
    busy: &'static str,
    #[prop(default = "button button-primary")] class: &'static str,
) -> impl IntoView {
    let ready = crate::engine::Engine::get().ready;
    let waiting = waiting(ask);
    view! {
        <button
            type="submit"
            class=class
            disabled=move || !ready.get()
            aria-disabled=move || waiting.get().then_some("true")
        >
            {move || waiting.get().then(|| view! { <span class="spinner" aria-hidden="true"></span> })}
            {move || if waiting.get() { busy } else { label }}
        </button>
    }
    .into_any()
}
