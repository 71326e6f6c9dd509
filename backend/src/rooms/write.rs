//! Writing what an open entry does: what it changed in the roster, and what it drops.

use crate::{
    error::Error,
    hub::Event,
    store::{Payload, RoomState, Tx},
};
use protocol::{
    PublicError, Seq, UserId,
    open::{Purge, RosterMember},
    roster::Roster,
};
use std::collections::BTreeMap;

/// Writes how the roster differs, so that no rule is told a second time here. Gives what those hear who came, and who went.
pub(super) async fn write_roster(
    tx: &mut dyn Tx,
    before: &Roster,
    after: &RoomState,
    seq: Seq,
) -> Result<(Vec<Event>, Vec<Event>), Error> {
    let room = after.head.room;
    let roster = &after.roster;
    let (were, are) = (by_user(before), by_user(roster));
    let (mut came, mut went) = (Vec::new(), Vec::new());
    for (&user, member) in &were {
        match are.get(&user) {
            None => {
                tx.remove_member(&room, &user).await?;
                went.push(Event::Left { user, room });
            }
            Some(now) if now != member => tx.change_member(&room, now).await?,
            Some(_) => {}
        }
    }
    for (user, member) in are {
        if !were.contains_key(&user) {
            tx.add_member(&room, member, seq).await?;
            let room = after.head;
            came.push(Event::Joined { user, room });
        }
    }
    for user in roster.banned().difference(before.banned()) {
        tx.ban(&room, user).await?;
    }
    for user in before.banned().difference(roster.banned()) {
        tx.unban(&room, user).await?;
    }
    if roster.members().is_empty() {
        tx.close_room(&room).await?;
    }
    Ok((came, went))
}

fn by_user(roster: &Roster) -> BTreeMap<UserId, &RosterMember> {
    let members = roster.members().iter();
    members.map(|it| (it.keys.user, it)).collect()
}

/// Drops what a purge names, if its sender may.
pub(super) async fn purge(
    tx: &mut dyn Tx,
    before: &RoomState,
    sender: &UserId,
    purge: &Purge,
) -> Result<(), Error> {
    let room = &before.head.room;
    let entry = tx.entry(room, purge.seq).await?;
    let entry = entry.ok_or(PublicError::Malformed)?;
    if entry.payload == Payload::Open {
        return Err(PublicError::Malformed.into());
    }
    if entry.hash != purge.entry {
        return Err(PublicError::BadSignature.into());
    }
    if !before.roster.may_purge(sender, &entry.sender) {
        return Err(PublicError::NotAllowed.into());
    }
    if entry.payload == Payload::Purged {
        return Err(PublicError::NoChange.into());
    }
    Ok(tx.purge(room, purge.seq).await?)
}
