//! Who wrote the messages of an epoch, and what the chains of their devices give away.

use crate::{
    cast,
    given::Given,
    messages::{body, open, plain, text},
    sealing,
    suite::{Check, Suite},
};
use client::{
    authentic::{Finding, Received, Verdict, Verifier},
    envelope::Opened,
};
use protocol::{Hash, Seq, UserId};
use serde_json::{Value, json};

/// Who wrote the messages of one epoch, and what their chains give away.
const CHAIN: Check = Check {
    name: "chain",
    answer: |given| {
        let (epoch, seq) = (given.get("epoch")?, given.number("header_seq"));
        let mut verifier = Verifier::new();
        verifier.header(epoch, seq, given.get("header_hash")?);
        let opened: Vec<(Seq, Opened)> = given
            .list("messages")
            .iter()
            .map(|it| Ok((it.number("seq"), open(given, it.text("token"))?)))
            .collect::<Result<_, _>>()?;
        let received: Vec<_> = opened
            .iter()
            .map(|(seq, opened)| Received {
                seq: *seq,
                epoch,
                opened,
            })
            .collect();
        let members = given.list("members");
        let key_of = |user: &UserId, seq: Seq| {
            let is_it = |it: &&Given| it.get::<UserId>("user") == Ok(*user);
            let member = members.iter().find(is_it)?;
            let until: Option<Seq> = member.maybe("until").ok()?;
            (until.is_none_or(|until| seq < until)).then(|| member.get("signing").unwrap())
        };
        let verified = verifier.verify(&received, key_of);
        let mut findings = verified.findings;
        if given.get("complete")? {
            findings.extend(verifier.header_reached(epoch));
        }
        let verdict = |it: &Verdict| match it {
            Verdict::Authentic => "authentic",
            Verdict::Forged => "signature",
            Verdict::NotMember => "not a member",
        };
        let mut findings: Vec<_> = findings.iter().map(finding).collect();
        findings.sort_unstable();
        let verdicts: Vec<_> = verified.verdicts.iter().map(verdict).collect();
        Ok(json!({"verdicts": verdicts, "findings": findings}))
    },
};

/// Where it is said, and in what word.
fn finding(finding: &Finding) -> (Seq, &'static str) {
    match finding {
        Finding::Repeated { seq, .. } => (*seq, "repeated"),
        Finding::TwoVersions { seq, .. } => (*seq, "two versions"),
        Finding::BrokenChain { seq } => (*seq, "chain"),
        Finding::Missing { before, .. } => (*before, "left out"),
        Finding::Moved { seq } => (*seq, "moved"),
        Finding::ImpossibleSeen { seq } => (*seq, "seen"),
    }
}

pub fn suite() -> Suite {
    let mut suite = Suite::new(
        "chains",
        "Section 6.5: whose messages are, and the chains of devices.",
    );
    chains(&mut suite);
    suite
}

/// One message of a chain's story: who wrote it, with which number, naming what, having seen what.
struct Said<'a> {
    seq: Seq,
    n: u64,
    prev: Hash,
    seen: Seq,
    text: &'a str,
}

fn chains(suite: &mut Suite) {
    // The header stands at 5; four messages follow it.
    let header = Hash([4; 32]);
    let say = |seq, n, prev, seen, text| Said {
        seq,
        n,
        prev,
        seen,
        text,
    };
    let b = |n: u64, prev: Hash, seen: Seq, text: &str| hash_of(&chain_body(n, prev, seen, text));
    let one = b(1, header, 5, "one");
    let two = b(2, one, 6, "two");
    let three = b(3, two, 7, "three");
    let story = [
        say(6, 1, header, 5, "one"),
        say(7, 2, one, 6, "two"),
        say(8, 3, two, 7, "three"),
        say(9, 4, three, 8, "four"),
    ];
    let [first, second, third, fourth] = &story;
    let ana = cast::ana().keys();
    let member = json!({"user": ana.user, "signing": ana.signing});

    chain_case(suite, "a chain", &member, &[first, second, third, fourth]);
    let other_first = say(6, 1, Hash([9; 32]), 5, "one");
    let two_again = say(9, 2, one, 6, "two");
    let two_otherwise = say(9, 2, one, 6, "otherwise");
    let stranger = say(8, 3, one, 7, "three");
    let future = say(6, 1, header, 6, "one");
    let before_header = say(6, 1, header, 4, "one");
    let moved_two = say(9, 2, one, 6, "two");
    let forgetful_prev = b(2, one, 6, "two");
    let forgetful = say(8, 3, forgetful_prev, 5, "three");
    for (name, said) in [
        ("a message is left out", &[first, third, fourth][..]),
        ("the first message is left out", &[second, third]),
        ("a message is repeated", &[first, second, third, &two_again]),
        (
            "a number has two versions",
            &[first, second, third, &two_otherwise],
        ),
        (
            "a message names another before it",
            &[first, second, &stranger],
        ),
        ("a first message names another header", &[&other_first]),
        (
            "a message is moved behind a later one",
            &[first, third, &moved_two],
        ),
        ("a message has seen itself", &[&future]),
        ("a message has seen less than the header", &[&before_header]),
        (
            "a message has seen less than the one before",
            &[first, second, &forgetful],
        ),
    ] {
        chain_case(suite, name, &member, said);
    }
    let gone = json!({"user": ana.user, "signing": ana.signing, "until": 8});
    chain_case(
        suite,
        "a message after its sender has gone",
        &gone,
        &[first, second, third],
    );
    let bob = cast::bob().keys();
    let forged = json!({"user": ana.user, "signing": bob.signing});
    let given = chain_case(suite, "a forged message", &forged, &[first]);
    suite.deny(
        "a forged message that is taken for authentic",
        &CHAIN,
        given,
        json!({"verdicts": ["authentic"], "findings": []}),
    );
}

fn chain_body(n: u64, prev: Hash, seen: Seq, said: &str) -> Vec<u8> {
    let mut body = body(n, prev, text(said));
    body.seen.seq = seen;
    body.to_json().unwrap().to_vec()
}

fn hash_of(json: &[u8]) -> Hash {
    plain(json).1
}

fn chain_case(suite: &mut Suite, name: &str, member: &Value, story: &[&Said<'_>]) -> Value {
    let message = |said: &&Said| {
        let (plain, _) = plain(&chain_body(said.n, said.prev, said.seen, said.text));
        json!({"seq": said.seq, "token": sealing::in_the_room(&plain)})
    };
    let messages: Vec<_> = story.iter().map(message).collect();
    let given = json!({
        "room_key": *cast::room_secret().reveal(),
        "room": cast::ROOM,
        "epoch": cast::EPOCH,
        "header_seq": 5,
        "header_hash": Hash([4; 32]),
        "complete": true,
        "members": [member],
        "messages": messages,
    });
    suite.accept(name, &CHAIN, given.clone());
    given
}
