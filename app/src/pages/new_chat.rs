//! `/chats/new`: a name, then the room key to hand over.

use crate::components::{
    ask::{Failure, Submit, on_done},
    field::{TextField, value},
    guard::SignedIn,
    pane::PaneHeader,
    room_key::RoomKey,
};
use crate::engine::{Ask, Engine};
use crate::inside::Part;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::components::A;
use model::{Answer, Command};
use protocol::RoomId;

/// The room that was made on this page, and its name.
pub type Made = RwSignal<Option<(RoomId, String)>>;

#[component]
pub fn NewChat() -> impl IntoView {
    let made = Made::new(None);
    view! {
        <Title text="New chat" />
        <PaneHeader back="/chats" title="New chat" />
        <div class="pane-scroll">
            <div class="column column-wide">
                <SignedIn part=Part::NewChat(made) />
            </div>
        </div>
    }
    .into_any()
}

#[component]
pub fn NewChatContent(made: Made) -> impl IntoView {
    move || match made.get() {
        None => view! { <Name made /> }.into_any(),
        Some((room, name)) => view! { <Ready room name /> }.into_any(),
    }
}

#[component]
fn Name(made: Made) -> impl IntoView {
    let engine = Engine::get();
    let ask = RwSignal::new(Ask::default());
    let name = NodeRef::new();
    on_done(ask, move |answer| {
        if let Answer::Room(room) = answer {
            made.set(Some((room, value(name).trim().to_owned())));
        }
    });
    view! {
        <form
            class="stack"
            on:submit=move |event| {
                event.prevent_default();
                engine.ask(ask, Command::CreateRoom { name: value(name) });
            }
        >
            <TextField
                id="room-name"
                label="Name of the room"
                node=name
                prose=true
                placeholder="Weekend trip"
                help="Only members see it: it goes out encrypted, like every message."
            />
            <Failure ask />
            <div>
                <Submit ask label="Make room" busy="Making the room…" />
            </div>
        </form>
    }
    .into_any()
}

#[component]
fn Ready(room: RoomId, name: String) -> impl IntoView {
    view! {
        <header class="page-head">
            <h2 class="page-title">{format!("{name} is ready")}</h2>
            <p class="lead">
                "Now hand its key to the people you want in it. You find it again in the room's details."
            </p>
        </header>
        <RoomKey room reveal=true />
        <A href=format!("/room/{room}") attr:class="button button-primary">
            "Open the chat"
        </A>
    }
    .into_any()
}
