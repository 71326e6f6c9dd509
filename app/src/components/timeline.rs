//! The messages of the room on the screen.

use super::{
    browser, clock,
    grouping::{Facts, Place, places},
    icon::{Icon, Shape},
    message::Entry,
    scroll::Scroll,
};
use crate::engine::{Engine, Row};
use leptos::prelude::*;
use model::{Command, History, ItemKind, TimelineItem};
use protocol::{RoomId, Seq};

/// The list of messages. `scroll` is shared with the composer, which goes to the end after sending.
#[component]
pub fn Timeline(room: RoomId, scroll: Scroll) -> impl IntoView {
    let engine = Engine::get();
    // The border to what is new stays where it was when the room opened.
    let read = engine
        .room
        .with_untracked(|room| room.as_ref().map_or(0, |room| room.read));
    let history = Memo::new(move |_| {
        engine
            .room
            .with(|room| room.as_ref().map(|room| room.history))
    });
    let name = Memo::new(move |_| {
        engine.room.with(|room| {
            room.as_ref()
                .map(|room| room.name.clone())
                .unwrap_or_default()
        })
    });
    let newest = Memo::new(move |_| newest_seq(&engine.timeline.read()));
    let seen = RwSignal::new(read);
    let visible = RwSignal::new(true);

    Effect::new(move |_| {
        let first = engine
            .timeline
            .with(|rows| rows.first().map(|(key, _)| key.clone()));
        if scroll.near_top.get() && first.is_some() && history.get() == Some(History::More) {
            engine.send(Command::LoadOlder { room });
        }
    });
    for event in ["visibilitychange", "focus", "blur"] {
        let listener =
            window_event_listener_untyped(event, move |_| visible.set(browser::page_visible()));
        on_cleanup(move || listener.remove());
    }
    Effect::new(move |_| {
        let newest = newest.get();
        if scroll.at_end.get() && visible.get() && newest > 0 {
            seen.set(newest);
            engine.send(Command::MarkRead { room, seq: newest });
        }
    });
    let waiting = Memo::new(move |_| {
        let seen = seen.get();
        engine.timeline.with(|rows| {
            rows.iter()
                .rev()
                .take_while(|row| unseen(row, seen))
                .filter(|row| said_by_others(row))
                .count()
        })
    });

    view! {
        <div class="timeline">
            <div
                class="timeline-scroll"
                node_ref=scroll.frame
                role="log"
                aria-label="Messages"
                // What comes in is announced by `Announcer`; the log itself also grows at its top.
                aria-live="off"
                tabindex="0"
                on:scroll=move |_| scroll.moved()
            >
                <ol class="messages" node_ref=scroll.list>
                    <li class="timeline-top">
                        {move || match history.get() {
                            Some(History::Complete) if name.read().is_empty() => {
                                "This is the beginning of the room.".to_owned()
                            }
                            Some(History::Complete) => format!("This is the beginning of {}.", name.read()),
                            _ => "Older messages are on their way…".to_owned(),
                        }}
                    </li>
                    <For
                        each=move || placed(&engine.timeline.read(), read)
                        key=|(row, place)| (row.0.clone(), *place)
                        children=move |((_, item), place)| view! { <Entry room item place /> }
                    />
                </ol>
            </div>
            <Show when=move || !scroll.at_end.get()>
                <button type="button" class="button timeline-pill" on:click=move |_| scroll.to_end()>
                    {move || match waiting.get() {
                        0 => "To the newest message".to_owned(),
                        1 => "1 new message".to_owned(),
                        count => format!("{count} new messages"),
                    }}
                    <Icon shape=Shape::Down />
                </button>
            </Show>
            <Announcer />
        </div>
    }
    .into_any()
}

/// Reads messages of others out as they come in.
#[component]
fn Announcer() -> impl IntoView {
    let engine = Engine::get();
    let before = StoredValue::new(engine.timeline.with_untracked(|rows| newest_seq(rows)));
    let news = RwSignal::new(String::new());
    Effect::new(move |_| {
        engine.timeline.with(|rows| {
            let Some((_, item)) = rows.last() else { return };
            item.with(|item| {
                let last = before.get_value();
                before.set_value(item.seq.unwrap_or(0).max(last));
                match &item.kind {
                    ItemKind::Message { sender, text, .. }
                        if !sender.me && last > 0 && item.seq > Some(last) =>
                    {
                        news.set(format!("{}: {text}", sender.name));
                    }
                    _ => {}
                }
            });
        });
    });
    view! {
        <p class="visually-hidden" aria-live="polite">
            {news}
        </p>
    }
    .into_any()
}

fn placed(rows: &[Row], read: Seq) -> Vec<(Row, Place)> {
    let facts: Vec<Facts> = rows.iter().map(|(_, item)| item.with(facts)).collect();
    rows.iter().cloned().zip(places(&facts, read)).collect()
}

fn facts(item: &TimelineItem) -> Facts {
    let sender = match &item.kind {
        ItemKind::Message { sender, .. } => Some(sender),
        _ => None,
    };
    Facts {
        at: item.at,
        day: clock::day(item.at),
        sender: sender.map(|sender| sender.user),
        mine: sender.is_some_and(|sender| sender.me),
        seq: item.seq,
    }
}

fn newest_seq(rows: &[Row]) -> Seq {
    rows.iter()
        .rev()
        .find_map(|(_, item)| item.with(|item| item.seq))
        .unwrap_or(0)
}

/// Not yet stored counts as unseen: it must not hide what came before it.
fn unseen((_, item): &Row, seen: Seq) -> bool {
    item.with(|item| item.seq.is_none_or(|seq| seq > seen))
}

fn said_by_others((_, item): &Row) -> bool {
    item.with(|item| matches!(&item.kind, ItemKind::Message { sender, .. } if !sender.me))
}
