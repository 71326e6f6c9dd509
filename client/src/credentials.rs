//! Credentials: what a passphrase or a recovery code opens, signed as one by the identity.

use crate::{
    account::{AccountSecret, Identity},
    recovery::RecoveryCode,
};
use protocol::{
    Hash, Signature,
    api::{Credentials, OpaqueMessage, StoredCredentials, credential_message},
    label::SignaturePurpose,
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
        assert!(stored.is_signed_by(&ana.user(), &ana.signing_key()));
        let mallory = crate::testing::identity(3);
        assert!(!stored.is_signed_by(&ana.user(), &mallory.signing_key()));
        assert!(!stored.is_signed_by(&mallory.user(), &ana.signing_key()));
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
            assert!(!other.is_signed_by(&ana.user(), &ana.signing_key()));
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
        assert!(renewed.is_signed_by(&identity.user(), &identity.signing_key()));
        assert_eq!(renewed.recovery_token_hash, code.token_hash());
        assert_eq!(
            AccountSecret::unwrap(&code.wrap_key(), &renewed.recovery_wrap),
            Ok(secret)
        );
    }
}
