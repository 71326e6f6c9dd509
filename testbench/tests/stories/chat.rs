//! Two people and a room.

use testbench::Bench;

#[tokio::test]
async fn two_people_share_a_key_and_talk() {
    let mut bench = Bench::new().await;
    let ana = bench.person("ana").await;
    let ben = bench.person("ben").await;

    let room = bench.make_room(ana, "Choir").await;
    let key = bench.room_key(ana, room).await;
    assert_eq!(bench.join(ben, &key).await, room);

    bench.say(ana, room, "hello Ben").await;
    bench.shows(ben, &["ana: hello Ben"]).await;
    bench.say(ben, room, "hello Ana").await;
    bench
        .shows(ana, &["ana: hello Ben", "ben: hello Ana"])
        .await;
    bench
        .shows(ben, &["ana: hello Ben", "ben: hello Ana"])
        .await;

    bench
        .until("the name", |bench| bench[ben].rooms[0].name == "Choir")
        .await;
    assert_eq!(bench[ana].members(), ["ana", "ben"]);
    assert_eq!(bench[ben].members(), ["ben", "ana"]);
    assert_eq!(bench[ana].events(), ["ana made this room", "ben joined"]);
    assert!(bench[ana].all_sent());
    for who in [ana, ben] {
        assert_eq!(bench[who].alarms(), [""; 0]);
        assert_eq!(bench[who].broken(), [""; 0]);
        assert_eq!(bench[who].notices, [""; 0]);
    }
}
