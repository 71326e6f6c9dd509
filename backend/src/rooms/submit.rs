//! Joining, leaving, and starting an epoch.
//!
//! The shape of a submission and its inner chain are judged before the log is looked at: only then does one hash, the last
//! entry's, stand for all of them.

use super::{Checked, check::check, log_open, refusal};
use crate::{
    backend::Backend,
    error::Error,
    hub::Event,
    limits::Limits,
    queue::Stepped,
    sessions::Session,
    store::{NewEntry, RoomState, Tx},
};
use protocol::{
    Entry, Hash, Limit, PublicError, RoomId, Time, UserId,
    api::{RoomSubmit, Submitted},
    log,
    open::{Header, OpenContent, Role},
};
use std::collections::BTreeSet;

impl Backend {
    /// Takes a join, a leave, or a header with its wraps; all or nothing. What was taken before gets the same answer again, as
    /// long as no other open entry followed: the first answer may have got lost.
    pub async fn room_submit(
        &self,
        session: &Session,
        request: RoomSubmit,
    ) -> Result<Submitted, Error> {
        self.count_write(&session.account.user)?;
        let RoomSubmit { room, entries } = request;
        self.check_number(&room, entries.len()).await?;
        let checked = entries
            .into_iter()
            .map(|entry| check(entry, Some(room), &session.account))
            .collect::<Result<Vec<_>, _>>()?;
        check_shape(&checked)?;
        let (now, limits) = (self.now(), self.limits().clone());
        self.queue()
            .write(move |tx| Box::pin(submit(tx, room, checked, now, limits)))
            .await
    }

    /// A header and a wrap for each other member is the most that can be right. More is not looked into, since each costs a
    /// signature; with some patience for those who did not hear yet that others left.
    async fn check_number(&self, room: &RoomId, entries: usize) -> Result<(), Error> {
        if entries <= self.limits().members_per_room as usize {
            return Ok(());
        }
        // The room may have grown while the limit was higher.
        let members = self.store().member_count(room).await? as usize;
        match entries <= (2 * members).max(1) {
            true => Ok(()),
            false => Err(PublicError::Malformed.into()),
        }
    }
}

async fn submit(
    tx: &mut dyn Tx,
    room: RoomId,
    entries: Vec<Checked>,
    now: Time,
    limits: Limits,
) -> Stepped<Submitted> {
    let mut state = tx.room(&room).await?.ok_or(PublicError::RoomUnknown)?;
    let (Some(first), Some(last)) = (entries.first(), entries.last()) else {
        return Err(PublicError::Malformed.into());
    };
    // Each names the one before it, so if the last one is there, all are.
    if last.hash == state.last_open {
        let behind_first = entries.len() as u64 - 1;
        let first = state.last_open_seq.checked_sub(behind_first);
        let first = first.ok_or(PublicError::Malformed)?;
        let head = state.head;
        return Ok((Submitted { first, head }, Vec::new()));
    }
    let user = first.body.sender;
    check_place(&state, first, &user)?;
    if first.body.prev_open != state.last_open {
        let last_open = state.last_open;
        return Err(PublicError::StaleOpen { last_open }.into());
    }

    let before = state.clone();
    let mut new = Vec::with_capacity(entries.len());
    for checked in &entries {
        state.roster.apply(&checked.body).map_err(refusal)?;
        new.push(log_open(&mut state, checked, now));
    }
    let head = before.head.head.seq + 1;
    let mut events = Vec::new();
    match (&first.body.content, &entries[1..]) {
        (OpenContent::Join(_), []) => {
            check_join(tx, &before, first, &limits).await?;
            let member = state.roster.member(&user).ok_or(PublicError::NotMember)?;
            tx.add_member(&room, member, head).await?;
            events.push(Event::Joined {
                user,
                room: state.head,
            });
        }
        (OpenContent::Leave(_), []) => {
            leave(tx, &state, &user).await?;
            events.push(Event::Left { user, room });
        }
        (OpenContent::Header(header), wraps) => {
            check_rotation(tx, &before, header, wraps).await?;
            state.head.epoch = first.body.epoch;
            state.join_key = header.join_key;
            if !tx.start_epoch(&state, &header.locator, head).await? {
                return Err(PublicError::Malformed.into());
            }
        }
        _ => return Err(PublicError::Malformed.into()),
    }
    tx.append(&new).await?;
    tx.update_room(&state).await?;
    events.extend(
        new.into_iter()
            .map(|NewEntry { room, logged, .. }| Event::Entry {
                room,
                entry: logged,
            }),
    );
    let submitted = Submitted {
        first: head,
        head: state.head,
    };
    Ok((submitted, events))
}

/// A join alone, a leave alone, or a header with wraps, each of which names the entry before it.
fn check_shape(entries: &[Checked]) -> Result<(), PublicError> {
    let whole = match entries {
        [] => false,
        [first, rest @ ..] => match first.body.content {
            OpenContent::Join(_) | OpenContent::Leave(_) => rest.is_empty(),
            OpenContent::Header(_) => rest
                .iter()
                .all(|it| matches!(it.body.content, OpenContent::Wrap(_))),
            _ => false,
        },
    };
    let linked = entries.windows(2).all(|pair| {
        pair[1].body.prev_open == pair[0].hash && pair[1].body.epoch == pair[0].body.epoch
    });
    match whole && linked {
        true => Ok(()),
        false => Err(PublicError::Malformed),
    }
}

/// Refusals in the order in which a client can do something about them: who one is, then the epoch, then the order.
fn check_place(state: &RoomState, first: &Checked, user: &UserId) -> Result<(), PublicError> {
    if state.roster.members().is_empty() {
        return Err(PublicError::RoomUnknown);
    }
    let member = state.roster.member(user).is_some();
    let epoch = state.head.epoch;
    let expected = match first.body.content {
        OpenContent::Join(_) if member => return Err(PublicError::AlreadyMember),
        OpenContent::Join(_) => epoch,
        _ if !member => return Err(PublicError::NotMember),
        OpenContent::Header(_) => epoch + 1,
        _ => epoch,
    };
    match first.body.epoch == expected {
        true => Ok(()),
        false => Err(PublicError::StaleEpoch { epoch }),
    }
}

async fn check_join(
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
async fn check_rotation(
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

/// The roster has dropped the leaver and named an heir where one was needed.
async fn leave(tx: &mut dyn Tx, state: &RoomState, user: &UserId) -> Result<(), Error> {
    let room = &state.head.room;
    tx.remove_member(room, user).await?;
    let owners = state.roster.members().iter();
    for owner in owners.filter(|member| member.role == Role::Owner) {
        tx.change_member(room, owner).await?;
    }
    if state.roster.members().is_empty() {
        tx.close_room(room).await?;
    }
    Ok(())
}
