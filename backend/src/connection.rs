//! One WebSocket's conversation: text in, text out. The HTTP edge only moves the texts.

use crate::{
    backend::Backend,
    error::Error,
    hub::ConnectionId,
    outbox::{Outbox, encode},
    queue::{Greeted, Hello, Job},
    requests::{Request, missed},
    sending::Reply,
    sessions::Session,
    slots::SlotWrite,
    store::{NewSlot, SendKey},
};
use bytes::Bytes;
use protocol::{
    DeviceId, Epoch, PublicError, RoomId, VERSION,
    entry::is_token,
    frame::{ByeReason, ClientFrame, ServerFrame, Unlogged},
    limits::{FRAME_BYTES, SIGNAL_CHARS},
};
use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};
use tokio::sync::{mpsc, oneshot};

/// The frame with which a server closes a connection that has no [`Connection`] (yet).
pub fn bye(reason: ByeReason) -> Bytes {
    encode(&ServerFrame::Bye { reason })
}

/// A session that shows signs of life over its socket is noted as used this often.
const TOUCH_EVERY: u64 = 60 * 60 * 1000;

/// An open connection of one device. Dropping it closes it.
///
/// [`Connection::receive`] and [`Connection::take`] may run in two tasks or in one `select!`; both lose nothing when dropped
/// halfway, except that `receive` then may not have handled its text.
pub struct Connection {
    backend: Backend,
    session: Session,
    device: DeviceId,
    id: ConnectionId,
    outbox: Arc<Outbox>,
    requests: mpsc::Sender<Request>,
    touched: AtomicU64,
}

impl Backend {
    /// Starts a conversation with the client's first text, which must be a hello. The welcome is the first frame to take,
    /// then comes what the cursors missed; from the welcome on every entry is heard. An error is the reason to close with.
    pub async fn open(&self, session: Session, hello: &str) -> Result<Connection, ByeReason> {
        let Some(ClientFrame::Hello {
            version,
            device,
            cursors,
        }) = parse(hello)
        else {
            return Err(ByeReason::Malformed);
        };
        if version != VERSION {
            return Err(ByeReason::Version);
        }
        let outbox = self.hub().outbox();
        let (reply, answer) = oneshot::channel();
        let hello = Hello {
            user: session.account.user,
            session: session.handle,
            outbox: outbox.clone(),
            reply,
        };
        let greeted = async {
            self.queue().put(Job::Hello(Box::new(hello))).await?;
            answer.await.map_err(|_| Error::Stopped)?
        };
        let Greeted { id, rooms } =
            greeted
                .await
                .map_err(|error| match self.public_error(error) {
                    PublicError::NotLoggedIn => ByeReason::SessionEnded,
                    _ => ByeReason::Shutdown,
                })?;
        let requests = self.answer_requests(&session, &outbox, missed(&rooms, cursors));
        Ok(Connection {
            touched: self.steady().into(),
            backend: self.clone(),
            session,
            device,
            id,
            outbox,
            requests,
        })
    }
}

impl Connection {
    /// Takes all frames that wait, to be written together; waits for the first. `None` when the conversation is over: the
    /// last frame was a good-bye.
    pub async fn take(&self) -> Option<Vec<Bytes>> {
        self.outbox.take().await
    }

    /// Handles one text from the client; answers come through [`Connection::take`]. Waits while the commit queue is full.
    pub async fn receive(&self, text: &str) {
        let now = self.backend.now();
        if now >= self.session.ends_at {
            return self.close(ByeReason::SessionEnded);
        }
        self.note_use(now).await;
        match parse(text) {
            None | Some(ClientFrame::Hello { .. }) => self.close(ByeReason::Malformed),
            Some(ClientFrame::Ping {}) => self.outbox.push(encode(&ServerFrame::Pong)),
            Some(ClientFrame::Send {
                room,
                id,
                epoch,
                token,
            }) => {
                let key = SendKey {
                    room,
                    sender: self.session.account.user,
                    device: self.device,
                    id,
                };
                let reply = Reply::Frame(self.outbox.clone());
                self.backend.enqueue(key, epoch, token, reply).await;
            }
            Some(ClientFrame::History {
                request,
                room,
                from,
                to,
            }) => self.ask(Request::History {
                request,
                room,
                from,
                to,
            }),
            Some(ClientFrame::Opens {
                request,
                room,
                epoch,
            }) => self.ask(Request::Opens {
                request,
                room,
                epoch,
            }),
            Some(ClientFrame::Slot { room, epoch, token }) => {
                self.note_slot(room, self.unlogged(epoch, token)).await;
            }
            Some(ClientFrame::Slots { request, room }) => {
                self.ask(Request::Slots { request, room });
            }
            Some(ClientFrame::Signal { room, epoch, token }) => {
                self.signal(room, self.unlogged(epoch, token));
            }
        }
    }

    /// Ends the conversation with a good-bye, after what waits already.
    pub fn close(&self, reason: ByeReason) {
        self.outbox.close(reason);
    }

    fn unlogged(&self, epoch: Epoch, token: String) -> Unlogged {
        Unlogged {
            user: self.session.account.user,
            epoch,
            token,
        }
    }

    async fn note_slot(&self, room: RoomId, slot: Unlogged) {
        if let Err(error) = self.backend.admit_slot(&slot) {
            let refused = ServerFrame::SlotRefused { room, error };
            return self.outbox.push(encode(&refused));
        }
        let write = SlotWrite::new(NewSlot { room, slot }, self.outbox.clone());
        // After the queue's end nobody is left to be told.
        let _ = self.backend.queue().put(Job::Slot(Box::new(write))).await;
    }

    /// Nothing tells whether it got anywhere: what is typed now is of no use in a moment.
    fn signal(&self, room: RoomId, signal: Unlogged) {
        let fits = signal.token.len() <= SIGNAL_CHARS && is_token(&signal.token);
        if fits && self.backend.count_signal(&signal.user) {
            self.backend.hub().signal(self.id, room, signal);
        }
    }

    fn ask(&self, request: Request) {
        if self.requests.try_send(request).is_err() {
            self.close(ByeReason::TooMany);
        }
    }

    async fn note_use(&self, now: u64) {
        let steady = self.backend.steady();
        let touched = self.touched.load(Ordering::Relaxed);
        if steady < touched.saturating_add(TOUCH_EVERY) {
            return;
        }
        self.touched.store(steady, Ordering::Relaxed);
        if let Err(error) = self.backend.touch(self.session.handle, now).await {
            self.backend.public_error(error);
        }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.backend
            .hub()
            .disconnect(&self.session.account.user, self.id);
        // The task that answers requests must not wait for a reader that is gone.
        self.outbox.close(ByeReason::Idle);
    }
}

fn parse(text: &str) -> Option<ClientFrame> {
    if text.len() > FRAME_BYTES {
        return None;
    }
    serde_json::from_str(text).ok()
}
