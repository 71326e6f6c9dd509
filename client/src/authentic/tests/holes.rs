//! Chains of which messages were deleted.

use super::*;
use proptest::prelude::*;

/// Takes the message at this index out of the log and tells which one it was.
fn delete(verifier: &mut Verifier, log: &mut Vec<(Seq, Opened)>, index: usize) -> Told {
    let (seq, opened) = log.remove(index);
    verifier.hole(seq);
    let body = &opened.body;
    let chain = Chain {
        sender: body.sender,
        device: body.device,
        epoch: room().1.epoch,
    };
    Told {
        seq,
        chain,
        n: body.n,
        body: opened.body_hash,
    }
}

/// What a deletion says.
struct Told {
    seq: Seq,
    chain: Chain,
    n: u64,
    body: Hash,
}

fn fill(verifier: &mut Verifier, told: &Told) -> Vec<Finding> {
    verifier.fill(told.seq, told.chain, told.n, told.body)
}

#[test]
fn a_deleted_message_is_not_missed() {
    let mut log = Writer::new(1, 1).say_many(5);
    let mut verifier = verifier();
    let told = delete(&mut verifier, &mut log, 2);
    let verified = verify(&mut verifier, &log);
    assert_eq!(verified.verdicts, [Verdict::Authentic; 4]);
    assert_eq!(verified.findings, []);
    assert_eq!(fill(&mut verifier, &told), []);
    assert_eq!(verifier.header_reached(3), []);
}

#[test]
fn before_a_deleted_message_a_signature_is_checked() {
    let mut log = Writer::new(1, 1).say_many(5);
    let mut verifier = verifier();
    let told = delete(&mut verifier, &mut log, 2);
    fill(&mut verifier, &told);
    verify(&mut verifier, &log);
    assert_eq!(verifier.signatures_checked(), 2);
}

#[test]
fn a_deleted_message_vouches_for_nothing() {
    let (mut ana, mallory) = (Writer::new(1, 1), Writer::new(3, 1));
    let mut log = ana.say_many(3);
    let forged = mallory.forge(&log[1].1.body);
    let mut verifier = verifier();
    // Whoever deletes may claim any `B`, also that of a forgery that is to come.
    let told = Told {
        body: forged.body_hash,
        ..delete(&mut verifier, &mut log, 1)
    };
    fill(&mut verifier, &told);
    let verified = verify(&mut verifier, &[(9, forged)]);
    assert_eq!(verified.verdicts, [Verdict::Forged]);
}

#[test]
fn a_deletion_that_names_another_message_breaks_the_chain() {
    let mut log = Writer::new(1, 1).say_many(3);
    let mut verifier = verifier();
    let told = Told {
        body: Hash([66; 32]),
        ..delete(&mut verifier, &mut log, 1)
    };
    assert_eq!(verify(&mut verifier, &log).findings, []);
    let broken = Finding::BrokenChain { seq: 4 };
    assert_eq!(fill(&mut verifier, &told), [broken]);
}

#[test]
fn a_hole_that_nothing_explains_leaves_the_gap() {
    let mut ana = Writer::new(1, 1);
    let mut log = ana.say_many(3);
    let mut verifier = verifier();
    let told = delete(&mut verifier, &mut log, 1);
    assert_eq!(verify(&mut verifier, &log).findings, []);
    let missing = Finding::Missing {
        chain: ana.chain(),
        from: 2,
        to: 2,
        before: 4,
    };
    assert_eq!(verifier.give_up(told.seq), [missing]);
}

#[test]
fn a_hole_hides_nothing_that_stood_elsewhere() {
    let mut ana = Writer::new(1, 1);
    let mut log = ana.say_many(6);
    let mut verifier = verifier();
    let told = delete(&mut verifier, &mut log, 1);
    // The messages 3 and 4 are held back by the server.
    log.drain(1..3);
    assert_eq!(verify(&mut verifier, &log).findings, []);
    let missing = Finding::Missing {
        chain: ana.chain(),
        from: 3,
        to: 4,
        before: 6,
    };
    assert_eq!(fill(&mut verifier, &told), [missing]);
}

