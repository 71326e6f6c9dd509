//! The WebSocket from the outside: who gets in, and what ends a connection.

use crate::support::{ORIGIN, TestEdge};
use axum::http::StatusCode;
use futures::{SinkExt, StreamExt};
use protocol::DeviceId;
use protocol::frame::{ByeReason, ClientFrame, ServerFrame};
use protocol::limits::FRAME_BYTES;
use serde_json::json;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, client_async};

/// Long enough for the slowest machine; nothing here waits that long unless it fails.
const PATIENCE: Duration = Duration::from_secs(20);

struct Client(WebSocketStream<TcpStream>);

impl Client {
    async fn connect(edge: &TestEdge, cookie: &str, origin: &str) -> Result<Self, Error> {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = edge.router.clone();
        tokio::spawn(async move { axum::serve(listener, router).await });
        let mut request = format!("ws://{address}/ws").into_client_request().unwrap();
        request
            .headers_mut()
            .insert("origin", origin.parse().unwrap());
        request
            .headers_mut()
            .insert("cookie", cookie.parse().unwrap());
        let stream = TcpStream::connect(address).await.unwrap();
        client_async(request, stream)
            .await
            .map(|(socket, _)| Self(socket))
    }

    /// A connection that was welcomed.
    async fn welcomed(edge: &TestEdge, cookie: &str) -> Self {
        let mut client = Self::connect(edge, cookie, ORIGIN).await.unwrap();
        client.say_hello().await;
        assert!(matches!(
            client.frame().await,
            Some(ServerFrame::Welcome { .. })
        ));
        client
    }

    async fn say_hello(&mut self) {
        let hello = ClientFrame::Hello {
            version: protocol::VERSION,
            device: DeviceId([1; 16]),
            cursors: Vec::new(),
        };
        self.send(Message::text(serde_json::to_string(&hello).unwrap()))
            .await;
    }

    async fn send(&mut self, message: Message) {
        self.0.send(message).await.unwrap();
    }

    /// The next frame; none once the server has closed.
    async fn frame(&mut self) -> Option<ServerFrame> {
        loop {
            match tokio::time::timeout(PATIENCE, self.0.next())
                .await
                .unwrap()?
            {
                Ok(Message::Text(text)) => return Some(serde_json::from_str(&text).unwrap()),
                Ok(Message::Close(_)) | Err(_) => return None,
                Ok(_) => {}
            }
        }
    }

    /// Checks that the server says good-bye for this reason, and closes.
    async fn assert_closed(mut self, reason: ByeReason) {
        assert_eq!(self.frame().await, Some(ServerFrame::Bye { reason }));
        assert_eq!(self.frame().await, None);
    }

    /// Checks that the server still answers.
    async fn assert_alive(&mut self) {
        self.send(Message::text(
            serde_json::to_string(&ClientFrame::Ping {}).unwrap(),
        ))
        .await;
        assert_eq!(self.frame().await, Some(ServerFrame::Pong));
    }
}

async fn edge_with_ana() -> (TestEdge, String) {
    let edge = TestEdge::start().await;
    let cookie = edge.sign_up("ana").await.cookie();
    (edge, cookie)
}

#[tokio::test]
async fn welcomes_someone_with_a_session() {
    let (edge, cookie) = edge_with_ana().await;
    Client::welcomed(&edge, &cookie).await.assert_alive().await;
}

#[tokio::test]
async fn tells_someone_without_a_session_so() {
    let edge = TestEdge::start().await;
    for cookie in ["", "__Host-session=AAAA", "a=b"] {
        Client::connect(&edge, cookie, ORIGIN)
            .await
            .unwrap()
            .assert_closed(ByeReason::SessionEnded)
            .await;
    }
}

#[tokio::test]
async fn refuses_a_page_of_another_site_before_it_looks_at_the_session() {
    let (edge, cookie) = edge_with_ana().await;
    match Client::connect(&edge, &cookie, "https://evil.example").await {
        Err(Error::Http(response)) => assert_eq!(response.status(), StatusCode::FORBIDDEN),
        _ => panic!("connected"),
    }
}

#[tokio::test]
async fn closes_on_anything_that_is_no_frame_and_leaves_others_alone() {
    let (edge, cookie) = edge_with_ana().await;
    let mut other = Client::welcomed(&edge, &cookie).await;
    let bad = [
        Message::binary(vec![1, 2, 3]),
        Message::text("not json"),
        Message::text(r#"{"type":"unheard_of"}"#),
        Message::text(" ".repeat(FRAME_BYTES + 1)),
    ];
    for message in bad {
        let mut client = Client::welcomed(&edge, &cookie).await;
        client.send(message).await;
        client.assert_closed(ByeReason::Malformed).await;
    }
    other.assert_alive().await;
}

#[tokio::test]
async fn closes_on_far_too_long_a_text_without_reading_it() {
    let (edge, cookie) = edge_with_ana().await;
    let mut other = Client::welcomed(&edge, &cookie).await;
    let mut client = Client::welcomed(&edge, &cookie).await;
    // The server may be gone before all of this is written, so that writing it may fail.
    let _ = client
        .0
        .send(Message::text(" ".repeat(64 * FRAME_BYTES)))
        .await;
    while let Some(frame) = client.frame().await {
        let reason = ByeReason::Malformed;
        assert_eq!(frame, ServerFrame::Bye { reason });
    }
    other.assert_alive().await;
}

#[tokio::test]
async fn closes_on_a_first_frame_that_is_no_hello() {
    let (edge, cookie) = edge_with_ana().await;
    for message in [
        Message::text(r#"{"type":"ping"}"#),
        Message::binary(vec![1]),
    ] {
        let mut client = Client::connect(&edge, &cookie, ORIGIN).await.unwrap();
        client.send(message).await;
        client.assert_closed(ByeReason::Malformed).await;
    }
}

#[tokio::test]
async fn closes_the_connections_of_a_session_that_is_logged_out() {
    let (edge, cookie) = edge_with_ana().await;
    let client = Client::welcomed(&edge, &cookie).await;
    edge.call("log_out", &cookie, &json!({})).await;
    client.assert_closed(ByeReason::SessionEnded).await;
}

#[tokio::test]
async fn says_good_bye_when_the_server_stops() {
    let (edge, cookie) = edge_with_ana().await;
    let client = Client::welcomed(&edge, &cookie).await;
    edge.backend.shutdown().await;
    client.assert_closed(ByeReason::Shutdown).await;
}
