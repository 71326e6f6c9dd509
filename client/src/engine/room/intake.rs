//! From entries of the log to items of the timeline: hash, open, verify, show.

use super::{
    Room,
    epoch::{Applied, EpochState, Lie},
    events::broken,
    outbox::{Outgoing, Stage},
};
use crate::{
    account::Identity,
    authentic::{Finding, Received, Verdict},
    body::{Body, Content},
    envelope::{self, EnvelopeError, Opened},
    transcript::{SeenCheck, Transcript, TranscriptError},
};
use model::{Alarm, Delivery, ItemKind, Sender, TimelineItem};
use protocol::{
    Entry, Epoch, Hash, OpenEntry, Seq, Time, UserId,
    frame::LoggedEntry,
    log::entry_hash,
    open::{Head, OpenBody, OpenContent},
};
use std::collections::BTreeSet;

/// What taking in entries changed.
#[derive(Default)]
pub(in crate::engine) struct Absorbed {
    /// New items, in order.
    pub items: Vec<TimelineItem>,
    /// Items from before that are others now.
    pub changed: Vec<TimelineItem>,
    /// Entries of which something was said that may change what stands in their place.
    pub(super) touched: Vec<Seq>,
    /// Own messages that the log now has.
    pub settled: Vec<Outgoing>,
    /// Names, members, the key or alarms changed, so views are to be made anew.
    pub views: bool,
    /// Names changed that older items show.
    pub names: bool,
    /// This person left, on this or another device.
    pub left: bool,
    /// A new epoch's secret reached this device.
    pub new_secret: bool,
}

/// An entry on its way through.
struct Step {
    seq: Seq,
    at: Time,
    hash: Hash,
    /// What the outbox had of it.
    own: Option<Outgoing>,
    found: Found,
}

enum Found {
    Message { epoch: Epoch, opened: Box<Opened> },
    Shown(ItemKind),
    Hidden,
}

impl Room {
    /// Takes entries that follow the window's head without a gap.
    pub fn absorb_newer(
        &mut self,
        entries: Vec<LoggedEntry>,
        me: &Identity,
        now: Time,
    ) -> Absorbed {
        let mut absorbed = Absorbed::default();
        let mut steps = Vec::with_capacity(entries.len());
        for LoggedEntry { seq, at, entry } in entries {
            let hash = entry_hash(&entry);
            let Some(transcript) = &mut self.transcript else {
                break;
            };
            if transcript.push(seq, &hash).is_err() {
                break;
            }
            let found = match entry {
                Entry::Open(open) => self.take_open(seq, &hash, &open, me, &mut absorbed),
                Entry::Sealed(token) => self.open_sealed(seq, &token, Some(me)),
                Entry::Purged(_) => self.find_hole(seq, hash),
            };
            steps.push(Step {
                seq,
                at,
                hash,
                own: self.outbox.settle(&hash),
                found,
            });
        }
        let newest = steps.last().map(|step| step.at);
        self.finish(steps, me, now, true, &mut absorbed);
        if let (Some(transcript), Some(_)) = (&self.transcript, newest) {
            let (base, head) = (transcript.base(), transcript.head());
            if self.is_verified_further() {
                self.item.change_lazily(now).head = Some(head);
            }
            self.headers_reached(base, &mut absorbed);
        }
        if absorbed.left {
            self.item.change_at_once(now);
        }
        absorbed
    }

