//! What can be said about open entries without knowing their room: shape, author, signatures. It is checked before the
//! commit queue, since signatures cost more than rows.

use protocol::{
    Entry, Hash, OpenEntry, PublicError, RoomId,
    api::AccountKeys,
    entry::is_token,
    log,
    open::{Header, MemberKeys, OpenBody, OpenContent},
};

/// An open entry that its sender signed, and, for a header, that holds the key of the epoch that it opens.
pub(super) struct Checked {
    pub(super) entry: Entry,
    pub(super) body: OpenBody,
    pub(super) hash: Hash,
}

/// The previous secret under the new one is a token of 140 characters.
const HISTORY_CHARS: usize = 256;

/// HPKE's encapsulated key and a ciphertext of 32 bytes with its tag.
const WRAP_BYTES: usize = 32 + 48;

pub(super) fn check(
    entry: OpenEntry,
    room: Option<RoomId>,
    sender: &AccountKeys,
) -> Result<Checked, PublicError> {
    let body = entry.body().map_err(|_| PublicError::Malformed)?;
    if room.is_some_and(|room| body.room != room) || body.epoch == 0 {
        return Err(PublicError::Malformed);
    }
    if body.sender != sender.user || !entry.is_signed_by(&sender.signing) {
        return Err(PublicError::BadSignature);
    }
    match &body.content {
        OpenContent::Header(header) => check_header(&entry, header, sender)?,
        OpenContent::Join(join) if !is_own(&join.member, sender) => {
            return Err(PublicError::BadSignature);
        }
        OpenContent::Wrap(wrap) if wrap.sealed.len() != WRAP_BYTES => {
            return Err(PublicError::Malformed);
        }
        OpenContent::Unknown(_) => return Err(PublicError::Malformed),
        OpenContent::Join(_) | OpenContent::Leave(_) | OpenContent::Wrap(_) => {}
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
    let history = header.history.as_deref();
    if history.is_some_and(|token| token.len() > HISTORY_CHARS || !is_token(token)) {
        return Err(PublicError::Malformed);
    }
    match is_own(&header.author, sender) && entry.is_joined_by(&header.join_key) {
        true => Ok(()),
        false => Err(PublicError::BadSignature),
    }
}

/// Whether the keys that an entry names are those of the account behind the session: nobody can speak with others' names.
fn is_own(keys: &MemberKeys, account: &AccountKeys) -> bool {
    let AccountKeys {
        user,
        username,
        signing,
        agreement,
    } = account;
    keys.user == *user
        && keys.username == *username
        && keys.signing == *signing
        && keys.agreement == *agreement
}
