//! What comes over the socket.

use super::{
    Engine, Room,
    room::epoch::{EpochState, Founders, Lie},
};
use crate::account::Identity;
use model::{Alarm, TimelineOp, Trouble};
use protocol::{
    Epoch, Hash, RoomId, Seq,
    frame::{ClientFrame, LoggedEntry, RoomHead, ServerFrame},
    json::MAX_INTEGER,
    limits::PAGE_ENTRIES,
    open::Head,
};
use rand_core::{CryptoRng, RngCore};

/// Epochs that are asked for together.
const EPOCHS_AT_ONCE: usize = 32;
/// Entries behind a header in which its author puts the room's name.
const PROFILE_ENTRIES: u64 = 16;

impl<R: RngCore + CryptoRng> Engine<R> {
    pub(super) fn frame(&mut self, text: &str) {
        if self.account.is_none() || !self.link.is_open() {
            return;
        }
        self.heard();
        let Some(frame) = serde_json::from_str(text).ok().filter(is_possible) else {
            self.out.notice("The server sent something that SecureChat does not understand. Reloading the page may help.");
            return self.lost();
        };
        if let ServerFrame::Page {
            request: Some(request),
            ..
        }
        | ServerFrame::Opens { request, .. }
        | ServerFrame::Slots { request, .. }
        | ServerFrame::Failed { request, .. } = &frame
        {
            self.out.answered(*request);
        }
        match frame {
            ServerFrame::Welcome { rooms, .. } => self.welcome(rooms),
            ServerFrame::Room { room } => self.room_listed(room),
            ServerFrame::RoomLeft { room } => self.room_left(room),
            ServerFrame::Entry { room, entry } => self.entry(room, entry),
            ServerFrame::Page {
                request,
                room,
                base,
                entries,
            } => self.page(request, room, base, entries),
            ServerFrame::Opens {
                request,
                room,
                epoch,
                members,
                banned,
                entries,
            } => {
                self.opens(request, room, epoch, (members, banned), &entries);
            }
            ServerFrame::Ack {
                room,
                id,
                seq,
                at: _,
            } => self.acknowledged(room, &id, seq),
            ServerFrame::Refused { room, id, error } => self.refused(room, &id, error),
            ServerFrame::Failed { request, .. } => self.request_failed(request),
            ServerFrame::VaultChanged { item, version } => {
                if self.vault.seen.get(&item).copied().unwrap_or(0) < version {
                    self.list_vault(0);
                }
            }
            ServerFrame::Slot { room, slot } => self.slot(room, slot),
            ServerFrame::Slots { room, slots, .. } => self.slots(room, slots),
            ServerFrame::SlotRefused { room, error } => self.slot_refused(room, &error),
            ServerFrame::Signal { room, signal } => self.signal(room, &signal),
            ServerFrame::Pong => self.ask_for_missed(),
            ServerFrame::Bye { reason } => self.bye(reason),
        }
    }

    fn welcome(&mut self, rooms: Vec<RoomHead>) {
        self.link_is_up();
        for room in self.rooms.values_mut() {
            room.listed = Some(false);
        }
        for room in rooms {
            self.room_listed(room);
        }
        let gone = self.rooms.values().filter(|it| it.listed == Some(false));
        let gone: Vec<RoomId> = gone.map(|room| room.id).collect();
        for room in gone {
            self.shut(room);
        }
        self.show_rooms();
        if let Some(shown) = self.shown {
            self.show_room(shown);
        }
        self.go_on_deleting();
    }

    /// What a call says of a room, which may come after the line said more.
    pub(super) fn room_answered(&mut self, head: RoomHead) {
        let known = self.rooms.get(&head.room).and_then(|room| room.server);
        let newer = known.is_none_or(|known| known.head.seq < head.head.seq);
        if !newer || head.head.seq > MAX_INTEGER {
            return;
        }
        match self.rooms.get_mut(&head.room) {
            Some(room) if room.rewound.is_some() => {
                room.server = Some(head);
                self.load_epochs(head.room);
            }
            _ => self.room_listed(head),
        }
    }

