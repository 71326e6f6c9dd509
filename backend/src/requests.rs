//! What a connection asks for, and what its cursors missed: one after the other, so that much cuts nobody off.

use crate::{
    backend::Backend,
    error::Error,
    outbox::{Outbox, encode},
    sessions::Session,
};
use protocol::{
    Epoch, RoomId, Seq,
    frame::{Cursor, RoomHead, ServerFrame},
    limits::PAGE_ENTRIES,
};
use std::{collections::HashMap, sync::Arc};
use tokio::sync::mpsc;

/// Requests that one connection may have open; a client that asks for more at once is none of ours.
const OPEN_REQUESTS: usize = 64;

/// The number under which the client hears of what nobody asked for.
const NOT_ASKED: u32 = 0;

pub(crate) enum Request {
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
        epoch: Epoch,
    },
    Slots {
        request: u32,
        room: RoomId,
    },
}

/// The cursors behind which something came, one for each room. A cursor of a room that the user is not in is none.
pub(crate) fn missed(rooms: &[RoomHead], cursors: Vec<Cursor>) -> Vec<Request> {
    let mut heads: HashMap<_, _> = rooms.iter().map(|it| (it.room, it.head.seq)).collect();
    let behind = |cursor: &Cursor| {
        heads
            .remove(&cursor.room)
            .is_some_and(|head| head > cursor.after)
    };
    cursors
        .into_iter()
        .filter(behind)
        .map(Request::Missed)
        .collect()
}

impl Backend {
    /// Starts answering: first what was missed, then what comes. Ends when nothing more can come or the outbox is closed.
    pub(crate) fn answer_requests(
        &self,
        session: &Session,
        outbox: &Arc<Outbox>,
        missed: Vec<Request>,
    ) -> mpsc::Sender<Request> {
        let (requests, waiting) = mpsc::channel(OPEN_REQUESTS);
        let (backend, session, outbox) = (self.clone(), session.clone(), outbox.clone());
        tokio::spawn(async move { backend.work_off(session, outbox, missed, waiting).await });
        requests
    }

    /// Answers each request once little lies before it.
    async fn work_off(
        &self,
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
            outbox.push(encode(&self.answer(&session, request).await));
        }
    }

    async fn answer(&self, session: &Session, request: Request) -> ServerFrame {
        let (number, of_cursor, answer) = match request {
            Request::Missed(Cursor { room, after }) => {
                let (from, to) = (after.saturating_add(1), after.saturating_add(PAGE_ENTRIES));
                let answer = self.page_frame(session, None, room, from, to).await;
                (NOT_ASKED, Some(room), answer)
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
                (request, None, answer)
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
                    banned: opens.banned,
                    entries: opens.entries,
                });
                (request, None, answer)
            }
            Request::Slots { request, room } => {
                let slots = self.slots(session, room).await;
                let answer = slots.map(|slots| ServerFrame::Slots {
                    request,
                    room,
                    slots,
                });
                (request, None, answer)
            }
        };
        answer.unwrap_or_else(|error| ServerFrame::Failed {
            request: number,
            room: of_cursor,
            error: self.public_error(error),
        })
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
