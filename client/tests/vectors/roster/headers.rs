//! Which headers may follow an epoch.

use super::{
    OPEN_ENTRIES,
    story::{Story, leave, set, unban},
};
use crate::{cast, suite::Suite};
use protocol::{open::Settings, roster::Roster};
use std::collections::BTreeSet;

pub fn allowed(suite: &mut Suite) {
    let (ana, bob, cleo, dan) = (cast::ana(), cast::bob(), cast::cleo(), cast::dan());
    let begin = Story::begin;
    let as_it_is = |roster| roster;
    let left = || begin().says(&bob, leave());
    for (name, story) in [
        (
            "an admin rotates by choice",
            begin().rotates(&bob, as_it_is),
        ),
        (
            "a member rotates after someone left",
            left().rotates(&cleo, as_it_is),
        ),
        (
            "a rotation after other settings",
            begin().says(&bob, set(false)).rotates(&ana, as_it_is),
        ),
        (
            "a rotation after new keys",
            begin()
                .rekeys(&bob, &cast::new_bob())
                .rotates(&cleo, as_it_is),
        ),
        (
            "joins after a rotation",
            left()
                .says(&ana, unban(&dan))
                .rotates(&cleo, as_it_is)
                .joins(&bob, &cast::old_secret())
                .joins(&dan, &cast::old_secret()),
        ),
    ] {
        suite.accept(name, &OPEN_ENTRIES, story.given());
    }
}

pub fn refused(suite: &mut Suite) {
    let (ana, bob, cleo) = (cast::ana(), cast::bob(), cast::cleo());
    let begin = Story::begin;
    let as_it_is = |roster| roster;
    let left = || begin().says(&bob, leave());
    let other_settings = |it: Roster| {
        let settings = Settings {
            history_for_newcomers: false,
            ..Settings::default()
        };
        Roster::restore(it.members().to_vec(), it.banned().clone(), false, settings)
    };
    let without_cleo = |it: Roster| {
        let mut members = it.members().to_vec();
        members.retain(|it| it.keys.user != cast::cleo().keys().user);
        Roster::restore(members, it.banned().clone(), false, it.settings())
    };
    let without_bans =
        |it: Roster| Roster::restore(it.members().to_vec(), BTreeSet::new(), false, it.settings());
    for (name, story, reason) in [
        (
            "a member rotates by choice",
            begin().rotates(&cleo, as_it_is),
            "not allowed",
        ),
        (
            "someone who left rotates",
            left().rotates(&bob, as_it_is),
            "not a member",
        ),
        (
            "a header with other settings",
            begin().rotates(&ana, other_settings),
            "settings",
        ),
        (
            "a header that leaves a member out",
            begin().rotates(&ana, without_cleo),
            "roster",
        ),
        (
            "a header that forgets a ban",
            begin().rotates(&ana, without_bans),
            "roster",
        ),
        (
            "a header by old keys",
            begin()
                .rekeys(&bob, &cast::new_bob())
                .rotates(&bob, as_it_is),
            "keys",
        ),
        (
            "a header that skips an epoch",
            begin().at(|it| it.epoch += 1).rotates(&ana, as_it_is),
            "place",
        ),
        (
            "a join with the key of the epoch before",
            left()
                .rotates(&cleo, as_it_is)
                .joins(&bob, &cast::room_secret()),
            "second signature",
        ),
    ] {
        suite.refuse(name, &OPEN_ENTRIES, story.given(), reason);
    }
}
