//! `GET /ws`: the one WebSocket of a client. What the texts mean is `backend`'s business; here is who may connect, how
//! much may come, and when a connection counts as dead.

use app::api::{ApiContext, SessionCookie};
use axum::extract::State;
use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket, WebSocketUpgrade, close_code};
use axum::http::HeaderMap;
use axum::response::Response;
use backend::{Backend, Connection, Session, bye};
use bytes::Bytes;
use futures::stream::{SplitSink, SplitStream};
use futures::{SinkExt, StreamExt};
use protocol::frame::{ByeReason, ServerFrame};
use protocol::limits::FRAME_BYTES;
use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::{interval, timeout};

/// How long a client may take to say hello.
const HELLO_WITHIN: Duration = Duration::from_secs(10);
/// How often the server asks for a sign of life; browsers answer by themselves.
const PING_EVERY: Duration = Duration::from_secs(20);
/// Without any sign of life for this long the other end is gone, whatever TCP believes: two pings and some patience. With both
/// farewells after it, a connection whose other end vanished is forgotten within a minute.
const SILENCE: Duration = Duration::from_secs(50);
/// How long one write may take until the other end counts as not reading any more.
const WRITE_WITHIN: Duration = Duration::from_secs(20);
/// How long a good-bye may take on both sides.
const FAREWELL_WITHIN: Duration = Duration::from_secs(3);

/// A text may be this long for the server to read it to its end, which it must have done for its good-bye to arrive: where
/// unread bytes wait, TCP resets the connection, and a reset overtakes what was written. What is longer than a frame may be
/// is refused by `backend`; what is longer than this is not read, and whoever sent it may see the end without the reason.
const READ_BYTES: usize = FRAME_BYTES + 4 * 1024;
/// Ours is the memory of each connection, so the buffers are small: a client's frames are mostly far below a page.
const READ_BUFFER: usize = 4 * 1024;
/// Frames that wait together are gathered up to this size before they are written.
const WRITE_BUFFER: usize = 16 * 1024;
/// Above the largest frame that the server sends, a page of the longest messages.
const MAX_WRITE_BUFFER: usize = 16 * 1024 * 1024;

type Sink = SplitSink<WebSocket, Message>;
type Incoming = SplitStream<WebSocket>;

/// What all connections share.
#[derive(Clone)]
pub struct Sockets {
    backend: Backend,
    cookie: SessionCookie,
    /// Connections that were closed because of what they sent.
    malformed: Arc<AtomicU64>,
    /// Never used for sending: that a clone is held says that a connection is open.
    _open: mpsc::Sender<Infallible>,
}

impl Sockets {
    /// No connection yet.
    pub fn new(api: &ApiContext, open: mpsc::Sender<Infallible>) -> Self {
        let malformed = Arc::default();
        Self {
            backend: api.backend.clone(),
            cookie: api.cookie,
            malformed,
            _open: open,
        }
    }
}

/// Takes a connection. One without a valid session is taken too, and told: a browser shows its page no other reason.
pub async fn upgrade(
    State(sockets): State<Sockets>,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Response {
    let session = match sockets.cookie.read(&headers) {
        Some(cookie) => sockets.backend.authenticate(cookie).await,
        None => Ok(None),
    };
    let session = match session {
        Ok(session) => session,
        Err(error) => return crate::api::refusal(sockets.backend.public_error(error)),
    };
    upgrade
        .max_message_size(READ_BYTES)
        .max_frame_size(READ_BYTES)
        .read_buffer_size(READ_BUFFER)
        .write_buffer_size(WRITE_BUFFER)
        .max_write_buffer_size(MAX_WRITE_BUFFER)
        .on_upgrade(move |socket| serve(socket, session, sockets))
}

async fn serve(socket: WebSocket, session: Option<Session>, sockets: Sockets) {
    let (mut sink, mut incoming) = socket.split();
    match greet(&mut incoming, session, &sockets.backend).await {
        Ok(connection) => converse(connection, sink, incoming, &sockets).await,
        Err(None) => {}
        Err(Some(reason)) => {
            note_end(reason, &sockets);
            let _ = timeout(FAREWELL_WITHIN, farewell(&mut sink, vec![bye(reason)])).await;
            wait_for_end(incoming).await;
        }
    }
}

/// The first text must be a hello of someone with a session.
async fn greet(
    incoming: &mut Incoming,
    session: Option<Session>,
    backend: &Backend,
) -> Result<Connection, Option<ByeReason>> {
    let session = session.ok_or(ByeReason::SessionEnded)?;
    let hello = timeout(HELLO_WITHIN, next_text(incoming))
        .await
        .map_err(|_| ByeReason::Idle)??;
    Ok(backend.open(session, &hello).await?)
}

/// Reads and writes side by side until one of them ends, and sees to it that the other does.
async fn converse(connection: Connection, sink: Sink, mut incoming: Incoming, sockets: &Sockets) {
    let connection = Arc::new(connection);
    let mut writer = tokio::spawn(write(connection.clone(), sink));
    let said = tokio::select! {
        reason = read(&connection, &mut incoming) => {
            let Some(reason) = reason else { return writer.abort() };
            connection.close(reason);
            let said = timeout(FAREWELL_WITHIN, &mut writer).await;
            // One that takes nothing any more is not waited for.
            writer.abort();
            said.ok().and_then(Result::ok).flatten()
        }
        said = &mut writer => said.ok().flatten(),
    };
    if let Some(reason) = said {
        note_end(reason, sockets);
    }
    wait_for_end(incoming).await;
}

/// Hands texts on. Returns why to say good-bye, or nothing if the client is gone already.
async fn read(connection: &Connection, incoming: &mut Incoming) -> Option<ByeReason> {
    loop {
        match next_text(incoming).await {
            Ok(text) => connection.receive(&text).await,
            Err(end) => return end,
        }
    }
}

/// The next text, or how it ended: a reason to say good-bye, or nothing if nobody is left to hear it. Any message is a sign
/// of life.
async fn next_text(incoming: &mut Incoming) -> Result<Utf8Bytes, Option<ByeReason>> {
    loop {
        match timeout(SILENCE, incoming.next())
            .await
            .map_err(|_| Some(ByeReason::Idle))?
        {
            Some(Ok(Message::Text(text))) => return Ok(text),
            Some(Ok(Message::Binary(_))) => return Err(Some(ByeReason::Malformed)),
            // A close is answered while the next message is asked for, of which there is none.
            Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Close(_))) => {}
            Some(Err(error)) => return Err(blame(error)),
            None => return Err(None),
        }
    }
}

