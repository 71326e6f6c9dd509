//! What can be said about open entries without knowing their room: shape, author, signatures. It is checked before the
//! commit queue, since signatures cost more than rows.

use protocol::{
    Entry, Hash, OpenEntry, PublicError, PublicKey, RoomId, Signature,
    api::AccountKeys,
    entry::is_token,
    label::acceptable_agreement_key,
    limits::OPEN_BYTES,
    log,
    open::{Header, OpenBody, OpenContent},
};

/// An open entry that its sender signed, and, for a header, that holds the key of the epoch that it opens.
pub(super) struct Checked {
    pub(super) entry: Entry,
    pub(super) body: OpenBody,
    pub(super) hash: Hash,
}

/// The previous secret under the new one: a Fernet token over 32 bytes is 105 bytes long.
const HISTORY_CHARS: usize = 140;

/// How a token of this protocol starts: version 0x80 and eight bytes of time, all zero.
const TOKEN_START: &str = "gAAAAAAAAAAA";

/// A ciphertext of 32 bytes with its tag.
const CIPHERTEXT_BYTES: usize = 48;

pub(super) fn check(
    entry: OpenEntry,
    room: Option<RoomId>,
    sender: &AccountKeys,
) -> Result<Checked, PublicError> {
    if entry.json.len() > OPEN_BYTES {
        let limit = OPEN_BYTES as u64;
        return Err(PublicError::TooLarge { limit });
    }
    let body = entry.body().map_err(|_| PublicError::Malformed)?;
    if room.is_some_and(|room| body.room != room) || body.epoch == 0 {
        return Err(PublicError::Malformed);
    }
    if body.sender != sender.user || !entry.is_signed_by(&sender.signing) {
        return Err(PublicError::BadSignature);
    }
    match &body.content {
        OpenContent::Header(header) => check_header(&entry, header, sender)?,
        // The epoch's join key, by which a join is proven, is the room's to know.
        OpenContent::Join(join) if join.member == *sender => {}
        OpenContent::Leave(_) if is_unjoined(&entry) => {}
        OpenContent::Wrap(wrap) if !can_be_opened(&wrap.sealed) => {
            return Err(PublicError::Malformed);
        }
        OpenContent::Wrap(_) if is_unjoined(&entry) => {}
        OpenContent::Join(_) | OpenContent::Leave(_) | OpenContent::Wrap(_) => {
            return Err(PublicError::BadSignature);
        }
        _ => return Err(PublicError::Malformed),
    }
    let entry = Entry::Open(entry);
    Ok(Checked {
        hash: log::entry_hash(&entry),
        entry,
        body,
    })
}

fn check_header(
    entry: &OpenEntry,
    header: &Header,
    sender: &AccountKeys,
) -> Result<(), PublicError> {
    // It may be missing where the settings want it: whoever got a wrap that does not open has no secret to hand on, and must
    // be able to start the next epoch all the same.
    let fits = |token: &str| header.settings.history_for_newcomers && is_sealed_secret(token);
    if !header.history.as_deref().is_none_or(fits) {
        return Err(PublicError::Malformed);
    }
    match header.author == *sender && entry.is_joined_by(&header.join_key) {
        true => Ok(()),
        false => Err(PublicError::BadSignature),
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

/// Clients do not believe a join signature where none belongs; in the log it would stop them for good.
fn is_unjoined(entry: &OpenEntry) -> bool {
    entry.join_signature == Signature::ZERO
}
