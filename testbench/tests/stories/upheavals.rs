//! Everybody decides about everybody at once, pages are closed and lines cut: in the end all agree on who is in.

use crate::crowd::{ban, crowd, give, join, nothing_is_wrong, remove, roles, user, view};
use model::{Answer, Command, Delivery, ItemKind, RoomStatus, TimelineItem};
use protocol::{
    RoomId,
    open::{Role, Settings},
};
use rand_chacha::{
    ChaCha20Rng,
    rand_core::{RngCore, SeedableRng},
};
use std::time::Duration;
use testbench::{Bench, Fate, Network, Who};

#[tokio::test]
async fn after_any_upheaval_all_agree_on_who_is_in_and_who_owns_the_room() {
    let seeds = std::env::var("STORMS").ok().and_then(|it| it.parse().ok());
    let (from, to) = seeds.map_or((1, 4), |seed: u64| (seed, seed + 1));
    for seed in from..to {
        upheaval(seed).await;
    }
}

async fn upheaval(seed: u64) {
    let mut bench = Bench::new().await;
    let names = ["ana", "ben", "cleo", "dan"];
    let (people, room) = crowd(&mut bench, names).await;
    let phone = bench.second_device("ben").await;
    bench.open(phone, room).await;
    let mut rng = ChaCha20Rng::seed_from_u64(seed);
    for who in people {
        let mut rng = ChaCha20Rng::seed_from_u64(rng.next_u64());
        bench.browser_mut(who).fates = Some(Box::new(move |_| match rng.next_u32() % 60 {
            0 => Fate::Closed,
            1 => Fate::AnswerLost,
            2 => Fate::AnswerLate,
            _ => Fate::Done,
        }));
    }
    for round in 0..50 {
        let who = people[rng.next_u32() as usize % 4];
        let whom = people[rng.next_u32() as usize % 4];
        if bench[who].me.is_some() && bench[whom].me.is_some() {
            decide(&mut bench, &mut rng, room, who, whom, round).await;
        }
        let pause = Duration::from_millis(u64::from(rng.next_u32() % 800));
        bench.later(pause).await;
        for who in people {
            if rng.next_u32() % 3 == 0 {
                bench.browser_mut(who).network = Network::Up;
                bench.browser_mut(who).late_answers_arrive();
            }
        }
    }
    let everyone = [&people[..], &[phone]].concat();
    for who in &everyone {
        bench.browser_mut(*who).fates = None;
        bench.browser_mut(*who).network = Network::Up;
        bench.browser_mut(*who).late_answers_arrive();
        bench.online(*who).await;
        let open = Command::OpenRoom { room: Some(room) };
        bench.ask(*who, open).await.unwrap();
    }
    bench.later(Duration::from_secs(10)).await;

    let is_in = |bench: &Bench, who: &Who| {
        let room = bench[*who].room.as_ref();
        room.is_some_and(|room| room.status != RoomStatus::Gone)
    };
    let inside: Vec<Who> = everyone
        .iter()
        .copied()
        .filter(|who| is_in(&bench, who))
        .collect();
    let Some(first) = inside.first().copied() else {
        // The last one left, too.
        return;
    };
    bench.say(first, room, "the end").await;
    let done = |bench: &Bench, who: &Who| {
        let shown = said(bench, *who);
        view(bench, *who).status == RoomStatus::Ready
            && shown.last().is_some_and(|it| it.ends_with("the end"))
    };
    bench
        .until(&format!("all inside read the end, seed {seed}"), |bench| {
            inside.iter().all(|who| done(bench, who))
        })
        .await;
    for who in &inside {
        assert_eq!(roles(&bench, *who), roles(&bench, first), "seed {seed}");
        assert_eq!(view(&bench, *who).epoch, view(&bench, first).epoch);
        assert_eq!(view(&bench, *who).settings, view(&bench, first).settings);
        assert_eq!(said(&bench, *who), said(&bench, first), "seed {seed}");
        let mine = user(&bench, *who);
        assert!(view(&bench, first).members.iter().any(|it| it.user == mine));
    }
    let owners = roles(&bench, first);
    let owners = owners.iter().filter(|(_, role)| *role == Role::Owner);
    assert_eq!(owners.count(), 1, "seed {seed}");
    nothing_is_wrong(&bench, &inside);
}

/// One person does one thing, likely to another one.
async fn decide(
    bench: &mut Bench,
    rng: &mut ChaCha20Rng,
    room: RoomId,
    who: Who,
    whom: Who,
    round: u32,
) {
    let command = match rng.next_u32() % 16 {
        0 => remove(bench, room, whom),
        1 => ban(bench, room, whom),
        2 | 3 => {
            let user = user(bench, whom);
            Command::UnbanUser { room, user }
        }
        4 | 5 => give(bench, room, whom, Role::Admin),
        6 => give(bench, room, whom, Role::Owner),
        7 => give(bench, room, whom, Role::Member),
        8 => Command::ChangeKey { room },
        9 => {
            let settings = Settings {
                history_for_newcomers: true,
                admins_may_delete: rng.next_u32().is_multiple_of(2),
            };
            Command::SetSettings { room, settings }
        }
        10 => {
            let network = [Network::Cut, Network::AnswersLost][rng.next_u32() as usize % 2];
            bench.browser_mut(who).network = network;
            return;
        }
        11 if round.is_multiple_of(3) => Command::LeaveRoom { room },
        12 | 13 => return invite(bench, room, who, whom).await,
        _ => Command::SendText {
            room,
            text: format!("line {round}"),
        },
    };
    bench.tell(who, command);
}

async fn invite(bench: &mut Bench, room: RoomId, who: Who, whom: Who) {
    let ticket = bench.tell(who, Command::RevealKey { room });
    bench.later(Duration::from_secs(2)).await;
    if let Some(Ok(Answer::RoomKey(key))) = bench[who].answers.get(&ticket) {
        let key = key.reveal().to_owned();
        bench.tell(whom, join(&key));
    }
}

/// What the log has, in order, by the words.
fn said(bench: &Bench, who: Who) -> Vec<String> {
    let text = |item: &TimelineItem| match &item.kind {
        ItemKind::Message {
            text,
            sender,
            delivery: Delivery::Sent,
        } => Some(format!("{}: {text}", sender.username)),
        _ => None,
    };
    bench[who].timeline.iter().filter_map(text).collect()
}
