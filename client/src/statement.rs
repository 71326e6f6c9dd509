//! Open entries: making and checking the signed statements that the server reads.
//!
//! What is checked here is what an entry says about itself. Whether it follows the entry before it, and whether its roster is the
//! one that the log gave, only the log can tell.

use crate::{
    account::{Identity, sign},
    room_key::{Context, RoomSecret},
    wrap::{self, WrapError},
};
use ed25519_dalek::SigningKey;
use protocol::{
    Entry, Epoch, Hash, OpenEntry, PublicKey, RoomId, Signature, UserId, Username,
    json::JsonError,
    label::SignaturePurpose,
    log::entry_hash,
    open::{Head, Header, IdentityChange, Join, MemberKeys, OpenBody, OpenContent, Wrap},
    roster::Roster,
};
use rand_core::{CryptoRng, RngCore};

/// Where an open entry stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The room.
    pub room: RoomId,
    /// The epoch; a header's own is the one that it opens.
    pub epoch: Epoch,
    /// `E` of the room's last open entry; [`Hash::ZERO`] for the first.
    pub prev_open: Hash,
}

/// A signed open entry, ready to submit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// The entry.
    pub entry: OpenEntry,
    /// Its `E`: what the next open entry names as `prev_open`.
    pub hash: Hash,
}

/// Why a statement can't be made.
#[derive(Debug, thiserror::Error)]
pub enum StatementError {
    /// It does not fit into the JSON that the protocol allows.
    #[error(transparent)]
    Json(#[from] JsonError),
    /// The recipient's key is unusable.
    #[error(transparent)]
    Wrap(#[from] WrapError),
}

/// What a header says beyond its place.
#[derive(Debug, Clone, Copy)]
pub struct NewEpoch<'a> {
    /// The epoch's secret.
    pub secret: &'a RoomSecret,
    /// The author's name; their keys are the identity's.
    pub author: &'a Username,
    /// The room's members and settings; for a new room its creator as owner.
    pub roster: &'a Roster,
    /// The author's head; for a new room [`crate::transcript::Transcript::from_beginning`]'s.
    pub seen: Head,
    /// The previous epoch's secret, where newcomers may read what came before.
    pub previous: Option<&'a RoomSecret>,
}

/// Opens an epoch.
pub fn header(
    identity: &Identity,
    place: Place,
    it: NewEpoch<'_>,
) -> Result<Statement, StatementError> {
    let join_key = it.secret.join_key();
    let content = OpenContent::Header(Box::new(Header {
        commitment: it.secret.commitment(),
        join_key: public(&join_key),
        locator: it.secret.locator(),
        roster: it.roster.hash(),
        author: identity.keys(it.author),
        settings: it.roster.settings(),
        seen: it.seen,
        history: it
            .previous
            .map(|previous| it.secret.history_key().seal(previous.as_bytes())),
    }));
    let joined = |json: &[u8]| sign(&join_key, SignaturePurpose::Entry, json);
    sign_both(identity, joined, place, content)
}

/// Joins a room whose key is known.
pub fn join(
    identity: &Identity,
    place: Place,
    username: &Username,
    secret: &RoomSecret,
) -> Result<Statement, StatementError> {
    let content = OpenContent::Join(Join {
        member: identity.keys(username),
    });
    let joined = |json: &[u8]| sign(&secret.join_key(), SignaturePurpose::Entry, json);
    sign_both(identity, joined, place, content)
}

/// Says what needs a member's signature and no other: everything but headers, joins and new identities.
pub fn by_member(
    identity: &Identity,
    place: Place,
    content: OpenContent,
) -> Result<Statement, StatementError> {
    sign_both(identity, |_| Signature::ZERO, place, content)
}

/// Replaces a member's keys: `next` is what [`Identity::succeeded_by`] gave.
pub fn identity(
    identity: &Identity,
    next: &Identity,
    place: Place,
    username: &Username,
) -> Result<Statement, StatementError> {
    let member = next.keys(username);
    let content = OpenContent::Identity(Box::new(IdentityChange { member }));
    let consent = |json: &[u8]| next.sign(SignaturePurpose::Entry, json);
    sign_both(identity, consent, place, content)
}

/// Hands the epoch's secret to a member.
pub fn wrap(
    rng: &mut (impl RngCore + CryptoRng),
    identity: &Identity,
    place: Place,
    secret: &RoomSecret,
    recipient: &MemberKeys,
) -> Result<Statement, StatementError> {
    let ctx = secret.context(place.room, place.epoch);
    by_member(
        identity,
        place,
        wrap_content(rng, identity, &ctx, secret, recipient)?,
    )
}

/// What [`wrap`] says, for an epoch that is under way.
pub fn wrap_content(
    rng: &mut (impl RngCore + CryptoRng),
    identity: &Identity,
    ctx: &Context,
    secret: &RoomSecret,
    recipient: &MemberKeys,
) -> Result<OpenContent, StatementError> {
    let (sender, agreement) = (identity.user(), &recipient.agreement);
    let sealed = wrap::wrap(rng, ctx, &sender, &recipient.user, agreement, secret)?;
    Ok(OpenContent::Wrap(Wrap {
        recipient: recipient.user,
        sealed,
    }))
}

fn sign_both(
    identity: &Identity,
    second: impl FnOnce(&[u8]) -> Signature,
    place: Place,
    content: OpenContent,
) -> Result<Statement, StatementError> {
    let json = OpenBody {
        room: place.room,
        epoch: place.epoch,
        sender: identity.user(),
        prev_open: place.prev_open,
        content,
    }
    .to_json()?;
    let entry = OpenEntry {
        signature: identity.sign(SignaturePurpose::Entry, json.as_bytes()),
        join_signature: second(json.as_bytes()),
        json,
    };
    Ok(Statement {
        hash: entry_hash(&Entry::Open(entry.clone())),
        entry,
    })
}

/// Why an open entry is not what it claims to be. Each is a lie of the server or of a member, shown in the entry's place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The entry is of another kind.
    #[error("an open entry of another kind was expected")]
    Kind,
    /// The keys that it introduces are not its sender's, or can't be used, or don't give the sender's user id.
    #[error("the keys in the entry are not its sender's")]
    Keys,
    /// The identity signature does not hold.
    #[error("the sender did not sign the entry")]
    Signature,
    /// The join signature does not hold, or is there where none belongs.
    #[error("the entry's join signature does not hold")]
    JoinSignature,
    /// The header does not belong to the room key: other commitment, join key or locator.
    #[error("the header does not belong to the room key")]
    RoomKey,
}

