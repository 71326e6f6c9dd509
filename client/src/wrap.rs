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
    let secret = hpke::single_shot_open::<ChaCha20Poly1305, HkdfSha256, Kem>(
        &OpModeR::Base,
        recipient.agreement_secret(),
        &encapsulated,
        &info(ctx, sender, &recipient.user()),
        ciphertext,
        &[],
    )
    .map(Zeroizing::new)
    .map_err(|_| WrapError::Open)?;
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
