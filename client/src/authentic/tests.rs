use super::*;
use crate::{
    account::Identity,
    body::Body,
    envelope::{self, Opened},
    room_key::Context,
    testing::{first_message, identity, room},
    token::FernetKey,
};
use protocol::open::Head;

mod holes;

const HEADER: Seq = 1;

/// A device that writes, and a log that holds what it wrote.
struct Writer {
    who: Identity,
    device: u8,
    key: FernetKey,
    ctx: Context,
    n: u64,
    prev: Hash,
}

impl Writer {
    fn new(seed: u64, device: u8) -> Self {
        let (secret, ctx) = room();
        Self {
            who: identity(seed),
            device,
            key: secret.message_key(),
            ctx,
            n: 0,
            prev: Hash([9; 32]),
        }
    }

    /// The next message, sealed while the log's head was at `seen`.
    fn say(&mut self, text: &str, seen: Seq) -> Opened {
        self.n += 1;
        let opened = self.forge(&Body {
            device: DeviceId([self.device; 16]),
            n: self.n,
            prev: self.prev,
            seen: Head {
                seq: seen,
                hash: Hash([8; 32]),
            },
            ..first_message(&self.who, text)
        });
        self.prev = opened.body_hash;
        opened
    }

    /// Any body, signed by this writer.
    fn forge(&self, body: &Body) -> Opened {
        let sealed = envelope::seal(&self.key, &self.ctx, &self.who, body).unwrap();
        envelope::open(&self.key, &self.ctx, &sealed.token).unwrap()
    }

    fn chain(&self) -> Chain {
        Chain {
            sender: self.who.user(),
            device: DeviceId([self.device; 16]),
            epoch: self.ctx.epoch,
        }
    }

    /// `count` messages, each sealed when the one before it was in the log, from seq 2 on.
    fn say_many(&mut self, count: u64) -> Vec<(Seq, Opened)> {
        (1..=count)
            .map(|at| (HEADER + at, self.say("hello", at)))
            .collect()
    }
}

fn verifier() -> Verifier {
    let mut verifier = Verifier::new();
    verifier.header(room().1.epoch, HEADER, Hash([9; 32]));
    verifier
}

fn received(messages: &[(Seq, Opened)]) -> Vec<Received<'_>> {
    let epoch = room().1.epoch;
    let mut all = Vec::new();
    for (seq, opened) in messages {
        all.push(Received {
            seq: *seq,
            epoch,
            opened,
        });
    }
    all
}

/// Everybody of the seeds 1 to 4 is a member all along.
fn key_of(user: &UserId, _: Seq) -> Option<PublicKey> {
    let mut members = (1..=4).map(identity);
    members
        .find(|it| it.user() == *user)
        .map(|it| it.signing_key())
}

fn verify(verifier: &mut Verifier, messages: &[(Seq, Opened)]) -> Verified {
    verifier.verify(&received(messages), key_of)
}

#[test]
fn a_page_of_one_device_costs_one_signature() {
    let page = Writer::new(1, 1).say_many(100);
    let mut verifier = verifier();
    let verified = verify(&mut verifier, &page);
    assert_eq!(verified.verdicts, [Verdict::Authentic; 100]);
    assert_eq!(verified.findings, []);
    assert_eq!(verifier.signatures_checked(), 1);
    assert_eq!(verifier.header_reached(3), []);
}

#[test]
fn an_earlier_page_costs_nothing_more() {
    let log = Writer::new(1, 1).say_many(90);
    let mut verifier = verifier();
    for page in [&log[60..], &log[30..60], &log[..30]] {
        let verified = verify(&mut verifier, page);
        assert_eq!(verified.verdicts, [Verdict::Authentic; 30]);
        assert_eq!(verified.findings, []);
    }
    assert_eq!(verifier.signatures_checked(), 1);
    assert_eq!(verifier.header_reached(3), []);
}

#[test]
fn each_device_costs_a_signature_of_its_own() {
    let (mut phone, mut laptop, mut bob) =
        (Writer::new(1, 1), Writer::new(1, 2), Writer::new(2, 1));
    let mut log = Vec::new();
    for at in 0..10 {
        for writer in [&mut phone, &mut laptop, &mut bob] {
            let seq = HEADER + 1 + log.len() as Seq;
            log.push((seq, writer.say(&format!("message {at}"), seq - 1)));
        }
    }
    let mut verifier = verifier();
    let verified = verify(&mut verifier, &log);
    assert_eq!(verified.verdicts, [Verdict::Authentic; 30]);
    assert_eq!(verified.findings, []);
    assert_eq!(verifier.signatures_checked(), 3);
}

