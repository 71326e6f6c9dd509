//! One member sends as fast as the line takes it. They are told to slow down; everyone else talks on as if nothing were.

use crate::{
    Wish,
    world::{History, Line, Server, Writer, token},
};
use protocol::{
    Limit, MessageId, PublicError, RoomId,
    frame::{ClientFrame, ServerFrame},
};
use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicUsize, Ordering},
};

const OTHERS: usize = 3;
const LENGTH: usize = 780;
/// What the server allows by default.
const PER_MINUTE: usize = 240;

#[derive(Default)]
struct Flood {
    is_over: AtomicBool,
    sent: AtomicUsize,
    taken: AtomicUsize,
    refused: AtomicUsize,
}

pub async fn run(wish: Wish) -> String {
    let messages = wish.scale(200, 60);
    let everyone: Vec<_> = (0..=OTHERS).collect();
    let (mut server, town) = Server::with(&wish.server, OTHERS + 1, &[everyone], wish.seed).await;
    server.start().await;
    let room = town.rooms[0];
    let flood = Arc::new(Flood::default());
    let line = Line::open(&server, &town.people[OTHERS], Vec::new())
        .await
        .unwrap();
    let flooding = tokio::spawn(pour(line, room, flood.clone()));
    while flood.refused.load(Ordering::Relaxed) == 0 {
        tokio::task::yield_now().await;
        assert!(
            !flooding.is_finished(),
            "the flood ended before it was refused anything"
        );
    }

    let before = flood.sent.load(Ordering::Relaxed);
    let mut writers = Vec::new();
    for number in 0..OTHERS {
        let person = &town.people[number];
        let mut line = Line::open(&server, person, Vec::new()).await.unwrap();
        let mut writer = Writer::new(person, number, room, LENGTH);
        writers.push(tokio::spawn(async move {
            writer.write_all(&mut line, messages).await.unwrap();
            writer
        }));
    }
    let mut done = Vec::new();
    for writer in writers {
        done.push(writer.await.unwrap());
    }
    let meanwhile = flood.sent.load(Ordering::Relaxed) - before;
    assert!(
        !flooding.is_finished(),
        "the flood did not last as long as the others wrote"
    );
    assert!(meanwhile > messages, "{meanwhile} messages are no flood");
    flood.is_over.store(true, Ordering::Relaxed);
    flooding.await.unwrap();

    let mut reader = Line::open(&server, &town.people[0], Vec::new())
        .await
        .unwrap();
    let mut history = History::of(room);
    history.catch_up(&mut reader).await.unwrap();
    for writer in &done {
        assert_eq!(writer.refusals, [], "the limit of one was another's");
        assert_eq!(writer.acknowledged.len(), messages);
        writer.check(&history);
        writer.check_order(&history);
    }
    let (taken, refused) = (
        flood.taken.load(Ordering::Relaxed),
        flood.refused.load(Ordering::Relaxed),
    );
    let stored = history.tokens.iter().flatten().count();
    assert_eq!(stored, OTHERS * messages + taken);
    assert!(taken >= PER_MINUTE, "a person may send so many at once");
    assert!(refused > taken, "of a flood most is refused");
    format!(
        "{refused} of {} messages of one member refused, with the reason; meanwhile {OTHERS} others got all of their {messages} \
         acknowledged",
        taken + refused
    )
}

/// Sends without a pause and reads the answers, until it is told that it is enough.
async fn pour(line: Line, room: RoomId, flood: Arc<Flood>) {
    let mut line = line;
    while !flood.is_over.load(Ordering::Relaxed) {
        let number = flood.sent.fetch_add(1, Ordering::Relaxed);
        let id = MessageId((number as u128).to_be_bytes());
        line.send(room, id, &token(OTHERS, number, LENGTH))
            .await
            .unwrap();
        // Signals cost the server nothing that anyone waits for.
        let (epoch, token) = (1, token(OTHERS, number, LENGTH));
        line.say(&ClientFrame::Signal { room, epoch, token })
            .await
            .unwrap();
        // Whoever never read the answers would be cut off as a slow reader.
        if number.is_multiple_of(64) {
            hear_answers(&mut line, &flood).await;
        }
    }
    hear_answers(&mut line, &flood).await;
}

/// Reads until every message has its answer.
async fn hear_answers(line: &mut Line, flood: &Flood) {
    let all = || flood.taken.load(Ordering::Relaxed) + flood.refused.load(Ordering::Relaxed);
    while all() < flood.sent.load(Ordering::Relaxed) {
        match line.frame().await.unwrap() {
            ServerFrame::Ack { .. } => flood.taken.fetch_add(1, Ordering::Relaxed),
            ServerFrame::Refused { error, .. } => {
                let what = Limit::MessagesPerMinute;
                assert_eq!(error, PublicError::LimitReached { what });
                flood.refused.fetch_add(1, Ordering::Relaxed)
            }
            _ => continue,
        };
    }
}
