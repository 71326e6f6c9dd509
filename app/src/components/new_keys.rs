//! A new recovery code, and new keys for someone who fears that theirs are known.

use super::{
    ask::{Failure, Submit, on_done},
    dialog::Dialog,
    field::{SecretField, WhosePassphrase, value},
    icon::{Icon, Shape},
    passphrase::NewPassphrase,
};
use crate::engine::{Ask, Engine};
use leptos::prelude::*;
use leptos_router::hooks::use_navigate;
use model::{Command, SecretText};

#[component]
pub fn NewRecoveryCode() -> impl IntoView {
    let engine = Engine::get();
    let ask = RwSignal::new(Ask::default());
    let open = RwSignal::new(false);
    let navigate = use_navigate();
    on_done(ask, move |_| navigate("/welcome", Default::default()));
    view! {
        <section class="card" aria-labelledby="recovery-title">
            <div class="card-head">
                <h2 id="recovery-title">"Recovery code"</h2>
                <p>"Lost the paper, or someone saw it? A new code replaces the old one, which opens nothing any more."</p>
            </div>
            <div>
                <button type="button" class="button" on:click=move |_| open.set(true)>
                    "Make a new code…"
                </button>
            </div>
        </section>
        <Dialog open title="Make a new recovery code">
            <CodeForm ask close=open engine />
        </Dialog>
    }
    .into_any()
}

#[component]
fn CodeForm(ask: RwSignal<Ask>, close: RwSignal<bool>, engine: Engine) -> impl IntoView {
    let passphrase = NodeRef::new();
    view! {
        <p>"It is shown right after this. Have paper or your password manager at hand."</p>
        <form
            class="stack"
            on:submit=move |event| {
                event.prevent_default();
                let passphrase = SecretText::new(value(passphrase));
                engine.ask(ask, Command::NewRecoveryCode { passphrase });
            }
        >
            <WhosePassphrase />
            <SecretField
                id="recovery-passphrase"
                label="Passphrase"
                node=passphrase
                autocomplete="current-password"
            />
            <Failure ask />
            <div class="dialog-actions">
                <button type="button" class="button" on:click=move |_| close.set(false)>
                    "Cancel"
                </button>
                <Submit ask label="Make a new code" busy="Making it…" />
            </div>
        </form>
    }
    .into_any()
}

#[component]
pub fn ReplaceKeys() -> impl IntoView {
    let engine = Engine::get();
    let ask = RwSignal::new(Ask::default());
    let open = RwSignal::new(false);
    let untold = Memo::new(move |_| engine.me.with(|me| me.as_ref().map_or(0, |me| me.untold)));
    let navigate = use_navigate();
    on_done(ask, move |_| navigate("/welcome", Default::default()));
    view! {
        <section class="card" aria-labelledby="keys-title">
            <div class="card-head">
                <h2 id="keys-title">"Someone may have my keys"</h2>
                <p>
                    "A device was stolen, or someone read your passphrase or recovery code? Replace everything: passphrase, recovery code, and the keys themselves. All other devices are logged out, every room hears of it and changes its key."
                </p>
            </div>
            <Show when=move || { untold.get() > 0 }>
                <p class="note">
                    <Icon shape=Shape::Clock />
                    <span>
                        {move || {
                            match untold.get() {
                                1 => "One room has yet to hear of your new keys. Stay connected.".to_owned(),
                                rooms => format!("{rooms} rooms have yet to hear of your new keys. Stay connected."),
                            }
                        }}
                    </span>
                </p>
            </Show>
            <div>
                <button type="button" class="button button-danger-quiet" on:click=move |_| open.set(true)>
                    "Replace my keys…"
                </button>
            </div>
        </section>
        <Dialog open title="Replace your keys">
            <KeysForm ask close=open engine />
        </Dialog>
    }
    .into_any()
}

#[component]
fn KeysForm(ask: RwSignal<Ask>, close: RwSignal<bool>, engine: Engine) -> impl IntoView {
    let (current, new) = (NodeRef::new(), NodeRef::new());
    let username = Signal::derive(move || {
        engine.me.with(|me| {
            me.as_ref()
                .map(|me| me.username.clone())
                .unwrap_or_default()
        })
    });
    view! {
        <p>
            "What someone has read already stays read. People who verified you are asked to compare safety numbers again."
        </p>
        <form
            class="stack"
            on:submit=move |event| {
                event.prevent_default();
                let (current, new) = (SecretText::new(value(current)), SecretText::new(value(new)));
                engine.ask(ask, Command::ReplaceIdentity { current, new });
            }
        >
            <WhosePassphrase />
            <SecretField
                id="keys-current"
                label="Current passphrase"
                node=current
                autocomplete="current-password"
            />
            <NewPassphrase id="keys-new" label="New passphrase" node=new username />
            <Failure ask />
            <div class="dialog-actions">
                <button type="button" class="button" on:click=move |_| close.set(false)>
                    "Cancel"
                </button>
                <Submit ask label="Replace my keys" busy="Replacing…" class="button button-danger" />
            </div>
        </form>
    }
    .into_any()
}
