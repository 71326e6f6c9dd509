//! Text fields. They have no `name`, so that no form can put them into an address, and wait disabled until the app runs.
//! What is in them is read at submit: a password manager may have filled them without a word.

use super::icon::{Icon, Shape};
use crate::engine::Engine;
use leptos::{html::Input, prelude::*};

/// What stands in a field now.
pub fn value(node: NodeRef<Input>) -> String {
    node.get_untracked()
        .map(|input| {
            js_sys::JsString::from(input.value())
                .normalize("NFC")
                .into()
        })
        .unwrap_or_default()
}

/// Empties a field.
pub fn clear(node: NodeRef<Input>) {
    if let Some(input) = node.get_untracked() {
        input.set_value("");
    }
}

/// A field for text that may be seen.
#[component]
pub fn TextField(
    id: &'static str,
    label: &'static str,
    node: NodeRef<Input>,
    #[prop(default = "off")] autocomplete: &'static str,
    #[prop(default = "field-input")] class: &'static str,
    /// For names of people and rooms: the keyboard may capitalise and check the spelling.
    #[prop(optional)]
    prose: bool,
    #[prop(optional)] placeholder: &'static str,
    #[prop(optional)] help: &'static str,
    #[prop(optional, into)] error: Signal<Option<String>>,
    #[prop(optional, into)] on_input: Option<Callback<String>>,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    let ready = Engine::get().ready;
    view! {
        <div class="field">
            <label class="field-label" for=id>
                {label}
            </label>
            <input
                class=class
                id=id
                type="text"
                node_ref=node
                autocomplete=autocomplete
                autocapitalize=if prose { "sentences" } else { "none" }
                spellcheck=if prose { "true" } else { "false" }
                placeholder=placeholder
                disabled=move || !ready.get()
                aria-invalid=move || error.read().is_some().then_some("true")
                aria-describedby=format!("{id}-help {id}-error")
                on:input=move |event| {
                    if let Some(on_input) = on_input {
                        on_input.run(event_target_value(&event));
                    }
                }
            />
            <FieldError id error />
            {children.map(|children| children())}
            {(!help.is_empty())
                .then(|| {
                    view! {
                        <p class="field-help" id=format!("{id}-help")>
                            {help}
                        </p>
                    }
                })}
        </div>
    }
    .into_any()
}

/// A field for a passphrase, hidden until its owner wants to see it.
#[component]
pub fn SecretField(
    id: &'static str,
    label: &'static str,
    node: NodeRef<Input>,
    /// `current-password` or `new-password`.
    autocomplete: &'static str,
    #[prop(optional)] help: &'static str,
    #[prop(optional, into)] error: Signal<Option<String>>,
    #[prop(optional, into)] on_input: Option<Callback<String>>,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    let ready = Engine::get().ready;
    let shown = RwSignal::new(false);
    view! {
        <div class="field">
            <label class="field-label" for=id>
                {label}
            </label>
            <div class="field-reveal">
                <input
                    class="field-input"
                    id=id
                    type=move || if shown.get() { "text" } else { "password" }
                    node_ref=node
                    autocomplete=autocomplete
                    autocapitalize="none"
                    spellcheck="false"
                    disabled=move || !ready.get()
                    aria-invalid=move || error.read().is_some().then_some("true")
                    aria-describedby=format!("{id}-help {id}-error")
                    on:input=move |event| {
                        if let Some(on_input) = on_input {
                            on_input.run(event_target_value(&event));
                        }
                    }
                />
                <button
                    type="button"
                    disabled=move || !ready.get()
                    aria-pressed=move || if shown.get() { "true" } else { "false" }
                    aria-label=format!("Show {}", label.to_lowercase())
                    aria-controls=id
                    on:click=move |_| shown.update(|shown| *shown = !*shown)
                >
                    {move || if shown.get() { "Hide" } else { "Show" }}
                </button>
            </div>
            <FieldError id error />
            {children.map(|children| children())}
            {(!help.is_empty())
                .then(|| {
                    view! {
                        <p class="field-help" id=format!("{id}-help")>
                            {help}
                        </p>
                    }
                })}
        </div>
    }
    .into_any()
}

/// Tells a password manager whose passphrase a form asks for, where the person need not be told.
#[component]
pub fn WhosePassphrase() -> impl IntoView {
    let me = Engine::get().me;
    let username = move || {
        me.with(|me| {
            me.as_ref()
                .map(|me| me.username.clone())
                .unwrap_or_default()
        })
    };
    view! {
        <input
            type="text"
            class="visually-hidden"
            autocomplete="username"
            prop:value=username
            readonly
            tabindex="-1"
            aria-hidden="true"
        />
    }
    .into_any()
}

#[component]
fn FieldError(id: &'static str, error: Signal<Option<String>>) -> impl IntoView {
    view! {
        <div id=format!("{id}-error") aria-live="polite">
            {move || {
                error
                    .get()
                    .map(|sentence| {
                        view! {
                            <p class="field-error">
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
