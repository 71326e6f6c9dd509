//! What an open entry must keep besides the rules of the roster: its place in the log, its second signature where the room
//! knows the key, and the operator's limits.

use super::Checked;
use crate::{
    error::Error,
    limits::Limits,
    store::{RoomState, Tx},
};
use protocol::{
    Entry, Hash, Limit, PublicError,
    limits::EPOCH_BYTES,
    log,
    open::{Header, OpenContent, Resume},
};
use std::collections::BTreeSet;

/// Refusals in the order in which a client can do something about them: who one is, then the epoch, then the order.
pub(super) fn check_place(state: &RoomState, first: &Checked) -> Result<(), PublicError> {
    if state.roster.members().is_empty() {
        return Err(PublicError::RoomUnknown);
    }
    let member = state.roster.member(&first.body.sender).is_some();
    let epoch = state.head.epoch;
    let expected = match first.body.content {
        OpenContent::Join(_) if member => return Err(PublicError::AlreadyMember),
        OpenContent::Join(_) => epoch,
        _ if !member => return Err(PublicError::NotMember),
        OpenContent::Header(_) => epoch + 1,
        _ => epoch,
    };
    if first.body.epoch != expected {
        return Err(PublicError::StaleEpoch { epoch });
    }
    match first.body.prev_open == state.last_open {
        true => Ok(()),
        false => Err(stale(state)),
    }
}

/// A member speaks with the key by which the room knows them, which need not be the account's any more, or yet.
pub(super) fn check_signer(state: &RoomState, first: &Checked) -> Result<(), PublicError> {
    let member = state.roster.member(&first.body.sender);
    match member.is_none_or(|it| it.keys.signing == first.key) {
        true => Ok(()),
        false => Err(PublicError::BadSignature),
    }
}

pub(super) async fn check_join(
    tx: &mut dyn Tx,
    before: &RoomState,
    join: &Checked,
    limits: &Limits,
) -> Result<(), Error> {
    let Entry::Open(entry) = &join.entry else {
        return Err(PublicError::Malformed.into());
    };
    if !entry.is_joined_by(&before.join_key) {
        return Err(PublicError::BadSignature.into());
    }
    let reached = |what| Err(PublicError::LimitReached { what }.into());
    if before.roster.members().len() >= limits.members_per_room as usize {
        return reached(Limit::MembersPerRoom);
    }
    if tx.room_count(&join.body.sender).await? >= limits.rooms_per_user {
        return reached(Limit::RoomsPerUser);
    }
    Ok(())
}

/// A header must build on the log as it is here, and every other member must get the new secret, nobody else.
pub(super) async fn check_rotation(
    tx: &mut dyn Tx,
    before: &RoomState,
    header: &Header,
    wraps: &[Checked],
) -> Result<(), Error> {
    let seen = match header.seen.seq {
        0 => Some(log::transcript_start(&before.head.room)),
        seq if seq <= before.head.head.seq => tx.transcript(&before.head.room, seq).await?,
        _ => None,
    };
    if seen.is_none_or(|hash: Hash| hash != header.seen.hash) {
        return Err(PublicError::BadSignature.into());
    }
    let mut recipients = BTreeSet::new();
    for wrap in wraps {
        match &wrap.body.content {
            OpenContent::Wrap(wrap) if recipients.insert(wrap.recipient) => {}
            _ => return Err(PublicError::Malformed.into()),
        }
    }
    let others = before
        .roster
        .members()
        .iter()
        .map(|member| member.keys.user);
    let others: BTreeSet<_> = others.filter(|user| *user != header.author.user).collect();
    match recipients == others {
        true => Ok(()),
        false => Err(PublicError::Malformed.into()),
    }
}

/// The owner accepts the log as it is, so nothing may have come since they looked.
pub(super) fn check_resume(before: &RoomState, resume: &Resume) -> Result<(), PublicError> {
    let head = before.head.head;
    if resume.head.seq != head.seq {
        return Err(stale(before));
    }
    match resume.head.hash == head.hash {
        true => Ok(()),
        false => Err(PublicError::BadSignature),
    }
}

/// There is an end to what newcomers must read, but never to going, nor to what makes the next epoch due.
pub(super) fn check_budget(before: &RoomState, after: &RoomState) -> Result<(), PublicError> {
    let is_going = after.roster.members().len() < before.roster.members().len();
    let makes_due = after.roster.rotation_due() && !before.roster.rotation_due();
    match after.open_bytes <= EPOCH_BYTES || is_going || makes_due {
        true => Ok(()),
        false => Err(PublicError::LimitReached {
            what: Limit::StatementsPerEpoch,
        }),
    }
}

fn stale(state: &RoomState) -> PublicError {
    PublicError::StaleOpen {
        last_open: state.last_open,
    }
}
