//! The end-to-end side of SecureChat: everything that must not happen on a server.
//!
//! # Keys
//!
//! `KDF(secret, label)` is HKDF-SHA256 with salt `securechat v1` ([`kdf`]). Nothing here is ever sent in the clear.
//!
//! 1. **Account secret**, 32 random bytes, once per account ([`account::AccountSecret`]). From it:
//!    1. `identity signing`: Ed25519 seed. Signs messages, open entries and credentials ([`account::Identity`]). Its public key
//!       gives the user id.
//!    2. `identity agreement`: X25519 private key. Opens the epoch secrets that others wrap ([`wrap`]).
//!    3. `vault`: Fernet key of the vault items ([`vault_item`]).
//! 2. **Passphrase**. Goes through OPAQUE with Argon2id ([`opaque`]); from the export key:
//!    1. `passphrase wrap`: Fernet key around the account secret.
//! 3. **Recovery code**, 160 random bits on paper ([`recovery`]). From it:
//!    1. `recovery wrap`: Fernet key around the account secret.
//!    2. `recovery token`: shown to the server in order to get that wrap; the server keeps its SHA-256.
//! 4. **Room secret**, 32 random bytes per epoch, whose text is the room key ([`room_key`]). From it:
//!    1. `room locator`: 16 public bytes by which the server finds the room.
//!    2. `room join`: Ed25519 seed. Signs headers and joins, which proves knowledge of the room key.
//!    3. `room message`: Fernet key of the epoch's sealed entries ([`envelope`]).
//!    4. `room commitment`: 32 public bytes that fix the epoch's secret.
//!    5. `room history`: Fernet key around the previous epoch's secret, in a header.
//!
//! # Layers
//!
//! Bytes: [`secret`], [`kdf`], [`token`], [`padding`]. What is sealed and signed: [`body`] in [`envelope`], [`signal`], [`slot`],
//! [`statement`], [`wrap`], [`vault_item`], [`credentials`]. What a stretch of the log proves: [`authentic`], [`transcript`]. What
//! people compare: [`fingerprint`].
//!
//! No I/O and no clock. Randomness is handed in, with one exception: the `fernet` crate draws each IV from the system's generator.

#![warn(missing_docs)]

pub mod account;
pub mod authentic;
pub mod body;
pub mod credentials;
pub mod engine;
pub mod envelope;
pub mod fingerprint;
pub mod io;
pub mod kdf;
pub mod opaque;
pub mod padding;
pub mod recovery;
pub mod room_key;
mod sealing;
pub mod secret;
pub mod signal;
pub mod slot;
pub mod statement;
pub mod token;
pub mod transcript;
pub mod vault_item;
pub mod wrap;

#[cfg(test)]
mod testing;
