//! Vault items: `Fernet(vault key, pad( 0x03 ‖ u32 length ‖ JSON{user, item, version, content} ))`.
//!
//! The names inside bind a token to its place: without them a server could hand out one room's item as another's, or an old
//! version as the newest.

use crate::{
    padding::{self, PaddingError},
    token::{FernetKey, OpenError},
};
use protocol::{UserId, limits};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use zeroize::Zeroizing;

/// The plaintext version of vault items.
const VERSION: u8 = 3;

/// Why a vault item can't be sealed or opened.
#[derive(Debug, thiserror::Error)]
pub enum VaultItemError {
    /// Damaged, or sealed under another key.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// It opened, but is no vault item of this version.
    #[error("plaintext version {0} is not a vault item's")]
    Version(u8),
    /// It opened to a frame or a padding that this protocol does not have.
    #[error(transparent)]
    Padding(#[from] PaddingError),
    /// An alarm: it is another user's item, another item, or another version than the server says.
    #[error("the server handed out a vault item in another's place")]
    Misplaced,
    /// Its content is not what this version of the program writes.
    #[error("the content of a vault item can't be read: {0}")]
    Content(#[from] serde_json::Error),
    /// The content is larger than the server takes.
    #[error(
        "the vault item has {chars} characters; the limit is {}",
        limits::VAULT_ITEM_CHARS
    )]
    TooLong {
        /// The token's length.
        chars: usize,
    },
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Named<I, C> {
    user: UserId,
    item: I,
    version: u64,
    content: C,
}

/// Seals an item; `version` is the one that this write will make.
pub fn seal_item(
    key: &FernetKey,
    user: &UserId,
    item: &str,
    version: u64,
    content: &impl Serialize,
) -> Result<String, VaultItemError> {
    let json = Zeroizing::new(serde_json::to_vec(&Named {
        user: *user,
        item,
        version,
        content,
    })?);
    let token = key.seal(&padding::frame(&[VERSION], &json));
    if token.len() > limits::VAULT_ITEM_CHARS {
        return Err(VaultItemError::TooLong { chars: token.len() });
    }
    Ok(token)
}

/// Opens an item that the server gave as `item` in `version`.
pub fn open_item<T: DeserializeOwned>(
    key: &FernetKey,
    user: &UserId,
    item: &str,
    version: u64,
    token: &str,
) -> Result<T, VaultItemError> {
    let plaintext = key.open(token)?;
    match plaintext.first() {
        Some(&VERSION) => {}
        Some(other) => return Err(VaultItemError::Version(*other)),
        None => return Err(PaddingError.into()),
    }
    let (_, json) = padding::unframe(&plaintext, 1)?;
    let named: Named<String, T> = serde_json::from_slice(json)?;
    if named.user == *user && named.item == item && named.version == version {
        Ok(named.content)
    } else {
        Err(VaultItemError::Misplaced)
    }
}
