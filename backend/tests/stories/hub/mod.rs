//! Connections: what they hear, and how they end.

mod ends;
mod relay;
mod signals;
mod slots;

use crate::{room::*, world::*};
use backend::Connection;
use protocol::{
    MessageId, RoomId, Seq, VERSION,
    frame::{ByeReason, ClientFrame, Cursor, ServerFrame},
};
use std::time::Duration;

pub fn hello(cursors: &[(RoomId, Seq)]) -> String {
    let cursors = cursors.iter().map(|(room, after)| Cursor {
        room: *room,
        after: *after,
    });
    let frame = ClientFrame::Hello {
        version: VERSION,
        device: DEVICE,
        cursors: cursors.collect(),
    };
    serde_json::to_string(&frame).unwrap()
}

pub async fn connect(world: &World, person: &Person) -> Connection {
    let connection = world
        .backend
        .open(person.session.clone(), &hello(&[]))
        .await
        .unwrap();
    let welcome = frames(&connection).await;
    assert!(
        matches!(welcome[..], [ServerFrame::Welcome { .. }]),
        "{welcome:?}"
    );
    connection
}

pub async fn say(connection: &Connection, frame: &ClientFrame) {
    connection
        .receive(&serde_json::to_string(frame).unwrap())
        .await;
}

/// All frames that wait, or come within what no test machine needs.
pub async fn frames(connection: &Connection) -> Vec<ServerFrame> {
    let taken = tokio::time::timeout(Duration::from_secs(20), connection.take())
        .await
        .unwrap();
    let parse = |frame: &bytes::Bytes| serde_json::from_slice(frame).unwrap();
    taken.unwrap().iter().map(parse).collect()
}

/// What has come by now; a ping's answer marks the end.
pub async fn heard(connection: &Connection) -> Vec<ServerFrame> {
    say(connection, &ClientFrame::Ping {}).await;
    let mut heard = Vec::new();
    while heard.last() != Some(&ServerFrame::Pong) {
        heard.extend(frames(connection).await);
    }
    heard.pop();
    heard
}

/// What comes until something does that the commit queue had to decide on.
pub async fn heard_until(
    connection: &Connection,
    is_last: impl Fn(&ServerFrame) -> bool,
) -> Vec<ServerFrame> {
    let mut heard = Vec::new();
    while !heard.iter().any(&is_last) {
        heard.extend(frames(connection).await);
    }
    heard
}

pub fn is_slot(frame: &ServerFrame) -> bool {
    matches!(frame, ServerFrame::Slot { .. })
}

pub async fn farewell(connection: &Connection) -> ByeReason {
    let mut last = None;
    while let Some(taken) = connection.take().await {
        last = taken.last().cloned();
    }
    match serde_json::from_slice(&last.unwrap()).unwrap() {
        ServerFrame::Bye { reason } => reason,
        other => panic!("{other:?}"),
    }
}

pub fn send(room: &Room, n: u8) -> ClientFrame {
    ClientFrame::Send {
        room: room.id,
        id: MessageId([n; 16]),
        epoch: room.epoch,
        token: token(&format!("text{n}")),
    }
}

/// Says how far one has read.
pub fn slot(room: &Room, text: &str) -> ClientFrame {
    ClientFrame::Slot {
        room: room.id,
        epoch: room.epoch,
        token: token(text),
    }
}

/// Says what one does just now.
pub fn signal(room: &Room, text: &str) -> ClientFrame {
    ClientFrame::Signal {
        room: room.id,
        epoch: room.epoch,
        token: token(text),
    }
}
