//! What open entries say: JSON `{room, epoch, sender, prev_open, kind, content}`.

use crate::{
    ids::{Epoch, Hash, Locator, PublicKey, RoomId, Seq, UserId},
    json::{self, JsonError},
    succession::{self, Succession},
    username::Username,
};
use serde::{Deserialize, Serialize};
use serde_json::value::{RawValue, to_raw_value};

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
    /// A member is taken out.
    Remove(Remove),
    /// A user is taken out where they are a member, and kept out.
    Ban(Ban),
    /// A user may join again.
    Unban(Unban),
    /// A member may do more or less from here on.
    Role(RoleChange),
    /// The room has other settings from here on.
    Settings(SettingsChange),
    /// A sealed entry's payload is to be dropped for ever.
    Purge(Purge),
    /// A member has other keys from here on.
    Identity(Box<IdentityChange>),
    /// The log goes on here although some had seen more of it.
    Resume(Resume),
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
    /// [`crate::log::roster_hash`] of the members with which the epoch starts, and of who is banned.
    pub roster: Hash,
    /// The author, so that a first header needs nothing besides itself to be verified.
    pub author: MemberKeys,
    /// The room's settings, as the statements before it left them.
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
    /// Whether admins and the owner may delete what others wrote.
    pub admins_may_delete: bool,
}

impl Default for Settings {
    /// What a new room starts with.
    fn default() -> Self {
        Self {
            history_for_newcomers: true,
            admins_may_delete: true,
        }
    }
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
    /// The signing keys before this one, oldest first, each of which named the next; at most [`succession::MOST`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub earlier: Vec<Succession>,
}

impl MemberKeys {
    /// Whether a user can introduce themselves with this: it is their id, it leads to the signing key, and all keys are such
    /// that every implementation takes them.
    pub fn are_of(&self, user: &UserId) -> bool {
        self.user == *user && succession::leads_to(self)
    }

    /// Whether these are the keys that `before` was replaced with: the same user and name, one key further.
    pub fn follow(&self, before: &Self) -> bool {
        let known = match self.earlier.split_last() {
            Some((last, known)) if last.signing == before.signing => known,
            _ => return false,
        };
        self.username == before.username && known == before.earlier && self.are_of(&before.user)
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

/// A member is taken out. By an admin or the owner, of someone with a lower role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Remove {
    /// Whom.
    pub member: UserId,
}

/// A user may not join any more, and is taken out where they are a member. By an admin or the owner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ban {
    /// Whom.
    pub user: UserId,
}

/// A banned user may join again. By an admin or the owner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unban {
    /// Whom.
    pub user: UserId,
}

/// A member gets another role. By the owner, or by an admin who gives up being one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoleChange {
    /// Whose.
    pub member: UserId,
    /// The role from here on; [`Role::Owner`] hands the room over, and the sender becomes an admin.
    pub role: Role,
}

/// The room's settings change. By an admin or the owner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SettingsChange {
    /// All of them, from here on.
    pub settings: Settings,
}

/// The payload of a sealed entry is to be dropped. By its author, or by an admin or the owner where the settings allow it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Purge {
    /// Which entry.
    pub seq: Seq,
    /// Its `E`, which stays in the log.
    pub entry: Hash,
}

/// A member's keys are replaced. Signed by the key until now and, in the join signature's place, by the new one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IdentityChange {
    /// The sender with the new keys.
    pub member: MemberKeys,
}

/// The owner accepts that a server which lost entries goes on from here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Resume {
    /// The place right before this entry.
    pub head: Head,
}

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
            "header" => OpenContent::Header(json::parse_part(content)?),
            "join" => OpenContent::Join(json::parse_part(content)?),
            "leave" => OpenContent::Leave(json::parse_part(content)?),
            "remove" => OpenContent::Remove(json::parse_part(content)?),
            "ban" => OpenContent::Ban(json::parse_part(content)?),
            "unban" => OpenContent::Unban(json::parse_part(content)?),
            "role" => OpenContent::Role(json::parse_part(content)?),
            "settings" => OpenContent::Settings(json::parse_part(content)?),
            "purge" => OpenContent::Purge(json::parse_part(content)?),
            "identity" => OpenContent::Identity(json::parse_part(content)?),
            "resume" => OpenContent::Resume(json::parse_part(content)?),
            "wrap" => OpenContent::Wrap(json::parse_part(content)?),
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
        let content = match &self.content {
            OpenContent::Header(it) => to_raw_value(it)?,
            OpenContent::Join(it) => to_raw_value(it)?,
            OpenContent::Leave(it) => to_raw_value(it)?,
            OpenContent::Remove(it) => to_raw_value(it)?,
            OpenContent::Ban(it) => to_raw_value(it)?,
            OpenContent::Unban(it) => to_raw_value(it)?,
            OpenContent::Role(it) => to_raw_value(it)?,
            OpenContent::Settings(it) => to_raw_value(it)?,
            OpenContent::Purge(it) => to_raw_value(it)?,
            OpenContent::Identity(it) => to_raw_value(it)?,
            OpenContent::Resume(it) => to_raw_value(it)?,
            OpenContent::Wrap(it) => to_raw_value(it)?,
            OpenContent::Unknown(_) => to_raw_value(&())?,
        };
        Ok(serde_json::to_string(&Raw {
            room: self.room,
            epoch: self.epoch,
            sender: self.sender,
            prev_open: self.prev_open,
            kind: self.content.kind().to_owned(),
            content,
        })?)
    }
}

impl OpenContent {
    /// The kind's name in the JSON.
    pub fn kind(&self) -> &str {
        match self {
            Self::Header(_) => "header",
            Self::Join(_) => "join",
            Self::Leave(_) => "leave",
            Self::Remove(_) => "remove",
            Self::Ban(_) => "ban",
            Self::Unban(_) => "unban",
            Self::Role(_) => "role",
            Self::Settings(_) => "settings",
            Self::Purge(_) => "purge",
            Self::Identity(_) => "identity",
            Self::Resume(_) => "resume",
            Self::Wrap(_) => "wrap",
            Self::Unknown(kind) => kind,
        }
    }
}
