//! What members tell each other beside the log: how far they have read, and that they are typing.

use super::{Room, epoch::EpochState};
use crate::{
    account::Identity,
    envelope::EnvelopeError,
    signal::{self, LIFETIME, NEAR, Signal, SignalKind},
    slot,
    transcript::SeenCheck,
};
use protocol::{RunId, Seq, Time, UserId, frame::Unlogged, open::Head};
use std::collections::BTreeMap;

/// How long to wait between two receipts of one's own, in milliseconds.
const RECEIPT_PAUSE: u64 = 3_000;
/// The same for signals that one is typing: others forget the last one a good while later.
const TYPING_PAUSE: u64 = 4_000;

/// One room's receipts and signals.
#[derive(Default)]
pub(in crate::engine) struct Live {
    /// Whether the server was asked for the room's receipts on this connection.
    pub asked: bool,
    /// Whether it said them.
    pub told: bool,
    /// How far each member has read; they saw the same log up to there.
    read: BTreeMap<UserId, Seq>,
    /// What members say to have read that has not come here yet.
    ahead: BTreeMap<UserId, Head>,
    /// Receipts of epochs that are not loaded.
    unopened: BTreeMap<UserId, Unlogged>,
    /// Who is typing, and until when that counts.
    typing: BTreeMap<UserId, Time>,
    /// The last signal of each connection that was near: its count and time. What comes again is not newer.
    runs: BTreeMap<(UserId, RunId), (u64, Time)>,
    /// When one's own receipt is to go out; none while the server has the newest.
    pub receipt_due: Option<Time>,
    /// The last one that went out: what it said, and when.
    sent: Option<(Seq, Time)>,
    typing_sent: Option<Time>,
}

impl Live {
    /// The person has read on, so others are to know, soon.
    pub fn want_receipt(&mut self, now: Time) {
        let free = self.sent.map_or(0, |(_, at)| at + RECEIPT_PAUSE);
        self.receipt_due.get_or_insert(free.max(now));
    }

    /// The receipt can't go out now, or was not taken.
    pub fn postpone_receipt(&mut self, now: Time) {
        self.receipt_due = Some(now + RECEIPT_PAUSE);
    }

    pub fn receipt_sent(&mut self, seq: Seq, now: Time) {
        self.receipt_due = None;
        self.sent = Some((seq, now));
    }

    /// Whether it is time to say again that the person is typing; that it is said is noted.
    pub fn may_signal(&mut self, now: Time) -> bool {
        let is_free = self.typing_sent.is_none_or(|at| now >= at + TYPING_PAUSE);
        if is_free {
            self.typing_sent = Some(now);
        }
        is_free
    }

    /// Whether someone who was typing is not any more.
    pub fn fade(&mut self, now: Time) -> bool {
        let before = self.typing.len();
        self.typing.retain(|_, until| *until > now);
        self.typing.len() < before
    }

    /// Someone's words came, so they are not typing them any more. True if they were.
    pub fn has_spoken(&mut self, user: &UserId) -> bool {
        self.typing.remove(user).is_some()
    }

    pub fn line_lost(&mut self) {
        self.asked = false;
        self.told = false;
        self.typing.clear();
    }

    /// When something here is due.
    pub fn timeout(&self) -> Option<Time> {
        self.typing.values().copied().chain(self.receipt_due).min()
    }

    /// The clock was set back.
    pub fn set_back(&mut self, by: Time) {
        let sent = self.sent.iter_mut().map(|(_, at)| at);
        let own = self.receipt_due.iter_mut().chain(&mut self.typing_sent);
        for time in self.typing.values_mut().chain(own).chain(sent) {
            *time = time.saturating_sub(by);
        }
    }

    /// Takes a signal's place in its run. False if it comes late or again.
    fn is_new(&mut self, signal: &Signal, now: Time) -> bool {
        self.runs
            .retain(|_, (_, at)| at.saturating_add(NEAR) >= now);
        let run = (signal.sender, signal.run);
        let last = self.runs.get(&run).map_or(0, |(count, _)| *count);
        let is_new = signal.is_near(now) && signal.count > last;
        if is_new {
            self.runs.insert(run, (signal.count, signal.at));
        }
        is_new
    }
}

impl Room {
    /// How far a member says to have read what this device has too.
    pub(super) fn read_by(&self, user: &UserId) -> Seq {
        self.live.read.get(user).copied().unwrap_or(0)
    }

    /// Who is typing, by name.
    pub(super) fn typing(&self) -> Vec<String> {
        let is_in = |user: &&UserId| {
            let roster = self.current().map(|epoch| &epoch.roster);
            roster.is_some_and(|roster| roster.member(user).is_some())
        };
        let typing = self.live.typing.keys().filter(is_in);
        typing.map(|user| self.name_of(user)).collect()
    }