    /// The server says that this person is in a room, and how far the room is.
    pub(super) fn room_listed(&mut self, head: RoomHead) {
        let room = self
            .rooms
            .entry(head.room)
            .or_insert_with(|| Room::new(head.room));
        room.listed = Some(true);
        room.server = Some(head);
        for it in &mut room.stating {
            it.relisted = true;
        }
        self.compare_with_verified(head);
        self.load_epochs(head.room);
        self.show_rooms();
    }

    fn room_left(&mut self, id: RoomId) {
        if let Some(room) = self.rooms.get_mut(&id) {
            room.listed = Some(false);
            self.shut(id);
            self.show_room(id);
            self.show_rooms();
        }
    }

    /// Asks for the open entries of the epochs from the last one whose secret is here to the server's.
    pub(super) fn load_epochs(&mut self, id: RoomId) {
        let Some(room) = self.rooms.get_mut(&id) else {
            return;
        };
        let Some(last) = room.server.map(|head| head.epoch) else {
            return;
        };
        if !room.asked.opens.is_empty() {
            return;
        }
        let first = match room.current() {
            Some(loaded) if loaded.ctx.epoch >= last => return self.catch_up(id),
            // What else happened in it before the next one began may be unknown here.
            Some(loaded) => loaded.ctx.epoch,
            None => room.first_epoch(last),
        };
        room.note_start();
        // The rest is asked for when these are here.
        for epoch in (first..=last).take(EPOCHS_AT_ONCE) {
            self.ask_opens(id, epoch);
        }
        self.catch_up(id);
    }

    fn ask_opens(&mut self, id: RoomId, epoch: Epoch) {
        if !self.link.is_up() {
            // The welcome lists the room again.
            return;
        }
        let request = self.out.next_id();
        if let Some(room) = self.rooms.get_mut(&id) {
            room.asked.opens.insert(request, epoch);
            self.out.request(
                request,
                ClientFrame::Opens {
                    request,
                    room: id,
                    epoch,
                },
            );
        }
    }

    fn opens(
        &mut self,
        request: u32,
        id: RoomId,
        epoch: Epoch,
        founders: Founders,
        entries: &[LoggedEntry],
    ) {
        let Some(account) = &self.account else { return };
        let Some(room) = self.rooms.get_mut(&id) else {
            return;
        };
        match room.asked.opens.remove(&request) {
            Some(asked) if asked == epoch => {}
            Some(asked) => {
                raise_text(
                    room,
                    &format!("epoch {epoch} came where epoch {asked} was asked for"),
                );
                return self.show_room(id);
            }
            None => return,
        }
        let taken = room.take_epoch(epoch, founders, entries, &account.identity);
        match taken {
            Ok(unlocked) => {
                room.keep_loaded_secret(epoch, self.now);
                room.report_keys();
                room.retry_slots(&account.identity);
                if unlocked {
                    self.unlocked(id);
                }
                self.try_secrets(id);
                self.look_for_key(id);
                self.give_keys(id);
                self.load_epochs(id);
                self.fill_screen(id);
            }
            Err(Lie::Changed) if room.rewound.is_none() => self.diverge(id),
            // Nothing is asked for again by itself: the answer would be the same.
            Err(lie) => {
                raise(room, &lie);
                self.catch_up(id);
            }
        }
        self.look_for_resume(id);
        self.answer_reveals(id);
        self.show_room(id);
        self.show_rooms();
    }

