//! Handing an epoch's secret to one member: HPKE (RFC 9180) in base mode with X25519, HKDF-SHA256 and ChaCha20-Poly1305.
//!
//! Base mode does not say who wrapped: the open entry that carries the wrap is signed, and both ids are in `info`.

use crate::{
    account::Identity,
    room_key::{Context, RoomSecret},
};
use hpke::{
    Deserializable as _, OpModeR, OpModeS, Serializable as _, aead::ChaCha20Poly1305,
    kdf::HkdfSha256, kem::X25519HkdfSha256,
};
use protocol::{PublicKey, UserId, label};
use rand_core::{CryptoRng, RngCore};
use zeroize::Zeroizing;

type Kem = X25519HkdfSha256;

/// Encapsulated key ‖ secret ‖ tag.
pub const WRAP_LEN: usize = ENCAPSULATED + 32 + 16;
const ENCAPSULATED: usize = 32;

/// Why a wrap can't be made or opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WrapError {
    /// The recipient's agreement key is of small order: nothing can be wrapped for it.
    #[error("the agreement key can't be used")]
    RecipientKey,
    /// Damaged, or wrapped for someone else, by someone else, or for another epoch.
    #[error("the wrap does not open")]
    Open,
    /// It opened to a secret that is not the epoch's: the one who rotated lied.
    #[error("the wrap holds another secret than the epoch's")]
    Commitment,
}

/// Wraps an epoch's secret for one member.
pub fn wrap(
    rng: &mut (impl RngCore + CryptoRng),
    ctx: &Context,
    sender: &UserId,
    recipient: &UserId,
    recipient_agreement: &PublicKey,
    secret: &RoomSecret,
) -> Result<Vec<u8>, WrapError> {
    let key = <Kem as hpke::Kem>::PublicKey::from_bytes(&recipient_agreement.0)
        .map_err(|_| WrapError::RecipientKey)?;
    let (encapsulated, ciphertext) =
        hpke::single_shot_seal::<ChaCha20Poly1305, HkdfSha256, Kem, _>(
            &OpModeS::Base,
            &key,
            &info(ctx, sender, recipient),
            secret.as_bytes(),
            &[],
            rng,
        )
        .map_err(|_| WrapError::RecipientKey)?;
    Ok([&encapsulated.to_bytes()[..], &ciphertext].concat())
}

/// Opens a wrap that `sender` made for `recipient`, and checks it against the epoch's commitment.
pub fn unwrap(
    ctx: &Context,
    sender: &UserId,
    recipient: &Identity,
    sealed: &[u8],
) -> Result<RoomSecret, WrapError> {
    let (encapsulated, ciphertext) = sealed
        .split_at_checked(ENCAPSULATED)
        .ok_or(WrapError::Open)?;
    let encapsulated =
        <Kem as hpke::Kem>::EncappedKey::from_bytes(encapsulated).map_err(|_| WrapError::Open)?;
    let info = info(ctx, sender, &recipient.user());
    let open = |key| {
        hpke::single_shot_open::<ChaCha20Poly1305, HkdfSha256, Kem>(
            &OpModeR::Base,
            &key,
            &encapsulated,
            &info,
            ciphertext,
            &[],
        )
        .ok()
        .map(Zeroizing::new)
    };
    let secret = recipient.agreement_secrets().find_map(open);
    let secret = secret.ok_or(WrapError::Open)?;
    let secret = RoomSecret::from_slice(&secret).ok_or(WrapError::Open)?;
    if secret.commitment() == ctx.commitment {
        Ok(secret)
    } else {
        Err(WrapError::Commitment)
    }
}

