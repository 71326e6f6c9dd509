//! `/chats`: the chat list stands beside it; this is the pane while no room is open.

use crate::components::{
    guard::SignedIn,
    icon::{Icon, Shape},
};
use crate::engine::Engine;
use crate::inside::Part;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::components::A;

#[component]
pub fn Chats() -> impl IntoView {
    view! {
        <Title text="Chats" />
        <SignedIn part=Part::Chats />
    }
    .into_any()
}

#[component]
pub fn ChatsContent() -> impl IntoView {
    let rooms = Engine::get().rooms;
    let none = Memo::new(move |_| rooms.with(Vec::is_empty));
    view! {
            <div class="empty">
                <span class="empty-mark">
                    <Icon shape=Shape::Chat />
                </span>
                <h1 tabindex="-1">{move || if none.get() { "Start your first chat" } else { "Choose a chat" }}</h1>
                <p>
                    {move || {
                        if none.get() {
                            "Make a room and hand its key to the people you want in it, or join with a key that someone gave you."
                        } else {
                            "Or make a new room and hand its key to the people you want in it."
                        }
                    }}
                </p>
                <div class="row">
                    <A href="/chats/new" attr:class="button button-primary">
                        "New chat"
                    </A>
                    <A href="/join" attr:class="button">
                        "Join with a key"
                    </A>
                </div>
            </div>
    }
    .into_any()
}