    /// Asks for what lies between the window and the head.
    fn catch_up(&mut self, id: RoomId) {
        if !self.link.is_up() {
            return;
        }
        let Some(room) = self.rooms.get_mut(&id) else {
            return;
        };
        if room.asked.newer.is_some() || !room.asked.opens.is_empty() || room.current().is_none() {
            return;
        }
        let Some(server) = room.server else { return };
        if room.transcript.is_none() {
            match room.start().map(|start| start.head) {
                Some(head) if head.seq <= server.head.seq => {
                    // Where this person was away, what follows the head may lie in an epoch that is not loaded.
                    if let Some((first, it)) = room.epochs.first_key_value()
                        && it.header_seq > head.seq + 1
                        && *first > 1
                    {
                        let before = first - 1;
                        return self.ask_opens(id, before);
                    }
                    if let Err(error) = room.start_window(head) {
                        raise_text(room, &error.to_string());
                    }
                }
                _ => {}
            }
        }
        let header = room.current().map_or(1, |epoch| epoch.header_seq);
        let from = match &room.transcript {
            Some(window) => window.head().seq + 1,
            None => header.max((server.head.seq + 1).saturating_sub(PAGE_ENTRIES)),
        };
        let to = room
            .ahead
            .first_key_value()
            .map_or(server.head.seq, |(seq, _)| seq - 1)
            .max(room.server.map_or(0, |it| it.head.seq));
        if from <= to {
            let request = self.out.next_id();
            room.asked.newer = Some(request);
            let to = to.min(from + PAGE_ENTRIES - 1);
            self.out.request(
                request,
                ClientFrame::History {
                    request,
                    room: id,
                    from,
                    to,
                },
            );
        }
        self.ask_profile(id);
        self.probe(id);
    }

    /// Asks for what follows the head, where an entry before it has no payload and nothing tells why. Only an answer to what was asked
    /// after the hole was seen can prove that the server has no more to say: pages overtake what is new.
    fn probe(&mut self, id: RoomId) {
        let Some(room) = self.rooms.get_mut(&id) else {
            return;
        };
        let Some(head) = room.transcript.as_ref().map(|window| window.head().seq) else {
            return;
        };
        if room.is_behind() || room.asked.probe.is_some() || !room.deletions.is_open() {
            return;
        }
        let request = self.out.next_id();
        room.asked.probe = Some(request);
        room.deletions.ask();
        let frame = ClientFrame::History {
            request,
            room: id,
            from: head + 1,
            to: head + PAGE_ENTRIES,
        };
        self.out.request(request, frame);
    }

    /// The server has nothing that this client does not have.
    fn nothing_more(&mut self, id: RoomId) {
        let (Some(account), Some(room)) = (&self.account, self.rooms.get_mut(&id)) else {
            return;
        };
        room.asked.probe = None;
        let absorbed = room.judge_holes(&account.identity, self.now);
        self.show_absorbed(id, absorbed, false);
    }

    /// The line was quiet for a while: what the server spoke of, an acknowledged message or a new key, should have come by now.
    fn ask_for_missed(&mut self) {
        // What was acknowledged before the server lost entries is among them.
        let rooms = self.rooms.values_mut().filter(|it| it.rewound.is_none());
        for room in rooms {
            if let (Some(seq), Some(server)) = (room.outbox.acknowledged(), &mut room.server) {
                server.head.seq = server.head.seq.max(seq);
            }
        }
        let is_missed = |room: &&Room| room.listed == Some(true) && room.is_outdated();
        let missed = self.rooms.values().filter(is_missed);
        let missed: Vec<RoomId> = missed.map(|room| room.id).collect();
        for id in missed {
            self.load_epochs(id);
        }
    }

    /// A newcomer learns the room's name from the entries behind the header.
    fn ask_profile(&mut self, id: RoomId) {
        let Some(room) = self.rooms.get_mut(&id) else {
            return;
        };
        let Some(header) = room.current().map(|epoch| epoch.header_seq) else {
            return;
        };
        if room.item.content.name.is_empty() && room.asked.profile.is_none() {
            let request = self.out.next_id();
            room.asked.profile = Some(request);
            self.out.request(
                request,
                ClientFrame::History {
                    request,
                    room: id,
                    from: header,
                    to: header + PROFILE_ENTRIES,
                },
            );
        }
    }

    fn entry(&mut self, id: RoomId, entry: LoggedEntry) {
        let Some(room) = self.rooms.get_mut(&id) else {
            return;
        };
        if let Some(server) = &mut room.server {
            server.head.seq = server.head.seq.max(entry.seq);
            server.at = server.at.max(entry.at);
        }
        room.ahead.insert(entry.seq, entry);
        self.drain(id);
    }

