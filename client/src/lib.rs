//! The end-to-end side of SecureChat.

#![warn(missing_docs)]

pub mod account;
pub mod body;
pub mod credentials;
pub mod envelope;
pub mod kdf;
pub mod opaque;
pub mod padding;
pub mod passphrase;
pub mod recovery;
pub mod room_key;
pub mod secret;
pub mod statement;
pub mod token;
pub mod transcript;
pub mod vault_item;
pub mod wrap;

#[cfg(test)]
mod testing;
