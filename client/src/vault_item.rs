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
    #[error("it is another item, or another version of it")]
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        account::AccountSecret,
        testing::{first_message, identity},
    };
    use proptest::prelude::*;
    use serde_json::{Value, json};

    const ITEM: &str = "settings";

    fn key() -> FernetKey {
        AccountSecret::from_bytes([7; 32]).vault_key()
    }

    fn user() -> UserId {
        UserId([1; 20])
    }

    fn token() -> String {
        seal_item(&key(), &user(), ITEM, 4, &json!({ "a": 1 })).unwrap()
    }

    fn open_as(user: UserId, item: &str, version: u64) -> Result<Value, VaultItemError> {
        open_item(&key(), &user, item, version, &token())
    }

    #[test]
    fn round_trips() {
        assert_eq!(open_as(user(), ITEM, 4).unwrap(), json!({ "a": 1 }));
    }

    #[test]
    fn an_item_in_anothers_place_is_an_alarm() {
        for result in [
            open_as(UserId([2; 20]), ITEM, 4),
            open_as(user(), "room", 4),
            open_as(user(), ITEM, 3),
            open_as(user(), ITEM, 5),
        ] {
            assert!(matches!(result, Err(VaultItemError::Misplaced)));
        }
    }

    #[test]
    fn refuses_other_keys_versions_frames_and_contents() {
        let other = AccountSecret::from_bytes([8; 32]).vault_key();
        let opened = open_item::<Value>(&other, &user(), ITEM, 4, &token());
        assert!(matches!(opened, Err(VaultItemError::Open(_))));

        let reopen =
            |plaintext: &[u8]| open_item::<Value>(&key(), &user(), ITEM, 4, &key().seal(plaintext));
        let mut plaintext = key().open(&token()).unwrap();
        *plaintext.last_mut().unwrap() = 1;
        assert!(matches!(
            reopen(&plaintext),
            Err(VaultItemError::Padding(_))
        ));
        plaintext[0] = 1;
        assert!(matches!(
            reopen(&plaintext),
            Err(VaultItemError::Version(1))
        ));
        assert!(matches!(reopen(&[]), Err(VaultItemError::Padding(_))));
        let framed = padding::frame(&[VERSION], br#"{"user":1}"#);
        assert!(matches!(reopen(&framed), Err(VaultItemError::Content(_))));
        let opened = open_item::<String>(&key(), &user(), ITEM, 4, &token());
        assert!(matches!(opened, Err(VaultItemError::Content(_))));
    }

    #[test]
    fn a_message_is_no_vault_item_even_under_one_key() {
        let ana = identity(1);
        let (_, ctx) = crate::testing::room();
        let message = crate::envelope::seal(&key(), &ctx, &ana, &first_message(&ana, "x")).unwrap();
        let opened = open_item::<Value>(&key(), &user(), ITEM, 1, &message.token);
        assert!(matches!(opened, Err(VaultItemError::Version(1))));
        let opened = crate::envelope::open(&key(), &ctx, &token());
        assert!(matches!(
            opened,
            Err(crate::envelope::EnvelopeError::Version(3))
        ));
    }

    #[test]
    fn refuses_what_the_server_would_not_take() {
        let seal = |length: usize| seal_item(&key(), &user(), ITEM, 1, &"x".repeat(length));
        assert!(seal(120_000).is_ok_and(|token| token.len() <= limits::VAULT_ITEM_CHARS));
        assert!(
            matches!(seal(140_000), Err(VaultItemError::TooLong { chars }) if chars > limits::VAULT_ITEM_CHARS)
        );
    }

    proptest! {
        #[test]
        fn arbitrary_plaintexts_never_panic(mut plaintext in proptest::collection::vec(any::<u8>(), 0..600)) {
            if let Some(first) = plaintext.first_mut() {
                *first = VERSION;
            }
            prop_assert!(open_item::<Value>(&key(), &user(), ITEM, 1, &key().seal(&plaintext)).is_err());
        }
    }
}
