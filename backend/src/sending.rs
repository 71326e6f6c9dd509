//! Sealed messages on their way into the log: all that wait together cost three statements.

use crate::{
    backend::Backend,
    error::Error,
    hub::Event,
    outbox::{Outbox, encode},
    queue::Job,
    store::{NewEntry, SendKey, SendState, StoreError, Stored, Tx},
};
use protocol::{
    Entry, Epoch, Hash, Limit, PublicError, Seq, Time,
    entry::is_token,
    frame::{LoggedEntry, RoomHead, ServerFrame},
    limits::TOKEN_CHARS,
    log,
    open::Head,
};
use std::{collections::HashMap, sync::Arc};
use tokio::sync::oneshot;

/// A stored message: the answer to sending it, however often.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sent {
    /// Where it stands in the log.
    pub seq: Seq,
    /// When the server took it.
    pub at: Time,
}

/// A message that waits to be committed.
pub(crate) struct SealedSend {
    key: SendKey,
    epoch: Epoch,
    entry: Entry,
    hash: Hash,
    reply: Reply,
    fate: Option<Fate>,
}

/// To whom the answer goes.
pub(crate) enum Reply {
    /// As a frame to the connection that sent it.
    Frame(Arc<Outbox>),
    /// To a caller who waits.
    Caller(oneshot::Sender<Result<Sent, Error>>),
}

enum Fate {
    New(LoggedEntry),
    Known(Sent),
    Refused(PublicError),
}

impl SealedSend {
    pub(crate) fn new(key: SendKey, epoch: Epoch, token: String, reply: Reply) -> Self {
        let entry = Entry::Sealed(token);
        Self {
            key,
            epoch,
            hash: log::entry_hash(&entry),
            entry,
            reply,
            fate: None,
        }
    }

    /// Answers and gives what to publish; the acknowledgement comes before the entry.
    pub(crate) fn finish(self, failure: Option<&PublicError>) -> Vec<Event> {
        let fate = match (failure, self.fate) {
            (Some(failure), _) => Fate::Refused(failure.clone()),
            (None, Some(fate)) => fate,
            (None, None) => Fate::Refused(PublicError::Unreachable),
        };
        let answer = match &fate {
            Fate::New(LoggedEntry { seq, at, .. }) | Fate::Known(Sent { seq, at }) => {
                Ok(Sent { seq: *seq, at: *at })
            }
            Fate::Refused(error) => Err(error.clone()),
        };
        self.reply.answer(&self.key, answer);
        match fate {
            Fate::New(entry) => vec![Event::Entry {
                room: self.key.room,
                entry,
            }],
            Fate::Known(_) | Fate::Refused(_) => Vec::new(),
        }
    }
}

impl Reply {
    pub(crate) fn answer(self, key: &SendKey, answer: Result<Sent, PublicError>) {
        let SendKey { room, id, .. } = *key;
        match self {
            Self::Frame(outbox) => outbox.push(encode(&match answer {
                Ok(Sent { seq, at }) => ServerFrame::Ack { room, id, seq, at },
                Err(error) => ServerFrame::Refused { room, id, error },
            })),
            Self::Caller(caller) => {
                // The caller may have gone; the message stays.
                let _ = caller.send(answer.map_err(Error::from));
            }
        }
    }
}

impl Backend {
    /// Checks a message by its outside and puts it into the commit queue.
    pub(crate) async fn enqueue(&self, key: SendKey, epoch: u32, token: String, reply: Reply) {
        if let Err(error) = self.admit(&key, &token) {
            return reply.answer(&key, Err(error));
        }
        let send = SealedSend::new(key, epoch, token, reply);
        // After the queue's end nobody is left to be answered.
        let _ = self.queue().put(Job::Send(Box::new(send))).await;
    }

    fn admit(&self, key: &SendKey, token: &str) -> Result<(), PublicError> {
        if token.len() > TOKEN_CHARS {
            let limit = TOKEN_CHARS as u64;
            return Err(PublicError::TooLarge { limit });
        }
        if !is_token(token) {
            return Err(PublicError::Malformed);
        }
        match self.count_message(&key.sender) {
            true => Ok(()),
            false => Err(PublicError::LimitReached {
                what: Limit::MessagesPerMinute,
            }),
        }
    }
}

/// Decides on each message in order and appends those that are new.
pub(crate) async fn append(
    tx: &mut dyn Tx,
    sends: &mut [&mut SealedSend],
    now: Time,
) -> Result<(), StoreError> {
    let keys: Vec<_> = sends.iter().map(|send| send.key).collect();
    let states = tx.send_states(&keys).await?;
    let mut heads = HashMap::new();
    let mut before = HashMap::new();
    let mut new = Vec::new();
    for (send, state) in sends.iter_mut().zip(states) {
        let fate = match judge(send, &state, before.get(&message(&send.key))) {
            Ok(Some(known)) => Fate::Known(known),
            Ok(None) => match state.room {
                Some(room) => {
                    let head = heads.entry(room.room).or_insert(room);
                    let entry = add(send, head, now, &mut new);
                    before.insert(message(&send.key), stored(send, &entry));
                    Fate::New(entry)
                }
                None => Fate::Refused(PublicError::NotMember),
            },
            Err(error) => Fate::Refused(error),
        };
        send.fate = Some(fate);
    }
    if !new.is_empty() {
        tx.append(&new).await?;
        let heads: Vec<_> = heads.into_values().collect();
        tx.set_heads(&heads).await?;
    }
    Ok(())
}

/// A message id is one message, also across rooms.
fn message(key: &SendKey) -> (protocol::UserId, protocol::DeviceId, protocol::MessageId) {
    (key.sender, key.device, key.id)
}

fn stored(send: &SealedSend, entry: &LoggedEntry) -> Stored {
    Stored {
        room: send.key.room,
        seq: entry.seq,
        at: entry.at,
        hash: send.hash,
    }
}

/// Whether the message is to be appended (`None`), or is in the log already.
fn judge(
    send: &SealedSend,
    state: &SendState,
    in_this_batch: Option<&Stored>,
) -> Result<Option<Sent>, PublicError> {
    if let Some(known) = state.stored.as_ref().or(in_this_batch) {
        // The id of another message: acknowledging it would lose this one silently.
        return match known.room == send.key.room && known.hash == send.hash {
            true => Ok(Some(Sent {
                seq: known.seq,
                at: known.at,
            })),
            false => Err(PublicError::Malformed),
        };
    }
    let room = state.room.ok_or(PublicError::NotMember)?;
    // Whoever left took the epoch's key along. The leave is published before this answer, so the sender knows what to do.
    match room.epoch == send.epoch && !state.rotation_due {
        true => Ok(None),
        false => Err(PublicError::StaleEpoch { epoch: room.epoch }),
    }
}

/// Moves the head and notes the entry. Time never goes back within a log, whatever the machine's clock does.
fn add(send: &SealedSend, head: &mut RoomHead, now: Time, new: &mut Vec<NewEntry>) -> LoggedEntry {
    let seq = head.head.seq + 1;
    let transcript = log::transcript_next(&head.head.hash, seq, &send.hash);
    head.head = Head {
        seq,
        hash: transcript,
    };
    head.at = head.at.max(now);
    let logged = LoggedEntry {
        seq,
        at: head.at,
        entry: send.entry.clone(),
    };
    new.push(NewEntry {
        room: head.room,
        logged: logged.clone(),
        hash: send.hash,
        transcript,
        sender: send.key.sender,
        message: Some((send.key.device, send.key.id)),
    });
    logged
}
