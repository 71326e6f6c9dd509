//! Credentials: what a passphrase or a recovery code opens, signed as one by the identity.

use crate::{
    account::{AccountSecret, Identity},
    recovery::RecoveryCode,
};
use protocol::{
    Hash, PublicKey, Signature, UserId,
    api::{Credentials, OpaqueMessage, StoredCredentials, credential_message},
    label::{self, SignaturePurpose},
};

/// The recovery code's part of the credentials: a new one, or the one there is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecoveryWrap {
    /// The account secret under the recovery code.
    pub wrap: String,
    /// [`RecoveryCode::token_hash`].
    pub token_hash: Hash,
}

impl RecoveryWrap {
    /// For a new code.
    pub fn new(code: &RecoveryCode, secret: &AccountSecret) -> Self {
        Self {
            wrap: secret.wrap(&code.wrap_key()),
            token_hash: code.token_hash(),
        }
    }

    /// Keeps the code as it is, when only the passphrase changes.
    pub fn keep(stored: &StoredCredentials) -> Self {
        Self {
            wrap: stored.recovery_wrap.clone(),
            token_hash: stored.recovery_token_hash,
        }
    }
}

/// Why credentials that the server showed are not to be used: the server made them up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CredentialsError {
    /// The key is not the one that gives the user's id.
    #[error("the identity key does not belong to the user")]
    User,
    /// The identity did not sign them.
    #[error("the credentials are not signed by the identity")]
    Signature,
}

/// Makes and signs credentials. `version` is 1 at sign-up, one more at each change.
pub fn make(
    identity: &Identity,
    version: u64,
    record: OpaqueMessage,
    passphrase_wrap: String,
    recovery: RecoveryWrap,
) -> Credentials {
    let mut credentials = Credentials {
        version,
        record,
        passphrase_wrap,
        recovery_wrap: recovery.wrap,
        recovery_token_hash: recovery.token_hash,
        signature: Signature::ZERO,
    };
    let message = credential_message(&identity.user(), &StoredCredentials::from(&credentials));
    credentials.signature = identity.sign(SignaturePurpose::Credential, &message);
    credentials
}

/// Checks credentials as the server showed them at a log-in: `key` is the identity that was unwrapped from them.
pub fn check(
    stored: &StoredCredentials,
    user: &UserId,
    key: &PublicKey,
) -> Result<(), CredentialsError> {
    if label::user_id(key) != *user {
        return Err(CredentialsError::User);
    }
    if !stored.is_signed_by(user, key) {
        return Err(CredentialsError::Signature);
    }
    Ok(())
}
