//! Who appears in the vectors: four people and a room in its second epoch. All their secrets are counted up, byte by byte.

use crate::sealing;
use client::{
    account::{AccountSecret, Identity},
    kdf::kdf,
    room_key::{Context, RoomSecret},
    statement::{self, NewEpoch, Place},
    transcript::Transcript,
};
use ed25519_dalek::Signer as _;
use protocol::{
    Entry, Epoch, Hash, OpenEntry, RoomId, Signature, Username,
    label::{self, SignaturePurpose},
    log::entry_hash,
    open::{Head, MemberKeys, OpenContent, Role, RosterMember, Settings},
    roster::Roster,
};
use std::collections::BTreeSet;

pub const ROOM: RoomId = RoomId(counted(0));
pub const EPOCH: Epoch = 2;
/// What the header of the second epoch names: the last open entry of the first, of which nothing else appears.
pub const BEFORE: Hash = Hash([4; 32]);

/// Bytes that are counted up.
pub const fn counted<const N: usize>(from: u8) -> [u8; N] {
    let mut bytes = [0; N];
    let mut place = 0;
    while place < N {
        bytes[place] = from + place as u8;
        place += 1;
    }
    bytes
}

/// Someone with an account.
pub struct Person {
    pub name: Username,
    pub secret: AccountSecret,
    pub identity: Identity,
}

impl Person {
    pub fn new(name: &str, first_byte: u8) -> Self {
        let secret = counted_secret(first_byte);
        Self {
            name: name.parse().unwrap(),
            identity: secret.identity(),
            secret,
        }
    }

    pub fn keys(&self) -> MemberKeys {
        self.identity.keys(&self.name)
    }

    pub fn line(&self, role: Role) -> RosterMember {
        RosterMember {
            keys: self.keys(),
            role,
        }
    }
}

pub fn ana() -> Person {
    Person::new("ana", 0)
}

pub fn bob() -> Person {
    Person::new("bob", 32)
}

pub fn cleo() -> Person {
    Person::new("cleo", 140)
}

pub fn dan() -> Person {
    Person::new("dan", 220)
}

/// Bob after he replaced his keys.
pub fn new_bob() -> Identity {
    bob().identity.succeeded_by(&counted_secret(96))
}

/// The secret of the second epoch.
pub fn room_secret() -> RoomSecret {
    RoomSecret::from_slice(&counted::<32>(64)).unwrap()
}

/// The secret of the first epoch.
pub fn old_secret() -> RoomSecret {
    RoomSecret::from_slice(&counted::<32>(100)).unwrap()
}

/// An account secret of 32 bytes from this one on.
pub fn counted_secret(first_byte: u8) -> AccountSecret {
    AccountSecret::from_bytes(counted(first_byte))
}

pub fn ctx() -> Context {
    room_secret().context(ROOM, EPOCH)
}

pub fn place(prev_open: Hash) -> Place {
    Place {
        room: ROOM,
        epoch: EPOCH,
        prev_open,
    }
}

/// The head at which the second epoch starts: the vectors pretend that nothing came before.
pub fn beginning() -> Head {
    Transcript::from_beginning(ROOM).head()
}

/// Ana owns the room, Bob is a member.
pub fn roster() -> Roster {
    let members = vec![ana().line(Role::Owner), bob().line(Role::Member)];
    Roster::restore(members, BTreeSet::new(), false, Settings::default())
}

/// The header of the second epoch, which hands on the secret of the first.
pub fn header() -> OpenEntry {
    let (ana, secret) = (ana(), room_secret());
    let new = NewEpoch {
        secret: &secret,
        author: &ana.name,
        roster: &roster(),
        seen: beginning(),
        previous: None,
    };
    let made = statement::header(&ana.identity, place(BEFORE), new).unwrap();
    let mut body = made.entry.body().unwrap();
    let OpenContent::Header(header) = &mut body.content else {
        panic!("a header is a header");
    };
    let history_key = kdf(secret.as_bytes(), "room history");
    header.history = Some(sealing::token(&history_key, old_secret().as_bytes()));
    signed(&body.to_json().unwrap())
}

/// `E` of the header.
pub fn header_hash() -> Hash {
    entry_hash(&Entry::Open(header()))
}

/// The head at the header, if it stood first.
pub fn after_header() -> Head {
    let mut transcript = Transcript::from_beginning(ROOM);
    transcript.push(1, &header_hash()).unwrap();
    transcript.head()
}

/// An open entry with any JSON, signed by Ana and by the room key.
pub fn signed(json: &str) -> OpenEntry {
    let message = label::signed_bytes(SignaturePurpose::Entry, json.as_bytes());
    let joined = room_secret().join_key().sign(&message);
    OpenEntry {
        signature: ana()
            .identity
            .sign(SignaturePurpose::Entry, json.as_bytes()),
        join_signature: Signature(joined.to_bytes()),
        json: json.to_owned(),
    }
}
