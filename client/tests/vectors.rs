//! What a second implementation computed (vectors.py, in Python), opened, verified and made again by this one.

#![expect(clippy::unwrap_used, reason = "tests")]

use client::{
    account::{AccountSecret, Identity},
    body::{Body, Content},
    credentials::{self, RecoveryWrap},
    envelope,
    recovery::RecoveryCode,
    room_key::{Context, RoomSecret},
    secret::Secret32,
    statement::{self, NewEpoch, Place},
    token::FernetKey,
    transcript::Transcript,
    vault_item, wrap,
};
use protocol::{
    Entry, Hash, OpenEntry, RoomId, Username,
    api::{OpaqueMessage, StoredCredentials},
    b64,
    log::entry_hash,
    open::{Leave, MemberKeys, OpenContent, Role, RosterMember, Settings},
    roster::Roster,
};
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::collections::BTreeSet;

struct Vectors(Value);

impl Vectors {
    fn load() -> Self {
        Self(serde_json::from_str(include_str!("vectors.json")).unwrap())
    }

    /// Reads a value by its path, as any type.
    fn get<T: DeserializeOwned>(&self, path: &str) -> T {
        serde_json::from_value(self.0.pointer(path).unwrap().clone()).unwrap()
    }

    fn bytes(&self, path: &str) -> Vec<u8> {
        b64::decode(&self.get::<String>(path)).unwrap()
    }

    fn secret(&self, path: &str) -> AccountSecret {
        AccountSecret::from_bytes(self.bytes(path).try_into().unwrap())
    }

    fn ana(&self) -> Identity {
        self.secret("/account/secret").identity()
    }

    fn bob(&self) -> Identity {
        self.secret("/bob/secret").identity()
    }

    fn room(&self) -> (RoomSecret, Context) {
        let secret = RoomSecret::parse(&self.get::<String>("/room/key")).unwrap();
        let ctx = secret.context(self.get("/room/id"), self.get("/room/epoch"));
        (secret, ctx)
    }

    fn entry(&self, path: &str) -> OpenEntry {
        OpenEntry::from_bytes(&self.bytes(path)).unwrap()
    }

    fn place(&self, prev_open: Hash) -> Place {
        Place {
            room: self.get("/room/id"),
            epoch: self.get("/room/epoch"),
            prev_open,
        }
    }
}

fn name(text: &str) -> Username {
    text.parse().unwrap()
}

#[test]
fn account_keys_follow_from_the_secret() {
    let vectors = Vectors::load();
    let secret = vectors.secret("/account/secret");
    let keys: MemberKeys = vectors.get("/account/keys");
    assert_eq!(secret.identity().keys(&name("ana")), keys);
    let vault_key = fernet(&vectors.get::<String>("/account/vault_key"));
    assert!(
        secret
            .vault_key()
            .open(&vault_key.encrypt_at_time(b"x", 0))
            .is_ok()
    );
}

#[test]
fn credentials_are_the_same_to_the_byte() {
    let vectors = Vectors::load();
    let ana = vectors.ana();
    let made = credentials::make(
        &ana,
        vectors.get("/credentials/version"),
        OpaqueMessage(vectors.bytes("/credentials/record")),
        vectors.get("/credentials/passphrase_wrap"),
        RecoveryWrap {
            wrap: vectors.get("/credentials/recovery_wrap"),
            token_hash: vectors.get("/credentials/recovery_token_hash"),
        },
    );
    assert_eq!(made.signature, vectors.get("/credentials/signature"));
    let stored = StoredCredentials::from(&made);
    assert!(stored.is_signed_by(&ana.user(), &ana.signing_key()));
    let passphrase_key = FernetKey::new(&Secret32::new([1; 32]));
    let unwrapped = AccountSecret::unwrap(&passphrase_key, &stored.passphrase_wrap);
    assert_eq!(unwrapped, Ok(vectors.secret("/account/secret")));
}

#[test]
fn the_recovery_code_opens_its_wrap() {
    let vectors = Vectors::load();
    let text: String = vectors.get("/recovery/text");
    let code = RecoveryCode::parse(&text).unwrap();
    assert_eq!(*code.reveal(), text);
    assert_eq!(
        code.token().as_bytes()[..],
        vectors.bytes("/recovery/token")
    );
    assert_eq!(
        code.token_hash(),
        vectors.get("/credentials/recovery_token_hash")
    );
    let wrap: String = vectors.get("/credentials/recovery_wrap");
    let unwrapped = AccountSecret::unwrap(&code.wrap_key(), &wrap);
    assert_eq!(unwrapped, Ok(vectors.secret("/account/secret")));
}

#[test]
fn room_keys_follow_from_the_secret() {
    let vectors = Vectors::load();
    let (secret, ctx) = vectors.room();
    assert_eq!(secret.locator(), vectors.get("/room/locator"));
    assert_eq!(secret.commitment(), vectors.get("/room/commitment"));
    let join_key = secret.join_key().verifying_key().to_bytes();
    assert_eq!(join_key[..], vectors.bytes("/room/join_key"));
    assert_eq!(ctx.bytes()[..], vectors.bytes("/room/ctx"));
    let message_key = fernet(&vectors.get::<String>("/room/message_key"));
    assert!(
        secret
            .message_key()
            .open(&message_key.encrypt_at_time(b"x", 0))
            .is_ok()
    );
}

