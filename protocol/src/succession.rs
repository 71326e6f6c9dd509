//! From a user's first signing key, which gives the user id, to the one that is theirs now.
//!
//! Whoever fears that someone has their keys makes new ones. The old key names the new one and the new one agrees, so that
//! people who only know the user id can follow, and nobody can give a user keys that they don't own.

use crate::{
    ids::{PublicKey, Signature, UserId},
    label::{self, SignaturePurpose},
    open::MemberKeys,
};
use serde::{Deserialize, Serialize};

/// How often a user can replace their keys. Each time costs everyone two signatures to verify and 250 bytes in each join.
pub const MOST: usize = 16;

/// One step: a key that was replaced, and what it and the next one said to that.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Succession {
    /// The key that was replaced.
    pub signing: PublicKey,
    /// By this key: [`message`] of the next one.
    pub old: Signature,
    /// By the next key: the same.
    pub new: Signature,
}

/// What both keys sign: `user id ‖ number of the next key (u32; the first key is 0) ‖ next key`.
pub fn message(user: &UserId, number: u32, next: &PublicKey) -> Vec<u8> {
    [&user.0[..], &number.to_be_bytes(), &next.0].concat()
}

/// Whether the user id follows from the first key, each key names the next, and all of them are acceptable.
pub(crate) fn leads_to(keys: &MemberKeys) -> bool {
    let user = &keys.user;
    let signing = || {
        keys.earlier
            .iter()
            .map(|it| &it.signing)
            .chain([&keys.signing])
    };
    let steps = keys.earlier.iter().zip(signing().skip(1)).zip(1..);
    let holds = |((step, next), number): ((&Succession, &PublicKey), u32)| {
        let message = message(user, number, next);
        let signed =
            |key, signature| label::verify(key, SignaturePurpose::Identity, &message, signature);
        signed(&step.signing, &step.old) && signed(next, &step.new)
    };
    keys.earlier.len() <= MOST
        && signing()
            .next()
            .is_some_and(|first| label::user_id(first) == *user)
        && signing().all(label::acceptable_signing_key)
        && label::acceptable_agreement_key(&keys.agreement)
        && steps.into_iter().all(holds)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ed25519_dalek::{Signer, SigningKey};

    fn signer(seed: u8) -> SigningKey {
        SigningKey::from_bytes(&[seed; 32])
    }

    fn public(signer: &SigningKey) -> PublicKey {
        PublicKey(signer.verifying_key().to_bytes())
    }

    fn sign(signer: &SigningKey, message: &[u8]) -> Signature {
        let bytes = label::signed_bytes(SignaturePurpose::Identity, message);
        Signature(signer.sign(&bytes).to_bytes())
    }

    fn first(seed: u8) -> MemberKeys {
        let signing = public(&signer(seed));
        MemberKeys {
            user: label::user_id(&signing),
            username: "ana".parse().unwrap(),
            signing,
            agreement: PublicKey([7; 32]),
            earlier: Vec::new(),
        }
    }

    fn next(keys: &MemberKeys, old: u8, new: u8) -> MemberKeys {
        let signing = public(&signer(new));
        let number = keys.earlier.len() as u32 + 1;
        let message = message(&keys.user, number, &signing);
        let mut next = keys.clone();
        next.earlier.push(Succession {
            signing: keys.signing,
            old: sign(&signer(old), &message),
            new: sign(&signer(new), &message),
        });
        next.signing = signing;
        next.agreement = PublicKey([8; 32]);
        next
    }

    #[test]
    fn each_key_leads_to_the_next() {
        let one = first(1);
        let two = next(&one, 1, 2);
        let three = next(&two, 2, 3);
        for keys in [&one, &two, &three] {
            assert!(keys.are_of(&one.user));
            assert!(!keys.are_of(&first(9).user));
        }
        assert!(two.follow(&one) && three.follow(&two));
        assert!(!three.follow(&one) && !one.follow(&one) && !one.follow(&two));
    }

    #[test]
    fn nobody_gives_a_user_keys_that_the_user_did_not_name() {
        let one = first(1);
        let stolen = next(&one, 9, 9);
        assert!(!stolen.are_of(&one.user));
        let named_against_its_will = next(&one, 1, 2);
        let mut keys = named_against_its_will;
        keys.earlier[0].new = keys.earlier[0].old;
        assert!(!keys.are_of(&one.user));
    }

    #[test]
    fn every_key_must_be_acceptable() {
        let mut keys = first(1);
        keys.agreement = PublicKey([0; 32]);
        assert!(!keys.are_of(&keys.user));
        let mut keys = first(1);
        keys.signing = PublicKey([0; 32]);
        keys.user = label::user_id(&keys.signing);
        assert!(!keys.are_of(&keys.user));
    }

    #[test]
    fn steps_cannot_be_left_out_moved_or_repeated() {
        let one = first(1);
        let two = next(&one, 1, 2);
        let three = next(&two, 2, 3);
        for broken in [
            vec![three.earlier[1]],
            vec![three.earlier[1], three.earlier[0]],
            vec![three.earlier[0]],
            [&three.earlier[..], &three.earlier[1..]].concat(),
        ] {
            let mut keys = three.clone();
            keys.earlier = broken;
            assert!(!keys.are_of(&one.user));
        }
        let mut renamed = two.clone();
        renamed.username = "bob".parse().unwrap();
        assert!(!renamed.follow(&one));
    }

    #[test]
    fn there_is_an_end_to_new_keys() {
        let mut keys = first(0);
        for seed in 0..MOST as u8 {
            keys = next(&keys, seed, seed + 1);
            assert!(keys.are_of(&first(0).user));
        }
        let one_more = next(&keys, MOST as u8, MOST as u8 + 1);
        assert!(!one_more.are_of(&first(0).user));
    }
}
