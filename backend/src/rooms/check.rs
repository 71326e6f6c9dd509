//! What can be said about open entries without knowing their room: shape, author, signatures. It is checked before the
//! commit queue, since signatures cost more than rows.

use protocol::{
    Entry, Hash, OpenEntry, PublicError, PublicKey, RoomId, Signature,
    api::AccountKeys,
    entry::is_token,
    label::acceptable_agreement_key,
    limits::{OPEN_BYTES, STATEMENT_BYTES},
    log,
    open::{Header, IdentityChange, Join, OpenBody, OpenContent},
};

/// An open entry that its sender signed, and whose second signature holds as far as that does not depend on the room.
pub(super) struct Checked {
    pub(super) entry: Entry,
    pub(super) body: OpenBody,
    pub(super) hash: Hash,
    /// The sender's key that signed it. Which one is theirs in the room, only the room knows: after a change of keys each room
    /// goes on with the old one until it is told of the new one.
    pub(super) key: PublicKey,
}

impl Checked {
    /// How much of the log it takes.
    pub(super) fn bytes(&self) -> u64 {
        self.entry.payload().len() as u64
    }
}

/// The previous secret under the new one: a Fernet token over 32 bytes is 105 bytes long.
const HISTORY_CHARS: usize = 140;

/// How a token of this protocol starts: version 0x80 and eight bytes of time, all zero.
const TOKEN_START: &str = "gAAAAAAAAAAA";

/// A ciphertext of 32 bytes with its tag.
const CIPHERTEXT_BYTES: usize = 48;

/// Checks entries of a room, all of which one key must have signed: trying all keys that the account ever had on each of a
/// thousand would be dear.
pub(super) fn check_all(
    entries: Vec<OpenEntry>,
    room: RoomId,
    account: &AccountKeys,
) -> Result<Vec<Checked>, PublicError> {
    let earlier = account.earlier.iter().rev().map(|it| it.signing);
    let mut keys: Vec<_> = [account.signing].into_iter().chain(earlier).collect();
    let mut all = Vec::with_capacity(entries.len());
    for entry in entries {
        let checked = check(entry, account, &keys)?;
        if checked.body.room != room {
            return Err(PublicError::Malformed);
        }
        keys = vec![checked.key];
        all.push(checked);
    }
    Ok(all)
}

/// Checks one entry, which one of the keys must have signed.
pub(super) fn check(
    entry: OpenEntry,
    account: &AccountKeys,
    keys: &[PublicKey],
) -> Result<Checked, PublicError> {
    within(&entry, OPEN_BYTES)?;
    let body = entry.body().map_err(|_| PublicError::Malformed)?;
    if body.epoch == 0 {
        return Err(PublicError::Malformed);
    }
    let key = keys.iter().find(|key| entry.is_signed_by(key));
    let key = *key.ok_or(PublicError::BadSignature)?;
    if body.sender != account.user {
        return Err(PublicError::BadSignature);
    }
    let holds = match &body.content {
        OpenContent::Header(it) => {
            check_history(it)?;
            entry.is_joined_by(&it.join_key)
        }
        // The epoch's join key, by which a join is proven, is the room's to know.
        OpenContent::Join(Join { member }) => *member == *account && key == account.signing,
        OpenContent::Identity(it) => is_of(it, account) && entry.is_joined_by(&it.member.signing),
        OpenContent::Wrap(it) if !can_be_opened(&it.sealed) => return Err(PublicError::Malformed),
        OpenContent::Unknown(_) => return Err(PublicError::Malformed),
        // Clients do not believe a join signature where none belongs; in the log it would stop them for good.
        _ => {
            within(&entry, STATEMENT_BYTES)?;
            entry.join_signature == Signature::ZERO
        }
    };
    if !holds {
        return Err(PublicError::BadSignature);
    }
    let entry = Entry::Open(entry);
    Ok(Checked {
        hash: log::entry_hash(&entry),
        entry,
        body,
        key,
    })
}

fn within(entry: &OpenEntry, most: usize) -> Result<(), PublicError> {
    match entry.json.len() <= most {
        true => Ok(()),
        false => Err(PublicError::TooLarge { limit: most as u64 }),
    }
}

/// History may be missing where the settings want it: whoever got a wrap that does not open has no secret to hand on, and must
/// be able to start the next epoch all the same.
fn check_history(header: &Header) -> Result<(), PublicError> {
    let fits = |token: &str| header.settings.history_for_newcomers && is_sealed_secret(token);
    match header.history.as_deref().is_none_or(fits) {
        true => Ok(()),
        false => Err(PublicError::Malformed),
    }
}

/// Whether a text can be a token over a secret, by its outside.
fn is_sealed_secret(text: &str) -> bool {
    text.len() == HISTORY_CHARS
        && text.starts_with(TOKEN_START)
        && !text.contains('=')
        && is_token(text)
}

/// Whether a wrap is an encapsulated key that can be agreed with, and a ciphertext of a secret's length.
fn can_be_opened(sealed: &[u8]) -> bool {
    sealed.split_first_chunk().is_some_and(|(key, rest)| {
        acceptable_agreement_key(&PublicKey(*key)) && rest.len() == CIPHERTEXT_BYTES
    })
}

/// Whether these are the account's keys, or were before it got others: a room that missed several changes takes them one by
/// one. The agreement key of then is not known any more; both signing keys vouch for it.
fn is_of(change: &IdentityChange, account: &AccountKeys) -> bool {
    let member = &change.member;
    match account.earlier.get(member.earlier.len()) {
        None => member == account,
        Some(then) => {
            then.signing == member.signing
                && account.earlier.starts_with(&member.earlier)
                && (member.user, &member.username) == (account.user, &account.username)
        }
    }
}
