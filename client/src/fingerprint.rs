//! What people compare by voice, by eye or by camera, to know that nobody stands between them.
//!
//! Everything here is public. It helps only where it comes over another way than the server's.

use crate::room_key::Context;
use protocol::{
    Hash, PublicKey, UserId,
    label::{self, HashPurpose},
};
use sha2::{Digest, Sha256};

/// How often a fingerprint is hashed. Thirty digits are a hundred bits; this makes each guess at keys with the same ones dearer
/// (as in Signal's fingerprints).
const ROUNDS: u32 = 5_200;
const GROUPS: usize = 6;
const GROUP_BYTES: usize = 5;

/// Names a user's keys exactly: `SHA-256(L("fingerprint") ‖ user ‖ signing ‖ agreement)`.
pub fn keys(user: &UserId, signing: &PublicKey, agreement: &PublicKey) -> Hash {
    label::hash(
        HashPurpose::Fingerprint,
        &[&user.0, &signing.0, &agreement.0],
    )
}

/// A user's fingerprint: [`keys`], then 5,200 times the SHA-256 of it and the signing key. Takes a few milliseconds.
pub fn of_user(user: &UserId, signing: &PublicKey, agreement: &PublicKey) -> Hash {
    let next = |hash: Hash, _| {
        let state = Sha256::new_with_prefix(hash.0).chain_update(signing.0);
        Hash(state.finalize().into())
    };
    (0..ROUNDS).fold(keys(user, signing, agreement), next)
}

/// A room's fingerprint: `SHA-256(L("room fingerprint") ‖ ctx ‖ roster hash)`. The same for all who have the epoch's key and the
/// same members.
pub fn of_room(ctx: &Context, roster: &Hash) -> Hash {
    label::hash(HashPurpose::RoomFingerprint, &[&ctx.bytes(), &roster.0])
}

/// The first 30 bytes as six groups of five digits.
pub fn digits(fingerprint: &Hash) -> String {
    let group = |bytes: &[u8]| {
        let number = bytes
            .iter()
            .fold(0u64, |number, byte| number << 8 | u64::from(*byte));
        format!("{:05}", number % 100_000)
    };
    let groups: Vec<String> = fingerprint
        .0
        .chunks_exact(GROUP_BYTES)
        .take(GROUPS)
        .map(group)
        .collect();
    groups.join(" ")
}

/// The safety number of two users, the same for both: the [`digits`] of the lower user id, then the other's.
pub fn safety_number(one: (&UserId, &Hash), other: (&UserId, &Hash)) -> String {
    let (first, second) = if one.0 <= other.0 {
        (one, other)
    } else {
        (other, one)
    };
    format!("{} {}", digits(first.1), digits(second.1))
}

/// What a link or a QR code says of the one who shows it: a path on the server, the words behind the `#` never reach it.
pub fn link(user: &UserId, fingerprint: &Hash) -> String {
    format!("/verify#{user}.{fingerprint}")
}