#[test]
fn open_entries_are_the_same_to_the_byte() {
    let vectors = Vectors::load();
    let (secret, _) = vectors.room();
    let (ana, bob) = (vectors.ana(), vectors.bob());
    let previous = RoomSecret::parse(&vectors.get::<String>("/room/old_key")).unwrap();
    let header = vectors.entry("/open/header");
    let body = header.body().unwrap();
    let verified = statement::verify_header(&header, &body, Some(&secret)).unwrap();
    assert_eq!(body.prev_open, vectors.get("/open/prev_open"));
    let history = secret
        .history_key()
        .open(verified.history.as_ref().unwrap());
    assert_eq!(RoomSecret::from_slice(&history.unwrap()), Some(previous));

    // All but the history token, whose IV is random, comes out the same.
    let member = |keys, role| RosterMember { keys, role };
    let members = vec![
        member(bob.keys(&name("bob")), Role::Member),
        member(ana.keys(&name("ana")), Role::Owner),
    ];
    let roster = Roster::restore(members, BTreeSet::new(), false, Settings::default());
    let it = NewEpoch {
        secret: &secret,
        author: &name("ana"),
        roster: &roster,
        seen: Transcript::from_beginning(vectors.get("/room/id")).head(),
        previous: None,
    };
    let made = statement::header(&ana, vectors.place(body.prev_open), it).unwrap();
    let OpenContent::Header(mut made) = made.entry.body().unwrap().content else {
        panic!("a header was made")
    };
    made.history = verified.history.clone();
    assert_eq!(*made, *verified);

    let header_hash: Hash = vectors.get("/open/header_hash");
    assert_eq!(entry_hash(&Entry::Open(header)), header_hash);
    let join = statement::join(&bob, vectors.place(header_hash), &name("bob"), &secret).unwrap();
    assert_eq!(join.entry, vectors.entry("/open/join"));
    let leave = OpenContent::Leave(Leave {});
    let leave = statement::by_member(&bob, vectors.place(join.hash), leave).unwrap();
    assert_eq!(leave.entry, vectors.entry("/open/leave"));
}

#[test]
fn the_wrap_opens() {
    let vectors = Vectors::load();
    let (secret, ctx) = vectors.room();
    let sealed = vectors.bytes("/open/wrap");
    assert_eq!(sealed.len(), wrap::WRAP_LEN);
    let opened = wrap::unwrap(&ctx, &vectors.ana().user(), &vectors.bob(), &sealed);
    assert_eq!(opened, Ok(secret));
}

#[test]
fn messages_open_verify_and_are_sealed_the_same() {
    let vectors = Vectors::load();
    let (secret, ctx) = vectors.room();
    let (ana, key) = (vectors.ana(), secret.message_key());
    let text = ["Grüße aus Genf 🏔".to_owned(), "x".repeat(5000)];
    let mut prev: Hash = vectors.get("/open/header_hash");
    for (index, expected) in text.iter().enumerate() {
        let token: String = vectors.get(&format!("/sealed/{index}/token"));
        let opened = envelope::open(&key, &ctx, &token).unwrap();
        assert!(matches!(&opened.body.content, Content::Text { text } if text == expected));
        assert_eq!(opened.body.prev, prev);
        assert_eq!(
            opened.body_hash,
            vectors.get(&format!("/sealed/{index}/body_hash"))
        );
        assert!(opened.is_signed_by(&ana.signing_key()));
        prev = opened.body_hash;

        let json: String = vectors.get(&format!("/sealed/{index}/body"));
        assert!(Body::parse(json.as_bytes()).unwrap() == opened.body);
        assert_eq!(opened.body.to_json().unwrap()[..], *json.as_bytes());
        let sealed = envelope::seal(&key, &ctx, &ana, &opened.body).unwrap();
        assert_eq!(sealed.body_hash, opened.body_hash);
        assert_eq!(sealed.token.len(), token.len());
        assert_eq!(key.open(&sealed.token), key.open(&token));
    }
}

#[test]
fn the_transcript_is_the_same() {
    let vectors = Vectors::load();
    let heads: [Hash; 3] = vectors.get("/transcript");
    let mut transcript = Transcript::from_beginning(vectors.get::<RoomId>("/room/id"));
    let first = Entry::Open(vectors.entry("/open/header"));
    let second = Entry::Sealed(vectors.get("/sealed/0/token"));
    for (seq, entry) in [(1, first), (2, second)] {
        transcript.push(seq, &entry_hash(&entry)).unwrap();
    }
    for (seq, head) in (0..).zip(heads) {
        assert_eq!(transcript.hash_at(seq), Some(head));
    }
}

#[test]
fn the_vault_item_opens() {
    let vectors = Vectors::load();
    let secret = vectors.secret("/account/secret");
    let token: String = vectors.get("/vault_item");
    let user = secret.identity().user();
    let content: Value =
        vault_item::open_item(&secret.vault_key(), &user, "settings", 7, &token).unwrap();
    assert_eq!(content, serde_json::json!({ "display_name": "Ana" }));
}

fn fernet(text: &str) -> fernet::Fernet {
    fernet::Fernet::new(text).unwrap()
}
