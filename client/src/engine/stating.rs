//! What a person decides about a room, on its way to the server: signed anew until it still fits the log when it arrives.

use super::{
    Engine,
    flow::Flow,
    membership::{AGAIN, TRIES, broken},
    room::{Room, epoch::EpochState},
};
use crate::{
    account::Identity,
    io::{ApiAnswer, ApiRequest},
    statement::{self, Place, Statement, StatementError},
};
use model::{Answer, Trouble};
use protocol::{
    Limit, PublicError, RoomId, Time, UserId,
    api::RoomSubmit,
    open::{OpenBody, OpenContent, Resume, Role},
    roster::RosterError,
};
use rand_core::{CryptoRng, RngCore};

/// A statement that the server has not taken yet. Those of one room go out one after the other.
pub(super) struct Stating {
    /// The command that waits for it; 0 for none.
    pub ticket: u32,
    pub what: Intent,
    /// When the person joined, as far as this device knew when it went out last.
    joined_at: Time,
    /// Whether the server listed the room since then.
    pub relisted: bool,
    tries: u32,
    /// When it may go out; none while it is with the server.
    pub due: Option<Time>,
}

/// What a statement is to say. It is put into words, and signed, at the place where the log ends then.
pub(super) enum Intent {
    /// This, wherever the log ends.
    Say(OpenContent),
    /// The epoch's secret, to a member whom no wrap of it was made for.
    GiveKey(UserId),
    /// That the log goes on, though the server lost what came after its end.
    Resume,
}

impl<R: RngCore + CryptoRng> Engine<R> {
    /// Answers the ticket as soon as the server took the statement, or nothing is left to say.
    pub(super) fn state(
        &mut self,
        ticket: u32,
        id: RoomId,
        content: OpenContent,
    ) -> Result<(), Trouble> {
        self.account()?;
        self.put_statement(ticket, id, Intent::Say(content))
    }

    pub(super) fn put_statement(
        &mut self,
        ticket: u32,
        id: RoomId,
        what: Intent,
    ) -> Result<(), Trouble> {
        let due = Some(self.now);
        let room = self.room_mut(id)?;
        let at = match what {
            // Everything else waits for it.
            Intent::Resume => room
                .stating
                .iter()
                .take_while(|it| it.due.is_none())
                .count(),
            _ => room.stating.len(),
        };
        let stating = Stating {
            ticket,
            what,
            joined_at: 0,
            relisted: false,
            tries: 0,
            due,
        };
        room.stating.insert(at, stating);
        self.submit_statement(id);
        Ok(())
    }

    /// Hands the key to members for whom nobody wrapped it.
    pub(super) fn give_keys(&mut self, id: RoomId) {
        let Some(room) = self.rooms.get(&id) else {
            return;
        };
        let Some(epoch) = room.current().filter(|it| it.key.is_some()) else {
            return;
        };
        let waits = |user: &UserId| {
            let given = |it: &Stating| matches!(&it.what, Intent::GiveKey(to) if to == user);
            room.stating.iter().any(given)
        };
        let keyless = epoch.keyless().map(|it| it.keys.user);
        let keyless: Vec<UserId> = keyless.filter(|user| !waits(user)).collect();
        for user in keyless {
            // The room is there.
            let _ = self.put_statement(0, id, Intent::GiveKey(user));
        }
    }

    /// Submits the statement whose turn it is, once it is due.
    pub(super) fn submit_statement(&mut self, id: RoomId) {
        let (Some(account), Some(room)) = (&self.account, self.rooms.get_mut(&id)) else {
            return;
        };
        let is_settled = !room.is_outdated();
        let untold = room.is_untold(&account.identity);
        let rewound = room.rewound.is_some();
        let head = room.transcript.as_ref().map(|window| window.head());
        let joined_at = room.item.content.joined_at;
        let Some(front) = room.stating.front_mut() else {
            return;
        };
        if front.due.is_none_or(|due| due > self.now) {
            return;
        }
        front.joined_at = joined_at;
        front.relisted = false;
        let Some((_, epoch)) = room.epochs.last_key_value() else {
            // Its open entries are still on their way.
            return match front.try_again(self.now) {
                true => {}
                false => self.end_statement(id, Err(PublicError::Unreachable.into())),
            };
        };
        let resumes = matches!(front.what, Intent::Resume);
        let waits = match rewound {
            true => !resumes && !front.is_leave(),
            // First it hears whose keys sign from now on.
            false => untold,
        };
        if waits || resumes && !is_settled {
            front.due = Some(self.now + AGAIN);
            return;
        }
        let me = &account.identity;
        let content = match &front.what {
            Intent::Resume => match head {
                Some(head) => Ok(OpenContent::Resume(Resume { head })),
                None => return,
            },
            Intent::Say(content) => Ok(content.clone()),
            Intent::GiveKey(user) => match epoch.wrap_for(&mut self.rng, me, user) {
                Some(wrap) => wrap,
                None => return self.end_statement(id, Ok(Answer::Done)),
            },
        };
        let place = epoch.next_place();
        let judged = match &content {
            // What lies between this device's log and the server's may allow it.
            Ok(content) if is_settled => judge(epoch, me, content),
            _ => None,
        };
        if let Some(judged) = judged {
            return self.end_statement(id, judged);
        }
        match content.and_then(|content| statement::by_member(me, place, content)) {
            Ok(Statement { entry, .. }) => {
                front.due = None;
                let submit = RoomSubmit {
                    room: id,
                    entries: vec![entry],
                };
                self.call(ApiRequest::RoomSubmit(submit), Flow::State { room: id });
            }
            Err(error) => self.end_statement(id, Err(broken(error))),
        }
    }

