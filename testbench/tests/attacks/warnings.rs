//! Warnings that a server would like to be forgotten.

use crate::setting::*;
use client::io::ApiAnswer;
use model::Command;
use protocol::RoomId;
use std::time::Duration;
use testbench::{Bench, Who};

/// Ben finds out that Ana was shown something else in the place of what he said, and is warned in these words.
async fn warned() -> (Bench, Who, RoomId, String) {
    let (mut bench, ana, ben, room) = choir().await;
    bench.get_across(ben, room, "sell").await;
    bench.later(Duration::from_secs(60)).await;
    let told = bench.adversary.tell(ana, room);
    let (seq, sell) = (told.log().end() + 1, told.log().last_sealed());
    told.each(move |it| match it.seq == seq {
        true => vec![sell.clone()],
        false => vec![it.entry.clone()],
    });
    bench.get_across(ben, room, "at once").await;
    bench
        .until("ana has something", |bench| !bench[ana].alarms().is_empty())
        .await;
    bench.get_across(ana, room, "as you like").await;
    let sentence = "The server showed ana a different history than you, from message 5 on. Compare with ana, by another \
                    way than this server, what you both see.";
    alarm(&mut bench, ben, sentence).await;
    bench.later(Duration::from_secs(60)).await;
    (bench, ben, room, sentence.to_owned())
}

/// From here on Ben's vault has this version of what he keeps of the room.
fn hand_out(bench: &mut Bench, ben: Who, room: RoomId, version: usize) {
    let item = room.to_string();
    let kept = bench.adversary.vault_history(ben, &item)[version].clone();
    bench.adversary.on_answers(ben, move |result| {
        if let Ok(ApiAnswer::Vault(items)) = result {
            let listed = items.iter_mut().find(|it| it.item == item);
            *listed.unwrap() = kept.clone();
        }
    });
}

async fn comes_back(bench: &mut Bench, ben: Who, room: RoomId) {
    bench.browser_mut(ben).reload();
    bench.online(ben).await;
    bench.open(ben, room).await;
}

/// The server hands out what Ben's vault had before he was warned, and then lies no more.
#[tokio::test]
async fn a_warning_does_not_go_away_by_itself() {
    let (mut bench, ben, room, sentence) = warned().await;
    hand_out(&mut bench, ben, room, 0);
    for _ in 0..2 {
        comes_back(&mut bench, ben, room).await;
        assert_eq!(bench[ben].alarms(), [&sentence]);
        assert!(bench[ben].rooms[0].alarm);
    }
    bench.server_is_honest();
    bench.online(ben).await;
    bench.later(Duration::from_secs(60)).await;
    assert_eq!(bench[ben].alarms(), [&sentence]);
    let phone = bench.second_device("ben").await;
    bench.open(phone, room).await;
    alarm(&mut bench, phone, &sentence).await;
}

/// The server hands out what Ben's vault had when he was warned.
#[tokio::test]
async fn what_was_understood_is_not_brought_back_either() {
    let (mut bench, ben, room, sentence) = warned().await;
    let versions = bench.adversary.vault_history(ben, &room.to_string()).len();
    let understood = Command::DismissAlarm { room, sentence };
    bench.ask(ben, understood).await.unwrap();
    bench.later(Duration::from_secs(60)).await;
    hand_out(&mut bench, ben, room, versions - 1);
    comes_back(&mut bench, ben, room).await;
    bench.later(Duration::from_secs(60)).await;
    assert_eq!(bench[ben].alarms(), [""; 0]);
}
