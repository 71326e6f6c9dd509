//! A server that lies: it stands between the browsers and the real backend, and may change everything that passes.
//!
//! Without orders it lets all pass and only remembers. A story gives it orders for one browser at a time:
//!
//! - [`Adversary::tell`] gives the browser a telling of its own of a room's log. The log stays consistent by itself, with its numbers and
//!   hashes, as that of a server that lies well: entries can be added, rewritten, left out, put into another order, held back, rewound,
//!   and the browser can be left alone with it.
//! - [`Adversary::host`] shows someone a room of the past, in which nobody else is any more.
//! - [`Adversary::on_answers`] changes the answers of the HTTP API, [`Adversary::on_requests`] answers in the server's place.
//! - [`crate::Browser::tamper`] changes single frames after all this.
//!
//! What only a member can make, an [`Accomplice`] makes with a member's true keys.

mod accomplice;
mod log;
mod telling;
mod wire;

pub use accomplice::{Accomplice, RoomKeys};
pub use log::Log;
pub use telling::Telling;

use crate::bench::Who;
use client::io::{ApiAnswer, ApiRequest};
use protocol::{
    Epoch, PublicError, RoomId, Seq, UserId,
    api::{VaultItem, VaultPut},
    frame::LoggedEntry,
    open::RosterMember,
};
use std::collections::{BTreeMap, BTreeSet};

/// Changes an answer of the HTTP API.
type Reanswer = Box<dyn FnMut(&mut Result<ApiAnswer, PublicError>) + Send>;
/// Changes a request, and answers it in the server's place, or not.
type Intercept = Box<dyn FnMut(&mut ApiRequest) -> Option<Result<ApiAnswer, PublicError>> + Send>;

type Founders = (Vec<RosterMember>, BTreeSet<UserId>);

/// Everything that the lying server remembers and does.
#[derive(Default)]
pub struct Adversary {
    /// What the real server said of each room's log to anyone.
    truth: BTreeMap<RoomId, BTreeMap<Seq, LoggedEntry>>,
    /// With whom each epoch started, and who was banned then.
    founders: BTreeMap<(RoomId, Epoch), Founders>,
    /// Every vault item that anyone wrote.
    vaults: BTreeMap<Who, Vec<VaultItem>>,
    /// Who was welcomed on the present connection.
    welcomed: BTreeSet<Who>,
    tellings: BTreeMap<(Who, RoomId), Telling>,
    answers: BTreeMap<Who, Reanswer>,
    requests: BTreeMap<Who, Intercept>,
}

impl Adversary {
    /// The true log of a room, as far as it crossed the wire.
    pub fn log(&self, room: RoomId) -> Log {
        let mut log = Log::new(room);
        for (seq, it) in self.truth.get(&room).into_iter().flatten() {
            if *seq != log.end() + 1 {
                break;
            }
            log.push(it.at, it.entry.clone());
        }
        log
    }

    /// What this browser is told of a room from here on: at first the truth.
    pub fn tell(&mut self, who: Who, room: RoomId) -> &mut Telling {
        let log = self.log(room);
        let telling = self.tellings.entry((who, room));
        telling.or_insert_with(|| Telling::new(log))
    }

    /// Shows a room as it was up to a place of its log, to someone who has the key of then. What they do there, nobody hears.
    pub fn host(&mut self, who: Who, room: RoomId, seq: Seq) {
        let telling = self.tell(who, room);
        telling.rewind(seq);
        telling.alone();
    }

    /// Changes the answers to this browser's calls.
    pub fn on_answers(
        &mut self,
        who: Who,
        reanswer: impl FnMut(&mut Result<ApiAnswer, PublicError>) + Send + 'static,
    ) {
        self.answers.insert(who, Box::new(reanswer));
    }

    /// Changes this browser's calls, or answers them in the server's place.
    pub fn on_requests(
        &mut self,
        who: Who,
        intercept: impl FnMut(&mut ApiRequest) -> Option<Result<ApiAnswer, PublicError>>
        + Send
        + 'static,
    ) {
        self.requests.insert(who, Box::new(intercept));
    }

    /// Every version of a vault item that this browser wrote, oldest first.
    pub fn vault_history(&self, who: Who, item: &str) -> Vec<VaultItem> {
        let all = self.vaults.get(&who).into_iter().flatten();
        all.filter(|it| it.item == item).cloned().collect()
    }

    /// Whether this browser is told something else than the truth about a room.
    pub fn lies_to(&self, who: Who, room: RoomId) -> bool {
        self.tellings.contains_key(&(who, room))
    }

    /// Stops lying. What it remembers, it remembers.
    pub(crate) fn stop(&mut self) {
        self.tellings.clear();
        self.answers.clear();
        self.requests.clear();
    }

    fn learn(&mut self, room: RoomId, entries: &[LoggedEntry]) {
        let log = self.truth.entry(room).or_default();
        log.extend(entries.iter().map(|it| (it.seq, it.clone())));
    }

    fn note_vault(&mut self, who: Who, put: &VaultPut) {
        self.vaults.entry(who).or_default().push(VaultItem {
            item: put.item.clone(),
            version: put.replaces + 1,
            token: put.token.clone(),
        });
    }
}
