//! Several people in one room, and what the stories about them ask for.

use model::{Command, MemberView, RoomStatus, RoomView, SecretText};
use protocol::{RoomId, UserId, open::Role};
use testbench::{Bench, Who};

/// The first one makes a room, the others join.
pub async fn crowd<const N: usize>(bench: &mut Bench, names: [&str; N]) -> ([Who; N], RoomId) {
    let mut people = Vec::new();
    for name in names {
        people.push(bench.person(name).await);
    }
    let room = bench.make_room(people[0], "Choir").await;
    let key = bench.room_key(people[0], room).await;
    for who in &people[1..] {
        bench.join(*who, &key).await;
    }
    let all = |bench: &Bench, who: &Who| bench[*who].members().len() == N;
    bench
        .until("all see all", |bench| {
            people.iter().all(|who| all(bench, who))
        })
        .await;
    (people.try_into().unwrap(), room)
}

pub fn user(bench: &Bench, who: Who) -> UserId {
    bench[who].me.as_ref().unwrap().user
}

/// The open room as someone sees it.
pub fn view(bench: &Bench, who: Who) -> &RoomView {
    bench[who].room.as_ref().unwrap()
}

/// Everyone's role as someone sees it, by username.
pub fn roles(bench: &Bench, who: Who) -> Vec<(&str, Role)> {
    let role = |it: &'_ MemberView| it.role;
    let members = view(bench, who).members.iter();
    let mut roles: Vec<_> = members.map(|it| (&*it.username, role(it))).collect();
    roles.sort_unstable();
    roles
}

pub fn remove(bench: &Bench, room: RoomId, who: Who) -> Command {
    let user = user(bench, who);
    Command::RemoveMember { room, user }
}

pub fn ban(bench: &Bench, room: RoomId, who: Who) -> Command {
    let user = user(bench, who);
    Command::BanUser { room, user }
}

pub fn give(bench: &Bench, room: RoomId, who: Who, role: Role) -> Command {
    let user = user(bench, who);
    Command::SetRole { room, user, role }
}

pub fn join(key: &str) -> Command {
    Command::JoinRoom {
        key: SecretText::new(key.to_owned()),
    }
}

/// Waits until these have the key of this epoch and can go on.
pub async fn all_have_key(bench: &mut Bench, epoch: u32, people: &[Who]) {
    let has = |bench: &Bench, who: &Who| {
        let room = bench[*who].room.as_ref();
        room.is_some_and(|it| {
            it.epoch == epoch && it.status == RoomStatus::Ready && !it.rotation_due
        })
    };
    let what = format!("all have key {epoch}");
    bench
        .until(&what, |bench| people.iter().all(|who| has(bench, who)))
        .await;
}

pub async fn is_out(bench: &mut Bench, who: Who) {
    bench
        .until("someone is out", |bench| {
            let room = bench[who].room.as_ref();
            room.is_some_and(|room| room.status == RoomStatus::Gone)
        })
        .await;
}

pub fn nothing_is_wrong(bench: &Bench, everyone: &[Who]) {
    for who in everyone {
        assert_eq!(bench[*who].alarms(), [""; 0]);
        assert_eq!(bench[*who].broken(), [""; 0]);
        assert_eq!(bench[*who].notices, [""; 0]);
    }
}