    fn page(&mut self, request: Option<u32>, id: RoomId, base: Hash, entries: Vec<LoggedEntry>) {
        let Some(room) = self.rooms.get_mut(&id) else {
            return;
        };
        let Some(first) = entries.first().map(|entry| entry.seq) else {
            let newer = room.asked.newer.take_if(|asked| Some(*asked) == request);
            room.asked.older.take_if(|asked| Some(*asked) == request);
            if request.is_some() && room.asked.probe == request {
                self.nothing_more(id);
            } else if newer.is_some() && room.is_behind() {
                room.raise(Alarm {
                    sentence: "The server says that there are more messages here than it hands out. Ask the others whether they see more, and tell whoever runs the server.".into(),
                    details: "It named a later entry, but has none behind the last one that was verified.".into(),
                });
            }
            return self.show_room(id);
        };
        let contiguous = (first..).zip(&entries).all(|(seq, entry)| entry.seq == seq);
        if first == 0 || !contiguous {
            room.asked.forget(request);
            raise_text(room, "a page of history has gaps");
            return self.show_room(id);
        }
        let base = Head {
            seq: first - 1,
            hash: base,
        };
        if request.is_some() && room.asked.older == request {
            room.asked.older = None;
            return self.older_page(id, base, entries);
        }
        if request.is_some() && room.asked.probe == request {
            room.asked.probe = None;
            room.deletions.ask_again();
        }
        if request.is_some() && room.asked.profile == request {
            // Nothing but their numbers says where these stand.
            let header = room.current().map_or(0, |epoch| epoch.header_seq);
            let asked = header..=header + PROFILE_ENTRIES;
            if entries.iter().all(|entry| asked.contains(&entry.seq))
                && room.absorb_profiles(&entries, self.now)
            {
                self.show_room(id);
                self.show_rooms();
            }
            return;
        }
        if request.is_some() && room.asked.newer == request {
            room.asked.newer = None;
            if room.transcript.is_none()
                && let Err(error) = room.start_window(base)
            {
                return raise_text(room, &error.to_string());
            }
        }
        if let Some(known) = room
            .transcript
            .as_ref()
            .and_then(|window| window.hash_at(base.seq))
            && known != base.hash
        {
            if room.rewound.is_none() {
                return self.diverge(id);
            }
            return raise_text(
                room,
                "a page does not continue the history that was shown before it",
            );
        }
        let head = room
            .transcript
            .as_ref()
            .map_or(0, |window| window.head().seq);
        room.ahead.extend(
            entries
                .into_iter()
                .filter(|entry| entry.seq > head)
                .map(|entry| (entry.seq, entry)),
        );
        self.drain(id);
        self.show_room(id);
    }

    fn older_page(&mut self, id: RoomId, base: Head, entries: Vec<LoggedEntry>) {
        let Some(account) = &self.account else { return };
        let Some(room) = self.rooms.get_mut(&id) else {
            return;
        };
        match room.absorb_older(base, entries, &account.identity, self.now) {
            Ok(mut absorbed) => {
                let settled = std::mem::take(&mut absorbed.settled);
                for item in &settled {
                    // It stood at the end, where unsent ones do.
                    self.timeline(id, TimelineOp::Remove(item.key()));
                }
                self.settled(id, settled);
                self.show_absorbed(id, absorbed, true);
            }
            // It is asked for again when the person asks.
            Err(error) => {
                raise_text(room, &error.to_string());
                return self.show_room(id);
            }
        }
        self.show_room(id);
        self.look_for_resume(id);
        self.probe(id);
        self.fill_screen(id);
    }

    /// A secret may have come by another way than the log: with it, what could not be read can be.
    pub(super) fn try_secrets(&mut self, id: RoomId) {
        let Some(room) = self.rooms.get_mut(&id) else {
            return;
        };
        let locked: Vec<Epoch> = room
            .epochs
            .iter()
            .filter_map(|(number, epoch)| epoch.key.is_none().then_some(*number))
            // Each key may open the one before it.
            .rev()
            .collect();
        let mut gained = false;
        for number in locked {
            let secrets = room.secrets_of(number);
            if let Some(epoch) = room.epochs.get_mut(&number)
                && epoch.try_secrets(secrets)
            {
                gained = true;
                room.keep_loaded_secret(number, self.now);
            }
        }
        if gained {
            self.unlocked(id);
        }
    }