/// Reads a [`link`], with or without what stands before its last `#`.
pub fn read_link(text: &str) -> Option<(UserId, Hash)> {
    let text = text.rsplit('#').next()?.trim();
    let (user, fingerprint) = text.split_once('.')?;
    Some((user.parse().ok()?, fingerprint.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::{AccountSecret, Identity};
    use proptest::prelude::*;
    use protocol::{RoomId, b64};

    /// The first two users of docs/PROTOCOL.md.
    fn ana_and_bob() -> [Identity; 2] {
        let secret =
            |first: u8| AccountSecret::from_bytes(std::array::from_fn(|at| first + at as u8));
        [secret(0).identity(), secret(32).identity()]
    }

    fn of(identity: &Identity) -> (UserId, Hash) {
        let user = identity.user();
        let fingerprint = of_user(&user, &identity.signing_key(), &identity.agreement_key());
        (user, fingerprint)
    }

    // The values were computed with Python's hashlib from the text of docs/PROTOCOL.md.

    #[test]
    fn a_users_fingerprint_is_the_one_of_docs_protocol() {
        let [ana, _] = ana_and_bob();
        let (user, fingerprint) = of(&ana);
        assert_eq!(user.to_string(), "h8EB9ikPPYciGXZ9fZ570ymMCqY");
        assert_eq!(
            keys(&user, &ana.signing_key(), &ana.agreement_key()).to_string(),
            "TFX3uxn5Nknckv6mAuiyxkrHLIkeABXqPeMpJEQqGSk"
        );
        assert_eq!(
            fingerprint.to_string(),
            "_pyB4HhNY7XZq9RTb_J5KKV8liL0Ja7nFAm4-CdIYRo"
        );
        assert_eq!(digits(&fingerprint), "50488 43915 12249 97378 39636 76392");
    }

    #[test]
    fn two_people_see_the_same_digits() {
        let [ana, bob] = ana_and_bob().map(|identity| of(&identity));
        let number = safety_number((&ana.0, &ana.1), (&bob.0, &bob.1));
        assert_eq!(number, safety_number((&bob.0, &bob.1), (&ana.0, &ana.1)));
        assert_eq!(
            number,
            "50488 43915 12249 97378 39636 76392 27371 62807 53027 80809 29422 43623"
        );
    }

    #[test]
    fn any_other_key_gives_other_digits() {
        let [ana, bob] = ana_and_bob();
        let (user, fingerprint) = of(&ana);
        for other in [
            of_user(&bob.user(), &ana.signing_key(), &ana.agreement_key()),
            of_user(&user, &bob.signing_key(), &ana.agreement_key()),
            of_user(&user, &ana.signing_key(), &bob.agreement_key()),
        ] {
            assert_ne!(digits(&other), digits(&fingerprint));
        }
    }

    #[test]
    fn a_rooms_fingerprint_is_the_one_of_docs_protocol() {
        let ctx = Context {
            room: RoomId(std::array::from_fn(|at| at as u8)),
            epoch: 2,
            commitment: "6KWCujyNepEOUvdlmhLjr_9K07u0aZahBr6NFGo0eHc"
                .parse()
                .unwrap(),
        };
        let roster = "Emi8RllBq5SnLwiTBtRB2Z_IpZZGPq9jvFP9tD7IraM"
            .parse()
            .unwrap();
        assert_eq!(
            digits(&of_room(&ctx, &roster)),
            "81108 39754 91924 53700 86232 84442"
        );
        assert_ne!(of_room(&ctx, &Hash::ZERO), of_room(&ctx, &roster));
    }

    #[test]
    fn a_link_is_read_in_all_the_ways_it_is_passed_on() {
        let [ana, _] = ana_and_bob().map(|identity| of(&identity));
        let link = link(&ana.0, &ana.1);
        assert!(link.starts_with("/verify#h8EB9ikPPYciGXZ9fZ570ymMCqY."));
        for text in [
            link.clone(),
            format!("https://chat.example{link}"),
            format!(" {} \n", link.trim_start_matches("/verify#")),
        ] {
            assert_eq!(read_link(&text), Some(ana), "{text}");
        }
    }

    #[test]
    fn no_other_text_is_a_link() {
        let [ana, _] = ana_and_bob().map(|identity| of(&identity));
        let user = ana.0.to_string();
        let short = b64::encode([1; 31]);
        for text in [
            "",
            "#",
            ".",
            user.as_str(),
            &format!("{user}."),
            &format!("{user}.{short}"),
            &format!("{}.{}.", ana.0, ana.1),
            &format!("{}{}", ana.0, ana.1),
        ] {
            assert_eq!(read_link(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn digits_have_one_shape(bytes: [u8; 32]) {
            let digits = digits(&Hash(bytes));
            let groups: Vec<_> = digits.split(' ').collect();
            prop_assert_eq!(groups.len(), 6);
            prop_assert!(groups.iter().all(|group| group.len() == 5 && group.bytes().all(|it| it.is_ascii_digit())));
        }

        #[test]
        fn links_never_panic(text in ".{0,120}") {
            let _ = read_link(&text);
        }
    }
}
