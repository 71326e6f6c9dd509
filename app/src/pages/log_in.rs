//! `/login`.

use crate::components::{
    ask::{Failure, Submit},
    field::{SecretField, TextField, value},
    guard::SignedOut,
};
use crate::engine::{Ask, Engine};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::components::A;
use model::{Command, SecretText};

#[component]
pub fn LogIn() -> impl IntoView {
    let engine = Engine::get();
    let ask = RwSignal::new(Ask::default());
    let (name, passphrase) = (NodeRef::new(), NodeRef::new());
    let submit = move || {
        let (username, passphrase) = (value(name), SecretText::new(value(passphrase)));
        engine.ask(
            ask,
            Command::LogIn {
                username,
                passphrase,
            },
        );
    };

    view! {
        <Title text="Log in" />
        <SignedOut stay=Signal::derive(move || ask.with(|ask| *ask == Ask::Waiting))>
            <div class="sheet">
                <header class="page-head">
                    <h1 tabindex="-1">"Log in"</h1>
                    {move || {
                        engine
                            .invitation
                            .with(Option::is_some)
                            .then(|| view! { <p class="lead">"Then you join the room that you were invited to."</p> })
                    }}
                </header>
                <form
                    class="stack"
                    on:submit=move |event| {
                        event.prevent_default();
                        submit();
                    }
                >
                    <TextField id="username" label="Username" node=name autocomplete="username" />
                    <SecretField id="passphrase" label="Passphrase" node=passphrase autocomplete="current-password" />
                    <Failure ask />
                    <Submit
                        ask
                        label="Log in"
                        busy="Checking your passphrase…"
                        class="button button-primary button-wide"
                    />
                </form>
            </div>
            <p class="small">"New here? " <A href="/signup">"Create an account"</A></p>
            <p class="small">"Lost your passphrase? " <A href="/recover">"Use your recovery code"</A></p>
        </SignedOut>
    }
    .into_any()
}