    /// A key came: what was taken in without it is read again.
    fn unlocked(&mut self, id: RoomId) {
        if let Some(room) = self.rooms.get_mut(&id) {
            room.reread();
            self.show_timeline(id);
            self.show_room(id);
            self.catch_up(id);
            self.answer_reveals(id);
            self.fill_screen(id);
        }
    }

    /// Takes what follows the window's head.
    fn drain(&mut self, id: RoomId) {
        let Some(account) = &self.account else { return };
        let Some(room) = self.rooms.get_mut(&id) else {
            return;
        };
        if !room.asked.opens.is_empty() || room.current().is_none() {
            return;
        }
        let Some(head) = room.transcript.as_ref().map(|window| window.head().seq) else {
            return self.catch_up(id);
        };
        let mut batch = Vec::new();
        let mut next = head + 1;
        while let Some(entry) = room.ahead.remove(&next) {
            batch.push(entry);
            next += 1;
        }
        room.ahead.retain(|seq, _| *seq >= next);
        let grew = !batch.is_empty();
        let mut absorbed = room.absorb_newer(batch, &account.identity, self.now);
        absorbed.views |= room.compare_receipts(&account.identity);
        room.want_receipt(self.now);
        let settled = std::mem::take(&mut absorbed.settled);
        let mut unlocked = false;
        if absorbed.new_secret
            && let Some(epoch) = room.current()
        {
            unlocked = epoch.missed;
            let number = epoch.ctx.epoch;
            room.keep_loaded_secret(number, self.now);
        }
        let left = absorbed.left;
        let contradicts = room.rewound.is_none() && room.contradicts_verified();
        if room.rewound.is_none() && !room.is_behind() {
            room.note_resumes(self.now);
        }
        self.settled(id, settled);
        self.show_absorbed(id, absorbed, false);
        if grew {
            self.store_place(id);
        }
        if contradicts {
            return self.diverge(id);
        }
        self.look_for_resume(id);
        if unlocked {
            self.unlocked(id);
        }
        if left {
            self.room_left(id);
        }
        self.look_for_key(id);
        self.catch_up(id);
        self.answer_reveals(id);
        self.fill_screen(id);
    }

    /// A key that another of the person's devices made, or was given, is in the vault before the server hears of it, but perhaps not
    /// before this device read the vault last.
    fn look_for_key(&mut self, id: RoomId) {
        let Some(room) = self.rooms.get_mut(&id) else {
            return;
        };
        let locked = room
            .current()
            .filter(|it| it.key.is_none() && !it.is_being_wrapped());
        if let Some(epoch) = locked.map(|it| it.ctx.epoch)
            && room.looked_for < epoch
        {
            room.looked_for = epoch;
            self.list_vault(0);
        }
    }

    pub(super) fn load_older(&mut self, id: RoomId) -> Result<(), Trouble> {
        let up = self.link.is_up();
        let room = self.room_mut(id)?;
        let Some(base) = room.transcript.as_ref().map(|window| window.base().seq) else {
            return Ok(());
        };
        if !up
            || base == 0
            || room.complete
            || room.asked.older.is_some()
            || !room.asked.opens.is_empty()
        {
            return Ok(());
        }
        let Some((epoch, header)) = room
            .epochs
            .first_key_value()
            .map(|(epoch, it)| (*epoch, it.header_seq))
        else {
            return Ok(());
        };
        if base < header {
            match epoch == 1 || room.secrets_of(epoch - 1).is_empty() {
                false => self.ask_opens(id, epoch - 1),
                true => room.complete = true,
            }
        } else {
            let from = header.max(base.saturating_sub(PAGE_ENTRIES / 2 - 1)).max(1);
            let request = self.out.next_id();
            let room = self.room_mut(id)?;
            room.asked.older = Some(request);
            self.out.request(
                request,
                ClientFrame::History {
                    request,
                    room: id,
                    from,
                    to: base,
                },
            );
        }
        self.show_room(id);
        Ok(())
    }

