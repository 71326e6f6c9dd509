//! One room as this device knows it: its epochs, the verified stretch of its log, what waits to be sent, what is wrong.

mod activity;
mod course;
pub(super) mod deletions;
pub(super) mod epoch;
mod events;
mod intake;
mod live;
mod members;
pub(super) mod outbox;
pub(super) mod rewound;
mod seen;
mod views;

use super::{
    item::Item,
    room_item::{Anchor, RoomItem},
    rotation::Reveal,
    stating::Stating,
    telling::Telling,
};
use crate::{account::Identity, authentic::Verifier, room_key::RoomSecret, transcript::Transcript};
use deletions::Deletions;
use epoch::EpochState;
use model::{Alarm, TimelineItem};
use outbox::{Chain, Outbox, Outgoing, Saying};
use protocol::{
    Epoch, Hash, OpenEntry, RoomId, Seq, Time, UserId, frame::LoggedEntry, frame::RoomHead,
    open::Head,
};
use rand_core::{CryptoRng, RngCore};
use rewound::Former;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

pub(super) use intake::Absorbed;
use live::Live;

/// What is to be done once the vault holds the room's secret: never before, or a crash would lose the only copy.
pub(super) enum Waiting {
    /// Submit the first header.
    Create { ticket: u32, header: OpenEntry },
    /// Look the room up and join.
    Join { ticket: u32, secret: RoomSecret },
    /// Submit the rotation.
    Rotate,
}

/// Requests that are on their way.
#[derive(Default)]
pub(super) struct Asked {
    /// A page older than the window.
    pub older: Option<u32>,
    /// A page that closes a gap or leads to the head.
    pub newer: Option<u32>,
    /// The entries right behind the header, for the room's name.
    pub profile: Option<u32>,
    /// What follows the head, to learn why entries before it have no payload.
    pub probe: Option<u32>,
    /// Epochs' open entries, by request.
    pub opens: BTreeMap<u32, Epoch>,
}

impl Asked {
    /// Nothing of use will come of a request.
    pub fn forget(&mut self, request: Option<u32>) {
        let Some(request) = request else { return };
        let pages = [
            &mut self.older,
            &mut self.newer,
            &mut self.profile,
            &mut self.probe,
        ];
        for asked in pages {
            asked.take_if(|asked| *asked == request);
        }
        self.opens.remove(&request);
    }
}

pub(super) struct Room {
    pub id: RoomId,
    pub item: Item<RoomItem>,
    /// What the server said of the room last; none while it does not list it.
    pub server: Option<RoomHead>,
    /// Whether the server listed it on this connection, or said that it does not.
    pub listed: Option<bool>,
    pub epochs: BTreeMap<Epoch, EpochState>,
    /// The verified window of the log.
    pub transcript: Option<Transcript>,
    /// Entries beyond the window's head.
    pub ahead: BTreeMap<Seq, LoggedEntry>,
    /// Items of the window that show something.
    pub timeline: BTreeMap<Seq, TimelineItem>,
    pub verifier: Verifier,
    pub deletions: Deletions,
    /// What this person deleted and the server has not dropped yet: place and `E`.
    pub unpurged: BTreeMap<Seq, Hash>,
    pub outbox: Outbox,
    pub alarms: Vec<Alarm>,
    pub asked: Asked,
    pub waiting: Option<Waiting>,
    /// The highest verified place when the newest open entries were asked for: where the window starts. What another device verified
    /// since may lie behind open entries that never came here.
    start: Option<Anchor>,
    /// The newest epoch whose key was looked for in the vault.
    pub looked_for: Epoch,
    /// The secret of a rotation that is with the server.
    pub rotation: Option<RoomSecret>,
    /// When a refused rotation may be tried again.
    pub retry_at: Option<Time>,
    /// When a rotation that the server refused for the moment is submitted again, as it is.
    pub resubmit_at: Option<Time>,
    /// Those who wait for the room key to be shown, until the rotation is done.
    pub reveals: Vec<Reveal>,
    /// What the person decided here and the server did not take yet.
    pub stating: VecDeque<Stating>,
    /// What members tell each other beside the log.
    pub live: Live,
    /// How far each member is known to have seen the log.
    seen: BTreeMap<UserId, Seq>,
    /// What members say to have seen before the window.
    unchecked: Vec<(UserId, Head)>,
    /// The owners' words after losses that the window follows, by their `E`.
    resumes: BTreeSet<Hash>,
    /// The highest place that this browser's store remembers.
    pub anchor: Option<Anchor>,
    /// What was verified before the server came back with less, or with something else.
    pub rewound: Option<Box<Former>>,
    /// Whether older entries than the window's can be read at all.
    pub complete: bool,
    /// The last open entry up to which all members were met.
    pub met: Option<Hash>,
    /// How far telling the room of this person's new keys is.
    pub telling: Telling,
}

