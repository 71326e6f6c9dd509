//! The chat list, and who is logged in.

use super::{
    avatar::{Avatar, Of, tone},
    clock,
    connection::ConnectionDot,
    guard::{Stand, stand},
    icon::{Brand, Icon, Shape},
    skeleton::ListSkeleton,
};
use crate::engine::Engine;
use crate::inside::Part;
use leptos::{either::Either, prelude::*};
use leptos_router::components::A;
use model::{LastActivity, RoomStatus, RoomSummary};
use protocol::RoomId;

#[component]
pub fn Sidebar() -> impl IntoView {
    let engine = Engine::get();
    let stand = stand(engine);
    view! {
        <header class="sidebar">
            <div class="sidebar-head">
                <Brand href="/chats" />
                <div>
                    <A href="/join" attr:class="button button-icon" attr:aria-label="Join a chat" attr:title="Join a chat">
                        <Icon shape=Shape::Key />
                    </A>
                    <A href="/chats/new" attr:class="button button-icon" attr:aria-label="New chat" attr:title="New chat">
                        <Icon shape=Shape::Plus />
                    </A>
                </div>
            </div>
            <nav class="sidebar-nav" aria-label="Chats">
                <h2 class="visually-hidden" tabindex="-1">
                    "Chats"
                </h2>
                {move || {
                    if stand.get() == Stand::Inside {
                        Either::Left(engine.inside(Part::RoomList))
                    } else {
                        Either::Right(view! { <ListSkeleton /> })
                    }
                }}
            </nav>
            {move || (stand.get() == Stand::Inside).then(|| engine.inside(Part::Foot))}
        </header>
    }
    .into_any()
}

#[component]
pub fn RoomList() -> impl IntoView {
    let rooms = Engine::get().rooms;
    let ids = Memo::new(move |_| {
        rooms.with(|rooms| rooms.iter().map(|room| room.room).collect::<Vec<_>>())
    });
    let saved = Engine::get().recovery_code;
    view! {
        <Show when=move || saved.with(Option::is_some)>
            <A href="/welcome" attr:class="sidebar-note note">
                <Icon shape=Shape::Key />
                <span>"Save your recovery code"</span>
            </A>
        </Show>
        <Show when=move || ids.with(Vec::is_empty)>
            <div class="empty empty-inline">
                <p>"No chats yet. Start one, or join with a key that someone gave you."</p>
                <div class="row">
                    <A href="/chats/new" attr:class="button button-small button-primary">
                        "New chat"
                    </A>
                    <A href="/join" attr:class="button button-small">
                        "Join a chat"
                    </A>
                </div>
            </div>
        </Show>
        <ul class="room-list">
            <For each=move || ids.get() key=|room| *room children=|room| view! { <RoomLine room /> } />
        </ul>
    }
    .into_any()
}

#[component]
fn RoomLine(room: RoomId) -> impl IntoView {
    let rooms = Engine::get().rooms;
    let line = Memo::new(move |_| {
        rooms.with(|rooms| rooms.iter().find(|line| line.room == room).cloned())
    });
    let name =
        Signal::derive(move || line.with(|line| line.as_ref().map(shown_name).unwrap_or_default()));
    let unread = Memo::new(move |_| line.with(|line| line.as_ref().map_or(0, |line| line.unread)));
    let alarm = Memo::new(move |_| line.with(|line| line.as_ref().is_some_and(|line| line.alarm)));
    let last =
        Memo::new(move |_| line.with(|line| line.as_ref().and_then(|line| line.last.clone())));
    let draft = Memo::new(move |_| line.with(|line| line.as_ref().is_some_and(|line| line.draft)));
    let status = Memo::new(move |_| {
        line.with(|line| {
            line.as_ref()
                .map_or(RoomStatus::Loading, |line| line.status)
        })
    });
    view! {
        <li>
            <A href=format!("/room/{room}") attr:class="room-link" attr:data-unread=move || (unread.get() > 0).to_string()>
                <Avatar of=Of::Room name tone=tone(room.as_bytes()) />
                <span class="room-link-name">
                    {move || {
                        alarm
                            .get()
                            .then(|| {
                                view! {
                                    <Icon shape=Shape::Warning />
                                    <span class="visually-hidden">"Warning in "</span>
                                }
                            })
                    }}
                    {name}
                </span>
                {move || {
                    last.get()
                        .map(|last| {
                            view! {
                                <time class="room-link-time" datetime=clock::machine(last.at)>
                                    {clock::short(last.at)}
                                </time>
                            }
                        })
                }}
                <span class="room-link-last">
                    {move || draft.get().then(|| view! { <span class="room-link-draft">"Draft "</span> })}
                    {move || latest(status.get(), last.get())}
                </span>
                {move || {
                    (unread.get() > 0)
                        .then(|| {
                            view! {
                                <span class="badge">
                                    {if unread.get() > 99 { "99+".to_owned() } else { unread.get().to_string() }}
                                    <span class="visually-hidden">" unread"</span>
                                </span>
                            }
                        })
                }}
            </A>
        </li>
    }
    .into_any()
}

/// A room's name, or what stands for it until it is known.
fn shown_name(line: &RoomSummary) -> String {
    if line.name.is_empty() {
        "Unnamed room".to_owned()
    } else {
        line.name.clone()
    }
}

fn latest(status: RoomStatus, last: Option<LastActivity>) -> String {
    match (status, last) {
        (RoomStatus::Gone, _) => "You are no longer a member".to_owned(),
        (RoomStatus::NoKey, _) => "Waiting for the room's key".to_owned(),
        (RoomStatus::Loading, None) => "Loading…".to_owned(),
        (_, None) => "No messages yet".to_owned(),
        (_, Some(last)) if last.mine => format!("You: {}", last.preview),
        (
            _,
            Some(LastActivity {
                sender: Some(sender),
                preview,
                ..
            }),
        ) => format!("{sender}: {preview}"),
        (_, Some(last)) => last.preview,
    }
}

#[component]
pub fn Foot() -> impl IntoView {
    let me = Engine::get().me;
    let name = Signal::derive(move || {
        me.with(|me| {
            me.as_ref().map_or_else(String::new, |me| {
                if me.display_name.is_empty() {
                    me.username.clone()
                } else {
                    me.display_name.clone()
                }
            })
        })
    });
    let username = move || me.with(|me| me.as_ref().map(|me| format!("@{}", me.username)));
    move || {
        me.with(|me| me.as_ref().map(|me| tone(me.user.as_bytes())))
            .map(|tone| {
                view! {
                    <div class="sidebar-foot">
                        <A href="/profile">
                            <Avatar of=Of::Person name tone />
                            <span class="member-name">
                                <span class="member-name-main">
                                    <span class="visually-hidden">"Profile: "</span>
                                    {name}
                                </span>
                                <span class="member-name-more">
                                    {username}
                                    <ConnectionDot />
                                </span>
                            </span>
                            <Icon shape=Shape::Forward />
                        </A>
                    </div>
                }
            })
    }
}
