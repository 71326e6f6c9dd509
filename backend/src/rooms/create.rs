//! Creating a room.

use super::{Checked, check::check, log_open};
use crate::{
    backend::Backend,
    error::Error,
    hub::Event,
    queue::Stepped,
    sessions::Session,
    store::{RoomState, Tx},
};
use protocol::{
    Hash, Limit, PublicError, Time,
    api::{AccountKeys, RoomCreate},
    frame::RoomHead,
    log,
    open::{Head, Header, OpenContent},
    roster::Roster,
};

impl Backend {
    /// Creates a room with its first header. The same header again gives the room as it is: the answer to the first may have
    /// got lost.
    pub async fn room_create(
        &self,
        session: &Session,
        request: RoomCreate,
    ) -> Result<RoomHead, Error> {
        self.count_write(&session.account.user)?;
        let account = session.account.clone();
        let checked = check(request.header, &account, &[account.signing])?;
        let (now, most) = (self.now(), self.limits().rooms_per_user);
        self.queue()
            .write(move |tx| Box::pin(create(tx, checked, account, now, most)))
            .await
    }
}

async fn create(
    tx: &mut dyn Tx,
    first: Checked,
    account: AccountKeys,
    now: Time,
    most: u32,
) -> Stepped<RoomHead> {
    let (room, user) = (first.body.room, first.body.sender);
    let OpenContent::Header(header) = &first.body.content else {
        return Err(PublicError::Malformed.into());
    };
    let mut state = start(&first, header, &account)?;
    if let Some(there) = tx.room(&room).await? {
        let stored = tx.transcript(&room, 1).await?;
        let same = log::transcript_next(&log::transcript_start(&room), 1, &first.hash);
        return match stored == Some(same) {
            true => Ok((there.head, Vec::new())),
            false => Err(PublicError::Malformed.into()),
        };
    }
    if tx.room_count(&user).await? >= most {
        let what = Limit::RoomsPerUser;
        return Err(PublicError::LimitReached { what }.into());
    }
    let entry = log_open(&mut state, &first, now);
    // Ids and locators are random; one in use is a mistake of the client, and only a fresh one can help.
    if !tx.create_room(&state, &header.locator).await? {
        return Err(PublicError::Malformed.into());
    }
    for member in state.roster.members() {
        tx.add_member(&room, member, 1).await?;
    }
    tx.append(std::slice::from_ref(&entry)).await?;
    if !tx.start_epoch(&state, &header.locator, 1).await? {
        return Err(PublicError::Malformed.into());
    }
    let events = vec![
        Event::Joined {
            user,
            room: state.head,
        },
        Event::Entry {
            room,
            entry: entry.logged,
        },
    ];
    Ok((state.head, events))
}

/// The room before its first entry, if the header is one that a room can start with.
fn start(
    first: &Checked,
    header: &Header,
    account: &AccountKeys,
) -> Result<RoomState, PublicError> {
    let room = first.body.room;
    let nothing = Head {
        seq: 0,
        hash: log::transcript_start(&room),
    };
    let roster = Roster::of_creator(header.author.clone(), header.settings);
    if first.body.epoch != 1 || first.body.prev_open != Hash::ZERO || header.history.is_some() {
        return Err(PublicError::Malformed);
    }
    if header.author != *account || header.seen != nothing || header.roster != roster.hash() {
        return Err(PublicError::BadSignature);
    }
    Ok(RoomState {
        head: RoomHead {
            room,
            epoch: 1,
            head: nothing,
            at: 0,
        },
        join_key: header.join_key,
        last_open_seq: 0,
        last_open: Hash::ZERO,
        open_bytes: 0,
        roster,
    })
}