#[test]
fn live_messages_are_checked_by_their_own_signatures() {
    let log = Writer::new(1, 1).say_many(5);
    let mut verifier = verifier();
    verifier.header_reached(3);
    for message in &log {
        let verified = verify(&mut verifier, std::slice::from_ref(message));
        assert_eq!(verified.verdicts, [Verdict::Authentic]);
        assert_eq!(verified.findings, []);
    }
    assert_eq!(verifier.signatures_checked(), 5);
}

#[test]
fn a_member_who_writes_in_anothers_name_is_found_out_wherever_the_forgery_stands() {
    let (mut ana, mallory) = (Writer::new(1, 1), Writer::new(3, 1));
    for place in 0..5 {
        let mut log = ana.say_many(5);
        let honest = log[place].1.body.clone();
        let words = first_message(&ana.who, "forged").content;
        log[place].1 = mallory.forge(&Body {
            content: words,
            ..honest
        });
        let verified = verify(&mut verifier(), &log);
        for (index, verdict) in verified.verdicts.iter().enumerate() {
            let expected = if index == place {
                Verdict::Forged
            } else {
                Verdict::Authentic
            };
            assert_eq!(*verdict, expected);
        }
        ana = Writer::new(1, 1);
    }
}

#[test]
fn a_forgery_vouches_for_nothing() {
    let (ana, mallory) = (Writer::new(1, 1), Writer::new(3, 1));
    let first = mallory.forge(&first_message(&ana.who, "I quit"));
    let second = mallory.forge(&Body {
        n: 2,
        prev: first.body_hash,
        ..first_message(&ana.who, "I mean it")
    });
    let mut verifier = verifier();
    let verified = verify(&mut verifier, &[(2, first), (3, second)]);
    assert_eq!(verified.verdicts, [Verdict::Forged; 2]);
    assert_eq!(verified.findings, []);
    assert_eq!(verifier.signatures_checked(), 2);
}

#[test]
fn a_message_of_someone_who_is_no_member_there_is_refused_though_it_is_signed() {
    let log = Writer::new(1, 1).say_many(4);
    let left_at = 4;
    let verified = verifier().verify(&received(&log), |user, seq| {
        key_of(user, seq).filter(|_| seq < left_at)
    });
    use Verdict::{Authentic, NotMember};
    assert_eq!(
        verified.verdicts,
        [Authentic, Authentic, NotMember, NotMember]
    );
}

#[test]
fn a_dropped_message_is_missed() {
    let mut ana = Writer::new(1, 1);
    let mut log = ana.say_many(6);
    log.drain(2..4);
    let missing = Finding::Missing {
        chain: ana.chain(),
        from: 3,
        to: 4,
        before: 6,
    };
    let verified = verify(&mut verifier(), &log);
    assert_eq!(verified.verdicts, [Verdict::Authentic; 4]);
    assert_eq!(verified.findings, [missing]);

    // The same when it is dropped from live traffic, or lies between two pages; it is said once.
    for split in [1, 2, 3] {
        let mut verifier = verifier();
        let mut findings = verify(&mut verifier, &log[split..]).findings;
        findings.extend(verify(&mut verifier, &log[..split]).findings);
        assert_eq!(findings, [missing], "{split}");
    }
}

#[test]
fn a_dropped_beginning_is_missed_once_the_header_is_reached() {
    let mut ana = Writer::new(1, 1);
    let log = ana.say_many(6).split_off(3);
    let missing = Finding::Missing {
        chain: ana.chain(),
        from: 1,
        to: 3,
        before: 5,
    };
    let mut later = verifier();
    assert_eq!(verify(&mut later, &log).findings, []);
    assert_eq!(later.header_reached(3), [missing]);
    let mut live = verifier();
    live.header_reached(3);
    assert_eq!(verify(&mut live, &log).findings, [missing]);
}

#[test]
fn a_repeated_message_is_told_from_the_first_in_whichever_order_they_come() {
    let mut log = Writer::new(1, 1).say_many(3);
    let repeated = log[1].1.clone();
    log.push((9, repeated));
    let said = Finding::Repeated { seq: 9, first: 3 };
    let mut at_once = verifier();
    let verified = verify(&mut at_once, &log);
    assert_eq!(verified.verdicts, [Verdict::Authentic; 4]);
    assert_eq!(verified.findings, [said]);

    let mut backward = verifier();
    assert_eq!(
        verify(&mut backward, &log[2..]).findings,
        [Finding::Moved { seq: 4 }]
    );
    assert_eq!(verify(&mut backward, &log[..2]).findings, [said]);
}

