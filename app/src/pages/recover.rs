//! `/recover`: a new passphrase with the recovery code.

use crate::components::{
    ask::{Failure, Submit},
    field::{TextField, value},
    guard::SignedOut,
    passphrase::NewPassphrase,
};
use crate::engine::{Ask, Engine};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::components::A;
use model::{Command, SecretText};

#[component]
pub fn Recover() -> impl IntoView {
    let engine = Engine::get();
    let ask = RwSignal::new(Ask::default());
    let (name, code, passphrase) = (NodeRef::new(), NodeRef::new(), NodeRef::new());
    let typed = RwSignal::new(String::new());
    let submit = move || {
        engine.ask(
            ask,
            Command::Recover {
                username: value(name),
                code: SecretText::new(value(code)),
                passphrase: SecretText::new(value(passphrase)),
            },
        );
    };

    view! {
        <Title text="Recover your account" />
        <SignedOut stay=Signal::derive(move || ask.with(|ask| *ask == Ask::Waiting))>
            <div class="sheet">
                <header class="page-head">
                    <h1 tabindex="-1">"Recover your account"</h1>
                    <p class="lead">
                        "Your recovery code sets a new passphrase. All rooms and messages stay; every other device is logged out."
                    </p>
                </header>
                <form
                    class="stack"
                    on:submit=move |event| {
                        event.prevent_default();
                        submit();
                    }
                >
                    <TextField
                        id="username"
                        label="Username"
                        node=name
                        autocomplete="username"
                        on_input=Callback::new(move |text| typed.set(text))
                    />
                    <TextField
                        id="recovery-code"
                        label="Recovery code"
                        node=code
                        class="field-input field-input-code"
                        help="36 letters and digits, as you saved them at sign-up. Spaces and hyphens do not matter."
                    />
                    <NewPassphrase id="passphrase" label="New passphrase" node=passphrase username=typed />
                    <Failure ask />
                    <Submit
                        ask
                        label="Set new passphrase"
                        busy="Opening your account…"
                        class="button button-primary button-wide"
                    />
                </form>
            </div>
            <p class="small">"Remembered it after all? " <A href="/login">"Log in"</A></p>
        </SignedOut>
    }
    .into_any()
}