impl Room {
    pub fn new(id: RoomId) -> Self {
        Self {
            id,
            item: Item::default(),
            server: None,
            listed: None,
            epochs: BTreeMap::new(),
            transcript: None,
            ahead: BTreeMap::new(),
            timeline: BTreeMap::new(),
            verifier: Verifier::new(),
            deletions: Deletions::default(),
            unpurged: BTreeMap::new(),
            outbox: Outbox::default(),
            alarms: Vec::new(),
            asked: Asked::default(),
            waiting: None,
            start: None,
            looked_for: 0,
            rotation: None,
            retry_at: None,
            resubmit_at: None,
            reveals: Vec::new(),
            stating: VecDeque::new(),
            live: Live::default(),
            seen: BTreeMap::new(),
            unchecked: Vec::new(),
            resumes: BTreeSet::new(),
            anchor: None,
            rewound: None,
            complete: false,
            met: None,
            telling: Telling::default(),
        }
    }

    /// The newest epoch that is loaded.
    pub fn current(&self) -> Option<&EpochState> {
        self.epochs.last_key_value().map(|(_, epoch)| epoch)
    }

    /// The epoch in which a place of the log lies, if it is loaded.
    pub fn epoch_at(&self, seq: Seq) -> Option<&EpochState> {
        self.epochs
            .values()
            .rev()
            .find(|epoch| epoch.header_seq <= seq)
    }

    /// Whether the newest epoch of the server is loaded, its key is here, and it has this person's keys.
    pub fn can_seal(&self, me: &Identity) -> bool {
        let server = self.server.map(|head| head.epoch);
        let key_here = |epoch: &EpochState| {
            epoch.key.is_some() && server.is_some_and(|server| server <= epoch.ctx.epoch)
        };
        let ready = self.transcript.is_some() && self.current().is_some_and(key_here);
        ready && self.rewound.is_none() && !self.is_untold(me)
    }

    /// Puts an epoch into its place and gives it the secret that an epoch after it, or the vault, knows.
    pub fn add_epoch(&mut self, mut state: EpochState) {
        let epoch = state.ctx.epoch;
        state.try_secrets(self.secrets_of(epoch));
        self.verifier
            .header(epoch, state.header_seq, state.header_hash);
        if self.current().is_none_or(|it| it.ctx.epoch < epoch) {
            // Whoever made it, a rotation of the epoch before is over.
            self.rotation = None;
        }
        self.epochs.insert(epoch, state);
    }

    /// What may be an epoch's secret: from the vault, and from the chain that the next header carries for newcomers.
    pub fn secrets_of(&self, epoch: Epoch) -> Vec<RoomSecret> {
        let chained = || {
            let next = self.epochs.get(&(epoch.checked_add(1)?))?;
            let key = next.key.as_ref()?.secret.history_key();
            let secret = key.open(next.header.history.as_deref()?).ok()?;
            RoomSecret::from_slice(&secret)
        };
        let mut secrets = self.item.content.secrets_of(epoch);
        secrets.extend(chained());
        secrets
    }

    /// A key came for entries that were taken in without it: they are to be fetched and opened again. What was verified stays the anchor.
    pub fn reread(&mut self) {
        self.start = self.followed().or(self.start.take());
        self.transcript = None;
        self.ahead.clear();
        self.timeline.clear();
        self.asked.older = None;
        self.asked.newer = None;
        self.complete = false;
        self.deletions = Deletions::default();
        self.unchecked.clear();
        self.verifier = Verifier::new();
        for (number, epoch) in &mut self.epochs {
            epoch.missed = false;
            self.verifier
                .header(*number, epoch.header_seq, epoch.header_hash);
        }
    }

