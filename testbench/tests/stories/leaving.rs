//! Leaving, and the new key that it needs.

use model::{Command, RoomStatus};
use testbench::Bench;

#[tokio::test]
async fn who_left_reads_nothing_of_what_comes_after() {
    let mut bench = Bench::new().await;
    let ana = bench.person("ana").await;
    let ben = bench.person("ben").await;
    let cleo = bench.person("cleo").await;
    let room = bench.make_room(ana, "Choir").await;
    let key = bench.room_key(ana, room).await;
    bench.join(ben, &key).await;
    bench.join(cleo, &key).await;
    bench.say(cleo, room, "bye").await;
    bench.shows(ana, &["cleo: bye"]).await;

    bench.ask(cleo, Command::LeaveRoom { room }).await.unwrap();
    bench
        .until("Cleo is gone", |bench| {
            bench[ana].members() == ["ana", "ben"]
        })
        .await;
    assert!(bench[cleo].rooms.is_empty());
    bench.say(ana, room, "just us").await;
    bench.shows(ben, &["cleo: bye", "ana: just us"]).await;
    bench.say(ben, room, "indeed").await;
    bench
        .shows(ana, &["cleo: bye", "ana: just us", "ben: indeed"])
        .await;
    assert_eq!(bench[ana].room.as_ref().unwrap().epoch, 2);
    assert_eq!(bench[ben].room.as_ref().unwrap().epoch, 2);

    let new = bench.room_key(ben, room).await;
    assert_ne!(new, key);
    let old = Command::JoinRoom {
        key: model::SecretText::new(key),
    };
    assert!(
        bench.ask(cleo, old).await.is_err(),
        "the old key no longer joins"
    );
    bench.join(cleo, &new).await;
    let all = ["cleo: bye", "ana: just us", "ben: indeed"];
    bench.shows(cleo, &all).await;
    for who in [ana, ben, cleo] {
        assert_eq!(bench[who].alarms(), [""; 0]);
        assert_eq!(bench[who].broken(), [""; 0]);
    }
}

#[tokio::test]
async fn two_who_change_the_key_at_once_agree_on_one() {
    let mut bench = Bench::new().await;
    let ana = bench.person("ana").await;
    let ben = bench.person("ben").await;
    let cleo = bench.person("cleo").await;
    let room = bench.make_room(ana, "Choir").await;
    let key = bench.room_key(ana, room).await;
    bench.join(ben, &key).await;
    bench.join(cleo, &key).await;
    bench.ask(cleo, Command::LeaveRoom { room }).await.unwrap();
    bench
        .until("both know", |bench| {
            [ana, ben]
                .iter()
                .all(|who| bench[*who].members().len() == 2)
        })
        .await;

    let send = |text: &str| Command::SendText {
        room,
        text: text.to_owned(),
    };
    bench.tell(ana, send("from ana"));
    bench.tell(ben, send("from ben"));
    bench
        .until("both messages everywhere", |bench| {
            [ana, ben]
                .iter()
                .all(|who| bench[*who].messages().len() == 2 && bench[*who].all_sent())
        })
        .await;
    assert_eq!(bench[ana].messages(), bench[ben].messages());
    assert_eq!(
        bench.room_key(ana, room).await,
        bench.room_key(ben, room).await
    );
    for who in [ana, ben] {
        assert_eq!(bench[who].alarms(), [""; 0]);
        assert_eq!(bench[who].broken(), [""; 0]);
    }
}

#[tokio::test]
async fn a_member_who_was_away_for_several_keys_catches_up() {
    let mut bench = Bench::new().await;
    let ana = bench.person("ana").await;
    let ben = bench.person("ben").await;
    let room = bench.make_room(ana, "Choir").await;
    let key = bench.room_key(ana, room).await;
    bench.join(ben, &key).await;
    bench.say(ben, room, "going offline").await;
    bench.shows(ana, &["ben: going offline"]).await;
    bench.browser_mut(ben).network = testbench::Network::Cut;

    for round in 1..=3 {
        let guest = bench.person(&format!("guest{round}")).await;
        let key = bench.room_key(ana, room).await;
        bench.join(guest, &key).await;
        bench.ask(guest, Command::LeaveRoom { room }).await.unwrap();
        bench
            .until("the guest is gone", |bench| bench[ana].members().len() == 2)
            .await;
        bench.say(ana, room, &format!("round {round}")).await;
        bench.until("said", |bench| bench[ana].all_sent()).await;
    }
    bench.say(ben, room, "written offline").await;
    bench.browser_mut(ben).network = testbench::Network::Up;
    let all = [
        "ben: going offline",
        "ana: round 1",
        "ana: round 2",
        "ana: round 3",
        "ben: written offline",
    ];
    bench.shows(ana, &all).await;
    bench.shows(ben, &all).await;
    assert_eq!(bench[ben].room.as_ref().unwrap().epoch, 4);

    // And a new device, which follows nothing but the vault and the chain of headers.
    let phone = bench.second_device("ben").await;
    bench.open(phone, room).await;
    bench.shows(phone, &all).await;
    assert_eq!(bench[phone].alarms(), [""; 0]);
}

#[tokio::test]
async fn a_room_that_was_left_is_gone_on_all_devices() {
    let mut bench = Bench::new().await;
    let ana = bench.person("ana").await;
    let phone = bench.second_device("ana").await;
    let room = bench.make_room(ana, "Choir").await;
    bench.open(phone, room).await;
    bench.ask(phone, Command::LeaveRoom { room }).await.unwrap();
    bench
        .until("gone", |bench| {
            bench[phone].rooms.is_empty()
                && bench[ana]
                    .rooms
                    .iter()
                    .all(|room| room.status == RoomStatus::Gone)
        })
        .await;
    bench.later(std::time::Duration::from_secs(10)).await;
    assert!(bench[ana].rooms.is_empty());
}
