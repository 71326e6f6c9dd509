//! One person is in very many rooms, and has ten devices. After a night away everything arrives on each of them, in pages
//! that the server gives one after the other, however much there is; and what is written then arrives everywhere.

use crate::{
    Wish,
    world::{Line, Person, Server, Writer},
};
use protocol::{
    DeviceId, RoomId,
    frame::{ClientFrame, Cursor, ServerFrame},
    limits::PAGE_ENTRIES,
};
use std::collections::BTreeMap;

/// As many as a server can be told to allow.
const ROOMS: usize = backend::Limits::MOST_ROOMS as usize;
const DEVICES: usize = 10;
const LENGTH: usize = 780;
/// What the busy room got overnight: more than a page.
const BUSY: usize = 250;

pub async fn run(wish: Wish) -> String {
    let rooms = wish.scale(ROOMS, 300);
    let (mut server, town) =
        Server::with(&wish.server, 2, &vec![vec![0, 1]; rooms], wish.seed).await;
    server.flag("messages-per-minute", 10_000_000);
    server.flag("rooms-per-user", rooms as u32);
    server.start().await;
    let (ana, bob) = (&town.people[0], &town.people[1]);
    let mut line = Line::open(&server, bob, Vec::new()).await.unwrap();
    let mut written = 0;
    for (number, room) in town.rooms.iter().enumerate() {
        let mut writer = Writer::new(bob, number, *room, LENGTH);
        let messages = if number == 0 { BUSY } else { 1 };
        writer.write_all(&mut line, messages).await.unwrap();
        written += writer.acknowledged.len();
    }
    assert_eq!(written, BUSY + rooms - 1);
    let mut devices = Vec::new();
    for number in 0..DEVICES {
        let device = Person {
            device: DeviceId([number as u8; 16]),
            ..ana.clone()
        };
        let mut line = Line::open(&server, &device, cursors(&town.rooms))
            .await
            .unwrap();
        assert_eq!(line.rooms.len(), rooms);
        catch_up(&mut line, &town.rooms).await;
        devices.push(line);
    }

    // What is written now, each device hears.
    for number in 0..DEVICES {
        let mut writer = Writer::new(bob, rooms + number, town.rooms[number], LENGTH);
        writer.write_all(&mut line, 1).await.unwrap();
    }
    for line in &mut devices {
        let mut heard = 0;
        while heard < DEVICES {
            heard += usize::from(matches!(
                line.frame().await.unwrap(),
                ServerFrame::Entry { .. }
            ));
        }
    }
    format!(
        "{DEVICES} devices in {rooms} rooms each got all {written} messages that they missed, at most {PAGE_ENTRIES} in a page, and heard \
         what was written then"
    )
}

/// Everything read up to the first entry of each room.
fn cursors(rooms: &[RoomId]) -> Vec<Cursor> {
    rooms
        .iter()
        .map(|room| Cursor {
            room: *room,
            after: 1,
        })
        .collect()
}

/// Takes a page of each room, and asks for the rest.
async fn catch_up(line: &mut Line, rooms: &[RoomId]) {
    let mut behind: BTreeMap<_, _> = rooms.iter().map(|room| (*room, 1)).collect();
    while !behind.is_empty() {
        let ServerFrame::Page { room, entries, .. } = line.frame().await.unwrap() else {
            panic!("something else than what was missed");
        };
        assert!(
            entries.len() as u64 <= PAGE_ENTRIES,
            "a page without a bound"
        );
        let after = behind.get_mut(&room).expect("a room that was behind");
        for entry in entries {
            *after += 1;
            assert_eq!(entry.seq, *after, "an entry is missing, twice or moved");
        }
        let head = line.head(room).head.seq;
        let from = *after + 1;
        if from > head {
            behind.remove(&room);
            continue;
        }
        let to = head.min(*after + PAGE_ENTRIES);
        line.say(&ClientFrame::History {
            request: 1,
            room,
            from,
            to,
        })
        .await
        .unwrap();
    }
}