    /// When something here is due.
    pub fn timeout(&self) -> Option<Time> {
        let statement = self.stating.front().and_then(|it| it.due);
        let (outbox, live) = (self.outbox.timeout(), self.live.timeout());
        let due = outbox.into_iter().chain(self.retry_at);
        let due = due.chain(self.resubmit_at);
        let due = due.chain(statement).chain(live);
        due.chain(self.telling.timeout()).min()
    }

    /// The clock was set back.
    pub fn set_back(&mut self, by: Time) {
        let back = |time: &mut Time| *time = time.saturating_sub(by);
        self.item.saving.set_back(by);
        self.telling.set_back(by);
        self.outbox.set_back(by);
        self.live.set_back(by);
        self.retry_at.iter_mut().for_each(back);
        self.resubmit_at.iter_mut().for_each(back);
        let waiting = self.stating.iter_mut();
        waiting.filter_map(|it| it.due.as_mut()).for_each(back);
    }

    /// The line is gone: nothing that was asked will be answered.
    pub fn line_lost(&mut self) {
        self.asked = Asked::default();
        self.deletions.ask_again();
        self.listed = None;
        self.outbox.line_lost();
        self.live.line_lost();
    }

    /// Where the next own message stands in its chain, and what it has seen. A chain of an epoch that is over, or in doubt, gives way
    /// to a new one.
    pub fn next_in_chain(&self, rng: &mut (impl RngCore + CryptoRng)) -> Option<(Chain, Head)> {
        let (epoch, seen) = (self.current()?, self.transcript.as_ref()?.head());
        let chain = match self.outbox.chain {
            Some(chain) if chain.epoch == epoch.ctx.epoch => Chain {
                n: chain.n + 1,
                ..chain
            },
            _ => Chain {
                device: outbox::new_device(rng),
                epoch: epoch.ctx.epoch,
                n: 1,
                prev: epoch.header_hash,
            },
        };
        Some((chain, seen))
    }

    /// Adds an alarm, once.
    pub fn raise(&mut self, alarm: Alarm) {
        if !self
            .alarms
            .iter()
            .any(|known| known.sentence == alarm.sentence)
        {
            self.alarms.push(alarm);
        }
    }

    /// How a user is called here: the name they chose, or their username.
    pub fn name_of(&self, user: &UserId) -> String {
        match self.item.content.names.get(user) {
            Some((_, name)) if !name.is_empty() => name.clone(),
            _ => self.username_of(user),
        }
    }

    /// The display name that this person said here last, or is about to say; empty for none.
    pub fn said_name(&self, me: &UserId) -> &str {
        let unsent = self
            .outbox
            .items
            .iter()
            .rev()
            .find_map(|item| match &item.what {
                Saying::DisplayName(name) => Some(name),
                _ => None,
            });
        let logged = || self.item.content.names.get(me).map(|(_, name)| name);
        unsent.or_else(logged).map_or("", String::as_str)
    }

    /// The room's name, if this person made the newest key and nobody said the name since: newcomers look for it behind the header.
    pub fn unsaid_name(&self, me: &UserId) -> Option<&str> {
        let epoch = self.current()?;
        let item = &self.item.content;
        let waits = |item: &Outgoing| matches!(item.what, Saying::RoomName(_));
        let due = epoch.header.author.user == *me && item.name_seq < epoch.header_seq;
        let said = item.name.is_empty() || self.outbox.items.iter().any(waits);
        (due && !said).then_some(&*item.name)
    }

    pub fn username_of(&self, user: &UserId) -> String {
        let keys = self
            .epochs
            .values()
            .rev()
            .find_map(|epoch| epoch.anyone(user));
        keys.map_or_else(|| "someone".to_owned(), |keys| keys.username.to_string())
    }
}

#[cfg(test)]
mod tests;
