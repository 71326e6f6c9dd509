//! Their twins: who may not say what.

use super::{
    OPEN_ENTRIES,
    story::{Story, ban, leave, make, remove, resume, set, unban},
};
use crate::{
    cast::{self, Person},
    suite::Suite,
};
use client::statement;
use protocol::{UserId, open::Role};
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};

pub fn cases(suite: &mut Suite) {
    let (ana, bob, cleo, dan) = (cast::ana(), cast::bob(), cast::cleo(), cast::dan());
    let (begin, key) = (Story::begin, cast::room_secret());
    let named_cleo = Person {
        name: cleo.name.clone(),
        ..Person::new("eva", 170)
    };
    let mut rng = ChaCha20Rng::seed_from_u64(9);
    let wrap = statement::wrap(
        &mut rng,
        &cleo.identity,
        begin().place,
        &cast::room_secret(),
        &dan.keys(),
    )
    .unwrap();
    let eva = Person::new("eva", 170);
    let start = begin().place;
    let stale = begin().says(&cleo, leave()).at(|it| *it = start);
    let elsewhere = begin().at(|it| it.room = protocol::RoomId([0; 16]));
    let later = begin().at(|it| it.epoch += 1);
    for (name, story, reason) in [
        (
            "a member removes a member",
            begin().says(&cleo, remove(&cleo)),
            "not allowed",
        ),
        (
            "an admin removes the owner",
            begin().says(&bob, remove(&ana)),
            "not allowed",
        ),
        (
            "an admin removes oneself",
            begin().says(&bob, remove(&bob)),
            "not allowed",
        ),
        (
            "the owner removes a stranger",
            begin().says(&ana, remove(&dan)),
            "not a member",
        ),
        (
            "a member bans",
            begin().says(&cleo, ban(&eva)),
            "not allowed",
        ),
        (
            "an admin bans the owner",
            begin().says(&bob, ban(&ana)),
            "not allowed",
        ),
        (
            "the owner bans oneself",
            begin().says(&ana, ban(&ana)),
            "not allowed",
        ),
        (
            "someone is banned twice",
            begin().says(&ana, ban(&dan)),
            "no change",
        ),
        (
            "a member unbans",
            begin().says(&cleo, unban(&dan)),
            "not allowed",
        ),
        (
            "someone is unbanned who is not banned",
            begin().says(&ana, unban(&cleo)),
            "no change",
        ),
        (
            "an admin makes an admin",
            begin().says(&bob, make(&cleo, Role::Admin)),
            "not allowed",
        ),
        (
            "a member makes oneself an admin",
            begin().says(&cleo, make(&cleo, Role::Admin)),
            "not allowed",
        ),
        (
            "an admin makes oneself the owner",
            begin().says(&bob, make(&bob, Role::Owner)),
            "not allowed",
        ),
        (
            "the owner steps down",
            begin().says(&ana, make(&ana, Role::Admin)),
            "not allowed",
        ),
        (
            "a role that is the same",
            begin().says(&ana, make(&bob, Role::Admin)),
            "no change",
        ),
        (
            "a stranger gets a role",
            begin().says(&ana, make(&dan, Role::Admin)),
            "not a member",
        ),
        (
            "a member changes the settings",
            begin().says(&cleo, set(false)),
            "not allowed",
        ),
        (
            "settings that are the same",
            begin().says(&ana, set(true)),
            "no change",
        ),
        ("someone banned joins", begin().joins(&dan, &key), "banned"),
        (
            "a member joins",
            begin().joins(&cleo, &key),
            "already a member",
        ),
        (
            "someone joins under another's name",
            begin().joins(&named_cleo, &key),
            "username",
        ),
        (
            "someone joins while a rotation is due",
            begin().says(&cleo, leave()).joins(&eva, &key),
            "rotation due",
        ),
        (
            "someone removed joins again",
            begin().says(&ana, remove(&cleo)).joins(&cleo, &key),
            "rotation due",
        ),
        (
            "someone removed still speaks",
            begin().says(&ana, remove(&bob)).says(&bob, set(false)),
            "not a member",
        ),
        (
            "a stranger leaves",
            begin().says(&dan, leave()),
            "not a member",
        ),
        (
            "an admin resumes",
            begin().says(&bob, resume()),
            "not allowed",
        ),
        (
            "the key is wrapped for a stranger",
            begin().and(wrap),
            "not a member",
        ),
        (
            "new keys that skip some",
            begin().rekeys(
                &bob,
                &cast::new_bob().succeeded_by(&cast::counted_secret(180)),
            ),
            "keys",
        ),
        (
            "the old keys still speak",
            begin()
                .rekeys(&bob, &cast::new_bob())
                .says(&bob, set(false)),
            "signature",
        ),
        (
            "a statement that does not follow the last",
            stale.says(&bob, set(false)),
            "chain",
        ),
        (
            "a statement of another room",
            elsewhere.says(&bob, set(false)),
            "place",
        ),
        (
            "a statement of another epoch",
            later.says(&bob, set(false)),
            "place",
        ),
    ] {
        suite.refuse(name, &OPEN_ENTRIES, story.given(), reason);
    }
    let id = |number: u32| {
        UserId(
            [&number.to_be_bytes()[..], &[0xff; 16]]
                .concat()
                .try_into()
                .unwrap(),
        )
    };
    let full = Story::with_banned((0..1_000).map(id).collect());
    suite.refuse(
        "one ban too many",
        &OPEN_ENTRIES,
        full.says(&ana, ban(&dan)).given(),
        "too many bans",
    );
}
