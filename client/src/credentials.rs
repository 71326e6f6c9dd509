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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::rng;

    fn made() -> (Identity, StoredCredentials) {
        let secret = AccountSecret::generate(&mut rng(1));
        let code = RecoveryCode::generate(&mut rng(2));
        let identity = secret.identity();
        let recovery = RecoveryWrap::new(&code, &secret);
        let record = OpaqueMessage(vec![1; 192]);
        let credentials = make(&identity, 1, record, "wrap".into(), recovery);
        (identity, StoredCredentials::from(&credentials))
    }

    #[test]
    fn hold_for_the_identity_that_signed_them_and_no_other() {
        let (ana, stored) = made();
        assert_eq!(check(&stored, &ana.user(), &ana.signing_key()), Ok(()));
        let mallory = crate::testing::identity(3);
        let swapped = check(&stored, &ana.user(), &mallory.signing_key());
        assert_eq!(swapped, Err(CredentialsError::User));
        let foreign = check(&stored, &mallory.user(), &mallory.signing_key());
        assert_eq!(foreign, Err(CredentialsError::Signature));
    }

    #[test]
    fn no_part_can_be_exchanged_by_the_server() {
        let (ana, stored) = made();
        let exchanged: [fn(&mut StoredCredentials); 6] = [
            |it| it.version += 1,
            |it| it.record_hash = Hash::ZERO,
            |it| it.passphrase_wrap.push('A'),
            |it| it.recovery_wrap.push('A'),
            |it| it.recovery_token_hash = Hash::ZERO,
            |it| it.signature = Signature::ZERO,
        ];
        for exchange in exchanged {
            let mut other = stored.clone();
            exchange(&mut other);
            let checked = check(&other, &ana.user(), &ana.signing_key());
            assert_eq!(checked, Err(CredentialsError::Signature));
        }
    }

    #[test]
    fn a_new_passphrase_keeps_the_recovery_code_working() {
        let secret = AccountSecret::generate(&mut rng(1));
        let code = RecoveryCode::generate(&mut rng(2));
        let (identity, stored) = made();
        let record = OpaqueMessage(vec![2; 192]);
        let kept = RecoveryWrap::keep(&stored);
        let renewed = make(&identity, 2, record, "other".into(), kept);
        let renewed = StoredCredentials::from(&renewed);
        assert_eq!(
            check(&renewed, &identity.user(), &identity.signing_key()),
            Ok(())
        );
        assert_eq!(renewed.recovery_token_hash, code.token_hash());
        assert_eq!(
            AccountSecret::unwrap(&code.wrap_key(), &renewed.recovery_wrap),
            Ok(secret)
        );
    }
}
