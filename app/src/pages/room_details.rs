//! `/room/:id/details`: members, the key to share, leaving.

use crate::components::{
    ask::{Failure, Submit, on_done},
    avatar::{Avatar, Of, tone},
    dialog::Dialog,
    guard::SignedIn,
    pane::PaneHeader,
    room_key::RoomKey,
    room_state::{Here, here, room_name},
    skeleton::Skeleton,
};
use crate::engine::{Ask, Engine};
use crate::inside::Part;
use leptos::{either::EitherOf3, prelude::*};
use leptos_meta::Title;
use leptos_router::hooks::{use_navigate, use_params_map};
use model::{Command, MemberView};
use protocol::{RoomId, open::Role};

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
    let engine = Engine::get();
    let name = room_name();
    let rotation_due = Memo::new(move |_| {
        engine
            .room
            .with(|room| room.as_ref().is_some_and(|room| room.rotation_due))
    });
    let epoch = Memo::new(move |_| {
        engine
            .room
            .with(|room| room.as_ref().map_or(0, |room| room.epoch))
    });
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
        <Members />
        <Leave room />
    }
    .into_any()
}

#[component]
fn Members() -> impl IntoView {
    let engine = Engine::get();
    let members = Memo::new(move |_| {
        engine.room.with(|room| {
            room.as_ref()
                .map(|room| room.members.clone())
                .unwrap_or_default()
        })
    });
    view! {
        <section class="card" aria-labelledby="members-title">
            <h2 id="members-title">
                "Members " <span class="muted">{move || members.read().len()}</span>
            </h2>
            <ul class="members">
                {move || members.get().into_iter().map(|member| view! { <Member member /> }).collect_view()}
            </ul>
        </section>
    }
    .into_any()
}

#[component]
fn Member(member: MemberView) -> impl IntoView {
    let MemberView {
        user,
        username,
        display_name,
        role,
        me,
    } = member;
    let name = if display_name.is_empty() {
        username.clone()
    } else {
        display_name
    };
    let role = match role {
        Role::Owner => Some("Owner"),
        Role::Admin => Some("Admin"),
        Role::Member => None,
    };
    view! {
        <li>
            <Avatar of=Of::Person name=Signal::stored(name.clone()) tone=tone(user.as_bytes()) />
            <div class="member-name">
                <p>{if me { format!("{name} (you)") } else { name }}</p>
                <p>{format!("@{username}")}</p>
            </div>
            {role.map(|role| view! { <span class="tag tag-accent">{role}</span> })}
        </li>
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
