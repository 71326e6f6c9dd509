//! `/room/:id/details`: the key to share, members, rules, leaving.

use crate::components::{
    ask::{Failure, Submit, on_done},
    avatar::{Avatar, Of, tone},
    dialog::Dialog,
    guard::SignedIn,
    members::Members,
    pane::PaneHeader,
    room_key::RoomKey,
    room_rules::{Banned, NewKey, Rules},
    room_state::{Here, here, of_room, room_name},
    skeleton::Skeleton,
};
use crate::engine::{Ask, Engine};
use crate::inside::Part;
use leptos::{either::EitherOf3, prelude::*};
use leptos_meta::Title;
use leptos_router::hooks::{use_navigate, use_params_map};
use model::Command;
use protocol::RoomId;

#[component]
pub fn RoomDetails() -> impl IntoView {
    view! {
        <Title text="Room details" />
        <SignedIn part=Part::RoomDetails />
    }
    .into_any()
}

#[component]
pub fn RoomDetailsContent() -> impl IntoView {
    let here = here();
    let params = use_params_map();
    let back =
        Signal::derive(move || format!("/room/{}", params.read().get("id").unwrap_or_default()));
    view! {
            <PaneHeader back title="Room details" />
            <div class="pane-scroll">
                <div class="column column-wide">
                    {move || match here.get() {
                        Here::Room(room) => EitherOf3::A(view! { <Content room /> }),
                        Here::Loading => EitherOf3::B(view! { <Skeleton /> }),
                        Here::Nowhere => EitherOf3::C(view! { <p>"You are not in this room."</p> }),
                    }}
                </div>
            </div>
    }
    .into_any()
}

#[component]
fn Content(room: RoomId) -> impl IntoView {
    let name = room_name();
    let rotation_due = of_room(|room| room.rotation_due);
    let epoch = of_room(|room| room.epoch);
    view! {
        <div class="profile-head">
            <Avatar of=Of::Room name tone=tone(room.as_bytes()) size="avatar-large" />
            <div>
                <h2 class="page-title">
                    {move || if name.read().is_empty() { "Unnamed room".to_owned() } else { name.get() }}
                </h2>
                <p class="muted small">
                    {move || {
                        if rotation_due.get() {
                            "End-to-end encrypted. Someone left: the key changes with the next message.".to_owned()
                        } else {
                            format!("End-to-end encrypted with key number {}.", epoch.get())
                        }
                    }}
                </p>
            </div>
        </div>
        <RoomKey room />
        <Members room />
        <Banned room />
        <Rules room />
        <Fingerprint />
        <NewKey room />
        <Leave room />
    }
    .into_any()
}

/// What all who have this key and these members see alike.
#[component]
fn Fingerprint() -> impl IntoView {
    let digits = of_room(|room| room.fingerprint.clone());
    view! {
        <section class="card" aria-labelledby="fingerprint-title" hidden=move || digits.read().is_empty()>
            <div class="card-head">
                <h2 id="fingerprint-title">"Room fingerprint"</h2>
                <p>
                    "Read it out to each other: whoever sees the same digits has the same key and the same members. It changes when either does."
                </p>
            </div>
            <ol class="safety-digits" aria-label="Room fingerprint" data-testid="room-fingerprint">
                {move || {
                    digits.get().split(' ').map(|group| view! { <li>{group.to_owned()}</li> }).collect_view()
                }}
            </ol>
        </section>
    }
    .into_any()
}

#[component]
fn Leave(room: RoomId) -> impl IntoView {
    let engine = Engine::get();
    let ask = RwSignal::new(Ask::default());
    let sure = RwSignal::new(false);
    let name = room_name();
    let navigate = use_navigate();
    on_done(ask, move |_| navigate("/chats", Default::default()));
    let title = Signal::derive(move || {
        if name.read().is_empty() {
            "Leave this room?".to_owned()
        } else {
            format!("Leave {}?", name.read())
        }
    });
    view! {
        <section class="card" aria-labelledby="leave-title">
            <div class="card-head">
                <h2 id="leave-title">"Leave this room"</h2>
                <p>"You stop getting its messages, and those who stay change the key."</p>
            </div>
            <div>
                <button type="button" class="button button-danger-quiet" on:click=move |_| sure.set(true)>
                    "Leave room…"
                </button>
            </div>
        </section>
        <Dialog open=sure title>
            <p>
                "Its messages no longer reach you, and your own stay with the others. To come back, you need its new key from someone inside."
            </p>
            <form
                on:submit=move |event| {
                    event.prevent_default();
                    engine.ask(ask, Command::LeaveRoom { room });
                }
            >
                <Failure ask />
                <div class="dialog-actions">
                    <button type="button" class="button" on:click=move |_| sure.set(false)>
                        "Stay"
                    </button>
                    <Submit ask label="Leave room" busy="Leaving…" class="button button-danger" />
                </div>
            </form>
        </Dialog>
    }
    .into_any()
}
