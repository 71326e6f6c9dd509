//! The relay hub: which connections are open, whose they are, and which rooms they hear.

use crate::{
    limits::Limits,
    lock,
    outbox::{Outbox, encode},
};
use bytes::Bytes;
use protocol::{
    RoomId, SessionHandle, UserId,
    frame::{ByeReason, LoggedEntry, RoomHead, ServerFrame, Unlogged},
};
use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::{Arc, Mutex},
};

/// Names a connection within this process; later ones have larger numbers.
pub(crate) type ConnectionId = u64;

/// Something that happened and was committed, for those who should hear of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Event {
    /// An entry, for the room's members.
    Entry { room: RoomId, entry: LoggedEntry },
    /// How far a member has read, for all members.
    Slot { room: RoomId, slot: Unlogged },
    /// A user is in a room from now on; their own connections hear of it and from it.
    Joined { user: UserId, room: RoomHead },
    /// A user is no longer in a room.
    Left { user: UserId, room: RoomId },
    /// A vault item changed; for the user's connections of other sessions.
    Vault {
        user: UserId,
        session: SessionHandle,
        item: String,
        version: u64,
    },
    /// Sessions ended.
    SessionsEnded {
        user: UserId,
        sessions: Vec<SessionHandle>,
    },
    /// An account went, with all of its sessions.
    AccountDeleted { user: UserId },
}

pub(crate) struct Hub {
    limits: Limits,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    last_id: ConnectionId,
    stopped: bool,
    users: HashMap<UserId, BTreeMap<ConnectionId, Open>>,
    rooms: HashMap<RoomId, HashMap<ConnectionId, Arc<Outbox>>>,
}

struct Open {
    session: SessionHandle,
    outbox: Arc<Outbox>,
    rooms: HashSet<RoomId>,
}

impl Hub {
    pub(crate) fn new(limits: Limits) -> Self {
        Self {
            limits,
            state: Mutex::default(),
        }
    }

    /// An outbox for a new connection, which hears nothing yet.
    pub(crate) fn outbox(&self) -> Arc<Outbox> {
        Outbox::new(self.limits.outbox_frames, self.limits.outbox_bytes)
    }

    /// Adds a connection and lets it hear the rooms, welcome first. Only the commit queue calls this, between two commits:
    /// so nothing falls between what the welcome says and what is heard.
    pub(crate) fn connect(
        &self,
        user: UserId,
        session: SessionHandle,
        outbox: Arc<Outbox>,
        rooms: &[RoomHead],
        welcome: Bytes,
    ) -> ConnectionId {
        let mut state = lock(&self.state);
        state.last_id += 1;
        let id = state.last_id;
        outbox.push(welcome);
        if state.stopped {
            outbox.close(ByeReason::Shutdown);
            return id;
        }
        let rooms: HashSet<_> = rooms.iter().map(|it| it.room).collect();
        for room in &rooms {
            state.listen(*room, id, &outbox);
        }
        let opened = Open {
            session,
            outbox,
            rooms,
        };
        let open = state.users.entry(user).or_default();
        open.insert(id, opened);
        let surplus = open
            .len()
            .saturating_sub(self.limits.connections_per_user.max(1) as usize);
        let oldest: Vec<_> = open.keys().copied().take(surplus).collect();
        for id in oldest {
            if let Some(open) = state.forget(&user, id) {
                open.outbox.close(ByeReason::TooMany);
            }
        }
        id
    }

    /// Forgets a connection.
    pub(crate) fn disconnect(&self, user: &UserId, id: ConnectionId) {
        lock(&self.state).forget(user, id);
    }

    /// Tells those whom it concerns. Called in the order of the commits.
    pub(crate) fn publish(&self, events: Vec<Event>) {
        let mut state = lock(&self.state);
        for event in events {
            state.publish(event);
        }
    }