    /// Takes the page right before the window.
    pub fn absorb_older(
        &mut self,
        base: Head,
        entries: Vec<LoggedEntry>,
        me: &Identity,
        now: Time,
    ) -> Result<Absorbed, TranscriptError> {
        let mut absorbed = Absorbed::default();
        let hashes: Vec<Hash> = entries
            .iter()
            .map(|entry| entry_hash(&entry.entry))
            .collect();
        if let Some(transcript) = &mut self.transcript {
            transcript.prepend(base, &hashes)?;
        }
        self.compare_unchecked(me);
        let mut steps = Vec::with_capacity(entries.len());
        for (LoggedEntry { seq, at, entry }, hash) in entries.into_iter().zip(hashes) {
            let found = match entry {
                Entry::Open(open) => self.known_open(seq, &hash, &open, me, &mut absorbed),
                Entry::Sealed(token) => self.open_sealed(seq, &token, Some(me)),
                Entry::Purged(_) => self.find_hole(seq, hash),
            };
            steps.push(Step {
                seq,
                at,
                hash,
                own: self.outbox.settle(&hash),
                found,
            });
        }
        self.finish(steps, me, now, false, &mut absorbed);
        self.headers_reached(base, &mut absorbed);
        Ok(absorbed)
    }

    /// Says what is missing at the beginning of the chains of epochs whose header lies in the window, which starts at `base`.
    fn headers_reached(&mut self, base: Head, absorbed: &mut Absorbed) {
        let epochs = self.epochs.values();
        let reached = epochs.filter(|epoch| epoch.header_seq > base.seq);
        let reached: Vec<Epoch> = reached.map(|epoch| epoch.ctx.epoch).collect();
        for epoch in reached {
            let findings = self.verifier.header_reached(epoch);
            self.report_all(findings, absorbed);
        }
    }

    /// Takes the room's and members' names out of entries outside the window. Whoever wrote them signed them; nothing else is believed.
    pub fn absorb_profiles(&mut self, entries: &[LoggedEntry], now: Time) -> bool {
        let mut changed = false;
        for entry in entries {
            let Entry::Sealed(token) = &entry.entry else {
                continue;
            };
            let Found::Message { opened, .. } = self.open_sealed(entry.seq, token, None) else {
                continue;
            };
            let key = self
                .epoch_at(entry.seq)
                .and_then(|epoch| epoch.signing_key_at(&opened.body.sender, entry.seq));
            if key.is_some_and(|key| opened.is_signed_by(&key)) {
                changed |=
                    self.take_profile(entry.seq, &opened.body.sender, &opened.body.content, now);
            }
        }
        changed
    }

    /// An open entry of the running log.
    fn take_open(
        &mut self,
        seq: Seq,
        hash: &Hash,
        open: &OpenEntry,
        me: &Identity,
        absorbed: &mut Absorbed,
    ) -> Found {
        let loaded = self.current().map_or(0, |epoch| epoch.last_open_seq);
        if seq <= loaded {
            return self.known_open(seq, hash, open, me, absorbed);
        }
        match self.apply_open(seq, open, me, absorbed) {
            Ok(kind) => kind.map_or(Found::Hidden, Found::Shown),
            Err(lie) => self.lie(seq, &lie),
        }
    }

    fn apply_open(
        &mut self,
        seq: Seq,
        open: &OpenEntry,
        me: &Identity,
        absorbed: &mut Absorbed,
    ) -> Result<Option<ItemKind>, Lie> {
        let body = open.body()?;
        let id = self.id;
        let Some(mut entry) = self.epochs.last_entry() else {
            return Err(Lie::NoHeader);
        };
        absorbed.views = true;
        if body.epoch != entry.get().ctx.epoch {
            let next = entry
                .get()
                .follow(id, seq, open, &body, self.rotation.take())?;
            self.add_epoch(next);
            self.check_statement(seq, &body, me)?;
            return Ok(self.event(&body, &me.user()));
        }
        match entry.get_mut().apply(id, seq, open, &body, me)? {
            Applied::Gone(keys) if keys.user == me.user() => absorbed.left = true,
            Applied::Opened => absorbed.new_secret = true,
            Applied::Purged(it) => self.note_purge(it.seq, absorbed),
            _ => {}
        }
        self.check_statement(seq, &body, me)?;
        self.report_keys();
        let event = self.event(&body, &me.user());
        if let (true, Some(ItemKind::Event { text })) = (absorbed.left, &event)
            && body.sender != me.user()
        {
            self.item.content.parting = Some((seq, text.clone()));
        }
        Ok(event)
    }

