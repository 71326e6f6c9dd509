//! What the screen shows, made anew when something under it changed.

use super::{
    Engine, PLACE,
    room::{Absorbed, Room},
};
use model::{Delta, Me, Phase, SessionView, TimelineItem, TimelineOp, Trouble};
use protocol::{RoomId, Seq, api::SessionInfo};
use rand_core::{CryptoRng, RngCore};

/// The local store's name of where the person is in a room.
fn place_name(room: &RoomId) -> String {
    format!("{PLACE}/{room}")
}

/// How many items a room shows at least when it opens, if it has them.
const FIRST_SCREEN: usize = 30;

impl<R: RngCore + CryptoRng> Engine<R> {
    pub(super) fn set_phase(&mut self, phase: Phase) {
        self.phase = phase;
        self.out.delta(Delta::Phase(phase));
    }

    pub(super) fn show_me(&mut self) {
        self.untold = self.untold();
        let me = self.account.as_ref().map(|account| Me {
            user: account.identity.user(),
            username: account.username.to_string(),
            display_name: self.vault.settings.content.display_name.clone(),
            untold: self.untold,
        });
        self.out.delta(Delta::Me(me));
    }

    pub(super) fn show_recovery_code(&mut self) {
        let code = self.vault.settings.content.recovery.code.clone();
        self.out.delta(Delta::RecoveryCode(code));
    }

    pub(super) fn recovery_code_saved(&mut self) -> Result<(), Trouble> {
        self.account()?;
        let settings = self.vault.settings.change_at_once(self.now);
        settings.recovery.code = None;
        self.show_recovery_code();
        Ok(())
    }

    pub(super) fn show_sessions(&mut self, sessions: Vec<SessionInfo>) {
        let view = |it: SessionInfo| SessionView {
            handle: it.handle,
            current: it.current,
            created: it.created,
            last_used: it.last_used,
            client: it.client,
        };
        self.out
            .delta(Delta::Sessions(sessions.into_iter().map(view).collect()));
    }

    pub(super) fn show_rooms(&mut self) {
        let mut rooms: Vec<&Room> = self
            .rooms
            .values()
            .filter(|room| room.is_on_list())
            .collect();
        rooms.sort_by_key(|room| std::cmp::Reverse(room.last_at()));
        self.out
            .delta(Delta::Rooms(rooms.into_iter().map(Room::summary).collect()));
    }

    pub(super) fn show_room(&mut self, id: RoomId) {
        if self.shown != Some(id) {
            return;
        }
        let Some(account) = &self.account else { return };
        let room = self.rooms.get(&id).filter(|room| room.is_on_list());
        let contacts = &self.vault.settings.content.contacts;
        self.out.delta(Delta::Room(
            room.map(|room| Box::new(room.view(&account.identity, contacts))),
        ));
    }

    pub(super) fn show_item(&mut self, room: RoomId, item: TimelineItem) {
        self.timeline(room, TimelineOp::Upsert(item));
    }

    pub(super) fn timeline(&mut self, room: RoomId, op: TimelineOp) {
        if self.shown == Some(room) {
            self.out.delta(Delta::Timeline { room, op });
        }
    }

    pub(super) fn show_timeline(&mut self, id: RoomId) {
        let (Some(account), Some(room)) = (&self.account, self.rooms.get(&id)) else {
            return;
        };
        let items = room.timeline_items(&account.identity);
        self.timeline(id, TimelineOp::Reset(items));
    }

    pub(super) fn open_room(&mut self, room: Option<RoomId>) -> Result<(), Trouble> {
        if self.shown == room {
            return Ok(());
        }
        self.shown = room;
        match room {
            None => self.out.delta(Delta::Room(None)),
            Some(id) => {
                self.show_room(id);
                if !self.rooms.contains_key(&id) {
                    self.out.delta(Delta::Room(None));
                }
                self.show_timeline(id);
                self.fill_screen(id);
            }
        }
        Ok(())
    }

    /// Loads what a first screen needs.
    pub(super) fn fill_screen(&mut self, id: RoomId) {
        let short = |room: &Room| room.timeline.len() < FIRST_SCREEN;
        if self.shown == Some(id) && self.rooms.get(&id).is_some_and(short) {
            // A room that is not ready loads when it is.
            let _ = self.load_older(id);
        }
    }

    pub(super) fn mark_read(&mut self, id: RoomId, seq: Seq) -> Result<(), Trouble> {
        let now = self.now;
        let room = self.room_mut(id)?;
        if seq <= room.item.content.read {
            return Ok(());
        }
        let unread = room.unread_after(seq);
        let item = room.item.change(now);
        item.read = seq;
        item.unread = unread;
        room.live.want_receipt(now);
        self.store_place(id);
        self.show_rooms();
        Ok(())
    }

    pub(super) fn set_draft(&mut self, id: RoomId, text: String) -> Result<(), Trouble> {
        let now = self.now;
        let room = self.room_mut(id)?;
        if room.item.content.draft != text {
            let had = !room.item.content.draft.is_empty();
            let has = !text.is_empty();
            let item = room.item.change(now);
            item.draft = text;
            // Also where this device's clock is behind the one that wrote the draft.
            item.draft_at = now.max(item.draft_at + 1);
            self.store_place(id);
            if had != has {
                self.show_rooms();
            }
        }
        Ok(())
    }

    /// Keeps where the person is in a room in the local store, since the vault gathers such changes before it is written.
    pub(super) fn store_place(&mut self, id: RoomId) {
        let Some(room) = self.rooms.get(&id) else {
            return;
        };
        let place = room.item.content.place(room.verified());
        let place = serde_json::to_vec(&place).ok();
        self.out.store(vec![(place_name(&id), place)]);
    }

    /// Shows what taking in entries changed.
    pub(super) fn show_absorbed(&mut self, id: RoomId, absorbed: Absorbed, older: bool) {
        let Some(account) = &self.account else { return };
        if absorbed.names
            && let Some(room) = self.rooms.get_mut(&id)
        {
            room.rename_items(&account.identity);
            self.show_timeline(id);
        } else if older {
            self.timeline(id, TimelineOp::Prepend(absorbed.items));
        } else {
            for item in absorbed.items {
                self.show_item(id, item);
            }
        }
        for item in absorbed.changed {
            self.show_item(id, item);
        }
        if absorbed.views || older {
            self.show_room(id);
        }
        self.show_rooms();
    }
}
