//! A member who works with the server: true keys, used for what no honest client makes.

use super::log::Log;
use client::{
    account::{AccountSecret, Identity},
    body::{Body, Content},
    envelope, padding,
    room_key::{Context, RoomSecret},
    statement::Place,
};
use protocol::{
    DeviceId, Entry, Epoch, Hash, MessageId, RoomId, Username, b64, label::SignaturePurpose,
};

/// Someone's keys, as their own browser keeps them.
pub struct Accomplice {
    pub identity: Identity,
    pub username: Username,
    secret: AccountSecret,
}

/// One epoch's keys of a room.
pub struct RoomKeys {
    pub secret: RoomSecret,
    pub ctx: Context,
}

impl Accomplice {
    /// Reads the keys out of a browser's local store.
    pub(crate) fn new(account: &[u8]) -> Self {
        let account: serde_json::Value = serde_json::from_slice(account).unwrap();
        let secret = b64::decode(account["secret"].as_str().unwrap()).unwrap();
        let secret = AccountSecret::from_bytes(secret.try_into().unwrap());
        Self {
            identity: secret.identity(),
            username: account["username"].as_str().unwrap().parse().unwrap(),
            secret,
        }
    }

    /// The key of the vault.
    pub fn vault_key(&self) -> client::token::FernetKey {
        self.secret.vault_key()
    }

    /// The first message of a new device at the end of a log, as it should be.
    pub fn body(&self, log: &Log, text: &str) -> Body {
        let (_, _, header) = log.header();
        Body {
            sender: self.identity.user(),
            device: DeviceId([0xac; 16]),
            n: 1,
            prev: header,
            seen: log.head(),
            id: MessageId([0xac; 16]),
            at: log.last_at(),
            content: Content::Text {
                text: text.to_owned(),
            },
        }
    }

    /// Seals any body.
    pub fn seal(&self, keys: &RoomKeys, body: &Body) -> Entry {
        let key = keys.secret.message_key();
        Entry::Sealed(
            envelope::seal(&key, &keys.ctx, &self.identity, body)
                .unwrap()
                .token,
        )
    }

    /// Signs and seals any bytes as a body.
    pub fn seal_bytes(&self, keys: &RoomKeys, version: u8, body: &[u8]) -> Entry {
        let hash = keys.body_hash(body);
        let signature = self.identity.sign(SignaturePurpose::Message, &hash.0);
        let head = [&[version], &signature.0[..]].concat();
        keys.seal(&padding::frame(&head, body))
    }
}

impl RoomKeys {
    /// From the key as members share it.
    pub fn new(key: &str, room: RoomId, epoch: Epoch) -> Self {
        let secret = RoomSecret::parse(key).unwrap();
        let ctx = secret.context(room, epoch);
        Self { secret, ctx }
    }

    /// Any plaintext under the epoch's message key.
    pub fn seal(&self, plaintext: &[u8]) -> Entry {
        Entry::Sealed(self.secret.message_key().seal(plaintext))
    }

    /// The plaintext of a message, signature and all.
    pub fn open(&self, entry: &Entry) -> Vec<u8> {
        let Entry::Sealed(token) = entry else {
            unreachable!("sealed")
        };
        self.secret.message_key().open(token).unwrap().to_vec()
    }

    /// Where the next open entry of a log goes in this epoch.
    pub fn place(&self, log: &Log) -> Place {
        Place {
            room: self.ctx.room,
            epoch: self.ctx.epoch,
            prev_open: log.last_open(),
        }
    }

    fn body_hash(&self, body: &[u8]) -> Hash {
        use protocol::label::{HashPurpose, hash};
        hash(HashPurpose::Body, &[&self.ctx.bytes(), body])
    }
}