    /// An open entry of an epoch whose open entries are loaded: it must be the same.
    fn known_open(
        &mut self,
        seq: Seq,
        hash: &Hash,
        open: &OpenEntry,
        me: &Identity,
        absorbed: &mut Absorbed,
    ) -> Found {
        let epoch = self.epoch_at(seq);
        let body = match open.body() {
            Ok(body) if epoch.is_some_and(|epoch| epoch.knows(seq, hash)) => body,
            _ => return self.lie(seq, &Lie::Chain),
        };
        if let OpenContent::Purge(it) = &body.content {
            self.note_purge(it.seq, absorbed);
        }
        match self.check_statement(seq, &body, me) {
            Ok(()) => {
                let event = self.event(&body, &me.user());
                event.map_or(Found::Hidden, Found::Shown)
            }
            Err(lie) => self.lie(seq, &lie),
        }
    }

    /// Holds what a statement says of the log against the log.
    fn check_statement(&mut self, seq: Seq, body: &OpenBody, me: &Identity) -> Result<(), Lie> {
        match &body.content {
            OpenContent::Header(header) if header.seen.seq < seq => {
                self.compare_seen(&body.sender, header.seen, me);
                Ok(())
            }
            OpenContent::Resume(it) => {
                let window = self.transcript.as_ref();
                let known = window.and_then(|window| window.hash_at(it.head.seq));
                match known.is_none_or(|known| known == it.head.hash) {
                    true => Ok(()),
                    false => Err(Lie::OtherLog),
                }
            }
            _ => Ok(()),
        }
    }

    /// A statement orders that an entry be purged.
    fn note_purge(&mut self, seq: Seq, absorbed: &mut Absorbed) {
        self.unpurged.remove(&seq);
        absorbed.touched.push(seq);
    }

    fn find_hole(&mut self, seq: Seq, entry: Hash) -> Found {
        self.deletions.dig(seq, entry);
        self.verifier.hole(seq);
        Found::Shown(broken(
            "A message was removed here.",
            format!("Entry {seq} has no payload."),
        ))
    }

    fn lie(&mut self, seq: Seq, lie: &Lie) -> Found {
        let details = format!("Entry {seq}: {lie}");
        self.raise(Alarm {
            sentence: format!("The server showed a change of this room, at place {seq}, that nobody in it was allowed to make. It was not believed. Compare the list of members with the others."),
            details: details.clone(),
        });
        Found::Shown(broken(
            "The server showed a change of this room here that does not hold. It was not believed.",
            details,
        ))
    }

    /// A sealed entry; of the running log, or an earlier page of it, where it is said whose log that is.
    fn open_sealed(&mut self, seq: Seq, token: &str, me: Option<&Identity>) -> Found {
        let Some(epoch) = self.epoch_at(seq) else {
            return Found::Shown(broken(
                "This entry lies before what you can read.",
                format!("Entry {seq}"),
            ));
        };
        // While they were no member, nobody owed them a key.
        let was_in = |me: &Identity| epoch.member_at(&me.user(), seq).is_some();
        let Some(key) = &epoch.key else {
            if !me.is_none_or(was_in) {
                return Found::Hidden;
            }
            let number = epoch.ctx.epoch;
            if let Some(epoch) = self.epochs.get_mut(&number) {
                epoch.missed = true;
            }
            return Found::Shown(broken(
                "The key for this message has not reached you yet.",
                format!("Entry {seq}"),
            ));
        };
        if epoch.course.over_since.is_some_and(|over| over < seq) {
            return Found::Shown(broken(
                "A message was written with a room key that was over. It is not shown.",
                format!("Entry {seq}"),
            ));
        }
        let number = epoch.ctx.epoch;
        match envelope::open(&key.message, &epoch.ctx, token) {
            Ok(opened) => Found::Message {
                epoch: number,
                opened: Box::new(opened),
            },
            Err(error) => {
                let sentence = match &error {
                    EnvelopeError::Open(_) => {
                        "A message here does not open with the room key. It may be damaged or forged."
                    }
                    _ => {
                        "Someone with the room key wrote something here that is no message. It is not shown."
                    }
                };
                Found::Shown(broken(sentence, format!("Entry {seq}: {error}")))
            }
        }
    }

