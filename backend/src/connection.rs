//! One WebSocket's conversation: text in, text out. The HTTP edge only moves the texts.

use crate::{
    backend::Backend,
    error::Error,
    hub::ConnectionId,
    outbox::{Outbox, encode},
    queue::{Greeted, Hello, Job},
    sending::{Reply, SealedSend},
    sessions::Session,
    store::SendKey,
};
use bytes::Bytes;
use protocol::{
    DeviceId, Limit, PublicError, RoomId, Seq, VERSION,
    entry::is_token,
    frame::{ByeReason, ClientFrame, Cursor, RoomHead, ServerFrame},
    limits::{FRAME_BYTES, PAGE_ENTRIES, TOKEN_CHARS},
};
use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};
use tokio::sync::{mpsc, oneshot};

/// The frame with which a server closes a connection that has no [`Connection`] (yet).
pub fn bye(reason: ByeReason) -> Bytes {
    encode(&ServerFrame::Bye { reason })
}

/// Requests that one connection may have open; a client that asks for more at once is none of ours.
const OPEN_REQUESTS: usize = 64;

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

enum Request {
    Missed(Cursor),
    History {
        request: u32,
        room: RoomId,
        from: Seq,
        to: Seq,
    },
    Opens {
        request: u32,
        room: RoomId,
        epoch: u32,
    },
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
        let (requests, waiting) = mpsc::channel(OPEN_REQUESTS);
        let connection = Connection {
            touched: self.now().into(),
            backend: self.clone(),
            session,
            device,
            id,
            outbox,
            requests,
        };
        let missed = missed(&rooms, cursors);
        tokio::spawn(answer_requests(
            self.clone(),
            connection.session.clone(),
            connection.outbox.clone(),
            missed,
            waiting,
        ));
        Ok(connection)
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
            Some(ClientFrame::Ping) => self.outbox.push(encode(&ServerFrame::Pong)),
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
        }
    }

    /// Ends the conversation with a good-bye, after what waits already.
    pub fn close(&self, reason: ByeReason) {
        self.outbox.close(reason);
    }

    fn ask(&self, request: Request) {
        if self.requests.try_send(request).is_err() {
            self.close(ByeReason::TooMany);
        }
    }

    async fn note_use(&self, now: u64) {
        let touched = self.touched.load(Ordering::Relaxed);
        if now < touched.saturating_add(TOUCH_EVERY) {
            return;
        }
        self.touched.store(now, Ordering::Relaxed);
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

fn parse(text: &str) -> Option<ClientFrame> {
    if text.len() > FRAME_BYTES {
        return None;
    }
    serde_json::from_str(text).ok()
}

/// The cursors behind which something came. A cursor of a room that the user is not in is none.
fn missed(rooms: &[RoomHead], cursors: Vec<Cursor>) -> Vec<Request> {
    let heads: HashMap<_, _> = rooms.iter().map(|it| (it.room, it.head.seq)).collect();
    let behind = |cursor: &Cursor| {
        heads
            .get(&cursor.room)
            .is_some_and(|head| *head > cursor.after)
    };
    cursors
        .into_iter()
        .filter(behind)
        .map(Request::Missed)
        .collect()
}

/// Answers a connection's requests one after the other, each once little lies before it.
async fn answer_requests(
    backend: Backend,
    session: Session,
    outbox: Arc<Outbox>,
    missed: Vec<Request>,
    mut waiting: mpsc::Receiver<Request>,
) {
    let mut missed = missed.into_iter();
    loop {
        let request = match missed.next() {
            Some(request) => request,
            None => match waiting.recv().await {
                Some(request) => request,
                None => return,
            },
        };
        if !outbox.calm().await {
            return;
        }
        if let Some(frame) = backend.answer(&session, request).await {
            outbox.push(encode(&frame));
        }
    }
}

impl Backend {
    async fn answer(&self, session: &Session, request: Request) -> Option<ServerFrame> {
        let (number, answer) = match request {
            Request::Missed(Cursor { room, after }) => {
                let (from, to) = (after.saturating_add(1), after.saturating_add(PAGE_ENTRIES));
                (None, self.page_frame(session, None, room, from, to).await)
            }
            Request::History {
                request,
                room,
                from,
                to,
            } => {
                let answer = self
                    .page_frame(session, Some(request), room, from, to)
                    .await;
                (Some(request), answer)
            }
            Request::Opens {
                request,
                room,
                epoch,
            } => {
                let opens = self.opens(session, room, epoch).await;
                let answer = opens.map(|opens| ServerFrame::Opens {
                    request,
                    room,
                    epoch,
                    members: opens.members,
                    entries: opens.entries,
                });
                (Some(request), answer)
            }
        };
        answer.map_or_else(
            |error| {
                let error = self.public_error(error);
                // What nobody asked for, nobody can be refused: the client sees the gap and asks.
                number.map(|request| ServerFrame::Failed { request, error })
            },
            Some,
        )
    }

    async fn page_frame(
        &self,
        session: &Session,
        request: Option<u32>,
        room: RoomId,
        from: Seq,
        to: Seq,
    ) -> Result<ServerFrame, Error> {
        let page = self.history(session, room, from, to).await?;
        Ok(ServerFrame::Page {
            request,
            room,
            base: page.base,
            entries: page.entries,
        })
    }
}