#[test]
fn the_same_page_again_is_no_repetition() {
    let log = Writer::new(1, 1).say_many(3);
    let mut verifier = verifier();
    verify(&mut verifier, &log);
    let again = verify(&mut verifier, &log);
    assert_eq!(again.verdicts, [Verdict::Authentic; 3]);
    assert_eq!(again.findings, []);
}

#[test]
fn a_device_that_sends_two_versions_is_exposed() {
    let (mut ana, twin) = (Writer::new(1, 1), Writer::new(1, 1));
    let mut log = ana.say_many(3);
    let body = Body {
        content: first_message(&ana.who, "the other version").content,
        ..log[1].1.body.clone()
    };
    log.push((7, twin.forge(&body)));
    let verified = verify(&mut verifier(), &log);
    assert_eq!(verified.verdicts, [Verdict::Authentic; 4]);
    assert_eq!(
        verified.findings,
        [Finding::TwoVersions { seq: 7, other: 3 }]
    );
}

#[test]
fn a_message_that_names_another_before_it_is_marked() {
    let mut ana = Writer::new(1, 1);
    let mut log = ana.say_many(1);
    ana.prev = Hash([66; 32]);
    log.push((3, ana.say("next", 2)));
    let verified = verify(&mut verifier(), &log);
    assert_eq!(verified.findings, [Finding::BrokenChain { seq: 3 }]);

    let mut bob = Writer::new(2, 1);
    bob.prev = Hash([66; 32]);
    let verified = verify(&mut verifier(), &bob.say_many(1));
    assert_eq!(verified.findings, [Finding::BrokenChain { seq: 2 }]);
}

#[test]
fn messages_in_another_order_than_they_were_written_are_marked() {
    let mut ana = Writer::new(1, 1);
    let (first, second) = (ana.say("first", 1), ana.say("second", 1));
    let verified = verify(&mut verifier(), &[(2, second), (3, first)]);
    assert_eq!(verified.verdicts, [Verdict::Authentic; 2]);
    assert_eq!(verified.findings, [Finding::Moved { seq: 2 }]);
}

#[test]
fn nobody_sees_the_future_forgets_what_they_saw_or_writes_before_the_header() {
    let marked = |seen: [Seq; 2]| {
        let mut ana = Writer::new(1, 1);
        let log = [(10, ana.say("one", seen[0])), (12, ana.say("two", seen[1]))];
        let mut verifier = Verifier::new();
        verifier.header(3, 5, Hash([9; 32]));
        verify(&mut verifier, &log).findings
    };
    assert_eq!(marked([5, 5]), []);
    assert_eq!(marked([9, 11]), []);
    assert_eq!(marked([10, 11]), [Finding::ImpossibleSeen { seq: 10 }]);
    assert_eq!(marked([9, 12]), [Finding::ImpossibleSeen { seq: 12 }]);
    assert_eq!(marked([4, 11]), [Finding::ImpossibleSeen { seq: 10 }]);
    assert_eq!(marked([9, 8]), [Finding::ImpossibleSeen { seq: 12 }]);
}

#[test]
fn a_number_far_away_costs_no_time() {
    let mut ana = Writer::new(1, 1);
    let mut log = ana.say_many(1);
    ana.n = protocol::json::MAX_INTEGER - 1;
    log.push((3, ana.say("far", 2)));
    let to = protocol::json::MAX_INTEGER - 1;
    let verified = verify(&mut verifier(), &log);
    assert_eq!(
        verified.findings,
        [Finding::Missing {
            chain: ana.chain(),
            from: 2,
            to,
            before: 3
        }]
    );
}

#[test]
fn epochs_have_chains_of_their_own() {
    let mut ana = Writer::new(1, 1);
    let old = ana.say_many(3);
    ana.ctx.epoch += 1;
    (ana.n, ana.prev) = (0, Hash([99; 32]));
    let new = ana.say("hello again", 5);
    let mut verifier = verifier();
    verifier.header(4, 5, Hash([99; 32]));
    verifier.header_reached(4);
    let mut all = received(&old);
    all.push(Received {
        seq: 6,
        epoch: 4,
        opened: &new,
    });
    let verified = verifier.verify(&all, key_of);
    assert_eq!(verified.verdicts, [Verdict::Authentic; 4]);
    assert_eq!(verified.findings, []);
}
