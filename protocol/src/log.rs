//! Hashes over the log: entries, the transcript, and the roster.

use crate::{
    entry::Entry,
    ids::{Hash, RoomId, Seq},
    label::{HashPurpose, hash},
    open::RosterMember,
};
use sha2::{Digest, Sha256};

/// `E(n) = SHA-256(L("entry hash") ‖ class ‖ payload)`.
pub fn entry_hash(entry: &Entry) -> Hash {
    hash(HashPurpose::Entry, &[&[entry.class()], &entry.payload()])
}

/// `H(0) = SHA-256(L("transcript") ‖ room id)`.
pub fn transcript_start(room: &RoomId) -> Hash {
    hash(HashPurpose::Transcript, &[&room.0])
}

/// `H(n) = SHA-256(H(n−1) ‖ n (u64) ‖ E(n))`.
pub fn transcript_next(before: &Hash, seq: Seq, entry_hash: &Hash) -> Hash {
    let mut state = Sha256::new();
    state.update(before.0);
    state.update(seq.to_be_bytes());
    state.update(entry_hash.0);
    Hash(state.finalize().into())
}

/// SHA-256 over the members sorted by user id: id ‖ Ed25519 ‖ X25519 ‖ role (u8) ‖ username length (u8) ‖ username.
///
/// The username is inside so that a newcomer, who sees the earlier members only through this hash, can't be shown
/// one member's messages under another's name.
pub fn roster_hash<'a>(members: impl IntoIterator<Item = &'a RosterMember>) -> Hash {
    let mut members: Vec<_> = members.into_iter().collect();
    members.sort_by_key(|member| member.keys.user);
    let mut bytes = Vec::new();
    for RosterMember { keys, role } in members {
        let name = keys.username.as_str();
        bytes.extend_from_slice(&keys.user.0);
        bytes.extend_from_slice(&keys.signing.0);
        bytes.extend_from_slice(&keys.agreement.0);
        // A username has at most 32 bytes.
        bytes.extend_from_slice(&[role.byte(), name.len() as u8]);
        bytes.extend_from_slice(name.as_bytes());
    }
    hash(HashPurpose::Roster, &[&bytes])
}
