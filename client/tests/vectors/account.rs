//! The account secret, members' keys, and how keys follow each other.

use crate::{
    cast,
    suite::{Check, Suite, with},
};
use client::{kdf::kdf, token::FernetKey};
use protocol::{
    b64,
    label::{self, HashPurpose},
    open::MemberKeys,
};
use serde_json::{Value, json};

const ACCOUNT: Check = Check {
    name: "account",
    answer: |given| {
        let secret = given.account("secret");
        let identity = secret.identity();
        let vault_key = kdf(secret.as_bytes(), "vault");
        // The very key that opens the vault.
        let token = FernetKey::new(&vault_key).seal(b"x");
        assert!(secret.vault_key().open(&token).is_ok());
        Ok(json!({
            "user": identity.user(),
            "signing": identity.signing_key(),
            "agreement": identity.agreement_key(),
            "vault_key": b64::encode(vault_key.as_bytes()),
        }))
    },
};

/// What a user introduces themselves with.
const MEMBER: Check = Check {
    name: "member",
    answer: |given| {
        let member: MemberKeys = given.get("member")?;
        match member.are_of(&member.user) {
            true => Ok(json!({})),
            false => Err("keys"),
        }
    },
};

const FOLLOWS: Check = Check {
    name: "new keys",
    answer: |given| {
        let (before, after): (MemberKeys, MemberKeys) = (given.get("before")?, given.get("after")?);
        match after.follow(&before) {
            true => Ok(json!({})),
            false => Err("keys"),
        }
    },
};

pub fn suite() -> Suite {
    let mut suite = Suite::new(
        "account",
        "Section 2: account secret, public keys and their succession.",
    );
    for person in [cast::ana(), cast::bob(), cast::cleo()] {
        let given = json!({"secret": b64::encode(person.secret.as_bytes())});
        let name = format!("the account of {}", person.name);
        let gives = suite.accept(&name, &ACCOUNT, given.clone());
        let by_agreement_key =
            label::hash(HashPurpose::User, &[&person.identity.agreement_key().0]);
        suite.deny(
            &format!("{name}, with a user id by the agreement key"),
            &ACCOUNT,
            given,
            with(
                &gives,
                "/user",
                json!(b64::encode(&by_agreement_key.0[..20])),
            ),
        );
    }
    members(&mut suite);
    successions(&mut suite);
    suite
}

fn members(suite: &mut Suite) {
    let (ana, bob) = (json!(cast::ana().keys()), json!(cast::bob().keys()));
    let given = |member: Value| json!({"member": member});
    suite.accept("a member", &MEMBER, given(ana.clone()));
    for name in ["abc", "a23", "0.-_", "abcdefghijabcdefghijabcdefghij12"] {
        let member = with(&ana, "/username", json!(name));
        suite.accept(&format!("the username {name}"), &MEMBER, given(member));
    }
    for name in [
        "ab",
        "",
        "Ana",
        "an a",
        ".ana",
        "-ana",
        "änä",
        "ana\n",
        "abcdefghijabcdefghijabcdefghij123",
    ] {
        let member = with(&ana, "/username", json!(name));
        suite.refuse(
            &format!("the username {name:?}"),
            &MEMBER,
            given(member),
            "json",
        );
    }
    let mut more = ana.clone();
    more["phone"] = json!("1");
    let small = json!("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
    for (name, member, reason) in [
        (
            "a member with another's user id",
            with(&ana, "/user", bob["user"].clone()),
            "keys",
        ),
        (
            "a member with another's signing key",
            with(&ana, "/signing", bob["signing"].clone()),
            "keys",
        ),
        (
            "a member with a small agreement key",
            with(&ana, "/agreement", small),
            "keys",
        ),
        ("a member with more to say", more, "json"),
        (
            "a member with an id that is cut off",
            with(&ana, "/user", json!("h8EB9ikPPYciGXZ9fZ570ymMCq")),
            "json",
        ),
    ] {
        suite.refuse(name, &MEMBER, given(member), reason);
    }
}

fn successions(suite: &mut Suite) {
    let bob = cast::bob();
    let second = cast::new_bob();
    let third = second.succeeded_by(&cast::counted_secret(180));
    let (first, second, third) = (bob.keys(), second.keys(&bob.name), third.keys(&bob.name));
    suite.accept(
        "keys that were replaced once",
        &MEMBER,
        json!({"member": second}),
    );
    suite.accept(
        "keys that were replaced twice",
        &MEMBER,
        json!({"member": third}),
    );
    suite.accept(
        "the second keys after the first",
        &FOLLOWS,
        json!({"before": first, "after": second}),
    );
    suite.accept(
        "the third keys after the second",
        &FOLLOWS,
        json!({"before": second, "after": third}),
    );

    let often = |times: u8| {
        let replaced = (0..times).fold(cast::bob().identity, |identity, time| {
            identity.succeeded_by(&cast::counted_secret(100 + time))
        });
        json!({"member": replaced.keys(&bob.name)})
    };
    suite.accept("keys that were replaced sixteen times", &MEMBER, often(16));
    suite.refuse(
        "keys that were replaced seventeen times",
        &MEMBER,
        often(17),
        "keys",
    );

    let altered = |change: &dyn Fn(&mut MemberKeys)| {
        let mut member = third.clone();
        change(&mut member);
        json!({"member": member})
    };
    let ana = cast::ana().keys();
    for (name, given) in [
        (
            "a step that is left out",
            altered(&|it| it.earlier = vec![it.earlier[1]]),
        ),
        (
            "steps in another order",
            altered(&|it| it.earlier.swap(0, 1)),
        ),
        (
            "a step that is there twice",
            altered(&|it| it.earlier.push(it.earlier[1])),
        ),
        (
            "a step without the old key's word",
            altered(&|it| it.earlier[1].old = it.earlier[1].new),
        ),
        (
            "a step without the new key's word",
            altered(&|it| it.earlier[1].new = it.earlier[1].old),
        ),
        (
            "a last key that nobody named",
            altered(&|it| it.signing = ana.signing),
        ),
        (
            "a first key of another user",
            altered(&|it| it.earlier[0].signing = ana.signing),
        ),
    ] {
        suite.refuse(name, &MEMBER, given, "keys");
    }
    let mut renamed = second.clone();
    renamed.username = ana.username;
    for (name, before, after) in [
        ("two steps at once", &first, &third),
        ("new keys that are the old ones", &second, &second),
        ("new keys that are older", &third, &second),
        ("new keys with another name", &first, &renamed),
    ] {
        suite.refuse(
            name,
            &FOLLOWS,
            json!({"before": before, "after": after}),
            "keys",
        );
    }
}
