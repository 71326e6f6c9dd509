//! Under the room key, but no message: what a member's own program could write.

use crate::setting::*;
use client::body::Content;
use protocol::{Entry, MessageId, RoomId, frame::ClientFrame};
use testbench::{Accomplice, Bench, RoomKeys, Who};

const NO_MESSAGE: &str =
    "Someone with the room key wrote something here that is no message. It is not shown.";

/// Cleo's own program writes; the server takes it as any message.
struct Mallory {
    who: Who,
    keys: RoomKeys,
    accomplice: Accomplice,
    sent: u8,
}

impl Mallory {
    async fn joins(bench: &mut Bench, room: RoomId, host: Who) -> Self {
        let who = joins(bench, "cleo", room, host).await;
        Self {
            keys: bench.room_keys(who, room).await,
            accomplice: bench.accomplice(who),
            who,
            sent: 0,
        }
    }

    fn send(&mut self, bench: &mut Bench, entry: Entry) {
        let Entry::Sealed(token) = entry else {
            unreachable!("sealed")
        };
        self.sent += 1;
        bench.browser_mut(self.who).smuggle(&ClientFrame::Send {
            room: self.keys.ctx.room,
            id: MessageId([self.sent; 16]),
            epoch: self.keys.ctx.epoch,
            token,
        });
    }

    /// Sends bytes in the place of a body, and sees that the others are told and go on.
    async fn writes(&mut self, bench: &mut Bench, ben: Who, version: u8, body: &[u8]) {
        let before = bench[ben].broken().len();
        let entry = self.accomplice.seal_bytes(&self.keys, version, body);
        self.send(bench, entry);
        bench
            .until("it stands there as broken", |bench| {
                bench[ben].broken().len() > before
            })
            .await;
        assert_eq!(bench[ben].broken().last(), Some(&NO_MESSAGE));
    }
}

#[tokio::test]
async fn what_is_no_message_is_said_in_its_place_and_the_rest_goes_on() {
    let (mut bench, ana, ben, room) = choir().await;
    let mut mallory = Mallory::joins(&mut bench, room, ana).await;
    let body = mallory.accomplice.body(&bench.adversary.log(room), "hello");
    let json = String::from_utf8(body.to_json().unwrap().to_vec()).unwrap();
    let deep = json.replace(
        "\"hello\"",
        &format!("{}{}", "[".repeat(40), "]".repeat(40)),
    );
    let twice = json.replacen('{', "{\"n\":1,", 1);
    let long = json.replace("hello", &"x".repeat(70_000));
    let longer_text = json.replace("hello", &"x".repeat(20_000));
    for (version, body) in [
        (1, &b""[..]),
        (1, &json.as_bytes()[..json.len() / 2]),
        (1, b"\xff\xfe\xfd"),
        (1, b"\xef\xbb\xbf{}"),
        (1, deep.as_bytes()),
        (1, twice.as_bytes()),
        (1, longer_text.as_bytes()),
        (9, json.as_bytes()),
        (3, json.as_bytes()),
    ] {
        mallory.writes(&mut bench, ben, version, body).await;
    }
    bench.get_across(ana, room, "what was that?").await;
    bench.shows(ben, &["ana: what was that?"]).await;
    assert_eq!(bench[ben].alarms(), [""; 0]);

    // What no server takes, a lying one shows all the same.
    let oversized = mallory
        .accomplice
        .seal_bytes(&mallory.keys, 1, long.as_bytes());
    bench.adversary.tell(ben, room).add(oversized);
    bench
        .until("one more", |bench| bench[ben].broken().len() == 10)
        .await;
    assert_eq!(bench[ben].messages(), ["ana: what was that?"]);
}

#[tokio::test]
async fn a_kind_of_message_that_is_unknown_asks_for_a_newer_version() {
    let (mut bench, ana, ben, room) = choir().await;
    let mut mallory = Mallory::joins(&mut bench, room, ana).await;
    let body = mallory.accomplice.body(&bench.adversary.log(room), "hello");
    let json = String::from_utf8(body.to_json().unwrap().to_vec()).unwrap();
    let json = json.replace("\"text\",", "\"telepathy\",");
    let entry = mallory
        .accomplice
        .seal_bytes(&mallory.keys, 1, json.as_bytes());
    mallory.send(&mut bench, entry);
    let line = "cleo sent something that needs a newer version of SecureChat. Reload the page.";
    broken(&mut bench, ben, line).await;
    assert_eq!(bench[ben].messages(), [""; 0]);
}

/// Clocks are claims: they move nothing.
#[tokio::test]
async fn a_message_from_the_far_future_or_past_stands_where_it_was_sent() {
    let (mut bench, ana, ben, room) = choir().await;
    let mut mallory = Mallory::joins(&mut bench, room, ana).await;
    bench.get_across(ana, room, "one").await;
    for (at, text) in [((1 << 53) - 1, "from the future"), (0, "from the past")] {
        let mut body = mallory.accomplice.body(&bench.adversary.log(room), text);
        body.device.0[0] = text.len() as u8;
        body.at = at;
        body.content = Content::Text {
            text: text.to_owned(),
        };
        let entry = mallory.accomplice.seal(&mallory.keys, &body);
        mallory.send(&mut bench, entry);
        bench
            .until("it is there", |bench| {
                bench[ben].messages().contains(&format!("cleo: {text}"))
            })
            .await;
    }
    bench.get_across(ana, room, "two").await;
    let all = [
        "ana: one",
        "cleo: from the future",
        "cleo: from the past",
        "ana: two",
    ];
    bench.shows(ben, &all).await;
    all_is_well(&bench, ben);
}

/// The server's times put nothing into another order, and what it says once does not stay.
#[tokio::test]
async fn times_that_the_server_makes_up_move_no_message() {
    let (mut bench, ana, ben, room) = choir().await;
    for (number, at) in [u64::MAX, 0, (1 << 53) - 1, 1].into_iter().enumerate() {
        on_frames(&mut bench, ben, move |frame| {
            if let protocol::frame::ServerFrame::Entry { entry, .. } = frame {
                entry.at = at;
            }
        });
        bench.get_across(ana, room, &format!("line {number}")).await;
    }
    let all = ["ana: line 0", "ana: line 1", "ana: line 2", "ana: line 3"];
    bench.shows(ben, &all).await;
    bench.server_is_honest();
    bench.online(ben).await;
    bench.get_across(ben, room, "and mine").await;
    bench
        .until("it is there", |bench| bench[ana].messages().len() == 5)
        .await;
    all_is_well(&bench, ana);
    all_is_well(&bench, ben);
}
