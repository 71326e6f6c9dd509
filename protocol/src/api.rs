//! Requests and answers of the HTTP API: accounts, vault and membership. Each is `POST /api/<endpoint>` with a JSON body.
//!
//! Opaque byte strings of RFC 9807 (OPAQUE) are base64url text.

use crate::{
    b64,
    entry::OpenEntry,
    frame::{LoggedEntry, RoomHead},
    ids::{Epoch, Hash, Locator, PublicKey, RoomId, Seq, SessionHandle, Signature, Time, UserId},
    label::{self, SignaturePurpose},
    open::RosterMember,
    username::Username,
};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// Bytes of an OPAQUE message.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct OpaqueMessage(#[serde(with = "b64")] pub Vec<u8>);

/// The lengths of RFC 9807's messages in this suite, in bytes.
pub mod opaque_len {
    /// RegistrationRequest.
    pub const REGISTRATION_REQUEST: usize = 32;
    /// RegistrationResponse.
    pub const REGISTRATION_RESPONSE: usize = 64;
    /// The registration record.
    pub const RECORD: usize = 192;
    /// KE1.
    pub const KE1: usize = 96;
    /// KE2.
    pub const KE2: usize = 320;
    /// KE3.
    pub const KE3: usize = 64;
}

impl OpaqueMessage {
    /// The bytes, if there are exactly `length` of them: see [`opaque_len`]. Not left to the library, which reads a message from the
    /// beginning of whatever it gets.
    pub fn exactly(&self, length: usize) -> Option<&[u8]> {
        Some(&*self.0).filter(|bytes| bytes.len() == length)
    }
}

impl std::fmt::Debug for OpaqueMessage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "OpaqueMessage({} bytes)", self.0.len())
    }
}

/// An account's public side: its name and keys, as its rooms know them.
pub use crate::open::MemberKeys as AccountKeys;

/// Everything that a passphrase or a recovery code opens, replaced only as a whole and only by the identity's signature.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credentials {
    /// 1 at sign-up, one more at each change.
    pub version: u64,
    /// The OPAQUE registration record.
    pub record: OpaqueMessage,
    /// The account secret under the passphrase: a Fernet token.
    pub passphrase_wrap: String,
    /// The account secret under the recovery code: a Fernet token.
    pub recovery_wrap: String,
    /// `SHA-256(KDF(recovery code, "recovery token"))`.
    pub recovery_token_hash: Hash,
    /// See [`credential_message`].
    pub signature: Signature,
}

/// The credentials as the server shows them to their owner at each log-in; the record itself stays on the server.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredCredentials {
    /// As in [`Credentials`].
    pub version: u64,
    /// SHA-256 of the OPAQUE record.
    pub record_hash: Hash,
    /// As in [`Credentials`].
    pub passphrase_wrap: String,
    /// As in [`Credentials`].
    pub recovery_wrap: String,
    /// As in [`Credentials`].
    pub recovery_token_hash: Hash,
    /// As in [`Credentials`].
    pub signature: Signature,
}

// Whoever has the wraps can guess passphrases, so that they are not for logs.
impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Credentials(version {})", self.version)
    }
}

impl std::fmt::Debug for StoredCredentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "StoredCredentials(version {})", self.version)
    }
}

/// What the credential signature covers: `user id ‖ version u64 ‖ SHA-256(OPAQUE record) ‖ SHA-256(passphrase wrap) ‖
/// SHA-256(recovery wrap) ‖ recovery token hash`.
///
/// The token hash is covered too: without it, a server could keep the signed wraps and put its own token in front of them.
pub fn credential_message(user: &UserId, credentials: &StoredCredentials) -> Vec<u8> {
    let sha = |text: &str| <[u8; 32]>::from(Sha256::digest(text));
    [
        &user.0[..],
        &credentials.version.to_be_bytes(),
        &credentials.record_hash.0,
        &sha(&credentials.passphrase_wrap),
        &sha(&credentials.recovery_wrap),
        &credentials.recovery_token_hash.0,
    ]
    .concat()
}

