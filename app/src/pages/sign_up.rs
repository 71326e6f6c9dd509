//! `/signup`.

use crate::components::{
    ask::{Failure, Submit},
    field::{TextField, value},
    guard::SignedOut,
    icon::{Icon, Shape},
    passphrase::NewPassphrase,
};
use crate::engine::{Ask, Engine};
use leptos::{either::Either, prelude::*};
use leptos_meta::Title;
use leptos_router::components::A;
use model::{Command, SecretText};
use protocol::{Username, username::UsernameError};

#[component]
pub fn SignUp() -> impl IntoView {
    let engine = Engine::get();
    let ask = RwSignal::new(Ask::default());
    let (name, passphrase) = (NodeRef::new(), NodeRef::new());
    let typed = RwSignal::new(String::new());
    let submitted = RwSignal::new(false);
    // A name that is still being typed is not wrong for being short.
    let wrong = Memo::new(move |_| match typed.read().parse::<Username>() {
        Err(UsernameError::TooShort) if !submitted.get() => None,
        Err(error) => Some(error.to_string()),
        Ok(_) => None,
    });
    let invited = move || engine.invitation.with(Option::is_some);

    let submit = move || {
        typed.set(value(name));
        submitted.set(true);
        if wrong.get_untracked().is_none() {
            let (username, passphrase) = (value(name), SecretText::new(value(passphrase)));
            engine.ask(
                ask,
                Command::SignUp {
                    username,
                    passphrase,
                },
            );
        }
    };

    view! {
        <Title text="Create account" />
        <SignedOut stay=Signal::derive(move || ask.with(|ask| *ask == Ask::Waiting))>
            <div class="sheet">
                <header class="page-head">
                    <h1 tabindex="-1">"Create your account"</h1>
                    <p class="lead">
                        {move || {
                            if invited() {
                                Either::Left("Then you join the room that you were invited to.")
                            } else {
                                Either::Right("No phone number, no e-mail address.")
                            }
                        }}
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
                        help="3 to 32 small letters, digits, and _ . - between them. Other people see it, and it cannot be changed."
                        error=wrong
                        on_input=Callback::new(move |text| typed.set(text))
                    />
                    <NewPassphrase id="passphrase" node=passphrase username=typed />
                    <p class="note">
                        <Icon shape=Shape::Warning />
                        <span>
                            "Nobody can reset your passphrase. If you lose it and also the recovery code that you get next, your account and its messages are gone."
                        </span>
                    </p>
                    <Failure ask />
                    <Submit
                        ask
                        label="Create account"
                        busy="Making your keys…"
                        class="button button-primary button-wide"
                    />
                </form>
            </div>
            <p class="small">"Have an account already? " <A href="/login">"Log in"</A></p>
        </SignedOut>
    }
    .into_any()
}
