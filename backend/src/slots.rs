//! How far people have read: one sealed slot for each member and room, replaced by the next. All that wait together cost two
//! statements.

use crate::{
    backend::Backend,
    error::Error,
    hub::Event,
    outbox::{Outbox, encode},
    sessions::Session,
    store::{NewSlot, StoreError, Tx},
};
use protocol::{
    PublicError, RoomId, UserId,
    entry::is_token,
    frame::{ServerFrame, Unlogged},
    limits::SIGNAL_CHARS,
};
use std::{collections::HashMap, sync::Arc};

/// A slot that waits to be committed.
pub(crate) struct SlotWrite {
    new: NewSlot,
    /// Hears of a refusal.
    outbox: Arc<Outbox>,
    fate: Fate,
}

enum Fate {
    Stored,
    /// A later one of the same member and room was written at once.
    Overtaken,
    Refused(PublicError),
}

impl SlotWrite {
    pub(crate) fn new(new: NewSlot, outbox: Arc<Outbox>) -> Self {
        Self {
            new,
            outbox,
            fate: Fate::Refused(PublicError::Unreachable),
        }
    }

    /// Says if it is refused, and gives what to publish.
    pub(crate) fn finish(self, failure: Option<&PublicError>) -> Vec<Event> {
        let fate = match failure {
            Some(failure) => Fate::Refused(failure.clone()),
            None => self.fate,
        };
        let NewSlot { room, slot } = self.new;
        match fate {
            Fate::Stored => return vec![Event::Slot { room, slot }],
            Fate::Overtaken => {}
            Fate::Refused(error) => {
                self.outbox
                    .push(encode(&ServerFrame::SlotRefused { room, error }));
            }
        }
        Vec::new()
    }
}

/// Decides on each slot and writes the last of each member and room.
pub(crate) async fn write(tx: &mut dyn Tx, slots: &mut [&mut SlotWrite]) -> Result<(), StoreError> {
    let of = |write: &SlotWrite| (write.new.room, write.new.slot.user);
    let asked: Vec<_> = slots.iter().map(|write| of(write)).collect();
    let epochs = tx.member_epochs(&asked).await?;
    let mut last: HashMap<(RoomId, UserId), NewSlot> = HashMap::new();
    for (write, epoch) in slots.iter_mut().zip(epochs).rev() {
        write.fate = match epoch {
            None => Fate::Refused(PublicError::NotMember),
            Some(epoch) if epoch != write.new.slot.epoch => {
                Fate::Refused(PublicError::StaleEpoch { epoch })
            }
            Some(_) if last.contains_key(&of(write)) => Fate::Overtaken,
            Some(_) => {
                last.insert(of(write), write.new.clone());
                Fate::Stored
            }
        };
    }
    let new: Vec<_> = last.into_values().collect();
    match new.is_empty() {
        true => Ok(()),
        false => tx.put_slots(&new).await,
    }
}

impl Backend {
    /// How far each member of a room has read, for a member.
    pub async fn slots(&self, session: &Session, room: RoomId) -> Result<Vec<Unlogged>, Error> {
        self.require_member(session, &room).await?;
        Ok(self.store().slots(&room).await?)
    }

    /// Whether a slot may come to the commit queue.
    pub(crate) fn admit_slot(&self, slot: &Unlogged) -> Result<(), PublicError> {
        if slot.token.len() > SIGNAL_CHARS {
            let limit = SIGNAL_CHARS as u64;
            return Err(PublicError::TooLarge { limit });
        }
        if !is_token(&slot.token) {
            return Err(PublicError::Malformed);
        }
        self.count_slot(&slot.user)
    }
}
