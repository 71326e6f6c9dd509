//! The key of a room, asked for when someone wants to see it.

use super::{
    ask::{Failure, waiting},
    icon::{Icon, Shape},
    share::KeyCard,
};
use crate::engine::{Ask, Engine};
use leptos::prelude::*;
use model::{Answer, Command};
use protocol::RoomId;

/// Shows the key at once if `reveal`, or behind a button: a glance over the shoulder is enough to join.
#[component]
pub fn RoomKey(room: RoomId, #[prop(optional)] reveal: bool) -> impl IntoView {
    let engine = Engine::get();
    let ask = RwSignal::new(Ask::default());
    let key = move || match ask.get() {
        Ask::Done(Answer::RoomKey(key)) => Some(key),
        _ => None,
    };
    Effect::new(move |_| {
        if reveal {
            engine.ask(ask, Command::RevealKey { room });
        }
    });
    move || {
        match key() {
        Some(key) => view! { <KeyCard key /> }.into_any(),
        None => view! {
            <section class="key-card" aria-labelledby="room-key-title">
                <h2 class="key-card-title" id="room-key-title">
                    <Icon shape=Shape::Key />
                    "Room key"
                </h2>
                <p class="small">
                    "Whoever gets this key can join and read. It is shown as text, invite link and QR code."
                </p>
                <Failure ask />
                <div>
                    <button
                        type="button"
                        class="button button-small"
                        aria-disabled=move || waiting(ask).get().then_some("true")
                        on:click=move |_| engine.ask(ask, Command::RevealKey { room })
                    >
                        {move || if waiting(ask).get() { "Fetching the key…" } else { "Show room key" }}
                    </button>
                </div>
            </section>
        }
        .into_any(),
    }
    }
}
