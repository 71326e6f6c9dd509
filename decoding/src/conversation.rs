//! A whole engine, and a server that says whatever it likes.

use crate::{frames::client_frame, people::rng};
use client::{
    account::AccountSecret,
    engine::Engine,
    io::{Action, ApiAnswer, ApiRequest, Event},
    secret::Secret32,
    vault_item,
};
use model::{Command, Delta, ItemKind, TimelineItem, TimelineOp};
use protocol::{PublicError, RoomId, api::VaultItem};
use rand_chacha::ChaCha20Rng;
use serde::Deserialize;
use serde_json::json;
use std::{ops::Range, slice, sync::LazyLock};

/// Bob: what his browser keeps, and the room that he is in. Recorded by `testbench/examples/conversation.rs`.
#[derive(Deserialize)]
struct Profile {
    stored: Vec<(String, Vec<u8>)>,
    room: RoomId,
    key: String,
}

static VAULT: LazyLock<VaultItem> = LazyLock::new(|| BOB.vault_item());
static BOB: LazyLock<Profile> = LazyLock::new(|| {
    let text = include_str!("conversation.json");
    serde_json::from_str(text).expect("a recorded profile")
});

/// The frames of a server, one in each line, to Bob who opens the page and then his room; `"request":2` answers the second request of
/// the engine, whatever its number. Whatever they are, the engine goes on and sends nothing that is no frame itself. True if Bob gets to read a message.
pub fn conversation(data: &[u8]) -> bool {
    let mut browser = Browser::open();
    for line in data.split(|byte| *byte == b'\n') {
        let Ok(frame) = str::from_utf8(line) else {
            continue;
        };
        browser.now += 1_000;
        browser.tell(Event::SocketText(browser.numbered(frame)));
        browser.tell(Event::Tick);
    }
    browser.has_read
}

impl Profile {
    /// What Bob's vault has of the room: its key.
    fn vault_item(&self) -> VaultItem {
        #[derive(Deserialize)]
        struct Account {
            secret: Secret32,
        }
        let mut stored = self.stored.iter();
        let account = stored
            .find(|(name, _)| name == "account")
            .expect("Bob is logged in");
        let account: Account = serde_json::from_slice(&account.1).expect("a stored account");
        let secret = AccountSecret::from_bytes(*account.secret.as_bytes());
        let (user, item) = (secret.identity().user(), self.room.to_string());
        let content = json!({ "secrets": [{ "epoch": 1, "secret": self.key }], "joined_at": 1 });
        let token = vault_item::seal_item(&secret.vault_key(), &user, &item, 1, &content);
        VaultItem {
            item,
            version: 1,
            token: token.expect("a small item"),
        }
    }
}

struct Browser {
    engine: Engine<ChaCha20Rng>,
    now: u64,
    /// The numbers of the engine's requests.
    requests: Vec<u32>,
    has_read: bool,
}

impl Browser {
    fn open() -> Self {
        let now = 1_750_000_000_000;
        let mut browser = Self {
            engine: Engine::new(rng(9), now),
            now,
            requests: Vec::new(),
            has_read: false,
        };
        let stored = Some(BOB.stored.clone());
        browser.tell(Event::Started { stored });
        let room = Some(BOB.room);
        browser.tell(Event::Command {
            ticket: 1,
            command: Command::OpenRoom { room },
        });
        browser
    }

    /// Tells the engine and does what it then wants done.
    fn tell(&mut self, event: Event) {
        self.engine.handle(self.now, event);
        while let Some(delta) = self.engine.poll_delta() {
            self.has_read |= has_message(&delta);
        }
        let mut answers = Vec::new();
        while let Some(action) = self.engine.poll_action() {
            if let Action::Send(frame) = &action {
                assert!(client_frame(frame.as_bytes()), "{frame}");
                self.requests.extend(request_in(frame).map(|it| it.1));
            }
            answers.extend(done(action));
        }
        answers.into_iter().for_each(|answer| self.tell(answer));
    }

    /// With the number of the request that is meant.
    fn numbered(&self, frame: &str) -> String {
        let meant = request_in(frame).and_then(|(digits, place)| {
            let place = usize::try_from(place).ok()?.checked_sub(1)?;
            let number = self.requests.get(place)?.to_string();
            Some([&frame[..digits.start], &number, &frame[digits.end..]].concat())
        });
        meant.unwrap_or_else(|| frame.to_owned())
    }
}

fn has_message(delta: &Delta) -> bool {
    let Delta::Timeline { op, .. } = delta else {
        return false;
    };
    let items = match op {
        TimelineOp::Reset(items) | TimelineOp::Prepend(items) => items,
        TimelineOp::Upsert(item) => slice::from_ref(item),
        TimelineOp::Remove(_) => &[],
    };
    let is_message = |item: &TimelineItem| matches!(item.kind, ItemKind::Message { .. });
    items.iter().any(is_message)
}

/// Where a frame has the number of a request, and the number.
fn request_in(frame: &str) -> Option<(Range<usize>, u32)> {
    const FIELD: &str = "\"request\":";
    let start = frame.find(FIELD)? + FIELD.len();
    let length = frame[start..]
        .bytes()
        .take_while(u8::is_ascii_digit)
        .count();
    let digits = start..start + length;
    let number = frame[digits.clone()].parse().ok()?;
    Some((digits, number))
}

/// A network that is up, a store that keeps all, and a server that has Bob's vault and gives nothing else.
fn done(action: Action) -> Option<Event> {
    match action {
        Action::Connect => Some(Event::SocketOpened),
        Action::Call { call, request } => {
            let result = match request {
                ApiRequest::VaultList => Ok(ApiAnswer::Vault(vec![VAULT.clone()])),
                _ => Err(PublicError::Unreachable),
            };
            Some(Event::Answered { call, result })
        }
        Action::Store { ticket, .. } => Some(Event::Stored { ticket, ok: true }),
        Action::Send(_)
        | Action::Disconnect
        | Action::Stretch { .. }
        | Action::Wipe
        | Action::TakeOver => None,
    }
}
