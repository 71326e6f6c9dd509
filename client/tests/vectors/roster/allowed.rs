//! What may be said, by whom.

use super::{
    OPEN_ENTRIES,
    story::{Story, ban, leave, make, remove, resume, set, unban},
};
use crate::{cast, suite::Suite};
use client::statement;
use protocol::open::{OpenContent, Role};
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};

pub fn cases(suite: &mut Suite) {
    let (ana, bob, cleo, dan) = (cast::ana(), cast::bob(), cast::cleo(), cast::dan());
    let begin = Story::begin;
    let mut rng = ChaCha20Rng::seed_from_u64(9);
    let wrap = statement::wrap(
        &mut rng,
        &cleo.identity,
        begin().place,
        &cast::room_secret(),
        &bob.keys(),
    )
    .unwrap();
    for (name, story) in [
        (
            "the owner removes an admin",
            begin().says(&ana, remove(&bob)),
        ),
        (
            "an admin removes a member",
            begin().says(&bob, remove(&cleo)),
        ),
        ("an admin bans a member", begin().says(&bob, ban(&cleo))),
        (
            "an admin unbans, and someone joins",
            begin()
                .says(&bob, unban(&dan))
                .joins(&dan, &cast::room_secret()),
        ),
        (
            "someone removed is banned",
            begin().says(&ana, remove(&cleo)).says(&bob, ban(&cleo)),
        ),
        (
            "the owner makes an admin",
            begin().says(&ana, make(&cleo, Role::Admin)),
        ),
        (
            "the owner hands the room over",
            begin().says(&ana, make(&cleo, Role::Owner)),
        ),
        (
            "an admin steps down",
            begin().says(&bob, make(&bob, Role::Member)),
        ),
        (
            "an admin changes the settings",
            begin().says(&bob, set(false)),
        ),
        ("a member leaves", begin().says(&cleo, leave())),
        (
            "the owner leaves, and the admin inherits",
            begin().says(&ana, leave()),
        ),
        (
            "the owner leaves a room without admins",
            begin()
                .says(&bob, make(&bob, Role::Member))
                .says(&ana, leave()),
        ),
        (
            "all leave",
            begin()
                .says(&ana, leave())
                .says(&bob, leave())
                .says(&cleo, leave()),
        ),
        (
            "a member has new keys",
            begin().rekeys(&bob, &cast::new_bob()),
        ),
        ("the owner resumes", begin().says(&ana, resume())),
        ("a member wraps the key", begin().and(wrap)),
        (
            "something of an unknown kind",
            begin()
                .says(&cleo, OpenContent::Unknown("poll".to_owned()))
                .says(&bob, set(false)),
        ),
        (
            "rules go on while a rotation is due",
            begin()
                .says(&cleo, leave())
                .says(&bob, set(false))
                .says(&ana, make(&bob, Role::Member)),
        ),
    ] {
        suite.accept(name, &OPEN_ENTRIES, story.given());
    }
}