    fn request_failed(&mut self, request: u32) {
        for room in self.rooms.values_mut() {
            if room.asked.probe == Some(request) {
                room.deletions.ask_again();
            }
            room.asked.forget(Some(request));
        }
    }
}

/// Whether a log can reach all the places that a frame names.
fn is_possible(frame: &ServerFrame) -> bool {
    let place = |entry: &LoggedEntry| (1..=MAX_INTEGER).contains(&entry.seq);
    match frame {
        ServerFrame::Welcome { rooms, .. } => rooms.iter().all(|room| room.head.seq <= MAX_INTEGER),
        ServerFrame::Room { room } => room.head.seq <= MAX_INTEGER,
        ServerFrame::Entry { entry, .. } => place(entry),
        ServerFrame::Page { entries, .. } | ServerFrame::Opens { entries, .. } => {
            entries.iter().all(place)
        }
        ServerFrame::Ack { seq, .. } => (1..=MAX_INTEGER).contains(seq),
        _ => true,
    }
}

fn raise(room: &mut Room, lie: &Lie) {
    raise_text(room, &lie.to_string());
}

fn raise_text(room: &mut Room, details: &str) {
    room.raise(Alarm {
        sentence:
            "The server sent a part of this room's history that does not fit the rest. It was not used. Reload the page; if this comes again, tell whoever runs the server."
                .into(),
        details: details.to_owned(),
    });
}

impl Room {
    /// Takes in an epoch's open entries, all of them or what is not known yet. True if a key came with them for what may have been read
    /// without it.
    fn take_epoch(
        &mut self,
        epoch: Epoch,
        founders: Founders,
        entries: &[LoggedEntry],
        me: &Identity,
    ) -> Result<bool, Lie> {
        if let Some(known) = self.epochs.get_mut(&epoch) {
            let locked = known.key.is_none();
            known.extend(self.id, entries, me)?;
            return Ok(locked && known.key.is_some() && known.missed);
        }
        let secrets = self.secrets_of(epoch);
        // A server that lost entries must not choose with which members the rest begins.
        let bound = self.rewound.is_some() && self.epochs.is_empty() && !secrets.is_empty();
        let before = epoch
            .checked_sub(1)
            .and_then(|before| self.epochs.get(&before));
        let state = EpochState::load(self.id, epoch, founders, entries, secrets, before, me)?;
        if bound && state.key.is_none() {
            return Err(Lie::OtherSecret);
        }
        self.add_epoch(state);
        Ok(false)
    }

    /// From which epoch on the open entries are asked for, where none are here: the last one whose secret is known. Where the server lost
    /// entries, that one may have begun anew, so the one before it is needed too.
    fn first_epoch(&self, last: Epoch) -> Epoch {
        let secrets = &self.item.content.secrets;
        let Some(known) = secrets.last().map(|known| known.epoch.min(last)) else {
            return last;
        };
        let before = secrets.iter().rev().find(|it| it.epoch < known);
        match (before, &self.rewound) {
            (Some(before), Some(_)) => before.epoch,
            _ => known,
        }
    }

    /// Puts a secret that an epoch now has into the vault. While the server's log is not the one that was verified, others stay beside it.
    fn keep_loaded_secret(&mut self, epoch: Epoch, now: protocol::Time) {
        let Some(key) = self.epochs.get(&epoch).and_then(|it| it.key.as_ref()) else {
            return;
        };
        let text = model::SecretText::new(key.secret.reveal().to_string());
        match self.rewound {
            None => {
                if self.item.content.prove_secret(epoch, text) {
                    self.item.change_at_once(now);
                }
            }
            Some(_) => self.item.change_at_once(now).keep_secret(epoch, text),
        }
    }

    /// Whether entries are known to exist that are not taken in yet.
    pub(super) fn is_behind(&self) -> bool {
        let head: Seq = self
            .transcript
            .as_ref()
            .map_or(0, |window| window.head().seq);
        self.asked.newer.is_some() || self.server.is_some_and(|server| server.head.seq > head)
    }
}
