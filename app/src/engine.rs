//! The handle through which pages see the engine: signals out, commands in. On the server it leads nowhere.

use crate::components::skeleton::Skeleton;
use crate::inside::Part;
use leptos::prelude::*;
use model::{
    Answer, Command, Connection, Delta, ItemKey, Me, Phase, RoomSummary, RoomView, SecretText,
    SessionView, TimelineItem, TimelineOp, Trouble,
};
use std::{collections::HashMap, sync::Arc};

/// Where commands go: to the bridge in a browser, nowhere on the server.
type Sink = Arc<dyn Fn(u32, Command) + Send + Sync>;

/// How a part for people who are logged in is made.
pub type Show = fn(Part) -> AnyView;

/// A timeline item with a signal of its own, so that one change touches one row.
/// Reference-counted, because rows come and go for as long as the page lives.
pub type Row = (ItemKey, ArcRwSignal<TimelineItem>);

/// The engine as pages see it. Copies share everything.
#[derive(Clone, Copy)]
pub struct Engine {
    /// False in the HTML and until the app runs; content of signed-in pages and enabled fields wait for it.
    pub ready: RwSignal<bool>,
    /// Where the app stands.
    pub phase: RwSignal<Phase>,
    /// Who is logged in.
    pub me: RwSignal<Option<Me>>,
    /// The connection.
    pub connection: RwSignal<Connection>,
    /// The chat list.
    pub rooms: RwSignal<Vec<RoomSummary>>,
    /// The room on the screen.
    pub room: RwSignal<Option<RoomView>>,
    /// The timeline of the room on the screen, in order.
    pub timeline: RwSignal<Vec<Row>>,
    /// A recovery code that was not yet written down.
    pub recovery_code: RwSignal<Option<SecretText>>,
    /// The list of sessions, once asked for.
    pub sessions: RwSignal<Vec<SessionView>>,
    /// Sentences for the live region, newest last.
    pub notices: RwSignal<Vec<String>>,
    /// A room key that came with the address (`/join#…`) and waits for the join page.
    pub invitation: RwSignal<Option<SecretText>>,
    inside: StoredValue<Option<Show>>,
    asks: StoredValue<Asks>,
}

#[derive(Default)]
struct Asks {
    sink: Option<Sink>,
    last: u32,
    open: HashMap<u32, RwSignal<Ask>>,
}

/// How a command that was asked stands.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Ask {
    /// Not asked yet.
    #[default]
    Idle,
    /// On its way.
    Waiting,
    /// Done.
    Done(Answer),
    /// Not done.
    Failed(Trouble),
}

impl Engine {
    /// Makes the handle and offers it to all components below.
    pub fn provide() -> Self {
        let engine = Self {
            ready: RwSignal::new(false),
            phase: RwSignal::default(),
            me: RwSignal::default(),
            connection: RwSignal::default(),
            rooms: RwSignal::default(),
            room: RwSignal::default(),
            timeline: RwSignal::default(),
            recovery_code: RwSignal::default(),
            sessions: RwSignal::default(),
            notices: RwSignal::default(),
            invitation: RwSignal::default(),
            inside: StoredValue::default(),
            asks: StoredValue::default(),
        };
        provide_context(engine);
        engine
    }

    /// The handle, in any component below the one that provided it.
    pub fn get() -> Self {
        expect_context()
    }

    /// Sends a command that needs no answer.
    pub fn send(&self, command: Command) {
        self.dispatch(0, command);
    }

    /// Sends a command and follows it in `ask`. While one is waiting, another is not sent.
    pub fn ask(&self, ask: RwSignal<Ask>, command: Command) {
        if ask.with_untracked(|ask| *ask == Ask::Waiting) {
            return;
        }
        ask.set(Ask::Waiting);
        let ticket = self.asks.try_update_value(|asks| {
            // Ticket 0 means that no answer is wanted.
            asks.last = asks.last.wrapping_add(1).max(1);
            asks.open.insert(asks.last, ask);
            asks.last
        });
        if let Some(ticket) = ticket {
            self.dispatch(ticket, command);
        }
    }

    fn dispatch(&self, ticket: u32, command: Command) {
        if let Some(sink) = self.asks.with_value(|asks| asks.sink.clone()) {
            sink(ticket, command);
        }
    }

    /// Says where commands go from now on.
    pub fn connect(&self, sink: Sink) {
        self.asks.update_value(|asks| asks.sink = Some(sink));
    }

