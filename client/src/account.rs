//! The account secret, and the identity that is derived from it.

use crate::{
    kdf::kdf,
    secret::Secret32,
    token::{FernetKey, OpenError},
};
use ed25519_dalek::{Signer as _, SigningKey};
use hpke::{Deserializable as _, Kem as _, Serializable as _, kem::X25519HkdfSha256};
use protocol::{
    PublicKey, Signature, UserId, Username,
    label::{self, SignaturePurpose},
    open::MemberKeys,
    succession::{self, Succession},
};
use rand_core::{CryptoRng, RngCore};
use std::fmt;
use zeroize::ZeroizeOnDrop;

/// 32 random bytes, made once in the browser at sign-up. Everything that an account is follows from them.
///
/// The server has them only wrapped; at rest in the browser they are wrapped under a key that scripts can't export.
#[derive(PartialEq, Eq, ZeroizeOnDrop)]
pub struct AccountSecret(Secret32);

/// The wrapped account secret opened, but to something that is no account secret, or did not open at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UnwrapError {
    /// Damaged, or wrapped under another key.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// It opened to something that does not have 32 bytes: not written by a correct client.
    #[error("the wrap does not hold an account secret")]
    Length,
}

impl AccountSecret {
    /// A new account.
    pub fn generate(rng: &mut (impl RngCore + CryptoRng)) -> Self {
        Self(Secret32::random(rng))
    }

    /// The secret with these bytes, as kept on this device.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(Secret32::new(bytes))
    }

    /// The same, of bytes that were kept in some other way.
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        Secret32::from_slice(bytes).map(Self)
    }

    /// The bytes, for wrapping them on this device.
    pub fn as_bytes(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }

    /// Derives the keys. They are a user's first; see [`Identity::after`].
    pub fn identity(&self) -> Identity {
        Identity::new(self)
    }

    /// `KDF(account secret, "vault")`.
    pub fn vault_key(&self) -> FernetKey {
        FernetKey::new(&kdf(self.as_bytes(), "vault"))
    }

    fn agreement(&self) -> Secret32 {
        kdf(self.as_bytes(), "identity agreement")
    }

    /// Wraps the secret: a Fernet token over its 32 bytes.
    pub fn wrap(&self, key: &FernetKey) -> String {
        key.seal(self.as_bytes())
    }

    /// Opens what [`AccountSecret::wrap`] gave. The caller goes on with [`Identity::is`]: a server may have handed over
    /// somebody else's wrap.
    pub fn unwrap(key: &FernetKey, wrapped: &str) -> Result<Self, UnwrapError> {
        let bytes = key.open(wrapped)?;
        Secret32::from_slice(&bytes)
            .map(Self)
            .ok_or(UnwrapError::Length)
    }
}

impl fmt::Debug for AccountSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AccountSecret(..)")
    }
}

/// The keys that speak for a user, derived once.
pub struct Identity {
    user: UserId,
    signing: SigningKey,
    signing_public: PublicKey,
    agreement: Secret32,
    agreement_public: PublicKey,
    earlier: Vec<Succession>,
    /// The agreement keys before, as long as wraps may have been made for them.
    opening: Vec<Secret32>,
}

impl Identity {
    fn new(secret: &AccountSecret) -> Self {
        let seed = kdf(secret.as_bytes(), "identity signing");
        let signing = SigningKey::from_bytes(seed.as_bytes());
        let signing_public = PublicKey(signing.verifying_key().to_bytes());
        let agreement = secret.agreement();
        let public = X25519HkdfSha256::sk_to_pk(&agreement_key(&agreement));
        let agreement_public = PublicKey(public.to_bytes().into());
        Self {
            user: label::user_id(&signing_public),
            signing,
            signing_public,
            agreement,
            agreement_public,
            earlier: Vec::new(),
            opening: Vec::new(),
        }
    }

    /// The same keys after others: the user is the one of the first. Whether they really follow, [`MemberKeys::are_of`] says.
    pub fn after(self, earlier: Vec<Succession>) -> Self {
        let user = match earlier.first() {
            Some(first) => label::user_id(&first.signing),
            None => self.user,
        };
        Self {
            user,
            earlier,
            ..self
        }
    }

    /// The identity that another secret gives to the same user: both keys say so.
    pub fn succeeded_by(&self, next: &AccountSecret) -> Self {
        let next = next.identity();
        let number = u32::try_from(self.earlier.len() + 1).unwrap_or(u32::MAX);
        let message = succession::message(&self.user, number, &next.signing_public);
        let purpose = SignaturePurpose::Identity;
        let step = Succession {
            signing: self.signing_public,
            old: self.sign(purpose, &message),
            new: next.sign(purpose, &message),
        };
        next.after([&self.earlier[..], &[step]].concat())
    }

    /// The user whose keys these are.
    pub fn user(&self) -> UserId {
        self.user
    }

    /// Ed25519.
    pub fn signing_key(&self) -> PublicKey {
        self.signing_public
    }

    /// X25519.
    pub fn agreement_key(&self) -> PublicKey {
        self.agreement_public
    }

    /// How many signing keys this user had before.
    pub fn number(&self) -> u32 {
        u32::try_from(self.earlier.len()).unwrap_or(u32::MAX)
    }

    /// How the user came from the first signing key to this one.
    pub fn succession(&self) -> &[Succession] {
        &self.earlier
    }

