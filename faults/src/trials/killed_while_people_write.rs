//! The server loses its power again and again, at any moment, while people write. After each start every acknowledged
//! message is there, once, in order.

use crate::{
    Wish,
    world::{History, Line, Server, Writer},
};
use rand_chacha::{
    ChaCha20Rng,
    rand_core::{RngCore, SeedableRng},
};
use std::time::Duration;
use tokio::sync::watch;

const WRITERS: usize = 4;
/// The smallest real message.
const LENGTH: usize = 780;
/// Messages without an answer that each writer has on the way.
const AHEAD: usize = 8;

pub async fn run(wish: Wish) -> String {
    let restarts = wish.scale(200, 5);
    let everyone: Vec<_> = (0..=WRITERS).collect();
    let (mut server, town) = Server::with(&wish.server, WRITERS + 1, &[everyone], wish.seed).await;
    server.flag("messages-per-minute", 10_000_000);
    let room = town.rooms[0];
    let mut writers: Vec<_> = (0..WRITERS)
        .map(|number| Writer::new(&town.people[number], number, room, LENGTH))
        .collect();
    let mut history = History::of(room);
    let mut rng = ChaCha20Rng::seed_from_u64(wish.seed);
    let mut cut_short = 0;
    for _ in 0..restarts {
        server.start().await;
        let mut reader = Line::open(&server, &town.people[WRITERS], Vec::new())
            .await
            .unwrap();
        history.catch_up(&mut reader).await.unwrap();
        for writer in &writers {
            writer.check(&history);
            writer.check_order(&history);
        }
        let mut lines = Vec::new();
        for writer in &writers {
            lines.push(
                Line::open(&server, &writer.person, Vec::new())
                    .await
                    .unwrap(),
            );
        }
        let (begun, mut has_begun) = watch::channel(());
        let writing: Vec<_> = writers
            .into_iter()
            .zip(lines)
            .map(|(writer, line)| tokio::spawn(write_until_it_breaks(writer, line, begun.clone())))
            .collect();
        // From the first answer on, any moment is as good as another.
        has_begun.changed().await.unwrap();
        tokio::time::sleep(Duration::from_millis(u64::from(rng.next_u32() % 150))).await;
        server.kill().await;
        writers = Vec::new();
        for writer in writing {
            writers.push(writer.await.unwrap());
        }
        cut_short += writers.iter().map(Writer::unanswered).sum::<usize>();
    }
    assert!(
        cut_short > 0,
        "no message was on its way when the server was killed"
    );

    server.start().await;
    for writer in &mut writers {
        let mut line = Line::open(&server, &writer.person, Vec::new())
            .await
            .unwrap();
        writer.resume(&mut line).await.unwrap();
        writer.write_all(&mut line, 1).await.unwrap();
    }
    let mut reader = Line::open(&server, &town.people[WRITERS], Vec::new())
        .await
        .unwrap();
    // From the beginning once more: nothing that was there before changed.
    let mut history = History::of(room);
    history.catch_up(&mut reader).await.unwrap();
    let written: usize = writers.iter().map(|writer| writer.acknowledged.len()).sum();
    assert_eq!(
        history.tokens.iter().flatten().count(),
        written,
        "more is stored than was written"
    );
    for writer in &writers {
        writer.check(&history);
        writer.check_order(&history);
    }
    let again: usize = writers.iter().map(|writer| writer.again).sum();
    format!(
        "{restarts} times killed; {written} messages acknowledged, all there, once, in order; \
         {cut_short} cut short, {again} sent again"
    )
}

/// Sends again what has no answer, then writes on, several at once, until the server is gone.
async fn write_until_it_breaks(
    mut writer: Writer,
    mut line: Line,
    begun: watch::Sender<()>,
) -> Writer {
    if writer.resume(&mut line).await.is_err() {
        return writer;
    }
    loop {
        while writer.unanswered() < AHEAD {
            if writer.write(&mut line).await.is_err() {
                return writer;
            }
        }
        if writer.hear(&mut line).await.is_err() {
            return writer;
        }
        if writer.acknowledged.len().is_multiple_of(AHEAD) {
            begun.send_replace(());
        }
    }
}