    /// Says how parts for people who are logged in are made.
    pub fn open(&self, inside: Show) {
        self.inside.set_value(Some(inside));
    }

    /// A part for people who are logged in. Whoever says that someone is has called [`Engine::open`] before.
    pub fn inside(&self, part: Part) -> AnyView {
        match self.inside.get_value() {
            Some(show) => show(part),
            None => view! { <Skeleton /> }.into_any(),
        }
    }

    /// Applies a change from the engine.
    pub fn apply(&self, delta: Delta) {
        match delta {
            Delta::Phase(phase) => self.phase.set(phase),
            Delta::Me(me) => self.me.set(me),
            Delta::Connection(connection) => self.connection.set(connection),
            Delta::Rooms(rooms) => self.rooms.set(rooms),
            Delta::Room(room) => {
                if room.as_ref().map(|room| room.room)
                    != self
                        .room
                        .with_untracked(|old| old.as_ref().map(|old| old.room))
                {
                    self.timeline.set(Vec::new());
                }
                self.room.set(room.map(|room| *room));
            }
            Delta::Timeline { room, op } => {
                if self
                    .room
                    .with_untracked(|shown| shown.as_ref().is_some_and(|shown| shown.room == room))
                {
                    self.apply_timeline(op);
                }
            }
            Delta::RecoveryCode(code) => self.recovery_code.set(code),
            Delta::Sessions(sessions) => self.sessions.set(sessions),
            Delta::Notice(sentence) => self.notices.update(|notices| notices.push(sentence)),
            Delta::Answer { ticket, result } => {
                let ask = self
                    .asks
                    .try_update_value(|asks| asks.open.remove(&ticket))
                    .flatten();
                // The page that asked may be gone.
                if let Some(ask) = ask {
                    let _ = ask.try_set(match result {
                        Ok(answer) => Ask::Done(answer),
                        Err(trouble) => Ask::Failed(trouble),
                    });
                }
            }
        }
    }

    /// Takes everything off that belonged to an engine which has gone to another tab, and ends what waits for it.
    pub fn clear(&self) {
        self.me.set(None);
        self.connection.set(Connection::default());
        self.rooms.set(Vec::new());
        self.room.set(None);
        self.timeline.set(Vec::new());
        self.recovery_code.set(None);
        self.sessions.set(Vec::new());
        let open = self
            .asks
            .try_update_value(|asks| std::mem::take(&mut asks.open));
        for ask in open.into_iter().flat_map(HashMap::into_values) {
            let gone = Trouble::Browser("another tab took over.".to_owned());
            let _ = ask.try_set(Ask::Failed(gone));
        }
    }

    fn apply_timeline(&self, op: TimelineOp) {
        let row = |item: TimelineItem| (item.key.clone(), ArcRwSignal::new(item));
        match op {
            // Rows that stay keep their signals: the list knows them by their keys and does not make them anew.
            TimelineOp::Reset(items) => self.timeline.update(|rows| {
                let mut known: HashMap<_, _> = rows.drain(..).collect();
                rows.extend(items.into_iter().map(|item| match known.remove(&item.key) {
                    Some(signal) => {
                        let key = item.key.clone();
                        if signal.with_untracked(|old| *old != item) {
                            signal.set(item);
                        }
                        (key, signal)
                    }
                    None => row(item),
                }));
            }),
            TimelineOp::Prepend(items) => self.timeline.update(|rows| {
                rows.splice(0..0, items.into_iter().map(row));
            }),
            TimelineOp::Upsert(item) => {
                let found = self.timeline.with_untracked(|rows| {
                    rows.iter()
                        .rposition(|(key, _)| *key == item.key)
                        .map(|at| (at, rows[at].1.clone()))
                });
                match found {
                    Some((_, signal)) if signal.with_untracked(|old| old.order == item.order) => {
                        signal.set(item)
                    }
                    found => self.timeline.update(|rows| {
                        let moved = match found {
                            Some((at, signal)) => {
                                rows.remove(at);
                                signal.set(item.clone());
                                (item.key.clone(), signal)
                            }
                            None => row(item.clone()),
                        };
                        let at = rows.partition_point(|(_, other)| {
                            other.with_untracked(|other| other.order <= item.order)
                        });
                        rows.insert(at, moved);
                    }),
                }
            }
            TimelineOp::Remove(key) => self
                .timeline
                .update(|rows| rows.retain(|(other, _)| *other != key)),
        }
    }
}
