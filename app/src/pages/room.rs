//! `/room/:id`: a conversation.

use crate::components::{
    alarms::{Alarms, Rewound},
    ask::{Failure, on_done},
    avatar::{Avatar, Of, tone},
    composer::Composer,
    guard::SignedIn,
    icon::{Icon, Shape},
    message_sheet::{MessageSheet, Sheet},
    pane::{BackLink, PaneHeader},
    presence::Presence,
    room_state::{Here, here, member_count, of_room, room_name},
    scroll::Scroll,
    skeleton::Skeleton,
    timeline::Timeline,
};
use crate::engine::{Ask, Engine};
use crate::inside::Part;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::{components::A, hooks::use_navigate};
use model::{Command, RoomStatus, Trouble};
use protocol::RoomId;

#[component]
pub fn Room() -> impl IntoView {
    let name = room_name();
    view! {
        <Title text=move || if name.read().is_empty() { "Chat".to_owned() } else { name.get() } />
        <SignedIn part=Part::Room />
    }
    .into_any()
}

#[component]
pub fn RoomContent() -> impl IntoView {
    let here = here();
    move || match here.get() {
        Here::Room(room) => view! { <Conversation room /> }.into_any(),
        Here::Loading => view! {
            <PaneHeader back="/chats" title="Chat" />
            <Skeleton />
        }
        .into_any(),
        Here::Nowhere => view! { <Nowhere /> }.into_any(),
    }
}

#[component]
fn Conversation(room: RoomId) -> impl IntoView {
    let engine = Engine::get();
    let top = Signal::derive(move || {
        engine
            .timeline
            .with(|rows| rows.first().map(|(key, _)| key.clone()))
    });
    let scroll = Scroll::new(top);
    let status = of_room(|room| Some(room.status));
    MessageSheet::provide();
    let name = room_name();
    let details = format!("/room/{room}/details");
    view! {
        <header class="pane-header">
            <BackLink href="/chats" narrow_only=true />
            <Avatar of=Of::Room name tone=tone(room.as_bytes()) />
            <div class="pane-title">
                <h1 tabindex="-1">{move || if name.read().is_empty() { "Unnamed room".to_owned() } else { name.get() }}</h1>
                <p>{member_count}</p>
            </div>
            <A href=details attr:class="button button-icon" attr:aria-label="Room details" attr:title="Room details">
                <Icon shape=Shape::Info />
            </A>
        </header>
        <Alarms room />
        <Timeline room scroll />
        <Show when=move || status.get() != Some(RoomStatus::Gone)>
            <Presence />
        </Show>
        <Sheet room />
        {move || match status.get().unwrap_or(RoomStatus::Loading) {
            RoomStatus::Ready | RoomStatus::Loading => view! { <Composer room scroll /> }.into_any(),
            RoomStatus::Rewound => view! { <Rewound room /> }.into_any(),
            RoomStatus::NoKey => {
                view! { <p class="composer-closed">{Trouble::NoKey.to_string()}</p> }.into_any()
            }
            RoomStatus::Gone => view! { <Gone room /> }.into_any(),
        }}
    }
    .into_any()
}

#[component]
fn Gone(room: RoomId) -> impl IntoView {
    let engine = Engine::get();
    let ask = RwSignal::new(Ask::default());
    let navigate = use_navigate();
    on_done(ask, move |_| navigate("/chats", Default::default()));
    let gone = of_room(|room| room.gone.clone());
    view! {
        <div class="composer-closed">
            <p>
                {move || {
                    gone.get().unwrap_or_else(|| "You are no longer a member of this room, says the server.".to_owned())
                }}
            </p>
            <button type="button" class="button button-small" on:click=move |_| engine.ask(ask, Command::ForgetRoom { room })>
                "Remove from my chats"
            </button>
            <Failure ask />
        </div>
    }
    .into_any()
}

#[component]
fn Nowhere() -> impl IntoView {
    view! {
        <div class="empty">
            <h1 tabindex="-1">"You are not in this room"</h1>
            <p>"It may be another account's, or you left it. With its key you can join."</p>
            <div class="row">
                <A href="/join" attr:class="button button-primary">
                    "Join with a key"
                </A>
                <A href="/chats" attr:class="button">
                    "To your chats"
                </A>
            </div>
        </div>
    }
    .into_any()
}
