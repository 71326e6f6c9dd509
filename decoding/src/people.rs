//! Who stands behind the checks: Ana, Bob and their room, the same in every run, and what Ana signed.

use client::{
    account::{AccountSecret, Identity},
    body::{Body, Content},
    credentials,
    room_key::{Context, RoomSecret},
    statement::{self, NewEpoch, Place},
    token::FernetKey,
    wrap,
};
use protocol::{
    DeviceId, Hash, MessageId, OpenEntry, PublicKey, RoomId, Username,
    api::{OpaqueMessage, StoredCredentials},
    open::{
        Ban, Head, Leave, MemberKeys, OpenContent, Purge, Remove, Resume, Role, RoleChange,
        Settings, SettingsChange, Unban, Wrap,
    },
    roster::Roster,
};
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
use std::sync::LazyLock;

/// A room's epoch with everything that follows from its secret.
#[derive(Debug)]
pub struct Room {
    /// The secret.
    pub secret: RoomSecret,
    /// The epoch's context.
    pub ctx: Context,
    /// The public join key.
    pub join_key: PublicKey,
    /// The key of its messages.
    pub message_key: FernetKey,
}

/// The epoch that all checks are about.
pub static ROOM: LazyLock<Room> = LazyLock::new(|| {
    let secret = RoomSecret::generate(&mut rng(1));
    Room {
        ctx: secret.context(RoomId([7; 16]), 2),
        join_key: PublicKey(secret.join_key().verifying_key().to_bytes()),
        message_key: secret.message_key(),
        secret,
    }
});

/// Ana's account secret.
pub static ANAS_SECRET: LazyLock<AccountSecret> =
    LazyLock::new(|| AccountSecret::generate(&mut rng(2)));

/// Ana, whose keys nobody else has.
pub fn ana() -> &'static Identity {
    static ANA: LazyLock<Identity> = LazyLock::new(|| ANAS_SECRET.identity());
    &ANA
}

/// Bob.
pub fn bob() -> &'static Identity {
    static BOB: LazyLock<Identity> =
        LazyLock::new(|| AccountSecret::generate(&mut rng(3)).identity());
    &BOB
}

/// A generator that gives the same in every run.
pub fn rng(seed: u64) -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(seed)
}

/// Ana's username.
pub fn anas_name() -> Username {
    "ana".parse().expect("a username")
}

/// Ana's name and keys.
pub fn anas_keys() -> MemberKeys {
    ana().keys(&anas_name())
}

/// A message of Ana's.
pub fn message() -> Body {
    Body {
        sender: ana().user(),
        device: DeviceId([1; 16]),
        n: 1,
        prev: Hash([9; 32]),
        seen: Head {
            seq: 1,
            hash: Hash([8; 32]),
        },
        id: MessageId([5; 16]),
        at: 1_700_000_000_000,
        content: Content::Text {
            text: "Grüße aus Genf 🏔\n".to_owned(),
        },
    }
}

/// The epoch's secret, wrapped by Ana for Bob.
pub static WRAP: LazyLock<Vec<u8>> = LazyLock::new(|| {
    wrap::wrap(
        &mut rng(4),
        &ROOM.ctx,
        &ana().user(),
        &bob().user(),
        &bob().agreement_key(),
        &ROOM.secret,
    )
    .expect("Bob's key can be used")
});

/// All open entries that Ana ever signed, one of each kind.
pub static STATEMENTS: LazyLock<Vec<OpenEntry>> = LazyLock::new(|| {
    let place = Place {
        room: ROOM.ctx.room,
        epoch: ROOM.ctx.epoch,
        prev_open: Hash([4; 32]),
    };
    let epoch = NewEpoch {
        secret: &ROOM.secret,
        author: &anas_name(),
        roster: &Roster::of_creator(anas_keys(), Settings::default()),
        seen: message().seen,
        previous: None,
    };
    let (member, user, entry) = (bob().user(), bob().user(), Hash([6; 32]));
    let settings = Settings {
        admins_may_delete: false,
        ..Settings::default()
    };
    let by_ana = |content| statement::by_member(ana(), place, content);
    let next = ana().succeeded_by(&AccountSecret::generate(&mut rng(6)));
    [
        statement::header(ana(), place, epoch),
        statement::join(ana(), place, &anas_name(), &ROOM.secret),
        by_ana(OpenContent::Leave(Leave {})),
        by_ana(OpenContent::Remove(Remove { member })),
        by_ana(OpenContent::Ban(Ban { user })),
        by_ana(OpenContent::Unban(Unban { user })),
        by_ana(OpenContent::Role(RoleChange {
            member,
            role: Role::Admin,
        })),
        by_ana(OpenContent::Settings(SettingsChange { settings })),
        by_ana(OpenContent::Purge(Purge { seq: 9, entry })),
        statement::identity(ana(), &next, place, &anas_name()),
        by_ana(OpenContent::Resume(Resume {
            head: message().seen,
        })),
        by_ana(OpenContent::Wrap(Wrap {
            recipient: member,
            sealed: WRAP.clone(),
        })),
    ]
    .map(|made| made.expect("a statement within the limits").entry)
    .into()
});

/// The one of [`STATEMENTS`] that is of this kind.
pub fn statement(kind: &str) -> OpenEntry {
    let field = format!("\"kind\":\"{kind}\"");
    let mut all = STATEMENTS.iter();
    let found = all.find(|it| it.json.contains(&field));
    found.expect("a kind of which there is one").clone()
}

/// Ana's credentials, as a server shows them. What they wrap is of no matter here.
pub static CREDENTIALS: LazyLock<StoredCredentials> = LazyLock::new(|| {
    let recovery = credentials::RecoveryWrap {
        wrap: TOKEN.to_owned(),
        token_hash: Hash([3; 32]),
    };
    let record = OpaqueMessage(vec![5; 192]);
    let made = credentials::make(ana(), 3, record, TOKEN.to_owned(), recovery);
    StoredCredentials::from(&made)
});

/// A Fernet token as Python's `cryptography` made it, under the key of 32 bytes 1, with the IV 0, 1 … 15.
pub const TOKEN: &str = "gAAAAAAAAAAAAAECAwQFBgcICQoLDA0OD2gxby-dcyOk5mDiazOZmaF0HV8hEv4hhhqwBT_kdxiPsSeDTw8w3dapUNovh_OEZVRKGd6BAVLnL2PJGno5VEQ=";
