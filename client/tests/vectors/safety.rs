//! What people compare: fingerprints, safety numbers, verification links.

use crate::{
    cast,
    given::Given,
    suite::{Check, Suite},
};
use client::{fingerprint, room_key::Context};
use protocol::{Hash, UserId, open::MemberKeys};
use serde_json::{Value, json};

const FINGERPRINT: Check = Check {
    name: "fingerprint",
    answer: |given| {
        let it: MemberKeys = given.get("member")?;
        let keys = fingerprint::keys(&it.user, &it.signing, &it.agreement);
        let (_, fingerprint) = of(given, "member")?;
        Ok(
            json!({"keys": keys, "fingerprint": fingerprint, "digits": fingerprint::digits(&fingerprint)}),
        )
    },
};

const SAFETY_NUMBER: Check = Check {
    name: "safety number",
    answer: |given| {
        let (one, other) = (of(given, "one")?, of(given, "other")?);
        let number = fingerprint::safety_number((&one.0, &one.1), (&other.0, &other.1));
        Ok(json!({"number": number}))
    },
};

fn of(given: &Given, field: &str) -> Result<(UserId, Hash), &'static str> {
    let it: MemberKeys = given.get(field)?;
    Ok((
        it.user,
        fingerprint::of_user(&it.user, &it.signing, &it.agreement),
    ))
}

const ROOM_FINGERPRINT: Check = Check {
    name: "room fingerprint",
    answer: |given| {
        let ctx = Context {
            room: given.get("room")?,
            epoch: given.get("epoch")?,
            commitment: given.get("commitment")?,
        };
        let fingerprint = fingerprint::of_room(&ctx, &given.get("roster")?);
        Ok(json!({"fingerprint": fingerprint, "digits": fingerprint::digits(&fingerprint)}))
    },
};

/// A link that one person shows, read by another, who knows the keys of the first.
const LINK: Check = Check {
    name: "verification link",
    answer: |given| {
        let (user, fingerprint) = of(given, "member")?;
        match fingerprint::read_link(given.text("link")) {
            Some(read) if read == (user, fingerprint) => Ok(json!({})),
            Some(_) => Err("fingerprint"),
            None => Err("encoding"),
        }
    },
};

pub fn suite() -> Suite {
    let mut suite = Suite::new(
        "safety",
        "Section 2.7: fingerprints of users and rooms, and verification links.",
    );
    let (ana, bob) = (cast::ana().keys(), cast::bob().keys());
    let new_bob = cast::new_bob().keys(&bob.username);
    let member = |it: &MemberKeys| json!({"member": it});
    let shown = suite.accept("ana's fingerprint", &FINGERPRINT, member(&ana));
    let bobs = suite.accept("bob's fingerprint", &FINGERPRINT, member(&bob));
    let keys = fingerprint::keys(&ana.user, &ana.signing, &ana.agreement);
    suite.deny(
        "a fingerprint without its rounds",
        &FINGERPRINT,
        member(&ana),
        json!({"keys": keys, "fingerprint": keys, "digits": fingerprint::digits(&keys)}),
    );
    suite.accept(
        "bob's fingerprint after he replaced his keys",
        &FINGERPRINT,
        member(&new_bob),
    );
    let two = |one: &MemberKeys, other: &MemberKeys| json!({"one": one, "other": other});
    suite.accept("the number of ana and bob", &SAFETY_NUMBER, two(&ana, &bob));
    suite.accept("the number of bob and ana", &SAFETY_NUMBER, two(&bob, &ana));
    let digits = |it: &Value| it["digits"].as_str().unwrap().to_owned();
    suite.deny(
        "a number in the order of those who ask",
        &SAFETY_NUMBER,
        two(&bob, &ana),
        json!({"number": format!("{} {}", digits(&bobs), digits(&shown))}),
    );
    suite.accept(
        "the number of ana and the new bob",
        &SAFETY_NUMBER,
        two(&ana, &new_bob),
    );

    let ctx = cast::ctx();
    let room = |roster: Hash| json!({"room": ctx.room, "epoch": ctx.epoch, "commitment": ctx.commitment, "roster": roster});
    suite.accept(
        "a room's fingerprint",
        &ROOM_FINGERPRINT,
        room(cast::roster().hash()),
    );
    let other = suite.accept(
        "a room's fingerprint with another roster",
        &ROOM_FINGERPRINT,
        room(Hash::ZERO),
    );
    suite.deny(
        "a room's fingerprint that leaves out the roster",
        &ROOM_FINGERPRINT,
        room(cast::roster().hash()),
        other,
    );

    let text = shown["fingerprint"].as_str().unwrap();
    let link = |link: String| json!({"member": ana, "link": link});
    let good = format!("https://chat.example/verify#{}.{text}", ana.user);
    suite.accept("a verification link", &LINK, link(good.clone()));
    let other = bobs["fingerprint"].as_str().unwrap();
    for (name, link, reason) in [
        (
            "a link with another's fingerprint",
            link(good.replace(text, other)),
            "fingerprint",
        ),
        (
            "a link of another user",
            link(good.replace(&ana.user.to_string(), &bob.user.to_string())),
            "fingerprint",
        ),
        (
            "a link that is cut off",
            link(good[..good.len() - 1].to_owned()),
            "encoding",
        ),
        (
            "a link without a point",
            link(good.replace('.', "")),
            "encoding",
        ),
    ] {
        suite.refuse(name, &LINK, link, reason);
    }
    suite
}
