//! The floor for a relay: WebSockets by tokio-tungstenite's public API, rooms in a map, and nothing else. No storage, no
//! sessions, no JSON, no limit on what waits for a slow reader. All that waits for a connection goes out with one flush.
//!
//! It is not to be changed in order to make a comparison look better; buffers are those of our server.

use futures::{SinkExt, StreamExt};
use std::{
    collections::HashMap,
    io::Error,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::mpsc::{UnboundedSender, unbounded_channel},
};
use tokio_tungstenite::{
    accept_hdr_async_with_config,
    tungstenite::{
        Message,
        handshake::server::{Request, Response},
        protocol::WebSocketConfig,
    },
};

type Rooms = Arc<Mutex<HashMap<String, Vec<UnboundedSender<Message>>>>>;

/// Messages that one flush takes at most.
const BATCH: usize = 256;

#[tokio::main]
async fn main() -> Result<(), Error> {
    let address = std::env::args().nth(1).unwrap_or_default();
    let listener = TcpListener::bind(address).await?;
    let rooms = Rooms::default();
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        tokio::spawn(serve(stream, rooms.clone()));
    }
}

async fn serve(stream: TcpStream, rooms: Rooms) {
    let mut room = String::new();
    let config = WebSocketConfig::default()
        .read_buffer_size(4 * 1024)
        .write_buffer_size(16 * 1024);
    #[expect(clippy::result_large_err, reason = "the library's signature")]
    let note_room = |request: &Request, response: Response| {
        room = request.uri().path().to_owned();
        Ok(response)
    };
    let Ok(socket) = accept_hdr_async_with_config(stream, note_room, Some(config)).await else {
        return;
    };
    let (mut sink, mut incoming) = socket.split();
    let (sender, mut waiting) = unbounded_channel();
    let lock = || rooms.lock().unwrap_or_else(PoisonError::into_inner);
    lock().entry(room.clone()).or_default().push(sender);
    tokio::spawn(async move {
        let mut batch = Vec::new();
        while waiting.recv_many(&mut batch, BATCH).await > 0 {
            for message in batch.drain(..) {
                if sink.feed(message).await.is_err() {
                    return;
                }
            }
            if sink.flush().await.is_err() {
                return;
            }
        }
    });
    while let Some(Ok(message)) = incoming.next().await {
        if message.is_text() {
            let mut rooms = lock();
            let listeners = rooms.entry(room.clone()).or_default();
            listeners.retain(|listener| listener.send(message.clone()).is_ok());
        }
    }
}
