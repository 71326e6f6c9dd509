//! What a person keeps for all their devices, handed back wrong.

use crate::setting::*;
use client::io::ApiAnswer;
use model::Command;
use protocol::{RoomId, api::VaultItem};
use std::time::Duration;
use testbench::{Bench, Who};

async fn named(name: &str) -> (Bench, Who) {
    let (mut bench, ana, _, _) = choir().await;
    for name in ["Ana the First", name] {
        let name = name.to_owned();
        bench
            .ask(ana, Command::SetDisplayName { name })
            .await
            .unwrap();
        bench.later(Duration::from_secs(10)).await;
    }
    bench.later(Duration::from_secs(60)).await;
    (bench, ana)
}

/// Hands out another list, and sees what the person is told and called meanwhile; then the truth again.
async fn handed(
    (mut bench, ana): (Bench, Who),
    mut change: impl FnMut(&mut Vec<VaultItem>) + Send + 'static,
    sentence: &str,
    meanwhile: &str,
) {
    bench.adversary.on_answers(ana, move |result| {
        if let Ok(ApiAnswer::Vault(items)) = result {
            change(items);
        }
    });
    bench.browser_mut(ana).reload();
    notice(&mut bench, ana, sentence).await;
    assert_eq!(bench[ana].me.as_ref().unwrap().display_name, meanwhile);
    bench.server_is_honest();
    bench
        .until("all is as it was", |bench| {
            bench[ana]
                .me
                .as_ref()
                .is_some_and(|me| me.display_name == "Ana the Second")
        })
        .await;
    assert_eq!(bench[ana].rooms[0].name, "Choir");
}

/// It is her own all the same, and better than none: a server whose backup was restored has no other. What is newer comes out on top
/// as soon as it is handed out again.
#[tokio::test]
async fn an_older_copy_is_said_and_undoes_nothing() {
    let (bench, ana) = named("Ana the Second").await;
    let old = bench.adversary.vault_history(ana, "settings")[1].clone();
    let sentence = "The server handed out an older copy of your settings than this browser has seen. What changed \
                    since may be missing. Tell whoever runs this server.";
    let change = move |items: &mut Vec<VaultItem>| {
        let item = items.iter_mut().find(|it| it.item == "settings");
        *item.unwrap() = old.clone();
    };
    handed((bench, ana), change, sentence, "Ana the First").await;
}

#[tokio::test]
async fn an_older_copy_under_a_new_number_is_not_used() {
    let (bench, ana) = named("Ana the Second").await;
    let old = bench.adversary.vault_history(ana, "settings")[1].clone();
    let sentence = "The server handed out a wrong copy of your settings (it is another item, or another version of \
                    it). It was not used. Tell whoever runs this server.";
    let change = move |items: &mut Vec<VaultItem>| {
        let item = items.iter_mut().find(|it| it.item == "settings");
        item.unwrap().token.clone_from(&old.token);
    };
    handed((bench, ana), change, sentence, "").await;
}

#[tokio::test]
async fn an_item_in_the_place_of_another_is_not_used() {
    let place = named("Ana the Second").await;
    let sentence = "The server handed out a wrong copy of your settings (it is another item, or another version of \
                    it). It was not used. Tell whoever runs this server.";
    let change = |items: &mut Vec<VaultItem>| {
        let other = items
            .iter()
            .find(|it| it.item != "settings")
            .unwrap()
            .token
            .clone();
        let item = items.iter_mut().find(|it| it.item == "settings");
        item.unwrap().token = other;
    };
    handed(place, change, sentence, "").await;
}

#[tokio::test]
async fn an_item_that_is_held_back_is_missed() {
    let place = named("Ana the Second").await;
    let sentence = "The server handed out a wrong copy of your settings (it is missing). It was not used. Tell \
                    whoever runs this server.";
    let change = |items: &mut Vec<VaultItem>| items.retain(|it| it.item != "settings");
    handed(place, change, sentence, "").await;
}

/// The same with what she keeps of a room, its keys for one.
async fn rooms_handed(
    (mut bench, ana, room): (Bench, Who, RoomId),
    mut change: impl FnMut(&mut Vec<VaultItem>) + Send + 'static,
    sentence: &str,
) {
    bench.adversary.on_answers(ana, move |result| {
        if let Ok(ApiAnswer::Vault(items)) = result {
            change(items);
        }
    });
    bench.browser_mut(ana).reload();
    notice(&mut bench, ana, sentence).await;
    bench.server_is_honest();
    bench.online(ana).await;
    bench.open(ana, room).await;
    bench.shows(ana, &["ben: hello"]).await;
    assert_eq!(bench[ana].alarms(), [""; 0]);
}

async fn greeted() -> (Bench, Who, RoomId) {
    let (mut bench, ana, ben, room) = choir().await;
    bench.get_across(ben, room, "hello").await;
    bench.later(Duration::from_secs(90)).await;
    (bench, ana, room)
}

#[tokio::test]
async fn an_older_copy_of_a_room_is_said_and_undoes_nothing() {
    let (bench, ana, room) = greeted().await;
    let name = room.to_string();
    let old = bench.adversary.vault_history(ana, &name)[0].clone();
    let change = move |items: &mut Vec<VaultItem>| {
        let item = items.iter_mut().find(|it| it.item == name);
        *item.unwrap() = old.clone();
    };
    let sentence = "The server handed out an older copy of what you keep of a room than this browser has seen. What \
                    changed since may be missing. Tell whoever runs this server.";
    rooms_handed((bench, ana, room), change, sentence).await;
}

#[tokio::test]
async fn what_is_kept_of_one_room_is_not_taken_for_another() {
    let (mut bench, ana, room) = greeted().await;
    let kitchen = bench.make_room(ana, "Kitchen").await.to_string();
    bench.later(Duration::from_secs(90)).await;
    let name = room.to_string();
    let change = move |items: &mut Vec<VaultItem>| {
        let place = |name: &str| items.iter().position(|it| it.item == name).unwrap();
        let (one, other) = (place(&name), place(&kitchen));
        let token = items[one].token.clone();
        items[one].token = std::mem::replace(&mut items[other].token, token);
    };
    let sentence = "The server handed out a wrong copy of what you keep of a room (it is another item, or another \
                    version of it). It was not used. Tell whoever runs this server.";
    rooms_handed((bench, ana, room), change, sentence).await;
}
