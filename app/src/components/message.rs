//! One item of the timeline.

use super::{
    avatar::{Avatar, Of, tone},
    clock,
    grouping::Place,
    icon::{Icon, Shape},
    links::{Piece, pieces},
    message_sheet::{Chosen, MessageSheet},
    room_state::of_room,
};
use crate::engine::Engine;
use leptos::{either::EitherOf4, prelude::*};
use model::{Command, Delivery, ItemKind, Sender, TimelineItem};
use protocol::{RoomId, Seq, Time};

/// An item, with the headings that stand above it.
#[component]
pub fn Entry(room: RoomId, item: ArcRwSignal<TimelineItem>, place: Place) -> impl IntoView {
    let at = item.with_untracked(|item| item.at);
    view! {
        {place
            .day
            .then(|| {
                view! {
                    <li class="divider">
                        <h2>{clock::day_heading(at)}</h2>
                    </li>
                }
            })}
        {place
            .unread
            .then(|| {
                view! {
                    <li class="divider divider-unread">
                        <span>"New messages"</span>
                    </li>
                }
            })}
        {move || {
            let TimelineItem { key, at, seq, kind, .. } = item.get();
            match kind {
                ItemKind::Message { sender, text, delivery } => {
                    EitherOf4::A(view! { <Message room key at seq sender text delivery place /> })
                }
                ItemKind::Event { text } => EitherOf4::B(view! { <li class="notice">{text}</li> }),
                ItemKind::Deleted { sender, by } => {
                    EitherOf4::C(view! { <li class="notice notice-deleted">{deleted(&sender, by)}</li> })
                }
                ItemKind::Broken { sentence, details } => {
                    EitherOf4::D(
                        view! {
                            <li class="message message-refused" data-first="true">
                                <span></span>
                                <div class="message-body">
                                    <div class="bubble">
                                        <Icon shape=Shape::Warning />
                                        <div>
                                            <p>{sentence}</p>
                                            <Details details />
                                        </div>
                                    </div>
                                </div>
                            </li>
                        },
                    )
                }
            }
        }}
    }
    .into_any()
}

/// What was seen exactly, for those who want to know.
#[component]
pub fn Details(details: String) -> impl IntoView {
    (!details.is_empty()).then(|| {
        view! {
            <details class="details">
                <summary>"What was seen"</summary>
                <p>{details}</p>
            </details>
        }
    })
}

#[component]
fn Message(
    room: RoomId,
    key: String,
    at: Time,
    seq: Option<Seq>,
    sender: Sender,
    text: String,
    delivery: Delivery,
    place: Place,
) -> impl IntoView {
    let Sender { user, name, me, .. } = sender;
    let (state, shape, words) = match &delivery {
        Delivery::Sending => ("sending", Shape::Clock, "Sending"),
        Delivery::Sent => ("sent", Shape::Check, "Sent"),
        Delivery::Failed { .. } => ("failed", Shape::Warning, "Not sent"),
    };
    let tone = tone(user.as_bytes());
    let row_tone = tone.clone();
    let who = if me { "You".to_owned() } else { name.clone() };
    // Everybody sees their own side of a conversation without being told; a screen reader is told each time.
    let heading = if place.first && !me {
        "message-sender"
    } else {
        "visually-hidden"
    };
    view! {
        <li
            class="message"
            data-own=me.to_string()
            data-first=place.first.to_string()
            data-last=place.last.to_string()
            data-state=state
            data-tone=row_tone
        >
            {(!me)
                .then(|| {
                    if place.last {
                        view! { <Avatar of=Of::Person name=Signal::stored(name) tone size="avatar-small" /> }.into_any()
                    } else {
                        view! { <span></span> }.into_any()
                    }
                })}
            <div class="message-body">
                <p class=heading>{who}</p>
                <div class="bubble">
                    <p class="message-text">{text_with_links(&text)}</p>
                    <span class="message-meta">
                        <time datetime=clock::machine(at) title=clock::date_and_time(at)>
                            {clock::time_of_day(at)}
                        </time>
                        {me
                            .then(|| {
                                match seq.filter(|_| delivery == Delivery::Sent) {
                                    Some(seq) => view! { <Seen seq /> }.into_any(),
                                    None => {
                                        view! {
                                            <Icon shape />
                                            <span class="visually-hidden">{words}</span>
                                        }
                                            .into_any()
                                    }
                                }
                            })}
                    </span>
                </div>
                {seq.map(|seq| view! { <More seq at mine=me /> })}
                {match delivery {
                    Delivery::Failed { sentence } => Some(view! { <Failed room key sentence /> }),
                    _ => None,
                }}
            </div>
        </li>
    }
    .into_any()
}

/// Whether anybody said that they have read an own message.
#[component]
fn Seen(seq: Seq) -> impl IntoView {
    let read = of_room(move |room| room.members.iter().any(|it| !it.me && it.read >= seq));
    view! {
        {move || match read.get() {
            true => view! { <Icon shape=Shape::Checks /> }.into_any(),
            false => view! { <Icon shape=Shape::Check /> }.into_any(),
        }}
        <span class="visually-hidden">{move || if read.get() { "Read" } else { "Sent" }}</span>
    }
    .into_any()
}

/// Leads to what is known about a message and what can be done with it.
#[component]
fn More(seq: Seq, at: Time, mine: bool) -> impl IntoView {
    let sheet = MessageSheet::get();
    view! {
        <button
            type="button"
            class="message-more"
            aria-label="About this message"
            title="About this message"
            on:click=move |_| sheet.open(Chosen { seq, at, mine })
        >
            <Icon shape=Shape::More />
        </button>
    }
    .into_any()
}

fn deleted(sender: &Sender, by: Option<String>) -> String {
    match (sender.me, by) {
        (true, None) => "You deleted a message".to_owned(),
        (false, None) => format!("{} deleted a message", sender.name),
        (true, Some(by)) => format!("{by} deleted a message of yours"),
        (false, Some(by)) => format!("{by} deleted a message of {}", sender.name),
    }
}

#[component]
fn Failed(room: RoomId, key: String, sentence: String) -> impl IntoView {
    let engine = Engine::get();
    let dropped = key.clone();
    view! {
        <div class="message-failed">
            <p>{sentence}</p>
            <button
                type="button"
                class="button-link"
                on:click=move |_| engine.send(Command::Retry { room, key: key.clone() })
            >
                "Try again"
            </button>
            <button
                type="button"
                class="button-link"
                on:click=move |_| {
                    engine
                        .send(Command::Discard {
                            room,
                            key: dropped.clone(),
                        })
                }
            >
                "Delete"
            </button>
        </div>
    }
    .into_any()
}

fn text_with_links(text: &str) -> Vec<AnyView> {
    pieces(text)
        .into_iter()
        .map(|piece| match piece {
            Piece::Text(text) => text.to_owned().into_any(),
            Piece::Link(link) => view! {
                <a href=link.to_owned() target="_blank" rel="noopener noreferrer">
                    {link.to_owned()}
                </a>
            }
            .into_any(),
        })
        .collect()
}