/// Whether the client broke the rules (too much, or no WebSocket at all) or the connection just broke.
fn blame(error: axum::Error) -> Option<ByeReason> {
    use tungstenite::Error;
    use tungstenite::error::ProtocolError::ResetWithoutClosingHandshake;
    match error.into_inner().downcast_ref() {
        Some(Error::Protocol(ResetWithoutClosingHandshake)) => None,
        Some(Error::Capacity(_) | Error::Protocol(_) | Error::Utf8(_)) => {
            Some(ByeReason::Malformed)
        }
        _ => None,
    }
}

/// Writes all that waits, each time in one go, until the conversation is over or nothing is taken any more. Returns the
/// reason in the good-bye.
async fn write(connection: Arc<Connection>, mut sink: Sink) -> Option<ByeReason> {
    let mut ping = interval(PING_EVERY);
    loop {
        tokio::select! {
            frames = connection.take() => {
                let frames = frames?;
                let reason = frames.last().and_then(|frame| reason_in(frame));
                let writing = async {
                    match reason {
                        Some(_) => farewell(&mut sink, frames).await,
                        None => write_all(&mut sink, frames).await,
                    }
                };
                timeout(WRITE_WITHIN, writing).await.ok()?.ok()?;
                if reason.is_some() {
                    return reason;
                }
            }
            _ = ping.tick() => {
                timeout(WRITE_WITHIN, sink.send(Message::Ping(Bytes::new()))).await.ok()?.ok()?;
            }
        }
    }
}

/// Several frames, one flush: a small write costs the kernel more than a frame costs us.
async fn write_all(sink: &mut Sink, frames: Vec<Bytes>) -> Result<(), axum::Error> {
    for frame in frames {
        let text = Utf8Bytes::try_from(frame).map_err(axum::Error::new)?;
        sink.feed(Message::Text(text)).await?;
    }
    sink.flush().await
}

/// The last frames, and the end of the WebSocket.
async fn farewell(sink: &mut Sink, frames: Vec<Bytes>) -> Result<(), axum::Error> {
    write_all(sink, frames).await?;
    let reason = Utf8Bytes::from_static("see the last frame");
    sink.send(Message::Close(Some(CloseFrame {
        code: close_code::NORMAL,
        reason,
    })))
    .await
}

/// Lets the other end close first, so that the last frames arrive and are not overtaken by a reset.
async fn wait_for_end(mut incoming: Incoming) {
    let end = async { while let Some(Ok(_)) = incoming.next().await {} };
    let _ = timeout(FAREWELL_WITHIN, end).await;
}

/// Good-byes are short; anything longer is not looked into.
fn reason_in(frame: &[u8]) -> Option<ByeReason> {
    if frame.len() > 100 {
        return None;
    }
    match serde_json::from_slice(frame) {
        Ok(ServerFrame::Bye { reason }) => Some(reason),
        _ => None,
    }
}

fn note_end(reason: ByeReason, sockets: &Sockets) {
    if reason == ByeReason::Malformed {
        let total = sockets.malformed.fetch_add(1, Ordering::Relaxed) + 1;
        tracing::warn!(total, "closed a connection that sent what no client sends");
    } else {
        tracing::info!(?reason, "closed a connection");
    }
}
