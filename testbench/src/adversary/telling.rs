//! What one browser is told of one room: a copy of the log, on which the adversary has its hands.

use super::log::Log;
use protocol::{
    Entry, MessageId, PublicError, Seq, Time,
    api::{RoomSubmit, Submitted},
    frame::{LoggedEntry, RoomHead, ServerFrame},
};
use std::collections::BTreeMap;

/// What is told for each true entry.
type Retell = Box<dyn FnMut(&LoggedEntry) -> Vec<Entry> + Send>;

/// How far a telling goes with the truth.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Flow {
    /// What is true is told too, as [`Telling::each`] has it.
    Follows,
    /// Nothing new of others is told until [`Telling::release`].
    Held,
    /// A log of its own: what the browser sends goes in here and nowhere else.
    Alone,
    /// The same, but messages are only acknowledged and go nowhere.
    Lost,
}

/// One browser's copy of one room's log.
pub struct Telling {
    log: Log,
    flow: Flow,
    retell: Retell,
    /// How much of the truth went into it, and where.
    taken: Seq,
    places: BTreeMap<Seq, Seq>,
    /// Up to where the browser was told of it on this connection.
    shown: Seq,
    /// True acknowledgements that wait for their entry.
    acks: Vec<ServerFrame>,
    /// Messages that only this copy has.
    kept: BTreeMap<MessageId, Seq>,
    pub(super) answers: Vec<ServerFrame>,
}

impl Telling {
    pub(super) fn new(log: Log) -> Self {
        let end = log.end();
        Self {
            log,
            flow: Flow::Follows,
            retell: Box::new(|true_one| vec![true_one.entry.clone()]),
            taken: end,
            places: (1..=end).map(|seq| (seq, seq)).collect(),
            shown: end,
            acks: Vec::new(),
            kept: BTreeMap::new(),
            answers: Vec::new(),
        }
    }

    /// What it says now.
    pub fn log(&self) -> &Log {
        &self.log
    }

    /// Tells of an entry that never was, at the end.
    pub fn add(&mut self, entry: Entry) {
        self.add_at(self.log.last_at(), entry);
    }

    /// The same, with the time at which the server says that it came.
    pub fn add_at(&mut self, at: Time, entry: Entry) {
        self.log.push(at, entry);
    }

    /// Rewrites what was told before; the browser finds it when it asks anew.
    pub fn rewrite(&mut self, change: impl FnOnce(&mut Vec<LoggedEntry>)) {
        self.log.edit(change);
        self.shown = self.shown.min(self.log.end());
    }

    /// Forgets what came after a place, and goes on from there with what is new.
    pub fn rewind(&mut self, seq: Seq) {
        self.rewrite(|entries| entries.truncate(seq as usize));
    }

    /// From here on this is told for each true entry.
    pub fn each(&mut self, retell: impl FnMut(&LoggedEntry) -> Vec<Entry> + Send + 'static) {
        self.retell = Box::new(retell);
    }

    /// From here on the browser is alone with its copy.
    pub fn alone(&mut self) {
        self.flow = Flow::Alone;
    }

    /// From here on the browser is alone, and its messages are acknowledged and thrown away.
    pub fn lose(&mut self) {
        self.flow = Flow::Lost;
    }

    /// From here on nothing new is told.
    pub fn hold(&mut self) {
        self.flow = Flow::Held;
    }

    /// Tells what was held.
    pub fn release(&mut self) {
        self.flow = Flow::Follows;
    }

    pub(super) fn is_alone(&self) -> bool {
        matches!(self.flow, Flow::Alone | Flow::Lost)
    }

    /// Takes what is new in the truth.
    pub(super) fn follow(&mut self, truth: &Log) {
        if self.flow != Flow::Follows {
            return;
        }
        for it in &truth.entries()[self.taken as usize..] {
            self.places.insert(it.seq, self.log.end() + 1);
            for entry in (self.retell)(it) {
                self.log.push(it.at, entry);
            }
        }
        self.taken = truth.end();
    }

    /// The head that the browser is to hear; it asks for what lies before it.
    pub(super) fn head(&mut self) -> RoomHead {
        self.shown = self.log.end();
        self.log.room_head()
    }

    pub(super) fn hold_ack(&mut self, ack: ServerFrame) {
        self.acks.push(ack);
    }

    /// What is to be told now on an open line.
    pub(super) fn news(&mut self) -> Vec<ServerFrame> {
        let mut frames = std::mem::take(&mut self.answers);
        let room = self.log.room_head().room;
        for mut frame in std::mem::take(&mut self.acks) {
            if let ServerFrame::Ack { seq, .. } = &mut frame {
                let Some(place) = self.places.get(seq) else {
                    self.acks.push(frame);
                    continue;
                };
                *seq = *place;
            }
            frames.push(frame);
        }
        for entry in &self.log.entries()[self.shown as usize..] {
            let entry = entry.clone();
            frames.push(ServerFrame::Entry { room, entry });
        }
        self.shown = self.log.end();
        frames
    }

    /// Plays the server for a message that no one else is to get.
    pub(super) fn keep(&mut self, id: MessageId, token: String) {
        let (room, at) = (self.log.room_head().room, self.log.last_at());
        let (log, lost) = (&mut self.log, self.flow == Flow::Lost);
        let kept = self.kept.entry(id);
        let seq = *kept.or_insert_with(|| match lost {
            true => log.end() + 1,
            false => log.push(at, Entry::Sealed(token)),
        });
        self.answers.push(ServerFrame::Ack { room, id, seq, at });
    }

    /// Plays the server for open entries that no one else is to get.
    pub(super) fn submit(&mut self, request: &RoomSubmit) -> Result<Submitted, PublicError> {
        let first = request.entries.first().and_then(|it| it.body().ok());
        let last_open = self.log.last_open();
        if first.is_none_or(|body| body.prev_open != last_open) {
            return Err(PublicError::StaleOpen { last_open });
        }
        let first = self.log.end() + 1;
        for open in &request.entries {
            self.add(Entry::Open(open.clone()));
        }
        let head = self.log.room_head();
        Ok(Submitted { first, head })
    }
}