/// Checks a header by itself: author, both signatures, and, where the epoch's secret is known, that it is that secret's header.
pub fn verify_header<'a>(
    entry: &OpenEntry,
    body: &'a OpenBody,
    secret: Option<&RoomSecret>,
) -> Result<&'a Header, Refused> {
    let OpenContent::Header(header) = &body.content else {
        return Err(Refused::Kind);
    };
    verify_keys(&header.author, &body.sender)?;
    verify_signatures(entry, &header.author.signing, Some(&header.join_key))?;
    let belongs_to = |secret: &RoomSecret| {
        header.commitment == secret.commitment()
            && header.join_key == public(&secret.join_key())
            && header.locator == secret.locator()
    };
    if !secret.is_none_or(belongs_to) {
        return Err(Refused::RoomKey);
    }
    Ok(header)
}

/// Checks a join by itself, given the join key of the epoch's header: whoever joins knows the room key and owns the identity.
pub fn verify_join<'a>(
    entry: &OpenEntry,
    body: &'a OpenBody,
    join_key: &PublicKey,
) -> Result<&'a Join, Refused> {
    let OpenContent::Join(join) = &body.content else {
        return Err(Refused::Kind);
    };
    verify_keys(&join.member, &body.sender)?;
    verify_signatures(entry, &join.member.signing, Some(join_key))?;
    Ok(join)
}

/// Checks what a member says about the room, also of a kind that this version does not know, given the sender's key on the roster.
pub fn verify_by_member(
    entry: &OpenEntry,
    body: &OpenBody,
    signing_key: &PublicKey,
) -> Result<(), Refused> {
    match &body.content {
        OpenContent::Header(_) | OpenContent::Join(_) => Err(Refused::Kind),
        OpenContent::Identity(it) => {
            verify_signatures(entry, signing_key, Some(&it.member.signing))
        }
        // Only the version that knows the kind knows whether it needs a join signature.
        OpenContent::Unknown(_) if entry.is_signed_by(signing_key) => Ok(()),
        OpenContent::Unknown(_) => Err(Refused::Signature),
        _ => verify_signatures(entry, signing_key, None),
    }
}

/// A member is introduced by themselves, with a usable key whose hash is the user id.
fn verify_keys(keys: &MemberKeys, sender: &UserId) -> Result<(), Refused> {
    match keys.are_of(sender) {
        true => Ok(()),
        false => Err(Refused::Keys),
    }
}

fn verify_signatures(
    entry: &OpenEntry,
    signing_key: &PublicKey,
    join_key: Option<&PublicKey>,
) -> Result<(), Refused> {
    if !entry.is_signed_by(signing_key) {
        return Err(Refused::Signature);
    }
    let joined = match join_key {
        Some(join_key) => entry.is_joined_by(join_key),
        None => entry.join_signature == Signature::ZERO,
    };
    if joined {
        Ok(())
    } else {
        Err(Refused::JoinSignature)
    }
}

fn public(key: &SigningKey) -> PublicKey {
    PublicKey(key.verifying_key().to_bytes())
}

#[cfg(test)]
mod tests;
