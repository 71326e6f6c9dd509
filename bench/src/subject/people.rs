//! People with accounts, sessions and rooms, written into a database through the store, since thousands of sign-ups would
//! take longer than what is measured.

use crate::{Outcome, load::Layout};
use backend::{
    SqliteStore, Store, StoreError,
    store::{Account, NewEntry, RoomState, SessionRow, Tx},
};
use protocol::{
    Entry, Hash, Locator, OpenEntry, PublicKey, RoomId, SessionHandle, Signature, UserId,
    api::{AccountKeys, Credentials, OpaqueMessage},
    b64,
    frame::{LoggedEntry, RoomHead},
    log,
    open::{Head, Header, OpenBody, OpenContent, Role, RosterMember, Settings},
    roster::Roster,
};
use sha2::{Digest, Sha256};
use std::{path::Path, time::SystemTime};

/// The value of a person's session cookie.
pub fn cookie(person: usize) -> String {
    b64::encode(bytes::<32>(b'c', person))
}

/// The id of a room.
pub fn room(number: usize) -> RoomId {
    RoomId(bytes(b'r', number))
}

/// The id of a person.
pub fn user(person: usize) -> UserId {
    UserId(bytes(b'u', person))
}

/// Makes a database with as many people and rooms; whoever is first in a room owns it.
pub fn settle(file: &Path, layout: Layout) -> Outcome {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| format!("no runtime: {error}"))?;
    let told = |error: StoreError| format!("the people's database: {error}");
    runtime.block_on(async {
        let store = SqliteStore::open(file).await.map_err(told)?;
        write(&store, layout).await.map_err(told)?;
        store.close().await;
        Ok(())
    })
}

async fn write(store: &SqliteStore, layout: Layout) -> Result<(), StoreError> {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let now = now.map_or(0, |it| it.as_millis() as u64);
    let mut tx = store.begin().await?;
    for person in 0..layout.rooms * layout.members {
        let account = Account {
            keys: keys(person),
            credentials: credentials(),
        };
        tx.create_account(&account, now).await?;
        let id_hash = Hash(Sha256::digest(bytes::<32>(b'c', person)).into());
        let session = SessionRow {
            id_hash,
            handle: SessionHandle(bytes(b'h', person)),
            account: account.keys,
            created: now,
            last_used: now,
            client: "bench".to_owned(),
        };
        tx.create_session(&session).await?;
    }
    for number in 0..layout.rooms {
        let first = number * layout.members;
        open_room(&mut *tx, number, first..first + layout.members, now).await?;
    }
    tx.commit().await
}

async fn open_room(
    tx: &mut dyn Tx,
    number: usize,
    mut people: std::ops::Range<usize>,
    now: u64,
) -> Result<(), StoreError> {
    let Some(owner) = people.next() else {
        return Ok(());
    };
    let (room, settings) = (room(number), Settings::default());
    let nothing = Head {
        seq: 0,
        hash: log::transcript_start(&room),
    };
    let roster = Roster::of_creator(keys(owner), settings);
    let header = Header {
        commitment: Hash::ZERO,
        join_key: PublicKey([1; 32]),
        locator: Locator(bytes(b'l', number)),
        roster: roster.hash(),
        author: keys(owner),
        settings,
        seen: nothing,
        history: None,
    };
    let locator = header.locator;
    let body = OpenBody {
        room,
        epoch: 1,
        sender: keys(owner).user,
        prev_open: Hash::ZERO,
        content: OpenContent::Header(Box::new(header)),
    };
    // The store keeps what it is given; no client reads this room.
    let entry = Entry::Open(OpenEntry {
        json: body.to_json().unwrap_or_default(),
        signature: Signature::ZERO,
        join_signature: Signature::ZERO,
    });
    let hash = log::entry_hash(&entry);
    let head = Head {
        seq: 1,
        hash: log::transcript_next(&nothing.hash, 1, &hash),
    };
    let state = RoomState {
        head: RoomHead {
            room,
            epoch: 1,
            head,
            at: now,
        },
        join_key: PublicKey([1; 32]),
        last_open_seq: 1,
        last_open: hash,
        open_bytes: 0,
        roster,
    };
    let first = NewEntry {
        room,
        logged: LoggedEntry {
            seq: 1,
            at: now,
            entry,
        },
        hash,
        transcript: head.hash,
        sender: keys(owner).user,
        message: None,
    };
    tx.create_room(&state, &locator).await?;
    for member in state.roster.members() {
        tx.add_member(&room, member, 1).await?;
    }
    tx.append(&[first]).await?;
    tx.start_epoch(&state, &locator, 1).await?;
    for person in people {
        let member = RosterMember {
            keys: keys(person),
            role: Role::Member,
        };
        tx.add_member(&room, &member, 1).await?;
    }
    Ok(())
}

fn keys(person: usize) -> AccountKeys {
    AccountKeys {
        user: user(person),
        username: format!("person{person}")
            .parse()
            .expect("letters and digits are a username"),
        signing: PublicKey(bytes(b's', person)),
        agreement: PublicKey(bytes(b'a', person)),
        earlier: Vec::new(),
    }
}

fn credentials() -> Credentials {
    Credentials {
        version: 1,
        record: OpaqueMessage(vec![1; 192]),
        passphrase_wrap: "A".repeat(140),
        recovery_wrap: "A".repeat(140),
        recovery_token_hash: Hash::ZERO,
        signature: Signature::ZERO,
    }
}

/// Bytes that belong to one thing alone.
fn bytes<const LENGTH: usize>(what: u8, number: usize) -> [u8; LENGTH] {
    let mut bytes = [what; LENGTH];
    bytes[1..9].copy_from_slice(&(number as u64).to_be_bytes());
    bytes
}