    /// Opens wraps that were made for these secrets of the user, too, and for no other earlier ones.
    pub fn open_also(&mut self, earlier: &[AccountSecret]) {
        self.opening = earlier.iter().map(AccountSecret::agreement).collect();
    }

    /// The private keys for [`crate::wrap`], the present one first. The `hpke` crate does not wipe them: not to be kept.
    pub(crate) fn agreement_secrets(&self) -> impl Iterator<Item = AgreementSecret> {
        [&self.agreement]
            .into_iter()
            .chain(self.opening.iter().rev())
            .map(agreement_key)
    }

    /// `SIG(identity, purpose, message)`.
    pub fn sign(&self, purpose: SignaturePurpose, message: &[u8]) -> Signature {
        sign(&self.signing, purpose, message)
    }

    /// The public side, as the server keeps it and rooms carry it.
    pub fn keys(&self, username: &Username) -> MemberKeys {
        MemberKeys {
            user: self.user,
            username: username.clone(),
            signing: self.signing_public,
            agreement: self.agreement_public,
            earlier: self.earlier.clone(),
        }
    }

    /// Whether an account that the server showed is this one, keys and all.
    pub fn is(&self, account: &MemberKeys) -> bool {
        self.keys(&account.username) == *account
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Identity({})", self.user)
    }
}

type AgreementSecret = <X25519HkdfSha256 as hpke::Kem>::PrivateKey;

fn agreement_key(secret: &Secret32) -> AgreementSecret {
    AgreementSecret::from_bytes(secret.as_bytes()).expect("any 32 bytes are an X25519 private key")
}

/// `SIG(key, purpose, message)`.
pub(crate) fn sign(key: &SigningKey, purpose: SignaturePurpose, message: &[u8]) -> Signature {
    Signature(key.sign(&label::signed_bytes(purpose, message)).to_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{identity, rng};

    fn name() -> Username {
        "ana".parse().unwrap()
    }

    #[test]
    fn everything_follows_from_the_secret() {
        let secret = AccountSecret::from_bytes([7; 32]);
        let (one, two) = (
            secret.identity(),
            AccountSecret::from_bytes([7; 32]).identity(),
        );
        assert_eq!(one.keys(&name()), two.keys(&name()));
        assert_eq!(one.user(), label::user_id(&one.signing_key()));
        let token = secret.vault_key().seal(b"x");
        assert!(
            AccountSecret::from_bytes([7; 32])
                .vault_key()
                .open(&token)
                .is_ok()
        );
        assert!(
            AccountSecret::from_bytes([8; 32])
                .vault_key()
                .open(&token)
                .is_err()
        );
    }

    #[test]
    fn signs_for_one_purpose_only() {
        let identity = identity(1);
        let signature = identity.sign(SignaturePurpose::Message, b"m");
        let key = identity.signing_key();
        assert!(label::verify(
            &key,
            SignaturePurpose::Message,
            b"m",
            &signature
        ));
        for purpose in [SignaturePurpose::Entry, SignaturePurpose::Credential] {
            assert!(!label::verify(&key, purpose, b"m", &signature));
        }
        assert!(!label::verify(
            &key,
            SignaturePurpose::Message,
            b"n",
            &signature
        ));
    }

    #[test]
    fn unwraps_only_with_the_key_it_was_wrapped_with() {
        let secret = AccountSecret::generate(&mut rng(1));
        let key = FernetKey::new(&Secret32::new([1; 32]));
        assert_eq!(AccountSecret::unwrap(&key, &secret.wrap(&key)), Ok(secret));
        let other = FernetKey::new(&Secret32::new([2; 32]));
        assert_eq!(
            AccountSecret::unwrap(&other, &key.seal(&[0; 32])),
            Err(UnwrapError::Open(OpenError))
        );
        assert_eq!(
            AccountSecret::unwrap(&key, &key.seal(&[0; 33])),
            Err(UnwrapError::Length)
        );
    }

    #[test]
    fn notices_an_account_with_any_key_exchanged() {
        let (mine, other) = (identity(1), identity(2).keys(&name()));
        let shown = mine.keys(&name());
        assert!(mine.is(&shown));
        let user = other.user;
        assert!(!mine.is(&MemberKeys {
            user,
            ..shown.clone()
        }));
        let signing = other.signing;
        assert!(!mine.is(&MemberKeys {
            signing,
            ..shown.clone()
        }));
        let agreement = other.agreement;
        assert!(!mine.is(&MemberKeys { agreement, ..shown }));
    }

    #[test]
    fn new_keys_stay_the_same_users_and_lead_back_to_the_first() {
        let first = identity(1);
        let second = first.succeeded_by(&AccountSecret::from_bytes([2; 32]));
        let third = second.succeeded_by(&AccountSecret::from_bytes([3; 32]));
        for later in [&second, &third] {
            assert_eq!(later.user(), first.user());
            assert!(later.keys(&name()).are_of(&first.user()));
        }
        assert!(second.keys(&name()).follow(&first.keys(&name())));
        assert!(third.keys(&name()).follow(&second.keys(&name())));
        let known = third.keys(&name()).earlier;
        let again = AccountSecret::from_bytes([3; 32]).identity().after(known);
        assert!(again.is(&third.keys(&name())));
    }
}
