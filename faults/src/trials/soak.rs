//! People come, write, read and go, for as long as one has patience. In the end the server's memory and open files are where
//! they were once it was warm.

use crate::{
    Wish,
    world::{History, Line, Server, Writer, until},
};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::task::JoinSet;

const PEOPLE: usize = 20;
const LENGTH: usize = 780;
/// Messages that someone writes before they go and come again.
const VISIT: usize = 20;
/// What the server takes at its first work, such as database pages, is there after as many visits.
const WARM: usize = 10 * PEOPLE;
/// Between two visits of one person: the soak is about time, not about load.
const BETWEEN: Duration = Duration::from_millis(200);
/// Files of the database that its readers may open later: four connections, three files each.
const POOL: usize = 12;
/// What an allocator may keep of what was freed, and SQLite of pages that it read.
const TOLERANCE: u64 = 16 << 20;

pub async fn run(wish: Wish) -> String {
    let everyone: Vec<_> = (0..PEOPLE).collect();
    let (mut server, town) = Server::with(&wish.server, PEOPLE, &[everyone], wish.seed).await;
    server.flag("messages-per-minute", 10_000_000);
    server.start().await;
    let server = Arc::new(server);
    let mut people: Vec<_> = town
        .people
        .iter()
        .enumerate()
        .map(|(number, person)| Writer::new(person, number, town.rooms[0], LENGTH))
        .collect();

    people = come_and_go(&server, people, |visits, _| visits >= WARM / PEOPLE).await;
    let sockets = server.settled_sockets().await;
    let files = server.process().open_files();
    let memory = server.process().memory();
    let minutes = Duration::from_secs(60 * wish.soak);
    people = come_and_go(&server, people, move |_, lasted| lasted >= minutes).await;
    until("the server to close what it opened", async || {
        server.process().sockets() <= sockets
    })
    .await;
    let left = server.process().open_files();
    assert!(
        left <= files + POOL,
        "{left} files are open, once it was {files}"
    );
    let now = server.process().memory();
    assert!(
        now <= memory + TOLERANCE,
        "memory grew from {memory} to {now} bytes"
    );

    let mut reader = Line::open(&server, &town.people[0], Vec::new())
        .await
        .unwrap();
    let mut history = History::of(town.rooms[0]);
    history.catch_up(&mut reader).await.unwrap();
    let mut messages = 0;
    for writer in &people {
        writer.check(&history);
        writer.check_order(&history);
        messages += writer.acknowledged.len();
    }
    format!(
        "{messages} messages in {} visits, for {} minutes; memory from {} to {} MB, open files from {files} to {left}",
        messages / VISIT,
        wish.soak,
        memory >> 20,
        now >> 20
    )
}

/// Each comes, writes, reads what others wrote meanwhile and goes without a word, until it is enough by the number of visits
/// or by how long it lasted.
async fn come_and_go(
    server: &Arc<Server>,
    people: Vec<Writer>,
    enough: impl Fn(usize, Duration) -> bool + Clone + Send + 'static,
) -> Vec<Writer> {
    let begun = Instant::now();
    let mut coming = JoinSet::new();
    for mut writer in people {
        let (server, enough) = (server.clone(), enough.clone());
        coming.spawn(async move {
            let mut visits = 0;
            while !enough(visits, begun.elapsed()) {
                let mut line = Line::open(&server, &writer.person, Vec::new())
                    .await
                    .unwrap();
                writer.write_all(&mut line, VISIT).await.unwrap();
                visits += 1;
                tokio::time::sleep(BETWEEN).await;
            }
            writer
        });
    }
    coming.join_all().await
}
