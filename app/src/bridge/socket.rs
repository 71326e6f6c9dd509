//! The WebSocket to the server that the page came from.

use client::io::Event;
use futures::{SinkExt, StreamExt, future::poll_fn};
use gloo_net::websocket::{Message, State, futures::WebSocket};
use leptos::prelude::window;
use std::task::{Context, Poll};
use wasm_bindgen_futures::spawn_local;

/// One connection. Dropping it closes it, and then nothing more is heard of it.
pub struct Socket {
    /// None if it could not even be tried.
    connection: Option<WebSocket>,
    opened: bool,
    /// A frame that came together with the opening.
    early: Option<String>,
}

impl Socket {
    /// Starts to connect.
    pub fn open() -> Self {
        Self {
            connection: address().and_then(|address| WebSocket::open(&address).ok()),
            opened: false,
            early: None,
        }
    }

    /// Sends a text frame. What a closing connection does not take is the engine's to send again: nothing counts before its
    /// acknowledgement.
    pub fn send(&mut self, text: String) {
        if let Some(connection) = &mut self.connection {
            let _ = connection.start_send_unpin(Message::Text(text));
        }
    }

    /// The next event of this connection; after [`Event::SocketClosed`] it is to be dropped.
    pub fn poll(&mut self, context: &mut Context<'_>) -> Poll<Event> {
        let Some(connection) = &mut self.connection else {
            return Poll::Ready(Event::SocketClosed);
        };
        if let Some(text) = self.early.take() {
            return Poll::Ready(Event::SocketText(text));
        }
        match connection.poll_next_unpin(context) {
            Poll::Ready(Some(Ok(Message::Text(text)))) if self.opened => {
                Poll::Ready(Event::SocketText(text))
            }
            Poll::Ready(Some(Ok(Message::Text(text)))) => {
                self.opened = true;
                self.early = Some(text);
                Poll::Ready(Event::SocketOpened)
            }
            // An error, the end, or a binary frame, which no correct server sends.
            Poll::Ready(_) => {
                self.connection = None;
                Poll::Ready(Event::SocketClosed)
            }
            Poll::Pending if !self.opened => {
                // A failed connection is "ready" too: for telling so.
                let ready = connection.poll_ready_unpin(context).is_ready();
                self.opened = ready && matches!(connection.state(), State::Open);
                if self.opened {
                    Poll::Ready(Event::SocketOpened)
                } else {
                    Poll::Pending
                }
            }
            Poll::Pending => Poll::Pending,
        }
    }
}

impl Drop for Socket {
    /// Browsers warn on the console of a connection that is closed before it stands, as that of a tab that another one takes
    /// over from: such a one is closed as soon as it stands or has failed.
    fn drop(&mut self) {
        if let Some(mut connection) = self.connection.take()
            && matches!(connection.state(), State::Connecting)
        {
            spawn_local(async move {
                let _ = poll_fn(|context| connection.poll_ready_unpin(context)).await;
            });
        }
    }
}

fn address() -> Option<String> {
    let location = window().location();
    let scheme = if location.protocol().ok()? == "https:" {
        "wss"
    } else {
        "ws"
    };
    Some(format!("{scheme}://{}/ws", location.host().ok()?))
}