    /// Up to where the person has read, and with which transcript: what the server's slot lacks.
    pub(in crate::engine) fn own_receipt(&self) -> Option<Head> {
        let window = self.transcript.as_ref()?;
        let seq = self.item.content.read.min(window.head().seq);
        let is_said = self.live.sent.is_some_and(|(sent, _)| sent >= seq);
        let hash = window.hash_at(seq).filter(|_| seq > 0 && !is_said)?;
        Some(Head { seq, hash })
    }

    /// What was read without a line, or on its way to one, goes out as soon as it is known that the server lacks it.
    pub(in crate::engine) fn want_receipt(&mut self, now: Time) {
        if self.live.told && self.own_receipt().is_some() {
            self.live.want_receipt(now);
        }
    }

    /// Takes what the server has in a member's slot. True if that changes what is shown.
    pub(in crate::engine) fn take_slot(&mut self, slot: Unlogged, me: &Identity) -> bool {
        let Some(epoch) = self.epochs.get(&slot.epoch).filter(|it| it.key.is_some()) else {
            self.live.unopened.insert(slot.user, slot);
            return false;
        };
        let Ok(Some(read)) = epoch.receipt(&slot) else {
            return false;
        };
        if slot.user == me.user() {
            let (sent, at) = self.live.sent.unwrap_or_default();
            self.live.sent = Some((sent.max(read.seq), at));
            return false;
        }
        let known = self.live.ahead.get(&slot.user).map(|head| head.seq);
        if read.seq <= self.read_by(&slot.user).max(known.unwrap_or(0)) {
            return false;
        }
        self.live.ahead.insert(slot.user, read);
        self.compare_receipts(me)
    }

    /// Looks again at receipts of an epoch that was not loaded when they came.
    pub(in crate::engine) fn retry_slots(&mut self, me: &Identity) {
        for slot in std::mem::take(&mut self.live.unopened).into_values() {
            self.take_slot(slot, me);
        }
    }

    /// Compares what members have read with the own log, as far as that goes. True if that changes what is shown.
    pub(in crate::engine) fn compare_receipts(&mut self, me: &Identity) -> bool {
        let Some(head) = self.transcript.as_ref().map(|window| window.head().seq) else {
            return false;
        };
        let reached = |_: &UserId, read: &mut Head| read.seq <= head;
        let reached: Vec<_> = self.live.ahead.extract_if(.., reached).collect();
        for (user, read) in &reached {
            if self.compare_seen(user, *read, me) != SeenCheck::Differs {
                self.live.read.insert(*user, read.seq);
                self.note_seen(*user, read.seq);
            }
        }
        !reached.is_empty()
    }

    /// Takes what a member signals. True if that changes what is shown.
    pub(in crate::engine) fn take_signal(
        &mut self,
        sent: &Unlogged,
        me: &Identity,
        now: Time,
    ) -> bool {
        let is_current = |it: &&EpochState| it.ctx.epoch == sent.epoch;
        let signal = self.current().filter(is_current).map(|it| it.signal(sent));
        let Some(Ok(Some(signal))) = signal else {
            return false;
        };
        if signal.sender == me.user() || !self.live.is_new(&signal, now) {
            return false;
        }
        match signal.kind {
            SignalKind::Typing => {
                let until = now + LIFETIME;
                self.live.typing.insert(signal.sender, until).is_none()
            }
            SignalKind::Unknown(_) => false,
        }
    }
}

impl EpochState {
    /// What a slot says, if it is its member's.
    fn receipt(&self, slot: &Unlogged) -> Result<Option<Head>, EnvelopeError> {
        let Some(key) = &self.key else {
            return Ok(None);
        };
        let opened = slot::open(&key.message, &self.ctx, &slot.token)?;
        let mut keys = self.all_keys_of(&slot.user);
        let is_theirs = opened.receipt.sender == slot.user
            && keys.any(|keys| opened.is_signed_by(&keys.signing));
        Ok(is_theirs.then_some(opened.receipt.read))
    }

    /// What a member signals, if it is theirs.
    fn signal(&self, sent: &Unlogged) -> Result<Option<Signal>, EnvelopeError> {
        let (Some(key), Some(member)) = (&self.key, self.roster.member(&sent.user)) else {
            return Ok(None);
        };
        let opened = signal::open(&key.message, &self.ctx, &sent.token)?;
        let is_theirs =
            opened.signal.sender == sent.user && opened.is_signed_by(&member.keys.signing);
        Ok(is_theirs.then_some(opened.signal))
    }
}