impl StoredCredentials {
    /// Whether the identity key signed exactly these credentials for `user`.
    pub fn is_signed_by(&self, user: &UserId, key: &PublicKey) -> bool {
        label::verify(
            key,
            SignaturePurpose::Credential,
            &credential_message(user, self),
            &self.signature,
        )
    }
}

impl From<&Credentials> for StoredCredentials {
    fn from(it: &Credentials) -> Self {
        Self {
            version: it.version,
            record_hash: Hash(Sha256::digest(&it.record.0).into()),
            passphrase_wrap: it.passphrase_wrap.clone(),
            recovery_wrap: it.recovery_wrap.clone(),
            recovery_token_hash: it.recovery_token_hash,
            signature: it.signature,
        }
    }
}

/// Answers `server_info`, which anyone may ask: what a newcomer must know before there is an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServerInfo {
    /// [`crate::VERSION`] of the server.
    pub version: u32,
    /// Whether it takes new accounts.
    pub registration_open: bool,
}

/// `register_start`: OPAQUE registration, first message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegisterStart {
    /// The wished username.
    pub username: Username,
    /// RFC 9807 RegistrationRequest.
    pub request: OpaqueMessage,
}

/// Answers [`RegisterStart`] and [`CredentialsStart`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Registration {
    /// RFC 9807 RegistrationResponse.
    pub response: OpaqueMessage,
}

/// `register_finish`: creates the account and a session. Answered by [`LoggedIn`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegisterFinish {
    /// Name and public keys.
    pub account: AccountKeys,
    /// Version 1.
    pub credentials: Credentials,
}

/// `login_start`: OPAQUE login, first message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoginStart {
    /// Who wants in.
    pub username: Username,
    /// RFC 9807 KE1.
    pub request: OpaqueMessage,
}

/// Answers [`LoginStart`], in the same way for unknown users.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoginChallenge {
    /// Names the half-done log-in; good for a minute, once.
    pub login: Hash,
    /// RFC 9807 KE2.
    pub response: OpaqueMessage,
}

/// `login_finish`: proves the passphrase and gets a session. Answered by [`LoggedIn`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoginFinish {
    /// From [`LoginChallenge`].
    pub login: Hash,
    /// RFC 9807 KE3.
    pub finalization: OpaqueMessage,
}

/// The account behind the session that was just made; the cookie comes beside it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoggedIn {
    /// Name and public keys.
    pub account: AccountKeys,
    /// What the passphrase opens.
    pub credentials: StoredCredentials,
}

/// What stands for a recovery code at the server: `KDF(recovery code, "recovery token")`. Gets the recovery wrap, so that it is wiped
/// and not printed.
#[derive(Clone, Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
#[serde(transparent)]
pub struct RecoveryToken(#[serde(with = "b64")] Vec<u8>);

impl RecoveryToken {
    /// A copy of these bytes.
    pub fn new(bytes: &[u8]) -> Self {
        Self(bytes.to_vec())
    }

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl std::fmt::Debug for RecoveryToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RecoveryToken(..)")
    }
}

/// `recover_start`: shows the recovery token and starts a new OPAQUE registration at once. Answered by [`RecoverOpened`].
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RecoverStart {
    /// Whose account.
    pub username: Username,
    /// `KDF(recovery code, "recovery token")`.
    pub token: RecoveryToken,
    /// RFC 9807 RegistrationRequest for the new passphrase.
    pub request: OpaqueMessage,
}

/// Answers [`RecoverStart`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecoverOpened {
    /// Name and public keys.
    pub account: AccountKeys,
    /// The credentials to replace; the recovery wrap is in here.
    pub credentials: StoredCredentials,
    /// RFC 9807 RegistrationResponse.
    pub response: OpaqueMessage,
}

/// `recover_finish`: new credentials, signed by the identity that the recovery wrap gave. Ends all sessions and makes a new one.
/// Answered by [`LoggedIn`].
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RecoverFinish {
    /// Whose account.
    pub username: Username,
    /// As in [`RecoverStart`].
    pub token: RecoveryToken,
    /// One version up.
    pub credentials: Credentials,
}

/// `credentials_start`: OPAQUE registration for a new passphrase, within a session that was made minutes ago. Answered by [`Registration`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CredentialsStart {
    /// RFC 9807 RegistrationRequest.
    pub request: OpaqueMessage,
}

