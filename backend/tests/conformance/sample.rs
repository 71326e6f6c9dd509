//! Made-up rows. A store keeps what it is given: signatures and keys here are numbers, only headers must read as such.

use backend::{
    Store,
    store::{Account, NewEntry, RoomState, SendKey, SessionRow, Tx},
};
use protocol::{
    DeviceId, Entry, Hash, Locator, MessageId, OpenEntry, PublicKey, RoomId, SessionHandle,
    Signature, Time, UserId,
    api::{AccountKeys, Credentials, OpaqueMessage},
    frame::{LoggedEntry, RoomHead},
    log,
    open::{Head, Header, Leave, OpenBody, OpenContent, Role, RosterMember, Settings},
    roster::Roster,
    succession::Succession,
};

pub fn user(n: u8) -> UserId {
    UserId([n; 20])
}

pub fn keys(n: u8) -> AccountKeys {
    AccountKeys {
        user: user(n),
        username: format!("user{n}").parse().unwrap(),
        signing: PublicKey([n; 32]),
        agreement: PublicKey([n; 32]),
        earlier: Vec::new(),
    }
}

/// The keys that follow on those of [`keys`], or of this function for one less.
pub fn keys_after(n: u8, changes: u8) -> AccountKeys {
    let succession = |k| Succession {
        signing: PublicKey([n + 100 * k; 32]),
        old: Signature([k; 64]),
        new: Signature([k + 1; 64]),
    };
    AccountKeys {
        signing: PublicKey([n + 100 * changes; 32]),
        agreement: PublicKey([n + 100 * changes; 32]),
        earlier: (0..changes).map(succession).collect(),
        ..keys(n)
    }
}

pub fn credentials(version: u64) -> Credentials {
    let n = version as u8;
    Credentials {
        version,
        record: OpaqueMessage(vec![n; 192]),
        passphrase_wrap: format!("passphrase{n}AA"),
        recovery_wrap: format!("recovery{n}"),
        recovery_token_hash: Hash([n; 32]),
        signature: Signature([n; 64]),
    }
}

pub fn account(n: u8) -> Account {
    Account {
        keys: keys(n),
        credentials: credentials(1),
    }
}

pub fn session(owner: u8, n: u8, created: Time, last_used: Time) -> SessionRow {
    SessionRow {
        id_hash: Hash([n; 32]),
        handle: SessionHandle([n; 16]),
        account: keys(owner),
        created,
        last_used,
        client: format!("browser {n}"),
    }
}

pub async fn sign_up(store: &dyn Store, people: &[u8]) {
    let mut tx = store.begin().await.unwrap();
    for n in people {
        assert!(tx.create_account(&account(*n), 1).await.unwrap());
    }
    tx.commit().await.unwrap();
}

pub fn member(n: u8, role: Role) -> RosterMember {
    RosterMember {
        keys: keys(n),
        role,
    }
}

pub fn locator(n: u8) -> Locator {
    Locator([n; 16])
}

pub const SETTINGS: Settings = Settings {
    history_for_newcomers: true,
    admins_may_delete: false,
};

/// A room before its first entry, owned by one person.
pub fn planned(n: u8, owner: u8) -> RoomState {
    let room = RoomId([n; 16]);
    RoomState {
        head: RoomHead {
            room,
            epoch: 1,
            head: Head {
                seq: 0,
                hash: log::transcript_start(&room),
            },
            at: 1000,
        },
        join_key: PublicKey([n; 32]),
        last_open_seq: 0,
        last_open: Hash::ZERO,
        open_bytes: 0,
        roster: Roster::of_creator(keys(owner), SETTINGS),
    }
}

/// The next entry of a room, whose head moves.
pub fn next(state: &mut RoomState, sender: u8, entry: Entry) -> NewEntry {
    let seq = state.head.head.seq + 1;
    let hash = log::entry_hash(&entry);
    let transcript = log::transcript_next(&state.head.head.hash, seq, &hash);
    state.head.head = Head {
        seq,
        hash: transcript,
    };
    state.head.at += 1;
    if matches!(entry, Entry::Open(_)) {
        (state.last_open_seq, state.last_open) = (seq, hash);
    }
    NewEntry {
        room: state.head.room,
        logged: LoggedEntry {
            seq,
            at: state.head.at,
            entry,
        },
        hash,
        transcript,
        sender: user(sender),
        message: None,
    }
}

pub fn message(state: &mut RoomState, key: SendKey, token: &str) -> NewEntry {
    let sender = key.sender.0[0];
    NewEntry {
        message: Some((key.device, key.id)),
        ..next(state, sender, Entry::Sealed(token.to_owned()))
    }
}

/// The `n`th message of a device.
pub fn key(state: &RoomState, sender: u8, device: u8, n: u16) -> SendKey {
    let mut id = [0; 16];
    id[..2].copy_from_slice(&n.to_be_bytes());
    SendKey {
        room: state.head.room,
        sender: user(sender),
        device: DeviceId([device; 16]),
        id: MessageId(id),
    }
}

fn open(state: &RoomState, sender: u8, content: OpenContent) -> Entry {
    let body = OpenBody {
        room: state.head.room,
        epoch: state.head.epoch,
        sender: user(sender),
        prev_open: state.last_open,
        content,
    };
    Entry::Open(OpenEntry {
        json: body.to_json().unwrap(),
        signature: Signature([sender; 64]),
        join_signature: Signature::ZERO,
    })
}

/// An open entry that says little, and is enough for a log.
pub fn leave(state: &mut RoomState, sender: u8) -> NewEntry {
    let entry = open(state, sender, OpenContent::Leave(Leave {}));
    next(state, sender, entry)
}

pub fn header(state: &mut RoomState, author: u8) -> NewEntry {
    let content = Header {
        commitment: Hash([9; 32]),
        join_key: state.join_key,
        locator: locator(0),
        roster: state.roster.hash(),
        author: member(author, Role::Member).keys,
        settings: SETTINGS,
        seen: state.head.head,
        history: None,
    };
    let entry = open(state, author, OpenContent::Header(Box::new(content)));
    next(state, author, entry)
}

/// A room with its owner and one entry; its locator has the room's number.
pub async fn create(tx: &mut dyn Tx, n: u8, owner: u8) -> RoomState {
    let mut state = planned(n, owner);
    let first = header(&mut state, owner);
    assert!(tx.create_room(&state, &locator(n)).await.unwrap());
    for member in state.roster.members() {
        tx.add_member(&state.head.room, member, 1).await.unwrap();
    }
    tx.append(std::slice::from_ref(&first)).await.unwrap();
    assert!(tx.start_epoch(&state, &locator(n), 1).await.unwrap());
    state
}

/// A committed room of people who signed up, the first as its owner.
pub async fn room(store: &dyn Store, n: u8, people: &[u8]) -> RoomState {
    let mut tx = store.begin().await.unwrap();
    let state = create(&mut *tx, n, people[0]).await;
    for person in &people[1..] {
        let member = member(*person, Role::Member);
        tx.add_member(&state.head.room, &member, 1).await.unwrap();
    }
    let state = tx.room(&state.head.room).await.unwrap().unwrap();
    tx.commit().await.unwrap();
    state
}

/// Appends and commits.
pub async fn write(store: &dyn Store, state: &RoomState, entries: &[NewEntry]) {
    let mut tx = store.begin().await.unwrap();
    tx.append(entries).await.unwrap();
    tx.update_room(state).await.unwrap();
    tx.commit().await.unwrap();
}