/// `L("wrap") ‖ ctx ‖ sender id ‖ recipient id`.
fn info(ctx: &Context, sender: &UserId, recipient: &UserId) -> Vec<u8> {
    let mut info = label::label("wrap");
    info.extend_from_slice(&ctx.bytes());
    info.extend_from_slice(&sender.0);
    info.extend_from_slice(&recipient.0);
    info
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        account::AccountSecret,
        testing::{identity, rng, room},
    };
    use proptest::prelude::*;
    use protocol::RoomId;

    /// Ana hands Bob the epoch's secret.
    fn wrapped() -> (Context, RoomSecret, Vec<u8>) {
        let (secret, ctx) = room();
        let (ana, bob) = (identity(1), identity(2));
        let sealed = wrap(
            &mut rng(1),
            &ctx,
            &ana.user(),
            &bob.user(),
            &bob.agreement_key(),
            &secret,
        );
        (ctx, secret, sealed.unwrap())
    }

    #[test]
    fn reaches_its_recipient_and_nobody_else() {
        let (ctx, secret, sealed) = wrapped();
        assert_eq!(sealed.len(), WRAP_LEN);
        let ana = identity(1).user();
        assert_eq!(unwrap(&ctx, &ana, &identity(2), &sealed), Ok(secret));
        assert_eq!(
            unwrap(&ctx, &ana, &identity(3), &sealed),
            Err(WrapError::Open)
        );
    }

    #[test]
    fn reaches_its_recipient_after_new_keys_as_long_as_the_earlier_ones_are_kept() {
        let (ctx, secret, sealed) = wrapped();
        let ana = identity(1).user();
        let first = AccountSecret::generate(&mut rng(2));
        let mut bob = identity(2).succeeded_by(&AccountSecret::generate(&mut rng(4)));
        assert_eq!(unwrap(&ctx, &ana, &bob, &sealed), Err(WrapError::Open));
        bob.open_also(&[first]);
        assert_eq!(unwrap(&ctx, &ana, &bob, &sealed), Ok(secret));
        bob.open_also(&[]);
        assert_eq!(unwrap(&ctx, &ana, &bob, &sealed), Err(WrapError::Open));
    }

    #[test]
    fn opens_only_for_its_sender_room_epoch_and_commitment() {
        let (ctx, _, sealed) = wrapped();
        let (ana, bob) = (identity(1).user(), identity(2));
        assert_eq!(
            unwrap(&ctx, &identity(3).user(), &bob, &sealed),
            Err(WrapError::Open)
        );
        for other in [
            Context {
                room: RoomId([8; 16]),
                ..ctx
            },
            Context {
                epoch: ctx.epoch + 1,
                ..ctx
            },
            Context {
                commitment: protocol::Hash::ZERO,
                ..ctx
            },
        ] {
            assert_eq!(unwrap(&other, &ana, &bob, &sealed), Err(WrapError::Open));
        }
    }

    #[test]
    fn every_changed_byte_and_every_other_length_is_noticed() {
        let (ctx, _, sealed) = wrapped();
        let (ana, bob) = (identity(1).user(), identity(2));
        for place in 0..sealed.len() {
            // The top bit of an X25519 key is not part of it (RFC 7748 §5), but HPKE hashes it.
            let mut changed = sealed.clone();
            changed[place] ^= 0x80;
            assert_eq!(
                unwrap(&ctx, &ana, &bob, &changed),
                Err(WrapError::Open),
                "{place}"
            );
            assert_eq!(
                unwrap(&ctx, &ana, &bob, &sealed[..place]),
                Err(WrapError::Open)
            );
        }
        let longer = [&sealed[..], &[0]].concat();
        assert_eq!(unwrap(&ctx, &ana, &bob, &longer), Err(WrapError::Open));
    }

    #[test]
    fn a_member_who_wraps_another_secret_is_found_out() {
        let (_, ctx) = room();
        let (ana, bob) = (identity(1), identity(2));
        let other = RoomSecret::generate(&mut rng(5));
        let sealed = wrap(
            &mut rng(1),
            &ctx,
            &ana.user(),
            &bob.user(),
            &bob.agreement_key(),
            &other,
        );
        assert_eq!(
            unwrap(&ctx, &ana.user(), &bob, &sealed.unwrap()),
            Err(WrapError::Commitment)
        );
    }

    #[test]
    fn refuses_an_agreement_key_that_gives_no_secret() {
        let (secret, ctx) = room();
        let (ana, bob) = (identity(1).user(), identity(2).user());
        let zero = PublicKey([0; 32]);
        let sealed = wrap(&mut rng(1), &ctx, &ana, &bob, &zero, &secret);
        assert_eq!(sealed, Err(WrapError::RecipientKey));
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..120)) {
            let (_, ctx) = room();
            prop_assert_eq!(unwrap(&ctx, &identity(1).user(), &identity(2), &bytes), Err(WrapError::Open));
        }
    }
}