    /// Decides who wrote what, and makes the items.
    fn finish(
        &mut self,
        steps: Vec<Step>,
        me: &Identity,
        now: Time,
        newer: bool,
        absorbed: &mut Absorbed,
    ) {
        let received: Vec<Received<'_>> = steps
            .iter()
            .filter_map(|step| match &step.found {
                Found::Message { epoch, opened, .. } => Some(Received {
                    seq: step.seq,
                    epoch: *epoch,
                    opened,
                }),
                _ => None,
            })
            .collect();
        let epochs = &self.epochs;
        let key_of = |user: &UserId, seq: Seq| {
            let epoch = epochs
                .values()
                .rev()
                .find(|epoch| epoch.header_seq <= seq)?;
            EpochState::signing_key_at(epoch, user, seq)
        };
        let verified = self.verifier.verify(&received, key_of);
        let repeated: BTreeSet<Seq> = verified.findings.iter().filter_map(repeated).collect();
        let mut verdicts = verified.verdicts.into_iter();
        for Step {
            seq,
            at,
            hash,
            own,
            found,
        } in steps
        {
            let shown = match found {
                Found::Hidden => None,
                Found::Shown(kind) => Some((kind, at)),
                Found::Message { opened, .. } => {
                    let verdict = verdicts.next().unwrap_or(Verdict::Forged);
                    let kind = match verdict {
                        _ if repeated.contains(&seq) => Some(repetition(seq)),
                        Verdict::Authentic => {
                            self.deletions.read(seq, hash, &opened);
                            self.message(seq, &opened.body, me, now, absorbed)
                        }
                        refused => Some(self.unproven(seq, refused, &opened.body.sender)),
                    };
                    kind.map(|kind| (kind, opened.body.at))
                }
            };
            absorbed.touched.push(seq);
            let key = own.as_ref().map(Outgoing::key);
            absorbed.settled.extend(own);
            self.check_acknowledged(seq, me, absorbed);
            if let Some((kind, at_shown)) = shown {
                if newer {
                    if let ItemKind::Message { sender, .. } = &kind {
                        absorbed.views |= self.live.has_spoken(&sender.user);
                    }
                    self.note_activity(seq, at, &kind, now);
                }
                let key = key.unwrap_or_else(|| format!("s{seq}"));
                let item = TimelineItem {
                    key,
                    order: seq,
                    seq: Some(seq),
                    at: at_shown,
                    kind,
                };
                self.timeline.insert(seq, item.clone());
                absorbed.items.push(item);
            }
        }
        for seq in repeated {
            // It was on the screen before the message that it repeats.
            let known = self.timeline.get(&seq).map(|item| &item.kind);
            if matches!(known, Some(ItemKind::Message { .. })) {
                self.replace(seq, repetition(seq), now, absorbed);
            }
        }
        self.report_all(verified.findings, absorbed);
        for seq in std::mem::take(&mut absorbed.touched) {
            self.settle_deletion(seq, me, now, absorbed);
        }
    }

    pub(super) fn report_all(&mut self, findings: Vec<Finding>, absorbed: &mut Absorbed) {
        absorbed.views |= !findings.is_empty();
        for finding in findings {
            self.report(finding);
        }
    }

