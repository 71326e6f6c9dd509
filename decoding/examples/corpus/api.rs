//! Requests and answers.

use super::{Seed, json, with};
use decoding::people::{CREDENTIALS, ROOM, TOKEN, anas_keys, anas_name, bob, statement};
use protocol::{
    Entry, Hash, PublicError, SessionHandle,
    api::{
        Credentials, CredentialsFinish, IdentityReplace, LoggedIn, LoginChallenge, LoginStart,
        OpaqueMessage, RecoverStart, RecoveryToken, RegisterFinish, RoomCreate, RoomFind,
        RoomFound, RoomSubmit, ServerInfo, SessionInfo, Submitted, VaultItem, VaultPut,
    },
    frame::{LoggedEntry, RoomHead},
    open::{Head, Role, RosterMember},
};
use std::collections::BTreeSet;

pub fn seeds() -> Vec<Seed> {
    [requests(), answers(), credentials()].concat()
}

fn named(name: &str, json: &[u8]) -> Vec<u8> {
    [name.as_bytes(), b"\n", json].concat()
}

fn sent() -> Credentials {
    let shown = CREDENTIALS.clone();
    Credentials {
        version: shown.version,
        record: OpaqueMessage(vec![5; 192]),
        passphrase_wrap: shown.passphrase_wrap,
        recovery_wrap: shown.recovery_wrap,
        recovery_token_hash: shown.recovery_token_hash,
        signature: shown.signature,
    }
}

fn requests() -> Vec<Seed> {
    let [header, join] = ["header", "join"].map(statement);
    let start = json(&LoginStart {
        username: anas_name(),
        request: OpaqueMessage(vec![1; 96]),
    });
    let recover = json(&RecoverStart {
        username: anas_name(),
        token: RecoveryToken::new(&[2; 32]),
        request: OpaqueMessage(vec![1; 32]),
    });
    let put = json(&VaultPut {
        item: "settings".to_owned(),
        replaces: 3,
        token: TOKEN.to_owned(),
    });
    let file = |name: &str, kind, data: &[u8]| ("api_request", name.to_owned(), named(kind, data));
    let replace = IdentityReplace {
        account: anas_keys(),
        credentials: sent(),
        settings: VaultPut {
            item: "settings".to_owned(),
            replaces: 3,
            token: TOKEN.to_owned(),
        },
    };
    vec![
        file("good-identity-replace", "IdentityReplace", &json(&replace)),
        file("good-login-start", "LoginStart", &start),
        file(
            "good-register-finish",
            "RegisterFinish",
            &json(&RegisterFinish {
                account: anas_keys(),
                credentials: sent(),
            }),
        ),
        file("good-recover-start", "RecoverStart", &recover),
        file(
            "good-credentials-finish",
            "CredentialsFinish",
            &json(&CredentialsFinish {
                credentials: sent(),
            }),
        ),
        file(
            "good-session-revoke",
            "SessionHandle",
            &json(&SessionHandle([6; 16])),
        ),
        file("good-vault-put", "VaultPut", &put),
        file(
            "good-room-create",
            "RoomCreate",
            &json(&RoomCreate { header }),
        ),
        file(
            "good-room-find",
            "RoomFind",
            &json(&RoomFind {
                locator: ROOM.secret.locator(),
            }),
        ),
        file(
            "good-room-submit",
            "RoomSubmit",
            &json(&RoomSubmit {
                room: ROOM.ctx.room,
                entries: vec![join],
            }),
        ),
        file(
            "bad-username",
            "LoginStart",
            &with(&start, "\"ana\"", "\"Ana\""),
        ),
        file(
            "bad-padded-token",
            "RecoverStart",
            &with(&recover, "\"request\":\"", "\"request\":\"="),
        ),
        file(
            "bad-version",
            "VaultPut",
            &with(&put, "3", "18446744073709551616"),
        ),
        file("bad-name", "NoSuchThing", b"{}"),
    ]
}

fn answers() -> Vec<Seed> {
    let entries = vec![LoggedEntry {
        seq: 1,
        at: 9,
        entry: Entry::Open(statement("header")),
    }];
    let found = RoomFound {
        room: ROOM.ctx.room,
        epoch: 2,
        members: vec![RosterMember {
            keys: anas_keys(),
            role: Role::Owner,
        }],
        banned: BTreeSet::from([bob().user()]),
        entries,
    };
    let head = RoomHead {
        room: ROOM.ctx.room,
        epoch: 2,
        head: Head {
            seq: 2,
            hash: Hash([2; 32]),
        },
        at: 9,
    };
    let session = SessionInfo {
        handle: SessionHandle([6; 16]),
        current: true,
        created: 1,
        last_used: 2,
        client: "Firefox".to_owned(),
    };
    let wait = json(&PublicError::TooManyAttempts { retry_after_s: 30 });
    let file = |name: &str, kind, data: &[u8]| ("api_answer", name.to_owned(), named(kind, data));
    vec![
        file("good-error", "PublicError", &wait),
        file(
            "good-server-info",
            "ServerInfo",
            &json(&ServerInfo {
                version: 1,
                registration_open: true,
            }),
        ),
        file(
            "good-login-challenge",
            "LoginChallenge",
            &json(&LoginChallenge {
                login: Hash([1; 32]),
                response: OpaqueMessage(vec![1; 320]),
            }),
        ),
        file(
            "good-logged-in",
            "LoggedIn",
            &json(&LoggedIn {
                account: anas_keys(),
                credentials: CREDENTIALS.clone(),
            }),
        ),
        file("good-session", "SessionInfo", &json(&session)),
        file(
            "good-vault-item",
            "VaultItem",
            &json(&VaultItem {
                item: "settings".to_owned(),
                version: 4,
                token: TOKEN.to_owned(),
            }),
        ),
        file("good-room-found", "RoomFound", &json(&found)),
        file(
            "good-submitted",
            "Submitted",
            &json(&Submitted { first: 3, head }),
        ),
        file("bad-error", "PublicError", &with(&wait, "30", "-1")),
        file(
            "bad-role",
            "RoomFound",
            &with(&json(&found), "owner", "king"),
        ),
    ]
}

fn credentials() -> Vec<Seed> {
    let good = json(&*CREDENTIALS);
    let file = |name: &str, data| ("credentials", name.to_owned(), data);
    vec![
        file("good", good.clone()),
        file("bad-version", with(&good, "\"version\":3", "\"version\":4")),
        file(
            "bad-wrap",
            with(
                &good,
                "\"passphrase_wrap\":\"gAAA",
                "\"passphrase_wrap\":\"gAAB",
            ),
        ),
        file("bad-missing-field", with(&good, "\"version\":3,", "")),
    ]
}
