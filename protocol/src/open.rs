//! What open entries say: JSON `{room, epoch, sender, prev_open, kind, content}`.

use crate::{
    ids::{Epoch, Hash, Locator, PublicKey, RoomId, Seq, UserId},
    json::{self, JsonError},
    label,
    username::Username,
};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// An open entry's body, parsed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenBody {
    /// The room whose log this belongs to.
    pub room: RoomId,
    /// The epoch in which it was made; a header's own is the epoch that it opens.
    pub epoch: Epoch,
    /// Who signed it.
    pub sender: UserId,
    /// `E` of the room's open entry before it; [`Hash::ZERO`] for the first.
    pub prev_open: Hash,
    /// What it says.
    pub content: OpenContent,
}

/// The kinds of open entries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OpenContent {
    /// Opens an epoch.
    Header(Box<Header>),
    /// Someone who knows the room key becomes a member.
    Join(Join),
    /// A member goes.
    Leave(Leave),
    /// Hands the epoch's secret to one member.
    Wrap(Wrap),
    /// A kind that this version does not know. Its signature and place in the chain still count.
    Unknown(String),
}

/// Opens an epoch: the first entry of each, the room's first one included. Signed by its author and by the new epoch's join key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Header {
    /// `room commitment` of the epoch's secret: fixes the one secret that can open this epoch.
    pub commitment: Hash,
    /// The epoch's join key.
    pub join_key: PublicKey,
    /// How holders of the room key find the room.
    pub locator: Locator,
    /// [`crate::log::roster_hash`] of the members with which the epoch starts.
    pub roster: Hash,
    /// The author, so that a first header needs nothing besides itself to be verified.
    pub author: MemberKeys,
    /// The room's settings from here on.
    pub settings: Settings,
    /// The author's head of the transcript.
    pub seen: Head,
    /// If newcomers may read what came before: `Fernet(KDF(new secret, "room history"), previous secret)`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub history: Option<String>,
}

/// A room's settings that clients and server both act on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Whether each header hands newcomers the previous epoch's secret.
    pub history_for_newcomers: bool,
}

/// A member's name and public keys.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MemberKeys {
    /// Who.
    pub user: UserId,
    /// Their username.
    pub username: Username,
    /// Ed25519.
    pub signing: PublicKey,
    /// X25519.
    pub agreement: PublicKey,
}

impl MemberKeys {
    /// Whether a user can introduce themselves with this: it is their id, it follows from the signing key, and both keys
    /// are such that every implementation takes them.
    pub fn are_of(&self, user: &UserId) -> bool {
        self.user == *user && label::acceptable_keys(user, &self.signing, &self.agreement)
    }
}

/// What a member may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Reads and writes.
    Member,
    /// Also decides on members and settings.
    Admin,
    /// Also decides on admins.
    Owner,
}

impl Role {
    /// The role's byte in the roster hash.
    pub fn byte(self) -> u8 {
        match self {
            Self::Member => 0,
            Self::Admin => 1,
            Self::Owner => 2,
        }
    }
}

/// One line of a roster.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RosterMember {
    /// Who, with which keys.
    pub keys: MemberKeys,
    /// What they may do.
    pub role: Role,
}

/// Someone joins. Signed by the identity key and by the epoch's join key: the proof of knowing the room key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Join {
    /// The joiner; the same user as the entry's sender.
    pub member: MemberKeys,
}

/// A member goes by their own will.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Leave {}

/// The epoch's secret for one member.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wrap {
    /// For whom.
    pub recipient: UserId,
    /// HPKE (RFC 9180): encapsulated key (32) ‖ ciphertext (48).
    #[serde(with = "crate::b64")]
    pub sealed: Vec<u8>,
}

/// A place in the transcript: `H(seq)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    /// The last entry that the hash covers; 0 for none.
    pub seq: Seq,
    /// `H(seq)`.
    pub hash: Hash,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    room: RoomId,
    epoch: Epoch,
    sender: UserId,
    prev_open: Hash,
    kind: String,
    content: Box<RawValue>,
}

impl OpenBody {
    /// Parses an open entry's JSON by the rules of [`json`].
    pub fn parse(text: &[u8]) -> Result<Self, JsonError> {
        let raw: Raw = json::parse(text)?;
        let content = raw.content.get();
        let content = match raw.kind.as_str() {
            "header" => OpenContent::Header(serde_json::from_str(content)?),
            "join" => OpenContent::Join(serde_json::from_str(content)?),
            "leave" => OpenContent::Leave(serde_json::from_str(content)?),
            "wrap" => OpenContent::Wrap(serde_json::from_str(content)?),
            _ => OpenContent::Unknown(raw.kind),
        };
        Ok(Self {
            room: raw.room,
            epoch: raw.epoch,
            sender: raw.sender,
            prev_open: raw.prev_open,
            content,
        })
    }

    /// The JSON to sign. Field order is this crate's; verifiers use the bytes as they came.
    pub fn to_json(&self) -> Result<String, JsonError> {
        let (kind, content) = match &self.content {
            OpenContent::Header(it) => ("header", serde_json::value::to_raw_value(it)?),
            OpenContent::Join(it) => ("join", serde_json::value::to_raw_value(it)?),
            OpenContent::Leave(it) => ("leave", serde_json::value::to_raw_value(it)?),
            OpenContent::Wrap(it) => ("wrap", serde_json::value::to_raw_value(it)?),
            OpenContent::Unknown(kind) => (kind.as_str(), serde_json::value::to_raw_value(&())?),
        };
        Ok(serde_json::to_string(&Raw {
            room: self.room,
            epoch: self.epoch,
            sender: self.sender,
            prev_open: self.prev_open,
            kind: kind.to_owned(),
            content,
        })?)
    }
}
