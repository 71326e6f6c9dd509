//! Hashes over the log: entries, the transcript, and the roster.

use crate::{
    entry::Entry,
    ids::{Hash, RoomId, Seq, UserId},
    label::{HashPurpose, hash},
    open::RosterMember,
};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;

/// `E(n) = SHA-256(L("entry hash") ‖ class ‖ payload)`; of a purged entry what the log kept.
pub fn entry_hash(entry: &Entry) -> Hash {
    match entry {
        Entry::Purged(kept) => *kept,
        _ => hash(HashPurpose::Entry, &[&[entry.class()], &entry.payload()]),
    }
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

/// SHA-256 over the number of members (u32); the members sorted by user id, each as id ‖ Ed25519 ‖ X25519 ‖ role (u8) ‖
/// username length (u8) ‖ username; the number of banned users (u32); their ids in order.
///
/// The username is inside so that a newcomer, who sees the earlier members only through this hash, can't be shown
/// one member's messages under another's name; who is banned, so that a server can't let them in again.
pub fn roster_hash(members: &[RosterMember], banned: &BTreeSet<UserId>) -> Hash {
    let mut members: Vec<_> = members.iter().collect();
    members.sort_by_key(|member| member.keys.user);
    let mut bytes = count(members.len());
    for RosterMember { keys, role } in members {
        let name = keys.username.as_str();
        bytes.extend_from_slice(&keys.user.0);
        bytes.extend_from_slice(&keys.signing.0);
        bytes.extend_from_slice(&keys.agreement.0);
        // A username has at most 32 bytes.
        bytes.extend_from_slice(&[role.byte(), name.len() as u8]);
        bytes.extend_from_slice(name.as_bytes());
    }
    bytes.extend(count(banned.len()));
    for user in banned {
        bytes.extend_from_slice(&user.0);
    }
    hash(HashPurpose::Roster, &[&bytes])
}

fn count(of: usize) -> Vec<u8> {
    u32::try_from(of).unwrap_or(u32::MAX).to_be_bytes().to_vec()
}
