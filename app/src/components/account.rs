//! Changing the passphrase and deleting the account.

use super::{
    ask::{Failure, Submit, on_done},
    dialog::Dialog,
    field::{SecretField, WhosePassphrase, clear, value},
    passphrase::NewPassphrase,
    toast::Toasts,
};
use crate::engine::{Ask, Engine};
use leptos::prelude::*;
use model::{Command, SecretText};

#[component]
pub fn ChangePassphrase() -> impl IntoView {
    let engine = Engine::get();
    let ask = RwSignal::new(Ask::default());
    let (current, new) = (NodeRef::new(), NodeRef::new());
    let username = Signal::derive(move || {
        engine.me.with(|me| {
            me.as_ref()
                .map(|me| me.username.clone())
                .unwrap_or_default()
        })
    });
    let toasts = Toasts::get();
    on_done(ask, move |_| {
        clear(current);
        clear(new);
        toasts.show("Passphrase changed. Your other devices are logged out.");
    });
    let submit = move || {
        let (current, new) = (SecretText::new(value(current)), SecretText::new(value(new)));
        engine.ask(ask, Command::ChangePassphrase { current, new });
    };
    view! {
        <section class="card" aria-labelledby="passphrase-title">
            <div class="card-head">
                <h2 id="passphrase-title">"Passphrase"</h2>
                <p>"Changing it logs all other devices out. Your recovery code stays the same."</p>
            </div>
            <form
                class="stack"
                on:submit=move |event| {
                    event.prevent_default();
                    submit();
                }
            >
                <WhosePassphrase />
                <SecretField
                    id="current-passphrase"
                    label="Current passphrase"
                    node=current
                    autocomplete="current-password"
                />
                <NewPassphrase id="new-passphrase" label="New passphrase" node=new username />
                <Failure ask />
                <div>
                    <Submit ask label="Change passphrase" busy="Changing…" class="button" />
                </div>
            </form>
        </section>
    }
    .into_any()
}

#[component]
pub fn DeleteAccount() -> impl IntoView {
    let sure = RwSignal::new(false);
    view! {
        <section class="card" aria-labelledby="delete-title">
            <div class="card-head">
                <h2 id="delete-title">"Delete account"</h2>
                <p>
                    "Leaves all rooms and removes the account from this server for good. What you wrote stays with the members of your rooms, and nobody can take your username again."
                </p>
            </div>
            <div>
                <button type="button" class="button button-danger-quiet" on:click=move |_| sure.set(true)>
                    "Delete account…"
                </button>
            </div>
        </section>
        <Dialog open=sure title="Delete your account?">
            <ConfirmDelete close=move || sure.set(false) />
        </Dialog>
    }
    .into_any()
}

#[component]
fn ConfirmDelete(close: impl Fn() + 'static) -> impl IntoView {
    let engine = Engine::get();
    let ask = RwSignal::new(Ask::default());
    let passphrase = NodeRef::new();
    view! {
        <p>"This cannot be undone, not even with the recovery code. Your passphrase confirms that it is you."</p>
        <form
            class="stack"
            on:submit=move |event| {
                event.prevent_default();
                let passphrase = SecretText::new(value(passphrase));
                engine.ask(ask, Command::DeleteAccount { passphrase });
            }
        >
            <WhosePassphrase />
            <SecretField
                id="delete-passphrase"
                label="Passphrase"
                node=passphrase
                autocomplete="current-password"
            />
            <Failure ask />
            <div class="dialog-actions">
                <button type="button" class="button" on:click=move |_| close()>
                    "Keep account"
                </button>
                <Submit ask label="Delete account" busy="Deleting…" class="button button-danger" />
            </div>
        </form>
    }
    .into_any()
}
