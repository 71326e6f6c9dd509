//! After the session has ended while the app was open.

use super::{
    ask::{Failure, Submit},
    field::{SecretField, WhosePassphrase, value},
    log_out::LogOut,
};
use crate::engine::{Ask, Engine};
use leptos::prelude::*;
use model::{Command, SecretText};

/// Asks for the passphrase, with everything kept.
#[component]
pub fn LogInAgain() -> impl IntoView {
    let engine = Engine::get();
    let ask = RwSignal::new(Ask::default());
    let passphrase = NodeRef::new();
    let username = engine.me.with_untracked(|me| {
        me.as_ref()
            .map(|me| me.username.clone())
            .unwrap_or_default()
    });
    view! {
        <p>"Your session has ended. Everything stays as it is, also what you were writing."</p>
        <form
            class="stack"
            on:submit=move |event| {
                event.prevent_default();
                engine
                    .ask(
                        ask,
                        Command::LogIn {
                            username: username.clone(),
                            passphrase: SecretText::new(value(passphrase)),
                        },
                    );
            }
        >
            <WhosePassphrase />
            <SecretField id="again-passphrase" label="Passphrase" node=passphrase autocomplete="current-password" />
            <Failure ask />
            <div class="dialog-actions">
                <LogOut class="button button-quiet" />
                <Submit ask label="Log in" busy="Checking…" />
            </div>
        </form>
    }
    .into_any()
}
