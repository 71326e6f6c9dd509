//! Frames.

use super::{Seed, json, with};
use decoding::people::{ROOM, TOKEN, ana, anas_keys, bob, statement};
use protocol::{
    DeviceId, Entry, Hash, MessageId, PublicError, VERSION,
    frame::{ByeReason, ClientFrame, Cursor, LoggedEntry, RoomHead, ServerFrame, Unlogged},
    open::{Head, Role, RosterMember},
};
use std::collections::BTreeSet;

pub fn seeds() -> Vec<Seed> {
    [client(), server()].concat()
}

const AT: u64 = 1_700_000_000_000;

fn client() -> Vec<Seed> {
    let room = ROOM.ctx.room;
    let send = json(&ClientFrame::Send {
        room,
        id: MessageId([5; 16]),
        epoch: 2,
        token: TOKEN.to_owned(),
    });
    let ping = json(&ClientFrame::Ping {});
    let file = |name: &str, data| ("client_frame", name.to_owned(), data);
    vec![
        file(
            "good-hello",
            json(&ClientFrame::Hello {
                version: VERSION,
                device: DeviceId([1; 16]),
                cursors: vec![Cursor { room, after: 7 }],
            }),
        ),
        file("good-send", send.clone()),
        file(
            "good-history",
            json(&ClientFrame::History {
                request: 1,
                room,
                from: 1,
                to: 100,
            }),
        ),
        file(
            "good-opens",
            json(&ClientFrame::Opens {
                request: u32::MAX,
                room,
                epoch: 2,
            }),
        ),
        file(
            "good-slot",
            json(&ClientFrame::Slot {
                room,
                epoch: 2,
                token: TOKEN.to_owned(),
            }),
        ),
        file("good-slots", json(&ClientFrame::Slots { request: 2, room })),
        file(
            "good-signal",
            json(&ClientFrame::Signal {
                room,
                epoch: 2,
                token: TOKEN.to_owned(),
            }),
        ),
        file(
            "good-slot",
            json(&ClientFrame::Slot {
                room,
                epoch: 2,
                token: TOKEN.to_owned(),
            }),
        ),
        file("good-slots", json(&ClientFrame::Slots { request: 2, room })),
        file(
            "good-signal",
            json(&ClientFrame::Signal {
                room,
                epoch: 2,
                token: TOKEN.to_owned(),
            }),
        ),
        file("good-ping", ping.clone()),
        file(
            "bad-unknown-field-of-ping",
            with(&ping, "}", ",\"more\":0}"),
        ),
        file("bad-unknown-type", with(&ping, "ping", "pang")),
        file(
            "bad-unknown-field",
            with(&send, "\"epoch\"", "\"more\":0,\"epoch\""),
        ),
        file(
            "bad-field-twice",
            with(&send, "\"epoch\"", "\"epoch\":2,\"epoch\""),
        ),
        file("bad-number", with(&send, "\"epoch\":2", "\"epoch\":2.0")),
        file("bad-id", with(&send, "\"id\":\"B", "\"id\":\"=")),
        file("bad-cut", send[..send.len() - 1].to_vec()),
    ]
}

fn server() -> Vec<Seed> {
    let room = ROOM.ctx.room;
    let head = RoomHead {
        room,
        epoch: 2,
        head: Head {
            seq: 2,
            hash: Hash([2; 32]),
        },
        at: AT,
    };
    let entry = |seq, entry| LoggedEntry { seq, at: AT, entry };
    let [header, join] = ["header", "join"].map(|kind| Entry::Open(statement(kind)));
    let entries = vec![
        entry(1, header),
        entry(2, join),
        entry(3, Entry::Purged(Hash([6; 32]))),
    ];
    let members = vec![RosterMember {
        keys: anas_keys(),
        role: Role::Owner,
    }];
    let banned = BTreeSet::from([bob().user()]);
    let said = Unlogged {
        user: bob().user(),
        epoch: 2,
        token: TOKEN.to_owned(),
    };
    let ack = json(&ServerFrame::Ack {
        room,
        id: MessageId([5; 16]),
        seq: 3,
        at: AT,
    });
    let sealed = json(&ServerFrame::Entry {
        room,
        entry: entry(3, Entry::Sealed(TOKEN.to_owned())),
    });
    let refused = ServerFrame::Refused {
        room,
        id: MessageId([5; 16]),
        error: PublicError::NotMember,
    };
    let failed = ServerFrame::Failed {
        request: 0,
        room: Some(room),
        error: PublicError::StaleOpen {
            last_open: Hash([1; 32]),
        },
    };
    let page = ServerFrame::Page {
        request: None,
        room,
        base: Hash([3; 32]),
        entries: entries.clone(),
    };
    let opens = ServerFrame::Opens {
        request: 4,
        room,
        epoch: 2,
        members,
        banned,
        entries,
    };
    let file = |name: &str, data| ("server_frame", name.to_owned(), data);
    vec![
        file(
            "good-welcome",
            json(&ServerFrame::Welcome {
                version: VERSION,
                user: ana().user(),
                at: AT,
                rooms: vec![head],
            }),
        ),
        file("good-room", json(&ServerFrame::Room { room: head })),
        file("good-room-left", json(&ServerFrame::RoomLeft { room })),
        file("good-entry", sealed.clone()),
        file("good-page", json(&page)),
        file("good-opens", json(&opens)),
        file("good-ack", ack.clone()),
        file("good-refused", json(&refused)),
        file("good-failed", json(&failed)),
        file(
            "good-vault-changed",
            json(&ServerFrame::VaultChanged {
                item: "settings".to_owned(),
                version: 4,
            }),
        ),
        file(
            "good-slot",
            json(&ServerFrame::Slot {
                room,
                slot: said.clone(),
            }),
        ),
        file(
            "good-slots",
            json(&ServerFrame::Slots {
                request: 5,
                room,
                slots: vec![said.clone()],
            }),
        ),
        file(
            "good-slot-refused",
            json(&ServerFrame::SlotRefused {
                room,
                error: PublicError::NotMember,
            }),
        ),
        file(
            "good-signal",
            json(&ServerFrame::Signal { room, signal: said }),
        ),
        file(
            "good-bye",
            json(&ServerFrame::Bye {
                reason: ByeReason::SlowReader,
            }),
        ),
        file("bad-no-entry", with(&sealed, "\"sealed\"", "\"hidden\"")),
        file(
            "bad-entry-twice",
            with(&sealed, "\"sealed\"", "\"sealed\":\"gAAA\",\"sealed\""),
        ),
        file(
            "bad-entry-in-two-forms",
            with(
                &sealed,
                "\"sealed\"",
                "\"purged\":\"BgYGBgYGBgYGBgYGBgYGBgYGBgYGBgYGBgYGBgYGBgY\",\"sealed\"",
            ),
        ),
        file("bad-negative-seq", with(&ack, "\"seq\":3", "\"seq\":-3")),
        file("bad-missing-field", with(&ack, ",\"seq\":3", "")),
        file(
            "bad-open-entry",
            with(&json(&opens), "\"open\":\"A", "\"open\":\"B"),
        ),
    ]
}
