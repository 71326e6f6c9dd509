//! Columns as the protocol's types, and whether a write touched the rows that it must.

use super::super::StoreError;
use protocol::{
    Hash, Locator, PublicKey, RoomId, SessionHandle, Signature, UserId, Username,
    frame::RoomHead,
    open::{Head, MemberKeys, Role, RosterMember},
};
use serde::{Serialize, de::DeserializeOwned};
use sqlx::{Row, sqlite::SqliteRow};

/// A type that is stored as a BLOB of fixed length.
pub(super) trait Fixed: Sized {
    fn from_blob(bytes: &[u8]) -> Option<Self>;
}

macro_rules! fixed {
    ($($name:ident)*) => {
        $(impl Fixed for $name {
            fn from_blob(bytes: &[u8]) -> Option<Self> {
                Self::from_slice(bytes)
            }
        })*
    };
}
fixed!(Hash Locator PublicKey RoomId SessionHandle Signature UserId);

/// Columns by name; a value of the wrong shape is [`StoreError::Corrupt`].
pub(super) trait RowExt {
    fn fixed<T: Fixed>(&self, column: &'static str) -> Result<T, StoreError>;
    fn int<T: TryFrom<i64>>(&self, column: &'static str) -> Result<T, StoreError>;
    fn text(&self, column: &'static str) -> Result<String, StoreError>;
    fn blob(&self, column: &'static str) -> Result<&[u8], StoreError>;
    fn is_null(&self, column: &'static str) -> Result<bool, StoreError>;

    fn json<T: DeserializeOwned>(&self, column: &'static str) -> Result<T, StoreError> {
        serde_json::from_str(&self.text(column)?).map_err(|_| StoreError::Corrupt { column })
    }

    fn username(&self, column: &'static str) -> Result<Username, StoreError> {
        let name = self.text(column)?.parse();
        name.map_err(|_| StoreError::Corrupt { column })
    }

    fn member_keys(&self) -> Result<MemberKeys, StoreError> {
        Ok(MemberKeys {
            user: self.fixed("user")?,
            username: self.username("username")?,
            signing: self.fixed("signing")?,
            agreement: self.fixed("agreement")?,
            earlier: self.json("earlier")?,
        })
    }

    fn room_head(&self) -> Result<RoomHead, StoreError> {
        Ok(RoomHead {
            room: self.fixed("room")?,
            epoch: self.int("epoch")?,
            head: Head {
                seq: self.int("head_seq")?,
                hash: self.fixed("head_hash")?,
            },
            at: self.int("at")?,
        })
    }

    fn roster_member(&self) -> Result<RosterMember, StoreError> {
        let role = match self.text("role")?.as_str() {
            "member" => Role::Member,
            "admin" => Role::Admin,
            "owner" => Role::Owner,
            _ => return Err(StoreError::Corrupt { column: "role" }),
        };
        Ok(RosterMember {
            keys: self.member_keys()?,
            role,
        })
    }
}

impl RowExt for SqliteRow {
    fn fixed<T: Fixed>(&self, column: &'static str) -> Result<T, StoreError> {
        T::from_blob(self.blob(column)?).ok_or(StoreError::Corrupt { column })
    }

    fn int<T: TryFrom<i64>>(&self, column: &'static str) -> Result<T, StoreError> {
        T::try_from(self.try_get::<i64, _>(column)?).map_err(|_| StoreError::Corrupt { column })
    }

    fn text(&self, column: &'static str) -> Result<String, StoreError> {
        Ok(self.try_get(column)?)
    }

    fn blob(&self, column: &'static str) -> Result<&[u8], StoreError> {
        Ok(self.try_get(column)?)
    }

    fn is_null(&self, column: &'static str) -> Result<bool, StoreError> {
        use sqlx::ValueRef as _;
        Ok(self.try_get_raw(column)?.is_null())
    }
}

/// A value for a column that [`RowExt::json`] reads, or rows for a statement that takes many.
pub(super) fn json(value: &(impl Serialize + ?Sized)) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| sqlx::Error::Encode(error.into()).into())
}

/// Bytes as a statement's JSON carries them. By table: with `write!` it was a tenth of what a message costs.
pub(super) fn hex(bytes: &[u8]) -> String {
    const DIGITS: [char; 16] = [
        '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f',
    ];
    let digits = |byte: &u8| [byte >> 4, byte & 15].map(|digit| DIGITS[usize::from(digit)]);
    bytes.iter().flat_map(digits).collect()
}

/// A role's name in the database.
pub(super) fn role_name(role: Role) -> &'static str {
    match role {
        Role::Member => "member",
        Role::Admin => "admin",
        Role::Owner => "owner",
    }
}

/// SQLite's integers are signed. What counts up from 1 or is a time stays far below the sign; limits may be given as "no limit".
pub(super) fn int(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

/// A write that touched other rows than it must is a bug or a damaged database; either way it must not be committed.
pub(super) fn expect_rows(
    statement: &'static str,
    rows: u64,
    expected: usize,
) -> Result<(), StoreError> {
    match rows == expected as u64 {
        true => Ok(()),
        false => Err(StoreError::Affected { statement, rows }),
    }
}
