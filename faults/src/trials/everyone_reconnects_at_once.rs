//! The server dies with everyone connected, and comes back. While they are away others write; then all connect in the same
//! moment, and each is welcomed and gets what it missed.

use crate::{
    Wish,
    world::{Broken, Line, Person, Server, Writer},
};
use protocol::{
    RoomId,
    frame::{Cursor, ServerFrame},
};
use rand_chacha::{
    ChaCha20Rng,
    rand_core::{RngCore, SeedableRng},
};
use std::{sync::Arc, time::Duration};
use tokio::{sync::Barrier, task::JoinSet};

/// Members of a room.
const TOGETHER: usize = 50;
/// Messages that each room gets meanwhile.
const MISSED: usize = 20;
const LENGTH: usize = 780;
/// How often someone tries again who was not let in: as clients do, at random and later each time.
const TRIES: u32 = 12;

pub async fn run(wish: Wish) -> String {
    let people = wish.scale(10_000, 500);
    let rooms: Vec<Vec<_>> = (0..people)
        .collect::<Vec<_>>()
        .chunks(TOGETHER)
        .map(<[_]>::to_vec)
        .collect();
    let (mut server, town) = Server::with(&wish.server, people, &rooms, wish.seed).await;
    server.start().await;
    let mut server = Arc::new(server);
    let (before, _) = connect(&server, &town.people, &town.rooms, wish.seed, 1).await;
    Arc::get_mut(&mut server)
        .expect("nobody else has it")
        .kill()
        .await;
    drop(before);

    Arc::get_mut(&mut server)
        .expect("nobody else has it")
        .start()
        .await;
    let mut messages = 0;
    for (number, room) in town.rooms.iter().enumerate() {
        let writer = &town.people[number * TOGETHER];
        let mut line = Line::open(&server, writer, Vec::new()).await.unwrap();
        let mut writer = Writer::new(writer, number, *room, LENGTH);
        writer.write_all(&mut line, MISSED).await.unwrap();
        messages += writer.acknowledged.len();
    }
    let (lines, tries) = connect(&server, &town.people, &town.rooms, wish.seed + 1, 1).await;
    assert_eq!(lines.len(), people);
    let open = server.process().open_files();
    assert!(
        open >= people,
        "{open} open files are too few for {people} connections"
    );
    format!(
        "{people} came back at once after the server was killed, with {tries} tries; each got the {MISSED} of {messages} messages that it \
         missed"
    )
}

/// Connects everyone in the same moment, each with its room's cursor. Returns the lines, and how many tries they took.
async fn connect(
    server: &Arc<Server>,
    people: &[Person],
    rooms: &[RoomId],
    seed: u64,
    after: u64,
) -> (Vec<Line>, u32) {
    let start = Arc::new(Barrier::new(people.len()));
    let mut coming = JoinSet::new();
    for (number, person) in people.iter().enumerate() {
        let (server, start, person) = (server.clone(), start.clone(), person.clone());
        let cursor = Cursor {
            room: rooms[number / TOGETHER],
            after,
        };
        let mut rng = ChaCha20Rng::seed_from_u64(seed + number as u64);
        coming.spawn(async move {
            start.wait().await;
            for tries in 1..=TRIES {
                if let Ok(line) = come(&server, &person, cursor).await {
                    return (line, tries);
                }
                let most = 500 << tries.min(6);
                tokio::time::sleep(Duration::from_millis(u64::from(rng.next_u32()) % most)).await;
            }
            panic!("someone was not let in, {TRIES} times")
        });
    }
    let (lines, tries): (Vec<_>, Vec<_>) = coming.join_all().await.into_iter().unzip();
    (lines, tries.into_iter().sum())
}

/// One try: connects, and reads what was missed, if anything was.
async fn come(server: &Server, person: &Person, cursor: Cursor) -> Result<Line, Broken> {
    let Cursor { room, after } = cursor;
    let mut line = Line::open(server, person, vec![cursor]).await?;
    let head = line.head(room).head.seq;
    if head == after {
        return Ok(line);
    }
    loop {
        if let ServerFrame::Page { entries, .. } = line.frame().await? {
            let seqs = entries.iter().map(|it| it.seq);
            assert!(seqs.eq(after + 1..=head), "the page is not what was missed");
            return Ok(line);
        }
    }
}
