//! Changing a room by open entries: one of any kind, or a header with its wraps.
//!
//! The shape of a submission and its inner chain are judged before the log is looked at: only then does one hash, the last
//! entry's, stand for all of them. Who may say what is the roster's rule, the same as in every client; what needs the log
//! or the operator's limits besides is in `rules`.

use super::{
    Checked,
    check::check_all,
    log_open, refusal,
    rules::{check_budget, check_join, check_place, check_resume, check_rotation, check_signer},
    write::{purge, write_roster},
};
use crate::{
    backend::Backend,
    error::Error,
    hub::Event,
    limits::Limits,
    queue::Stepped,
    sessions::Session,
    store::{NewEntry, Tx},
};
use protocol::{
    PublicError, RoomId, Time,
    api::{RoomSubmit, Submitted},
    open::OpenContent,
};

impl Backend {
    /// Takes one open entry, or a header with its wraps; all or nothing. What was taken before gets the same answer again, as
    /// long as no other open entry followed: the first answer may have got lost.
    pub async fn room_submit(
        &self,
        session: &Session,
        request: RoomSubmit,
    ) -> Result<Submitted, Error> {
        self.count_write(&session.account.user)?;
        let RoomSubmit { room, entries } = request;
        self.check_number(&room, entries.len()).await?;
        let checked = check_all(entries, room, &session.account)?;
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

/// One entry of any kind, or a header with wraps, each of which names the entry before it.
fn check_shape(entries: &[Checked]) -> Result<(), PublicError> {
    let whole = match entries {
        [] => false,
        [_] => true,
        [first, rest @ ..] => {
            matches!(first.body.content, OpenContent::Header(_))
                && rest
                    .iter()
                    .all(|it| matches!(it.body.content, OpenContent::Wrap(_)))
        }
    };
    let linked = entries.windows(2).all(|pair| {
        pair[1].body.prev_open == pair[0].hash && pair[1].body.epoch == pair[0].body.epoch
    });
    match whole && linked {
        true => Ok(()),
        false => Err(PublicError::Malformed),
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
    check_place(&state, first)?;
    check_signer(&state, first)?;

    let before = state.clone();
    let mut new = Vec::with_capacity(entries.len());
    for checked in &entries {
        state.roster.apply(&checked.body).map_err(refusal)?;
        new.push(log_open(&mut state, checked, now));
    }
    match &first.body.content {
        OpenContent::Join(_) => check_join(tx, &before, first, &limits).await?,
        OpenContent::Header(header) => {
            check_rotation(tx, &before, header, &entries[1..]).await?;
            state.head.epoch = first.body.epoch;
            state.join_key = header.join_key;
            state.open_bytes = 0;
        }
        OpenContent::Purge(it) => purge(tx, &before, &first.body.sender, it).await?,
        OpenContent::Resume(it) => check_resume(&before, it)?,
        _ => {}
    }
    let first_seq = before.head.head.seq + 1;
    let (came, went) = write_roster(tx, &before.roster, &state, first_seq).await?;
    if let OpenContent::Header(header) = &first.body.content {
        if !tx.start_epoch(&state, &header.locator, first_seq).await? {
            return Err(PublicError::Malformed.into());
        }
    } else {
        state.open_bytes += first.bytes();
        check_budget(&before, &state)?;
    }
    tx.append(&new).await?;
    tx.update_room(&state).await?;

    let logged = new.into_iter().map(|NewEntry { room, logged, .. }| {
        let entry = logged;
        Event::Entry { room, entry }
    });
    // Whoever comes or goes hears the statement that says so.
    let events = came.into_iter().chain(logged).chain(went).collect();
    let submitted = Submitted {
        first: first_seq,
        head: state.head,
    };
    Ok((submitted, events))
}
