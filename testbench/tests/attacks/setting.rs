//! The scene of most attacks, and what is asked of it in the end.

use protocol::{RoomId, frame::ServerFrame};
use testbench::{Bench, Who};

/// Ana's room, with Ben in it.
pub async fn choir() -> (Bench, Who, Who, RoomId) {
    let mut bench = Bench::new().await;
    let ana = bench.person("ana").await;
    let ben = bench.person("ben").await;
    let room = bench.make_room(ana, "Choir").await;
    let key = bench.room_key(ana, room).await;
    bench.join(ben, &key).await;
    (bench, ana, ben, room)
}

/// Another one joins, and everyone knows.
pub async fn joins(bench: &mut Bench, name: &str, room: RoomId, host: Who) -> Who {
    let who = bench.person(name).await;
    let key = bench.room_key(host, room).await;
    bench.join(who, &key).await;
    bench
        .until("the newcomer is there", |bench| {
            bench[host].members().contains(&name)
        })
        .await;
    who
}

/// Waits until the open room shows an alarm that begins with these words; what to do about it follows them.
pub async fn alarm(bench: &mut Bench, who: Who, sentence: &str) {
    let says = |alarm: &&str| alarm.starts_with(sentence);
    let shown = |bench: &Bench| bench[who].alarms().iter().any(says);
    bench.until(&format!("alarm: {sentence}"), shown).await;
}

/// Waits until the open room says that a statement in it was not believed.
pub async fn not_believed(bench: &mut Bench, who: Who) {
    let says = |alarm: &&str| {
        alarm.starts_with("The server showed a change of this room, at place ")
            && alarm.contains(", that nobody in it was allowed to make. It was not believed.")
    };
    let shown = |bench: &Bench| bench[who].alarms().iter().any(says);
    bench.until("it is not believed", shown).await;
}

/// Waits until a line of the room says this in the place of what is not shown.
pub async fn broken(bench: &mut Bench, who: Who, sentence: &str) {
    let shown = |bench: &Bench| bench[who].broken().contains(&sentence);
    bench.until(&format!("line: {sentence}"), shown).await;
}

/// Waits for a notice, word for word.
pub async fn notice(bench: &mut Bench, who: Who, sentence: &str) {
    let shown = |bench: &Bench| bench[who].notices.iter().any(|it| it == sentence);
    bench.until(&format!("notice: {sentence}"), shown).await;
}

/// The sentence at the one who finds out that someone was shown something else.
pub fn forked(name: &str, seq: u64) -> String {
    format!("The server showed {name} a different history than you, from message {seq} on.")
}

/// Nothing is wrong on this screen.
pub fn all_is_well(bench: &Bench, who: Who) {
    assert_eq!(bench[who].alarms(), [""; 0]);
    assert_eq!(bench[who].broken(), [""; 0]);
    assert_eq!(bench[who].notices, [""; 0]);
}

/// Changes every frame on its way to one browser.
pub fn on_frames(
    bench: &mut Bench,
    who: Who,
    mut change: impl FnMut(&mut ServerFrame) + Send + 'static,
) {
    bench.browser_mut(who).tamper = Some(Box::new(move |text| {
        let mut frame: ServerFrame = serde_json::from_str(&text).unwrap();
        change(&mut frame);
        vec![serde_json::to_string(&frame).unwrap()]
    }));
}
