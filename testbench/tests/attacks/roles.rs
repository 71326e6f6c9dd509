//! Statements about roles: out of order, again, and by those who may not.

use crate::setting::*;
use client::{account::AccountSecret, statement};
use model::Command;
use protocol::{
    Entry, OpenEntry, RoomId, Signature, UserId,
    label::SignaturePurpose,
    open::{Leave, OpenContent, Role, RoleChange},
};
use testbench::{Bench, Who};

fn user(bench: &Bench, who: Who) -> UserId {
    bench[who].me.as_ref().unwrap().user
}

async fn make(bench: &mut Bench, room: RoomId, by: Who, whom: Who, role: Role) {
    let user = user(bench, whom);
    let command = Command::SetRole { room, user, role };
    bench.ask(by, command).await.unwrap();
}

fn role_of(bench: &Bench, who: Who, name: &str) -> Role {
    let members = &bench[who].room.as_ref().unwrap().members;
    members.iter().find(|it| it.username == name).unwrap().role
}

#[tokio::test]
async fn two_statements_in_the_wrong_order_are_not_believed() {
    let (mut bench, ana, ben, room) = choir().await;
    let cleo = joins(&mut bench, "cleo", room, ana).await;
    let mut first: Option<Entry> = None;
    let told = bench.adversary.tell(cleo, room);
    told.each(move |it| match (&it.entry, first.take()) {
        (Entry::Open(_), None) => {
            first = Some(it.entry.clone());
            Vec::new()
        }
        (_, first) => [it.entry.clone()].into_iter().chain(first).collect(),
    });
    make(&mut bench, room, ana, ben, Role::Admin).await;
    make(&mut bench, room, ana, ben, Role::Member).await;
    not_believed(&mut bench, cleo).await;
    assert_eq!(role_of(&bench, ana, "ben"), Role::Member);
}

#[tokio::test]
async fn an_old_statement_told_again_is_not_believed() {
    let (mut bench, ana, ben, room) = choir().await;
    let cleo = joins(&mut bench, "cleo", room, ana).await;
    make(&mut bench, room, ana, ben, Role::Admin).await;
    let (made, _) = bench
        .adversary
        .log(room)
        .opens()
        .next_back()
        .map(|(it, body)| (it.entry.clone(), body))
        .unwrap();
    make(&mut bench, room, ana, ben, Role::Member).await;
    bench
        .until("Cleo knows", |bench| {
            bench[cleo].events().last() == Some(&"ana made ben a plain member")
        })
        .await;
    bench.adversary.tell(cleo, room).add(made);
    not_believed(&mut bench, cleo).await;
    assert_eq!(role_of(&bench, cleo, "ben"), Role::Member);
}

#[tokio::test]
async fn nobody_makes_themselves_an_admin() {
    let (mut bench, ana, ben, room) = choir().await;
    let cleo = joins(&mut bench, "cleo", room, ana).await;
    let keys = bench.room_keys(cleo, room).await;
    let mallory = bench.accomplice(cleo);
    let content = OpenContent::Role(RoleChange {
        member: mallory.identity.user(),
        role: Role::Admin,
    });
    let place = keys.place(&bench.adversary.log(room));
    let made = statement::by_member(&mallory.identity, place, content).unwrap();
    bench.adversary.tell(ben, room).add(Entry::Open(made.entry));
    not_believed(&mut bench, ben).await;
    assert_eq!(role_of(&bench, ben, "cleo"), Role::Member);
}

/// New keys for a user need the old key's signature, whatever a statement says.
#[tokio::test]
async fn nobody_replaces_anothers_keys() {
    let (mut bench, ana, ben, room) = choir().await;
    let cleo = joins(&mut bench, "cleo", room, ana).await;
    let keys = bench.room_keys(cleo, room).await;
    let mallory = bench.accomplice(cleo);
    let next = AccountSecret::from_bytes([7; 32]);
    let next = mallory.identity.succeeded_by(&next);
    let place = keys.place(&bench.adversary.log(room));
    let name = mallory.username.clone();
    let change = statement::identity(&mallory.identity, &next, place, &name).unwrap();
    let of_ana = change
        .entry
        .json
        .replace(
            &mallory.identity.user().to_string(),
            &user(&bench, ana).to_string(),
        )
        .replace("\"cleo\"", "\"ana\"");
    let of_ana = OpenEntry {
        signature: mallory
            .identity
            .sign(SignaturePurpose::Entry, of_ana.as_bytes()),
        join_signature: next.sign(SignaturePurpose::Entry, of_ana.as_bytes()),
        json: of_ana,
    };
    bench.adversary.tell(ben, room).add(Entry::Open(of_ana));
    not_believed(&mut bench, ben).await;
    assert!(!bench[ben].events().iter().any(|it| it.contains("new keys")));
    bench.get_across(ana, room, "still me").await;
    bench.shows(ben, &["ana: still me"]).await;
}

/// What nobody can read is no link of the chain: the true statement after it still counts.
#[tokio::test]
async fn what_is_no_statement_is_said_and_the_next_one_counts() {
    let (mut bench, ana, ben, room) = choir().await;
    let cleo = joins(&mut bench, "cleo", room, ana).await;
    let keys = bench.room_keys(cleo, room).await;
    let mallory = bench.accomplice(cleo);
    let place = keys.place(&bench.adversary.log(room));
    let content = OpenContent::Leave(Leave {});
    let true_one = statement::by_member(&mallory.identity, place, content).unwrap();
    let json = true_one.entry.json;
    let deep = format!("{}{}", "[".repeat(40), "]".repeat(40));
    for json in [
        String::new(),
        json[..json.len() / 2].to_owned(),
        json.replacen('{', "{\"epoch\":1,", 1),
        json.replace("\"epoch\":1", "\"epoch\":9"),
        json.replace("\"content\":{}", &format!("\"content\":{deep}")),
        json.replace("\"content\":{}", "\"content\":{\"why\":1}"),
    ] {
        let open = OpenEntry {
            signature: mallory
                .identity
                .sign(SignaturePurpose::Entry, json.as_bytes()),
            join_signature: Signature::ZERO,
            json,
        };
        bench.adversary.tell(ben, room).add(Entry::Open(open));
    }
    let line =
        "The server showed a change of this room here that does not hold. It was not believed.";
    bench
        .until("all are said", |bench| bench[ben].broken() == [line; 6])
        .await;
    not_believed(&mut bench, ben).await;
    assert_eq!(bench[ben].alarms().len(), 6);
    assert_eq!(bench[ben].members(), ["ben", "ana", "cleo"]);
    make(&mut bench, room, ana, ben, Role::Admin).await;
    bench
        .until("Ben is an admin", |bench| {
            role_of(bench, ben, "ben") == Role::Admin
        })
        .await;
}
