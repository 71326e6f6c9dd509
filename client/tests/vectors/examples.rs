//! What docs/PROTOCOL.md shows is real: its values stand in the vectors, and its frames and calls are what the types say.

use crate::suite::folder;
use protocol::{
    api::{
        AccountKeys, Credentials, CredentialsFinish, CredentialsStart, IdentityReplace, LoggedIn,
        LoginChallenge, LoginFinish, LoginStart, RecoverFinish, RecoverOpened, RecoverStart,
        RegisterFinish, RegisterStart, Registration, RoomCreate, RoomFind, RoomFound, RoomSubmit,
        ServerInfo, SessionInfo, StoredCredentials, Submitted, VaultItem, VaultPut,
    },
    error::PublicError,
    frame::{ClientFrame, RoomHead, ServerFrame},
    ids::SessionHandle,
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use std::{collections::BTreeSet, fs};

struct Page {
    text: String,
    vectors: String,
}

impl Page {
    fn load() -> Self {
        let read = |path| fs::read_to_string(path).unwrap();
        let vectors = fs::read_dir(folder()).unwrap();
        Self {
            text: read(folder().join("../PROTOCOL.md")),
            vectors: vectors.map(|file| read(file.unwrap().path())).collect(),
        }
    }

    /// What stands from one heading to the next of any level.
    fn section(&self, heading: &str) -> &str {
        let start = self.text.find(&format!("\n{heading}")).unwrap();
        let section = self.text[start..].trim_start();
        section.split("\n#").next().unwrap()
    }

    /// The lines of a section's blocks in this language.
    fn blocks(&self, heading: &str, language: &str) -> Vec<&str> {
        let fence = format!("```{language}\n");
        let blocks = self.section(heading).split(&fence).skip(1);
        blocks.map(|it| it.split("\n```").next().unwrap()).collect()
    }

    /// A value that is cut short, whole; something of any length for one that is random.
    fn whole(&self, value: &mut Value) {
        match value {
            Value::Array(values) => values.iter_mut().for_each(|it| self.whole(it)),
            Value::Object(fields) => fields.values_mut().for_each(|it| self.whole(it)),
            Value::String(text) => match text.strip_suffix('…') {
                Some("") => *text = "AAAA".to_owned(),
                Some(start) => {
                    let vector = self.vectors.split('"').find(|it| it.starts_with(start));
                    *text = vector.unwrap_or_else(|| panic!("{start}…")).to_owned();
                }
                None => {}
            },
            _ => {}
        }
    }

    fn json(&self, text: &str) -> Value {
        let mut value = serde_json::from_str(text).unwrap_or_else(|it| panic!("{text}: {it}"));
        self.whole(&mut value);
        value
    }
}

/// Reads a value as this type, and nothing is left over.
fn is<T: DeserializeOwned + Serialize>(value: &Value) {
    let read: T =
        serde_json::from_value(value.clone()).unwrap_or_else(|it| panic!("{value}: {it}"));
    assert_eq!(serde_json::to_value(read).unwrap(), *value);
}

#[test]
fn every_value_is_one_of_a_vector() {
    // Long, and not a word of the text.
    let is_value = |word: &&str| {
        let has = |test: fn(&char) -> bool| word.chars().any(|it| test(&it));
        word.len() >= 22 && has(char::is_ascii_uppercase) && has(char::is_ascii_lowercase)
    };
    let page = Page::load();
    let is_base64 = |it: char| it.is_ascii_alphanumeric() || "-_=".contains(it);
    let values: Vec<&str> = page
        .text
        .split(|it| !is_base64(it))
        .filter(is_value)
        .collect();
    assert!(values.len() > 50);
    for value in values {
        let bare = value.trim_end_matches('=');
        assert!(page.vectors.contains(bare), "{value}");
    }
}

#[test]
fn every_open_entry_is_one_of_a_vector() {
    let page = Page::load();
    let entries: Value =
        serde_json::from_str(&fs::read_to_string(folder().join("entries.json")).unwrap()).unwrap();
    let bodies: Vec<&Value> = entries["cases"]
        .as_array()
        .unwrap()
        .iter()
        .map(|case| &case["gives"]["body"])
        .collect();
    for number in 3..=12 {
        for block in page.blocks(&format!("### 4.{number} "), "json") {
            let shown = page.json(block);
            assert!(bodies.contains(&&shown), "{shown}");
        }
    }
}

#[test]
fn every_frame_and_error_has_its_form() {
    let page = Page::load();
    let lines = |heading| {
        let blocks = page.blocks(heading, "json");
        let lines: Vec<Value> = blocks
            .iter()
            .flat_map(|it| it.lines())
            .map(|it| page.json(it))
            .collect();
        lines
    };
    let (sent, received) = (lines("### 10.1 "), lines("### 10.2 "));
    sent.iter().for_each(is::<ClientFrame>);
    received.iter().for_each(is::<ServerFrame>);
    lines("## 12 ").iter().for_each(is::<PublicError>);
    let types = |shown: &[Value]| -> BTreeSet<String> {
        let name = |it: &Value| it["type"].as_str().unwrap().to_owned();
        shown.iter().map(name).collect()
    };
    assert_eq!(types(&sent), variants::<ClientFrame>("type"));
    assert_eq!(types(&received), variants::<ServerFrame>("type"));
    for code in variants::<PublicError>("code") {
        let row = format!("\n| `{code}` |");
        assert!(page.section("## 12 ").contains(&row), "{code}");
    }
}

/// The names of everything that a type can be: what reads it says so to whoever gives it something else.
fn variants<T: DeserializeOwned>(tag: &str) -> BTreeSet<String> {
    let refused = serde_json::from_value::<T>(json!({tag: "?"}));
    let expected = refused.err().unwrap().to_string();
    let names = expected.split('`').skip(3).step_by(2);
    names.map(str::to_owned).collect()
}

/// A call without a body, or an answer that says nothing.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}

#[derive(Serialize, Deserialize)]
struct Revoke {
    handle: SessionHandle,
}

#[test]
fn every_call_has_its_form() {
    let page = Page::load();
    let keys = page.blocks("### 9.2 ", "json");
    let keys: Vec<&str> = keys.iter().flat_map(|it| it.lines()).collect();
    let [account, credentials, stored] = keys[..] else {
        panic!("three types are shown in full");
    };
    is::<AccountKeys>(&page.json(account));
    is::<Credentials>(&page.json(credentials));
    is::<StoredCredentials>(&page.json(stored));
    let mut shown = 0;
    for heading in ["### 9.2 ", "### 9.3 ", "### 9.4 "] {
        for block in page.blocks(heading, "http") {
            let block = block
                .replace("ACCOUNT", account)
                .replace("CREDENTIALS", credentials)
                .replace("STORED", stored);
            for call in block.split("\n\n") {
                let lines: Vec<&str> = call.lines().collect();
                let [name, request, answer] = lines[..] else {
                    panic!("{call}");
                };
                let name = name.strip_prefix("POST /api/").unwrap();
                let answer = answer.strip_prefix("200 ").unwrap();
                has_form(name, &page.json(request), &page.json(answer));
                shown += 1;
            }
        }
    }
    assert_eq!(shown, 20);
}

fn has_form(call: &str, request: &Value, answer: &Value) {
    type Form = fn(&Value);
    let (asks, answers): (Form, Form) = match call {
        "server_info" => (is::<Nothing>, is::<ServerInfo>),
        "register_start" => (is::<RegisterStart>, is::<Registration>),
        "register_finish" => (is::<RegisterFinish>, is::<LoggedIn>),
        "login_start" => (is::<LoginStart>, is::<LoginChallenge>),
        "login_finish" => (is::<LoginFinish>, is::<LoggedIn>),
        "recover_start" => (is::<RecoverStart>, is::<RecoverOpened>),
        "recover_finish" => (is::<RecoverFinish>, is::<LoggedIn>),
        "credentials_start" => (is::<CredentialsStart>, is::<Registration>),
        "credentials_finish" => (is::<CredentialsFinish>, is::<()>),
        "identity_replace" => (is::<IdentityReplace>, is::<()>),
        "sessions" => (is::<Nothing>, is::<Vec<SessionInfo>>),
        "session_revoke" => (is::<Revoke>, is::<()>),
        "sessions_revoke_others" | "log_out" | "delete_account" => (is::<Nothing>, is::<()>),
        "vault_list" => (is::<Nothing>, is::<Vec<VaultItem>>),
        "vault_put" => (is::<VaultPut>, is::<u64>),
        "room_create" => (is::<RoomCreate>, is::<RoomHead>),
        "room_find" => (is::<RoomFind>, is::<RoomFound>),
        "room_submit" => (is::<RoomSubmit>, is::<Submitted>),
        _ => panic!("no call is named {call}"),
    };
    asks(request);
    answers(answer);
}
