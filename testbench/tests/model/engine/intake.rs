//! What the engine takes out of entries: `Engine::drain` in `client/src/engine/frames.rs`, and `room/intake.rs`.

use crate::{model::Model, scenario::Broken, world::*};

impl Model {
    /// `Room::take_epoch` for each of them: open entries up to this place.
    pub fn take_opens(&self, world: &mut World, device: Device, opens: Seq) {
        let known = world.clients[device].room.opens;
        for seq in known + 1..=opens {
            self.apply_open(world, device, seq);
        }
    }

    /// Takes what follows the window's head.
    pub fn drain(&self, world: &mut World, device: Device) {
        let room = &world.clients[device].room;
        if room.asked_opens || room.opens == 0 {
            return;
        }
        let Some(mut window) = room.window else {
            return self.catch_up(world, device);
        };
        let mut absorbed = Vec::new();
        while world.clients[device]
            .room
            .ahead
            .contains(&(window.head + 1))
        {
            window.head += 1;
            world.clients[device].room.window = Some(window);
            if self.absorb(world, device, window.head) {
                absorbed.push(window.head);
            }
        }
        let room = &mut world.clients[device].room;
        room.ahead.retain(|seq| *seq > window.head);
        room.verified = room.verified.max(window.head);
        let me = world.clients[device].user;
        let goes =
            |entry| matches!(entry, Entry::Leave(user) | Entry::Remove { user, .. } if user == me);
        // Of what was loaded before it came, the server's list of rooms tells.
        if absorbed.iter().any(|seq| goes(world.server.at(*seq).entry)) {
            self.room_left(world, device);
        }
        self.look_for_key(world, device);
        self.catch_up(world, device);
        self.answer_reveals(world, device);
    }

    /// `Engine::look_for_key`.
    pub fn look_for_key(&self, world: &mut World, device: Device) {
        let Some(epoch) = self.epoch(world, device) else {
            return;
        };
        let locked = !self.has_key(world, device, epoch) && !self.is(Broken::VaultNotReadAgain);
        let room = &mut world.clients[device].room;
        if locked && room.looked_for < epoch {
            room.looked_for = epoch;
            room.listing = true;
        }
    }

    /// `Room::absorb_newer`, one entry. Whether it is an open one that was not loaded yet.
    fn absorb(&self, world: &mut World, device: Device, seq: Seq) -> bool {
        let opens = world.clients[device].room.opens;
        match world.server.at(seq).entry {
            Entry::Sealed { token, .. } => self.settle(world, device, token),
            _ if seq > opens => self.apply_open(world, device, seq),
            _ => {}
        }
        // `Room::check_acknowledged`.
        let outbox = &world.clients[device].room.outbox;
        if outbox
            .iter()
            .any(|item| item.stage == Stage::Acknowledged(seq))
        {
            world.alarm = Some("something else was stored where a message was acknowledged");
        }
        world.clients[device].room.opens > opens
    }

    /// `Room::apply_open`: the server was honest, so it fits.
    fn apply_open(&self, world: &mut World, device: Device, seq: Seq) {
        let logged = world.server.at(seq);
        let it = &mut world.clients[device];
        let (me, room) = (it.user, &mut it.room);
        match logged.entry {
            Entry::Sealed { .. } => return,
            // `Room::add_epoch`: whoever made it, a rotation of the epoch before is over.
            Entry::Header { .. } => room.rotation = None,
            Entry::Wrap { to, secret } if to == me => {
                let gained = keep(&mut room.secrets, (logged.epoch, secret));
                room.due |= gained;
            }
            _ => {}
        }
        room.opens = seq;
    }

    /// `Engine::try_secrets`, after the vault gave some: the window is taken in again from where it was verified to.
    pub fn try_secrets(&self, world: &mut World, device: Device, gained: &[(Epoch, Secret)]) {
        let epoch = self.epoch(world, device).unwrap_or(0);
        let opens =
            |(of, secret): &(Epoch, Secret)| *of <= epoch && world.server.header(*of).2 == *secret;
        if !gained.iter().any(opens) {
            return;
        }
        let it = &mut world.clients[device];
        if let Some(window) = it.room.window.take() {
            it.room.anchor = window.head;
        }
        it.room.ahead.clear();
        it.room.asked_newer = false;
        // The answers to what was asked before find nobody who waits for them.
        for request in &mut it.asked {
            if let Request::History { current, .. } = request {
                *current = false;
            }
        }
        for frame in &mut it.down {
            match frame {
                Frame::Page { asked, .. } => *asked = false,
                Frame::Failed(Request::History { current, .. }) => *current = false,
                _ => {}
            }
        }
        self.catch_up(world, device);
        self.answer_reveals(world, device);
    }
}