    /// The server's word on the statement that is with it.
    pub(super) fn stated(&mut self, id: RoomId, result: Result<ApiAnswer, PublicError>) {
        let now = self.now;
        let Some(room) = self.rooms.get_mut(&id) else {
            return;
        };
        let Some(front) = room.stating.front_mut().filter(|it| it.due.is_none()) else {
            return;
        };
        let is_leave = front.is_leave();
        match result {
            Ok(ApiAnswer::Submitted(submitted)) => {
                if !is_leave {
                    self.room_answered(submitted.head);
                }
                self.end_statement(id, Ok(Answer::Done));
            }
            Err(PublicError::NoChange) => self.end_statement(id, Ok(Answer::Done)),
            // A room that its last member left is unknown.
            Err(PublicError::NotMember | PublicError::RoomUnknown) if is_leave => {
                self.end_statement(id, Ok(Answer::Done));
            }
            Err(PublicError::StaleOpen { .. } | PublicError::StaleEpoch { .. })
                if front.try_again(now) => {}
            Err(PublicError::NotAllowed) => {
                let trouble = self.not_allowed(id);
                self.end_statement(id, Err(trouble));
            }
            Err(error) => self.end_statement(id, Err(error.into())),
            Ok(_) => self.end_statement(id, Err(super::account::unexpected())),
        }
    }

    /// Why the person's role does not allow what they asked for.
    fn not_allowed(&self, id: RoomId) -> Trouble {
        let me = self.account.as_ref().map(|it| it.identity.user());
        let epoch = self.rooms.get(&id).and_then(Room::current);
        let role = me.and_then(|me| Some(epoch?.roster.member(&me)?.role));
        above(role)
    }

    /// Nothing more comes of the statement whose turn it was.
    fn end_statement(&mut self, id: RoomId, result: Result<Answer, Trouble>) {
        let ended = self
            .rooms
            .get_mut(&id)
            .and_then(|it| it.stating.pop_front());
        let Some(ended) = ended else { return };
        match (ended.is_leave(), result) {
            (true, Ok(_)) => self.has_left(ended.ticket, id, ended.joined_at, ended.relisted),
            (true, Err(trouble)) => self.leave_failed(ended.ticket, trouble),
            (false, result) => self.out.answer(ended.ticket, result),
        }
        self.submit_statement(id);
    }
}

impl Stating {
    /// Whether the person leaves by it.
    pub fn is_leave(&self) -> bool {
        matches!(self.what, Intent::Say(OpenContent::Leave(_)))
    }

    /// Waits for the log to come closer, unless that was in vain often enough.
    fn try_again(&mut self, now: Time) -> bool {
        self.tries += 1;
        self.due = Some(now + AGAIN);
        self.tries <= TRIES
    }
}

impl Room {
    /// Whether the server has entries, or a key, that did not come here yet.
    pub(super) fn is_outdated(&self) -> bool {
        let loaded = self.current().map(|it| it.ctx.epoch);
        self.is_behind() || self.server.map(|head| head.epoch) > loaded
    }
}

impl EpochState {
    /// Where the next open entry of this epoch goes.
    pub(super) fn next_place(&self) -> Place {
        Place {
            room: self.ctx.room,
            epoch: self.ctx.epoch,
            prev_open: self.last_open,
        }
    }

    /// The epoch's secret for a member for whom there is no wrap; none where there is, or where this device lacks it too.
    fn wrap_for(
        &self,
        rng: &mut (impl RngCore + CryptoRng),
        me: &Identity,
        user: &UserId,
    ) -> Option<Result<OpenContent, StatementError>> {
        let key = self.key.as_ref()?;
        let keyless = self.keyless().find(|it| it.keys.user == *user)?;
        let secret = &key.secret;
        Some(statement::wrap_content(
            rng,
            me,
            &self.ctx,
            secret,
            &keyless.keys,
        ))
    }
}

/// What the roster says to it already, in better words than the server's: nothing if it may be said.
fn judge(
    epoch: &EpochState,
    me: &Identity,
    content: &OpenContent,
) -> Option<Result<Answer, Trouble>> {
    let body = OpenBody {
        room: epoch.ctx.room,
        epoch: epoch.ctx.epoch,
        sender: me.user(),
        prev_open: epoch.last_open,
        content: content.clone(),
    };
    let role = epoch.roster.member(&me.user()).map(|it| it.role);
    let error = epoch.roster.clone().apply(&body).err()?;
    Some(match (error, role) {
        (RosterError::NoChange, _) => Ok(Answer::Done),
        (RosterError::NotMember, None) => match content {
            OpenContent::Leave(_) => Ok(Answer::Done),
            _ => Err(PublicError::NotMember.into()),
        },
        (RosterError::NotMember, Some(_)) => match content {
            OpenContent::Remove(_) | OpenContent::Wrap(_) => Ok(Answer::Done),
            _ => Err(Trouble::MemberGone),
        },
        (RosterError::NotAllowed, role) => Err(above(role)),
        (RosterError::TooManyBans, _) => {
            let what = Limit::BansPerRoom;
            Err(PublicError::LimitReached { what }.into())
        }
        // No person's decision leads there; the server's answer is as good.
        _ => return None,
    })
}

/// What is above someone's role. The owner may do everything but step down without handing over.
fn above(role: Option<Role>) -> Trouble {
    match role {
        Some(Role::Owner) => Trouble::HandOverFirst,
        Some(Role::Admin) => Trouble::OwnerOnly,
        _ => Trouble::NotAllowed,
    }
}