/// `credentials_finish`: replaces the credentials and ends all other sessions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CredentialsFinish {
    /// One version up.
    pub credentials: Credentials,
}

/// `identity_replace`: other keys for the account, within a session that was made minutes ago. Ends all other sessions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdentityReplace {
    /// The account with its new keys, one further than those that the server has.
    pub account: AccountKeys,
    /// One version up, signed by the new key.
    pub credentials: Credentials,
    /// The settings item of the vault, sealed under the new account secret.
    pub settings: VaultPut,
}

/// A session in the answer of `sessions`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionInfo {
    /// Names it for `session_revoke`.
    pub handle: SessionHandle,
    /// Whether it is the one that asks.
    pub current: bool,
    /// When it was made.
    pub created: Time,
    /// When it was last used, to the minute.
    pub last_used: Time,
    /// Browser and system as the User-Agent header claims, shortened.
    pub client: String,
}

/// A vault item as the server has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VaultItem {
    /// `settings`, or a room id's text.
    pub item: String,
    /// 1 at first, one more at each write.
    pub version: u64,
    /// The Fernet token.
    pub token: String,
}

/// `vault_put`: writes an item. [`crate::PublicError::VaultConflict`] if `replaces` is not the version that the server has.
/// Answered by the new version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VaultPut {
    /// `settings`, or a room id's text.
    pub item: String,
    /// The version that this write replaces; 0 for none. The new one is `replaces + 1`.
    pub replaces: u64,
    /// The Fernet token.
    pub token: String,
}

/// `room_create`: the first entry of a new room. Answered by [`RoomHead`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoomCreate {
    /// The header of epoch 1.
    pub header: OpenEntry,
}

/// `room_find`: what a holder of the room key needs in order to join. Answered by [`RoomFound`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoomFind {
    /// Derived from the room key.
    pub locator: Locator,
}

/// Answers [`RoomFind`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoomFound {
    /// The room.
    pub room: RoomId,
    /// Its epoch.
    pub epoch: Epoch,
    /// The members with which the epoch started …
    pub members: Vec<RosterMember>,
    /// … and who was banned then.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub banned: BTreeSet<UserId>,
    /// The epoch's open entries, its header first.
    pub entries: Vec<LoggedEntry>,
}

/// `room_submit`: open entries that stand or fall together: a header with its wraps, or one of any other kind. Answered by [`Submitted`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoomSubmit {
    /// Which room.
    pub room: RoomId,
    /// In order; the first names the room's last open entry as `prev_open`, each other the one before it.
    pub entries: Vec<OpenEntry>,
}

/// Answers [`RoomSubmit`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Submitted {
    /// The seq of the first entry.
    pub first: Seq,
    /// The room now.
    pub head: RoomHead,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_opens_an_account_is_not_printed() {
        let sent = Credentials {
            version: 3,
            record: OpaqueMessage(vec![1; 192]),
            passphrase_wrap: "gAAA".to_owned(),
            recovery_wrap: "gAAA".to_owned(),
            recovery_token_hash: Hash::ZERO,
            signature: Signature::ZERO,
        };
        let shown = StoredCredentials::from(&sent);
        let start = RecoverStart {
            username: "ana".parse().unwrap(),
            token: RecoveryToken::new(&[1; 32]),
            request: OpaqueMessage(vec![1; 32]),
        };
        let finish = RecoverFinish {
            username: start.username.clone(),
            token: start.token.clone(),
            credentials: sent.clone(),
        };
        for (printed, expected) in [
            (format!("{sent:?}"), "Credentials(version 3)"),
            (format!("{shown:?}"), "StoredCredentials(version 3)"),
            (
                format!("{start:?}"),
                r#"RecoverStart { username: Username("ana"), token: RecoveryToken(..), request: OpaqueMessage(32 bytes) }"#,
            ),
            (
                format!("{finish:?}"),
                r#"RecoverFinish { username: Username("ana"), token: RecoveryToken(..), credentials: Credentials(version 3) }"#,
            ),
        ] {
            assert_eq!(printed, expected);
        }
    }
}
