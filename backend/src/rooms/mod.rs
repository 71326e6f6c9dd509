//! Rooms: reading them, creating them, and changing who is in them.

mod check;
mod create;
mod rules;
mod submit;
mod write;

use crate::{
    backend::Backend,
    error::Error,
    sending::{Reply, Sent},
    sessions::Session,
    store::{NewEntry, Opens, Page, PageRange, RoomState, SendKey},
};
use check::Checked;
use protocol::{
    DeviceId, Epoch, Limit, Locator, MessageId, PublicError, RoomId, Seq, Time,
    api::RoomFound,
    frame::{LoggedEntry, RoomHead},
    limits::PAGE_ENTRIES,
    log,
    open::Head,
    roster::RosterError,
};
use tokio::sync::oneshot;

/// A page of history has this many bytes of payload at most (or one entry): one message must not wait behind megabytes.
const PAGE_BYTES: u64 = 1 << 20;

impl Backend {
    /// The rooms that the asker is in.
    pub async fn rooms(&self, session: &Session) -> Result<Vec<RoomHead>, Error> {
        Ok(self.store().room_heads(&session.account.user).await?)
    }

    /// What a holder of the room key needs in order to join.
    pub async fn room_find(&self, locator: Locator) -> Result<RoomFound, Error> {
        let unknown = PublicError::RoomUnknown;
        let head = self.store().room_by_locator(&locator).await?;
        let RoomHead { room, epoch, .. } = head.ok_or(unknown.clone())?;
        let opens = self.store().opens(&room, epoch).await?;
        let Opens {
            members,
            banned,
            entries,
        } = opens.ok_or(unknown)?;
        Ok(RoomFound {
            room,
            epoch,
            members,
            banned,
            entries,
        })
    }

    /// The entries `from ..= to` of a room that the asker is in; fewer where they are many or large, or not there yet.
    pub async fn history(
        &self,
        session: &Session,
        room: RoomId,
        from: Seq,
        to: Seq,
    ) -> Result<Page, Error> {
        self.require_member(session, &room).await?;
        let range = PageRange {
            from,
            to,
            entries: PAGE_ENTRIES,
            bytes: PAGE_BYTES,
        };
        let page = self.store().page(&room, range).await?;
        Ok(page.ok_or(PublicError::Malformed)?)
    }

    /// An epoch's first members and open entries, for a member.
    pub async fn opens(
        &self,
        session: &Session,
        room: RoomId,
        epoch: Epoch,
    ) -> Result<Opens, Error> {
        self.require_member(session, &room).await?;
        let opens = self.store().opens(&room, epoch).await?;
        Ok(opens.ok_or(PublicError::Malformed)?)
    }

    /// Stores and relays a sealed message, and waits until it is committed. The same id of the same device again gets the same
    /// answer and no second entry.
    pub async fn send(
        &self,
        session: &Session,
        device: DeviceId,
        room: RoomId,
        id: MessageId,
        epoch: Epoch,
        token: String,
    ) -> Result<Sent, Error> {
        let key = SendKey {
            room,
            sender: session.account.user,
            device,
            id,
        };
        let (reply, answer) = oneshot::channel();
        self.enqueue(key, epoch, token, Reply::Caller(reply)).await;
        answer.await.map_err(|_| Error::Stopped)?
    }

    pub(crate) async fn require_member(
        &self,
        session: &Session,
        room: &RoomId,
    ) -> Result<(), Error> {
        match self.store().is_member(room, &session.account.user).await? {
            true => Ok(()),
            false => Err(PublicError::NotMember.into()),
        }
    }
}

/// Puts a checked open entry at the end of a room's log.
fn log_open(state: &mut RoomState, checked: &Checked, now: Time) -> NewEntry {
    let seq = state.head.head.seq + 1;
    let transcript = log::transcript_next(&state.head.head.hash, seq, &checked.hash);
    state.head.head = Head {
        seq,
        hash: transcript,
    };
    // Time never goes back within a log, whatever the machine's clock does.
    state.head.at = state.head.at.max(now);
    state.last_open = checked.hash;
    state.last_open_seq = seq;
    NewEntry {
        room: state.head.room,
        logged: LoggedEntry {
            seq,
            at: state.head.at,
            entry: checked.entry.clone(),
        },
        hash: checked.hash,
        transcript,
        sender: checked.body.sender,
        message: None,
    }
}

fn refusal(error: RosterError) -> PublicError {
    match error {
        RosterError::AlreadyMember => PublicError::AlreadyMember,
        RosterError::NotMember => PublicError::NotMember,
        RosterError::NotAllowed => PublicError::NotAllowed,
        RosterError::Banned => PublicError::Banned,
        RosterError::NoChange => PublicError::NoChange,
        RosterError::RotationDue => PublicError::RotationDue,
        RosterError::TooManyBans => PublicError::LimitReached {
            what: Limit::BansPerRoom,
        },
        RosterError::UsernameTaken
        | RosterError::WrongKeys
        | RosterError::WrongRoster
        | RosterError::WrongSettings => PublicError::BadSignature,
        RosterError::UnknownKind => PublicError::Malformed,
    }
}