    /// What an authentic message shows; profiles show nothing.
    fn message(
        &mut self,
        seq: Seq,
        body: &Body,
        me: &Identity,
        now: Time,
        absorbed: &mut Absorbed,
    ) -> Option<ItemKind> {
        absorbed.views |= self.compare_seen(&body.sender, body.seen, me) != SeenCheck::Outside;
        absorbed.views |= self.note_seen(body.sender, body.seen.seq);
        match &body.content {
            Content::Text { text } => Some(ItemKind::Message {
                sender: self.sender(&body.sender, me),
                text: text.clone(),
                delivery: Delivery::Sent,
            }),
            Content::Deletion(deletion) => {
                absorbed.touched.push(deletion.seq);
                self.take_deletion(seq, &body.sender, deletion)
            }
            Content::Unknown { kind } => {
                let sentence = format!(
                    "{} sent something that needs a newer version of SecureChat. Reload the page.",
                    self.name_of(&body.sender)
                );
                Some(broken(&sentence, format!("Entry {seq}: kind {kind:?}")))
            }
            profile => {
                self.note_profile(seq);
                if self.take_profile(seq, &body.sender, profile, now) {
                    absorbed.views = true;
                    absorbed.names = true;
                }
                None
            }
        }
    }

    /// True if a name changed.
    fn take_profile(&mut self, seq: Seq, sender: &UserId, content: &Content, now: Time) -> bool {
        match content {
            Content::RoomProfile { name } if seq > self.item.content.name_seq => {
                let item = self.item.change(now);
                item.name_seq = seq;
                item.name.clone_from(name);
                true
            }
            Content::MemberProfile { display_name } => {
                let known = self.item.content.names.get(sender);
                if known.is_some_and(|(at, _)| *at >= seq) {
                    return false;
                }
                self.item
                    .change(now)
                    .names
                    .insert(*sender, (seq, display_name.clone()));
                true
            }
            _ => false,
        }
    }

    /// The log has something else than the own message at the place that the server acknowledged.
    pub fn deny_acknowledged(&mut self, seq: Seq) -> Option<Outgoing> {
        if self.rewound.is_some() {
            // It was lost with what came around it.
            return None;
        }
        let is_it = |item: &&mut Outgoing| item.stage == Stage::Acknowledged(seq);
        let item = self.outbox.items.iter_mut().find(is_it)?;
        let sentence = "The server said that this message is stored but stored something else.";
        item.stage = Stage::Failed(sentence.to_owned());
        let denied = item.clone();
        self.raise(Alarm {
            sentence: format!(
                "The server said that it has a message of yours at place {seq}, but something else stands there. Send the message again."
            ),
            details: format!("Entry {seq} is not the message that was sent."),
        });
        Some(denied)
    }

    /// The entry at an acknowledged place must have been the own message; that is gone from the outbox by now if it was.
    fn check_acknowledged(&mut self, seq: Seq, me: &Identity, absorbed: &mut Absorbed) {
        if let Some(denied) = self.deny_acknowledged(seq) {
            absorbed.items.extend(self.unsent_item(&denied, me));
            absorbed.views = true;
        }
    }

    pub(in crate::engine) fn sender(&self, user: &UserId, me: &Identity) -> Sender {
        Sender {
            user: *user,
            name: self.name_of(user),
            username: self.username_of(user),
            me: *user == me.user(),
        }
    }

    /// Starts the window: at what this person verified, or where the server's page starts for a device that has nothing to hold
    /// against it.
    pub fn start_window(&mut self, base: Head) -> Result<(), TranscriptError> {
        self.transcript = Some(Transcript::start(self.id, base)?);
        self.resumes = match self.start() {
            Some(start) if start.head == base => start.resumes.clone(),
            _ => self.item.content.resumes.clone(),
        };
        Ok(())
    }
}

/// The place where a message stands again.
fn repeated(finding: &Finding) -> Option<Seq> {
    match finding {
        Finding::Repeated { seq, .. } => Some(*seq),
        _ => None,
    }
}

/// The words for a message that stands here again.
fn repetition(seq: Seq) -> ItemKind {
    broken(
        "The server repeated a message here that was sent only once.",
        format!("Entry {seq} has the body of an earlier one."),
    )
}