/// Who writes each of a log's messages, which of them are deleted, and where a reader's pages are cut.
fn stories() -> impl Strategy<Value = (Vec<u8>, Vec<bool>, Vec<usize>)> {
    (1usize..24).prop_flat_map(|length| {
        (
            proptest::collection::vec(1u8..4, length),
            proptest::collection::vec(any::<bool>(), length),
            proptest::collection::vec(0..length, 0..4),
        )
    })
}

/// The log of such a story, without what was deleted, and what the deletions tell.
fn told(
    verifier: &mut Verifier,
    writers: &[u8],
    deleted: &[bool],
) -> (Vec<(Seq, Opened)>, Vec<Told>) {
    let mut devices: Vec<Writer> = (1..4).map(|seed| Writer::new(seed, 1)).collect();
    let mut log = Vec::new();
    for (seq, writer) in (HEADER + 1..).zip(writers) {
        let opened = devices[usize::from(*writer) - 1].say("hello", seq - 1);
        log.push((seq, opened));
    }
    let mut all = Vec::new();
    for (index, deleted) in deleted.iter().enumerate().rev() {
        if *deleted {
            all.push(delete(verifier, &mut log, index));
        }
    }
    (log, all)
}

/// Verifies a log page by page, the newest first, and tells of each deletion where its hole lies.
fn read(
    verifier: &mut Verifier,
    log: &[(Seq, Opened)],
    deletions: &[&Told],
    mut cuts: Vec<usize>,
) -> (Vec<Verdict>, Vec<Finding>) {
    cuts.extend([0, 24]);
    cuts.sort_unstable();
    let (mut verdicts, mut findings) = (Vec::new(), Vec::new());
    for pair in cuts.windows(2).rev() {
        let places = HEADER + 1 + pair[0] as Seq..HEADER + 1 + pair[1] as Seq;
        let page: Vec<_> = log
            .iter()
            .filter(|it| places.contains(&it.0))
            .cloned()
            .collect();
        let verified = verify(verifier, &page);
        verdicts.extend(verified.verdicts);
        findings.extend(verified.findings);
        for told in deletions.iter().filter(|it| places.contains(&it.seq)) {
            findings.extend(fill(verifier, told));
        }
    }
    findings.extend(verifier.header_reached(3));
    (verdicts, findings)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn random_deletions_leave_nothing_to_say((writers, deleted, cuts) in stories()) {
        let mut verifier = verifier();
        let (log, deletions) = told(&mut verifier, &writers, &deleted);
        let deletions: Vec<_> = deletions.iter().collect();
        let (verdicts, findings) = read(&mut verifier, &log, &deletions, cuts);
        prop_assert_eq!(findings, []);
        prop_assert!(verdicts.iter().all(|verdict| *verdict == Verdict::Authentic));
    }

    #[test]
    fn any_hole_that_no_deletion_names_is_found(
        (writers, mut deleted, cuts) in stories(),
        which in any::<prop::sample::Index>(),
    ) {
        let which = which.index(writers.len());
        deleted[which] = true;
        let silent = HEADER + 1 + which as Seq;
        // The last message of a device leaves no gap: only the missing statements tell of it.
        let mut later = writers[which + 1..].iter().zip(&deleted[which + 1..]);
        let followed = later.any(|(writer, _)| *writer == writers[which]);
        let mut verifier = verifier();
        let (log, deletions) = told(&mut verifier, &writers, &deleted);
        let named: Vec<_> = deletions.iter().filter(|told| told.seq != silent).collect();
        let (_, findings) = read(&mut verifier, &log, &named, cuts);
        prop_assert_eq!(findings, []);
        let said = verifier.give_up(silent);
        let missing = |finding: &Finding| matches!(finding, Finding::Missing { from, to, .. } if from == to);
        prop_assert_eq!(said.iter().any(missing), followed);
    }
}
