//! People with sessions, and rooms with members, put into the database before the server starts: signing up by the thousand
//! would try the machine's patience and nothing that these trials are about.

use backend::{
    SqliteStore, Store,
    store::{Account, NewEntry, RoomState, SessionRow, Tx},
};
use protocol::{
    DeviceId, Entry, Hash, Locator, OpenEntry, PublicKey, RoomId, SessionHandle, Signature, Time,
    UserId,
    api::{AccountKeys, Credentials, OpaqueMessage},
    b64,
    frame::{LoggedEntry, RoomHead},
    log,
    open::{Head, Header, OpenBody, OpenContent, Role, RosterMember, Settings},
    roster::Roster,
};
use rand_chacha::{
    ChaCha20Rng,
    rand_core::{RngCore, SeedableRng},
};
use sha2::{Digest, Sha256};
use std::{
    collections::BTreeSet,
    path::Path,
    time::{SystemTime, UNIX_EPOCH},
};

/// Someone with a session in one browser; their devices share it, which the server does not mind.
#[derive(Clone)]
pub struct Person {
    pub keys: AccountKeys,
    pub cookie: String,
    pub device: DeviceId,
}

/// Who lives at a server, and which rooms they share.
pub struct Town {
    pub people: Vec<Person>,
    pub rooms: Vec<RoomId>,
    rng: ChaCha20Rng,
}

impl Town {
    /// Writes people into a new database, and rooms, each for the people whose numbers are given.
    pub async fn found(database: &Path, people: usize, rooms: &[Vec<usize>], seed: u64) -> Self {
        let store = SqliteStore::open(database).await.unwrap();
        let mut town = Self {
            people: Vec::new(),
            rooms: Vec::new(),
            rng: ChaCha20Rng::seed_from_u64(seed),
        };
        let mut tx = store.begin().await.unwrap();
        for number in 0..people {
            let person = town.settle(&mut *tx, number).await;
            town.people.push(person);
        }
        for members in rooms {
            let room = town.open_room(&mut *tx, members).await;
            town.rooms.push(room);
        }
        tx.commit().await.unwrap();
        store.close().await;
        town
    }

    /// Random bytes, the same ones for the same seed.
    pub fn bytes<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        self.rng.fill_bytes(&mut bytes);
        bytes
    }

    async fn settle(&mut self, tx: &mut dyn Tx, number: usize) -> Person {
        let keys = AccountKeys {
            user: UserId(self.bytes()),
            username: format!("person.{number}").parse().unwrap(),
            signing: PublicKey(self.bytes()),
            agreement: PublicKey(self.bytes()),
            earlier: Vec::new(),
        };
        let credentials = Credentials {
            version: 1,
            record: OpaqueMessage(vec![0; 192]),
            passphrase_wrap: "AAAA".to_owned(),
            recovery_wrap: "AAAA".to_owned(),
            recovery_token_hash: Hash::ZERO,
            signature: Signature::ZERO,
        };
        let account = Account {
            keys: keys.clone(),
            credentials,
        };
        assert!(tx.create_account(&account, now()).await.unwrap());
        let secret: [u8; 32] = self.bytes();
        let session = SessionRow {
            id_hash: Hash(Sha256::digest(secret).into()),
            handle: SessionHandle(self.bytes()),
            account: keys.clone(),
            created: now(),
            last_used: now(),
            client: "a trial".to_owned(),
        };
        tx.create_session(&session).await.unwrap();
        Person {
            keys,
            cookie: b64::encode(secret),
            device: DeviceId(self.bytes()),
        }
    }

    async fn open_room(&mut self, tx: &mut dyn Tx, members: &[usize]) -> RoomId {
        let room = RoomId(self.bytes());
        let locator = Locator(self.bytes());
        let role = |place| [Role::Owner, Role::Member][usize::from(place > 0)];
        let members: Vec<_> = members
            .iter()
            .enumerate()
            .map(|(place, number)| RosterMember {
                keys: self.people[*number].keys.clone(),
                role: role(place),
            })
            .collect();
        let owner = members[0].keys.clone();
        let roster = Roster::restore(members, BTreeSet::new(), false, Settings::default());
        let entry = first_entry(room, locator, &owner, &roster);
        let state = RoomState {
            head: RoomHead {
                room,
                epoch: 1,
                head: Head {
                    seq: 1,
                    hash: entry.transcript,
                },
                at: entry.logged.at,
            },
            join_key: PublicKey([7; 32]),
            last_open_seq: 1,
            last_open: entry.hash,
            open_bytes: 0,
            roster,
        };
        assert!(tx.create_room(&state, &locator).await.unwrap());
        for member in state.roster.members() {
            tx.add_member(&room, member, 1).await.unwrap();
        }
        tx.append(&[entry]).await.unwrap();
        assert!(tx.start_epoch(&state, &locator, 1).await.unwrap());
        room
    }
}

/// A header of the right shape; what it is signed with, only clients would check.
fn first_entry(room: RoomId, locator: Locator, owner: &AccountKeys, roster: &Roster) -> NewEntry {
    let before = log::transcript_start(&room);
    let header = Header {
        commitment: Hash([7; 32]),
        join_key: PublicKey([7; 32]),
        locator,
        roster: roster.hash(),
        author: owner.clone(),
        settings: roster.settings(),
        seen: Head {
            seq: 0,
            hash: before,
        },
        history: None,
    };
    let body = OpenBody {
        room,
        epoch: 1,
        sender: owner.user,
        prev_open: Hash::ZERO,
        content: OpenContent::Header(Box::new(header)),
    };
    let entry = Entry::Open(OpenEntry {
        json: body.to_json().unwrap(),
        signature: Signature::ZERO,
        join_signature: Signature::ZERO,
    });
    let hash = log::entry_hash(&entry);
    NewEntry {
        room,
        hash,
        transcript: log::transcript_next(&before, 1, &hash),
        logged: LoggedEntry {
            seq: 1,
            at: now(),
            entry,
        },
        sender: owner.user,
        message: None,
    }
}

fn now() -> Time {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    since.as_millis() as Time
}