    /// Passes a signal on to the other members' connections: at once, past the commit queue, and only to those who keep up.
    /// Nothing if the sender's connection does not hear the room: its user is not in it.
    pub(crate) fn signal(&self, from: ConnectionId, room: RoomId, signal: Unlogged) {
        let state = lock(&self.state);
        let heard_by = state.rooms.get(&room);
        let Some(listeners) = heard_by.filter(|it| it.contains_key(&from)) else {
            return;
        };
        let own = state.users.get(&signal.user);
        let frame = encode(&ServerFrame::Signal { room, signal });
        let is_own = |id| own.is_some_and(|own| own.contains_key(id));
        for (_, outbox) in listeners.iter().filter(|(id, _)| !is_own(id)) {
            outbox.push_if_roomy(frame.clone());
        }
    }

    /// Says good-bye to everyone, also to those who still come.
    pub(crate) fn stop(&self) {
        let mut state = lock(&self.state);
        state.stopped = true;
        state.rooms.clear();
        for (_, open) in state.users.drain() {
            for it in open.into_values() {
                it.outbox.close(ByeReason::Shutdown);
            }
        }
    }
}

impl State {
    fn listen(&mut self, room: RoomId, id: ConnectionId, outbox: &Arc<Outbox>) {
        self.rooms
            .entry(room)
            .or_default()
            .insert(id, outbox.clone());
    }

    fn unlisten(&mut self, room: &RoomId, id: ConnectionId) {
        if let Some(listeners) = self.rooms.get_mut(room) {
            listeners.remove(&id);
            if listeners.is_empty() {
                self.rooms.remove(room);
            }
        }
    }

    fn forget(&mut self, user: &UserId, id: ConnectionId) -> Option<Open> {
        let all = self.users.get_mut(user)?;
        let open = all.remove(&id)?;
        if all.is_empty() {
            self.users.remove(user);
        }
        for room in &open.rooms {
            self.unlisten(room, id);
        }
        Some(open)
    }

    fn publish(&mut self, event: Event) {
        match event {
            Event::Entry { room, entry } => {
                self.tell_room(&room, || ServerFrame::Entry { room, entry });
            }
            Event::Slot { room, slot } => {
                self.tell_room(&room, || ServerFrame::Slot { room, slot });
            }
            Event::Joined { user, room } => {
                let frame = encode(&ServerFrame::Room { room });
                for (id, outbox) in self.change_rooms(&user, |rooms| rooms.insert(room.room)) {
                    self.listen(room.room, id, &outbox);
                    outbox.push(frame.clone());
                }
            }
            Event::Left { user, room } => {
                let frame = encode(&ServerFrame::RoomLeft { room });
                for (id, outbox) in self.change_rooms(&user, |rooms| rooms.remove(&room)) {
                    self.unlisten(&room, id);
                    outbox.push(frame.clone());
                }
            }
            Event::Vault {
                user,
                session,
                item,
                version,
            } => {
                let frame = encode(&ServerFrame::VaultChanged { item, version });
                for open in self.open(&user).filter(|open| open.session != session) {
                    open.outbox.push(frame.clone());
                }
            }
            Event::SessionsEnded { user, sessions } => {
                for open in self
                    .open(&user)
                    .filter(|open| sessions.contains(&open.session))
                {
                    open.outbox.close(ByeReason::SessionEnded);
                }
            }
            Event::AccountDeleted { user } => {
                for open in self.open(&user) {
                    open.outbox.close(ByeReason::SessionEnded);
                }
            }
        }
    }

    /// Pushes a frame, made only where someone hears it, to all members' connections.
    fn tell_room(&self, room: &RoomId, frame: impl FnOnce() -> ServerFrame) {
        if let Some(listeners) = self.rooms.get(room) {
            let frame = encode(&frame());
            for outbox in listeners.values() {
                outbox.push(frame.clone());
            }
        }
    }

    /// Changes what a user's connections hear, and gives them.
    fn change_rooms(
        &mut self,
        user: &UserId,
        change: impl Fn(&mut HashSet<RoomId>) -> bool,
    ) -> Vec<(ConnectionId, Arc<Outbox>)> {
        let open = self.users.get_mut(user).into_iter().flatten();
        open.map(|(id, open)| {
            change(&mut open.rooms);
            (*id, open.outbox.clone())
        })
        .collect()
    }

    fn open(&self, user: &UserId) -> impl Iterator<Item = &Open> {
        self.users.get(user).into_iter().flat_map(BTreeMap::values)
    }
}
