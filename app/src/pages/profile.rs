//! `/profile`: name, passphrase, sessions, leaving.

use crate::components::{
    account::{ChangePassphrase, DeleteAccount},
    ask::{Failure, Submit, on_done},
    avatar::{Avatar, Of, tone},
    field::{TextField, value},
    guard::SignedIn,
    log_out::LogOut,
    new_keys::{NewRecoveryCode, ReplaceKeys},
    pane::PaneHeader,
    sessions::Sessions,
    toast::Toasts,
};
use crate::engine::{Ask, Engine};
use crate::inside::Part;
use leptos::{html::Input, prelude::*};
use leptos_meta::Title;
use model::{Command, Me};

#[component]
pub fn Profile() -> impl IntoView {
    view! {
        <Title text="Profile" />
        <PaneHeader back="/chats" title="Profile" />
        <div class="pane-scroll">
            <div class="column column-wide">
                <SignedIn part=Part::Profile />
            </div>
        </div>
    }
    .into_any()
}

#[component]
pub fn ProfileContent() -> impl IntoView {
    let me = Engine::get().me;
    let who = Memo::new(move |_| me.get());
    view! {
                    {move || who.get().map(|me| view! { <Head me /> })}
                    <DisplayName />
                    <ChangePassphrase />
                    <NewRecoveryCode />
                    <ReplaceKeys />
                    <Sessions />
                    <section class="card" aria-labelledby="log-out-title">
                        <div class="card-head">
                            <h2 id="log-out-title">"Log out"</h2>
                            <p>"Removes your keys and messages from this browser. Log in again, here or elsewhere, and they are back."</p>
                        </div>
                        <div>
                            <LogOut />
                        </div>
                    </section>
                    <DeleteAccount />
    }
    .into_any()
}

#[component]
fn Head(me: Me) -> impl IntoView {
    let name = if me.display_name.is_empty() {
        me.username.clone()
    } else {
        me.display_name
    };
    view! {
        <div class="profile-head">
            <Avatar
                of=Of::Person
                name=Signal::stored(name.clone())
                tone=tone(me.user.as_bytes())
                size="avatar-large"
            />
            <div>
                <h2 class="page-title">{name}</h2>
                <p class="muted small">{format!("@{}", me.username)}</p>
            </div>
        </div>
    }
    .into_any()
}

#[component]
fn DisplayName() -> impl IntoView {
    let engine = Engine::get();
    let ask = RwSignal::new(Ask::default());
    let name = NodeRef::<Input>::new();
    let toasts = Toasts::get();
    on_done(ask, move |_| toasts.show("Display name saved."));
    let current = Memo::new(move |_| {
        engine
            .me
            .with(|me| me.as_ref().map(|me| me.display_name.clone()))
    });
    Effect::new(move |_| {
        if let (Some(field), Some(current)) = (name.get(), current.get()) {
            field.set_value(&current);
        }
    });
    view! {
        <section class="card" aria-labelledby="name-title">
            <div class="card-head">
                <h2 id="name-title">"Display name"</h2>
                <p>"Members of your rooms see it beside your username. The server does not."</p>
            </div>
            <form
                class="stack"
                on:submit=move |event| {
                    event.prevent_default();
                    engine.ask(ask, Command::SetDisplayName { name: value(name) });
                }
            >
                <TextField id="display-name" label="Display name" node=name prose=true autocomplete="nickname" />
                <Failure ask />
                <div>
                    <Submit ask label="Save name" busy="Saving…" class="button" />
                </div>
            </form>
        </section>
    }
    .into_any()
}
