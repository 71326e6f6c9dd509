//! What happens when a server comes back with less of a room's log than was verified, or with another one.

use super::{
    Engine,
    messages::stored,
    room::{
        outbox::{self, Saying},
        rewound::Beginning,
    },
    room_item::Anchor,
    stating::Intent,
};
use model::Trouble;
use protocol::{RoomId, frame::RoomHead, open::Role};
use rand_core::{CryptoRng, RngCore};

impl<R: RngCore + CryptoRng> Engine<R> {
    /// The owner goes on with what is left.
    pub(super) fn accept_rewind(&mut self, ticket: u32, id: RoomId) -> Result<(), Trouble> {
        let me = self.account()?.identity.user();
        let room = self.room_mut(id)?;
        let roster = room.current().map(|epoch| &epoch.roster);
        let role = roster.and_then(|roster| Some(roster.member(&me)?.role));
        if role.is_some_and(|role| role < Role::Owner) {
            return Err(Trouble::OwnerOnly);
        }
        let end = room.server.map_or(0, |it| it.head.seq);
        if room.rewound.is_some() && room.beginning(end) == Beginning::Other {
            let why = "its history has nothing in common with what you had seen";
            return Err(Trouble::Lie(why.to_owned()));
        }
        self.put_statement(ticket, id, Intent::Resume)
    }

    /// Holds the end of the log that the server names against what was verified.
    pub(super) fn compare_with_verified(&mut self, head: RoomHead) {
        let Some(room) = self.rooms.get_mut(&head.room) else {
            return;
        };
        let before = room.rewound.is_some();
        room.put_back();
        let (id, head) = (room.id, head.head);
        let lost = room.verified().filter(|known| {
            let differs = head.seq == known.head.seq && head.hash != known.head.hash;
            head.seq < known.head.seq || differs
        });
        match lost {
            Some(lost) => self.rewind(id, lost),
            None if before => self.show_timeline(id),
            None => {}
        }
    }

    /// The server's log leads elsewhere than the one that was verified.
    pub(super) fn diverge(&mut self, id: RoomId) {
        let lost = self
            .rooms
            .get(&id)
            .and_then(|room| room.followed().or(room.verified()));
        if let Some(lost) = lost {
            self.rewind(id, lost);
            self.load_epochs(id);
        }
    }

    fn rewind(&mut self, id: RoomId, lost: Anchor) {
        let (Some(account), Some(room)) = (&self.account, self.rooms.get_mut(&id)) else {
            return;
        };
        let told = room.current().is_some();
        if told {
            room.report_rewind(&lost, &account.identity.user());
        }
        room.put_aside(lost, told);
        self.show_timeline(id);
        self.show_room(id);
        self.show_rooms();
    }

    /// Follows the owner's word that a log goes on of which the server lost entries.
    pub(super) fn look_for_resume(&mut self, id: RoomId) {
        let now = self.now;
        let (Some(account), Some(room)) = (&self.account, self.rooms.get_mut(&id)) else {
            return;
        };
        room.tell_rewind(&account.identity.user());
        let Some(resumed) = room.find_resume().filter(|_| !room.is_behind()) else {
            return;
        };
        match room.beginning(resumed.head.seq) {
            Beginning::Unknown => {
                // A room that is not ready loads when it is.
                let _ = self.load_older(id);
            }
            Beginning::Other => {
                room.report_other_beginning(&resumed);
                self.show_room(id);
            }
            Beginning::Same(common) => {
                let lost = room.resume(resumed, common, now);
                let mut unsent = room.outbox.start_anew(common);
                for (at, text) in lost {
                    let item = room.outbox.push(&mut self.rng, at, Saying::Text(text));
                    item.lose();
                    unsent.push(item.clone());
                }
                let mut writes = vec![(outbox::chain_name(&id), None)];
                writes.extend(unsent.iter().map(|item| stored(id, item)));
                self.out.store(writes);
                self.store_place(id);
                self.show_timeline(id);
                self.show_room(id);
                self.load_epochs(id);
                self.fill_screen(id);
            }
        }
    }
}
