//! The body of a sealed message: JSON `{sender, device, n, prev, seen, id, at, kind, content}`.

use protocol::{
    DeviceId, Hash, MessageId, Seq, Time, UserId,
    json::{self, JsonError, MAX_INTEGER},
    limits,
    open::Head,
};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use zeroize::Zeroizing;

/// One message, as its sender wrote it.
#[derive(Clone, PartialEq, Eq)]
pub struct Body {
    /// Who says it.
    pub sender: UserId,
    /// Their engine.
    pub device: DeviceId,
    /// The message's number in this device's chain of this epoch, from 1.
    pub n: u64,
    /// `B` of the chain's message before it; for the first, `E` of the epoch's header.
    pub prev: Hash,
    /// The sender's highest verified head when it was sealed.
    pub seen: Head,
    /// The server's idempotency key. Says nothing to other clients.
    pub id: MessageId,
    /// The sender's clock.
    pub at: Time,
    /// What it says.
    pub content: Content,
}

/// The kinds of messages. What a kind contains is fixed for ever: a later version that has more to say makes a new kind, which
/// earlier ones show as not understood, rather than show half of it.
#[derive(Clone, PartialEq, Eq)]
pub enum Content {
    /// `text`: 1 to [`limits::TEXT_BYTES`] bytes.
    Text {
        /// As typed.
        text: String,
    },
    /// `room_profile`: the room's name, 1 to [`limits::ROOM_NAME_BYTES`] bytes without control characters.
    RoomProfile {
        /// The name.
        name: String,
    },
    /// `member_profile`: the sender's display name, at most [`limits::DISPLAY_NAME_BYTES`] bytes without control characters; empty takes it back.
    MemberProfile {
        /// The name.
        display_name: String,
    },
    /// `deletion`: a message is taken back, by its author or by an admin.
    Deletion(Deletion),
    /// A kind that this version does not know. It can be read but not written.
    Unknown {
        /// Its name.
        kind: String,
    },
}

/// Which message is taken back. It keeps the message's place in its device's chain, so that the messages around it can still be
/// verified when the message itself is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deletion {
    /// Where it stands.
    pub seq: Seq,
    /// Its `E`.
    pub entry: Hash,
    /// Who wrote it …
    pub author: UserId,
    /// … on which device …
    pub device: DeviceId,
    /// … under which number.
    pub n: u64,
    /// Its `B`.
    pub body: Hash,
}

/// Why a body is refused, read or written.
#[derive(Debug, thiserror::Error)]
pub enum BodyError {
    /// Not the JSON that the protocol allows, or not a message's fields.
    #[error(transparent)]
    Json(#[from] JsonError),
    /// A number outside its range: `n` from 1, all within 2^53 − 1.
    #[error("a number is out of range")]
    Number,
    /// Empty, or longer than its kind allows.
    #[error("{length} bytes where 1 to {limit} are allowed")]
    Length {
        /// How long it is.
        length: usize,
        /// How long it may be.
        limit: usize,
    },
    /// A name with a line break or another control character.
    #[error("a name contains a control character")]
    ControlCharacter,
    /// Tried to write a kind that this version does not know.
    #[error("a message of unknown kind can't be written")]
    UnknownKind,
}

impl From<serde_json::Error> for BodyError {
    fn from(error: serde_json::Error) -> Self {
        Self::Json(error.into())
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    sender: UserId,
    device: DeviceId,
    n: u64,
    prev: Hash,
    seen: Head,
    id: MessageId,
    at: Time,
    kind: String,
    content: Box<RawValue>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Text<T> {
    text: T,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RoomProfile<T> {
    name: T,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct MemberProfile<T> {
    display_name: T,
}

const TEXT: &str = "text";
const ROOM_PROFILE: &str = "room_profile";
const MEMBER_PROFILE: &str = "member_profile";
const DELETION: &str = "deletion";

impl Body {
    /// Parses a body by the rules of [`json`] and checks every limit.
    pub fn parse(bytes: &[u8]) -> Result<Self, BodyError> {
        let raw: Raw = json::parse(bytes)?;
        let content = raw.content.get();
        let content = match raw.kind.as_str() {
            TEXT => Content::Text {
                text: json::parse_part::<Text<_>>(content)?.text,
            },
            ROOM_PROFILE => Content::RoomProfile {
                name: json::parse_part::<RoomProfile<_>>(content)?.name,
            },
            MEMBER_PROFILE => Content::MemberProfile {
                display_name: json::parse_part::<MemberProfile<_>>(content)?.display_name,
            },
            DELETION => Content::Deletion(json::parse_part(content)?),
            _ => Content::Unknown { kind: raw.kind },
        };
        let body = Self {
            sender: raw.sender,
            device: raw.device,
            n: raw.n,
            prev: raw.prev,
            seen: raw.seen,
            id: raw.id,
            at: raw.at,
            content,
        };
        body.check()?;
        Ok(body)
    }

    /// The JSON to seal, after the same checks. Field order is this crate's; readers hash the bytes as they came.
    pub fn to_json(&self) -> Result<Zeroizing<Vec<u8>>, BodyError> {
        self.check()?;
        let (kind, content) = match &self.content {
            Content::Text { text } => (TEXT, serde_json::value::to_raw_value(&Text { text })?),
            Content::RoomProfile { name } => (
                ROOM_PROFILE,
                serde_json::value::to_raw_value(&RoomProfile { name })?,
            ),
            Content::MemberProfile { display_name } => (
                MEMBER_PROFILE,
                serde_json::value::to_raw_value(&MemberProfile { display_name })?,
            ),
            Content::Deletion(it) => (DELETION, serde_json::value::to_raw_value(it)?),
            Content::Unknown { .. } => return Err(BodyError::UnknownKind),
        };
        let json = Zeroizing::new(serde_json::to_vec(&Raw {
            sender: self.sender,
            device: self.device,
            n: self.n,
            prev: self.prev,
            seen: self.seen,
            id: self.id,
            at: self.at,
            kind: kind.to_owned(),
            content,
        })?);
        // Escaping can make a text of control characters six times as long.
        if json.len() > limits::BODY_BYTES {
            return Err(JsonError::TooLong.into());
        }
        Ok(json)
    }

    fn check(&self) -> Result<(), BodyError> {
        if self.n == 0 || self.n.max(self.seen.seq).max(self.at) > MAX_INTEGER {
            return Err(BodyError::Number);
        }
        match &self.content {
            Content::Text { text } => check_length(text, limits::TEXT_BYTES),
            Content::RoomProfile { name } => check_name(name, limits::ROOM_NAME_BYTES),
            Content::MemberProfile { display_name } if display_name.is_empty() => Ok(()),
            Content::MemberProfile { display_name } => {
                check_name(display_name, limits::DISPLAY_NAME_BYTES)
            }
            Content::Deletion(it) if it.n == 0 || it.seq == 0 || it.n.max(it.seq) > MAX_INTEGER => {
                Err(BodyError::Number)
            }
            Content::Deletion(_) | Content::Unknown { .. } => Ok(()),
        }
    }
}

fn check_length(text: &str, limit: usize) -> Result<(), BodyError> {
    match text.len() {
        length if length == 0 || length > limit => Err(BodyError::Length { length, limit }),
        _ => Ok(()),
    }
}

fn check_name(name: &str, limit: usize) -> Result<(), BodyError> {
    check_length(name, limit)?;
    if name.chars().any(char::is_control) {
        return Err(BodyError::ControlCharacter);
    }
    Ok(())
}

#[cfg(test)]
mod tests;
