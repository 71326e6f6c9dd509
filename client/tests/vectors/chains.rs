//! Who wrote the messages of an epoch, and what the chains of their devices give away.

use crate::{
    cast,
    given::Given,
    messages::{body, open, plain, text},
    sealing,
    suite::{Check, Suite},
};
use client::{
    authentic::{Chain, Finding, Received, Verdict, Verifier},
    envelope::Opened,
};
use protocol::{DeviceId, Hash, Seq, UserId};
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
        let deleted = match given.0["deleted"] {
            Value::Null => Vec::new(),
            _ => given.list("deleted"),
        };
        for it in &deleted {
            verifier.hole(it.number("seq"));
        }
        let verified = verifier.verify(&received, key_of);
        let mut findings = verified.findings;
        for it in &deleted {
            let (sender, device) = (it.get("sender")?, it.get("device")?);
            let chain = Chain {
                sender,
                device,
                epoch,
            };
            findings.extend(verifier.fill(
                it.number("seq"),
                chain,
                it.number("n"),
                it.get("body")?,
            ));
        }
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
        "Sections 6.5 and 6.7: whose messages are, and the chains of devices, also through deleted messages.",
    );
    chains(&mut suite);
    holes(&mut suite);
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

/// The second of four messages is deleted: its deletion tells its number and its `B`.
fn holes(suite: &mut Suite) {
    let header = Hash([4; 32]);
    let one = hash_of(&chain_body(1, header, 5, "one"));
    let two = hash_of(&chain_body(2, one, 6, "two"));
    let three = hash_of(&chain_body(3, two, 7, "three"));
    let say = |seq: Seq, n, prev, text| {
        let body = chain_body(n, prev, seq - 1, text);
        json!({"seq": seq, "token": sealing::in_the_room(&plain(&body).0)})
    };
    let first = say(6, 1, header, "one");
    let unsigned = {
        let mut plain = plain(&chain_body(1, header, 5, "one")).0;
        plain[1] ^= 1;
        json!({"seq": 6, "token": sealing::in_the_room(&plain)})
    };
    let second = say(7, 2, one, "two");
    let third = say(8, 3, two, "three");
    let fourth = say(9, 4, three, "four");
    let again = {
        let body = chain_body(2, one, 6, "two");
        json!({"seq": 9, "token": sealing::in_the_room(&plain(&body).0)})
    };
    let ana = cast::ana().keys();
    let hole = |n: u64, body: Hash| json!([{"seq": 7, "sender": ana.user, "device": DeviceId([1; 16]), "n": n, "body": body}]);
    let case = |messages: &[&Value], deleted: Value| {
        let mut given = chain_given(&json!({"user": ana.user, "signing": ana.signing}), messages);
        given["deleted"] = deleted;
        given
    };
    let none = json!([]);
    for (name, messages, deleted) in [
        (
            "a message vouches for the one before it",
            &[&unsigned, &second, &third][..],
            none.clone(),
        ),
        (
            "a chain goes through a deleted message",
            &[&first, &third, &fourth],
            hole(2, two),
        ),
        (
            "a deleted message vouches for nobody",
            &[&unsigned, &third, &fourth],
            hole(2, two),
        ),
        (
            "a message names another than the one that was deleted",
            &[&first, &third, &fourth],
            hole(2, one),
        ),
        (
            "a deleted message stands where another was left out",
            &[&first, &fourth],
            hole(2, two),
        ),
        (
            "a deleted message comes again",
            &[&first, &third, &again],
            hole(2, two),
        ),
        (
            "a deletion names a number that another message has",
            &[&first, &third],
            hole(3, two),
        ),
        (
            "a message stands before the deleted one that it names",
            &[&say(6, 2, one, "two")],
            hole(1, one),
        ),
    ] {
        suite.accept(name, &CHAIN, case(messages, deleted));
    }
    suite.deny(
        "a chain through a deleted message that is taken for broken",
        &CHAIN,
        case(&[&first, &third], hole(2, two)),
        json!({"verdicts": ["authentic", "authentic"], "findings": [[8, "left out"]]}),
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
    let given = chain_given(member, &messages.iter().collect::<Vec<_>>());
    suite.accept(name, &CHAIN, given.clone());
    given
}

fn chain_given(member: &Value, messages: &[&Value]) -> Value {
    json!({
        "room_key": *cast::room_secret().reveal(),
        "room": cast::ROOM,
        "epoch": cast::EPOCH,
        "header_seq": 5,
        "header_hash": Hash([4; 32]),
        "complete": true,
        "members": [member],
        "messages": messages,
    })
}
