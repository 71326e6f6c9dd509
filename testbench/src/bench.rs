//! The bench: browsers around a server, and time.

use crate::{
    adversary::{Accomplice, Adversary, RoomKeys},
    browser::Browser,
    calls::Jar,
    screen::Screen,
    server::Server,
};
use backend::{Clock, Options};
use model::{Answer, Command, Phase, SecretText, Trouble};
use protocol::RoomId;
use std::{collections::BTreeMap, ops::Index, path::PathBuf, time::Duration};

/// Names a browser of the bench.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Who(usize);

/// What all people here type.
pub const PASSPHRASE: &str = "nine purple lanterns over Zagreb";

/// When all stories begin, in milliseconds since 1970.
const START: u64 = 1_750_000_000_000;
/// Real time after which a story is stuck.
const PATIENCE: Duration = Duration::from_secs(180);
/// While nothing happens, this much of the fake time passes in a millisecond.
const PACE: Duration = Duration::from_millis(20);

pub struct Bench {
    server: Server,
    clock: Clock,
    browsers: Vec<Browser>,
    pub adversary: Adversary,
}

impl Bench {
    pub async fn new() -> Self {
        Self::with(Options::default()).await
    }

    pub async fn with(options: Options) -> Self {
        let clock = Clock::fake(START);
        Self {
            server: Server::start(options, clock.clone()).await,
            clock,
            browsers: Vec::new(),
            adversary: Adversary::default(),
        }
    }

    /// Opens the page in a new browser.
    pub fn browser(&mut self) -> Who {
        self.add(false)
    }

    /// Opens the page where nothing can be stored.
    pub fn private_browser(&mut self) -> Who {
        self.add(true)
    }

    fn add(&mut self, private: bool) -> Who {
        let store = (!private).then(BTreeMap::new);
        self.start(Jar::default(), store)
    }

    /// A thief has a browser with all that someone's browser holds: its cookie and its local store.
    pub fn thief_of(&mut self, who: Who) -> Who {
        let (jar, store) = self.browsers[who.0].loot();
        self.start(jar, store)
    }

    fn start(&mut self, jar: Jar, store: Option<BTreeMap<String, Vec<u8>>>) -> Who {
        let seed = self.browsers.len() as u64 + 1000;
        let browser = Browser::new(seed, self.clock.clone(), jar, store);
        self.browsers.push(browser);
        Who(self.browsers.len() - 1)
    }

    /// Someone who signed up, online in a browser of their own.
    pub async fn person(&mut self, username: &str) -> Who {
        let who = self.browser();
        let sign_up = Command::SignUp {
            username: username.to_owned(),
            passphrase: SecretText::new(PASSPHRASE.to_owned()),
        };
        self.ask(who, sign_up).await.unwrap();
        self.online(who).await;
        who
    }

    /// The same person on a new device.
    pub async fn second_device(&mut self, username: &str) -> Who {
        let who = self.browser();
        let log_in = Command::LogIn {
            username: username.to_owned(),
            passphrase: SecretText::new(PASSPHRASE.to_owned()),
        };
        self.ask(who, log_in).await.unwrap();
        self.online(who).await;
        who
    }

    pub async fn online(&mut self, who: Who) {
        self.until("online", |bench| {
            let screen = &bench[who];
            screen.phase == Phase::LoggedIn && screen.connection == model::Connection::Online
        })
        .await;
    }

    /// Asks and waits for the answer.
    pub async fn ask(&mut self, who: Who, command: Command) -> Result<Answer, Trouble> {
        let what = format!("an answer to {}", name_of(&command));
        let ticket = self.tell(who, command);
        self.until(&what, |bench| bench[who].answers.contains_key(&ticket))
            .await;
        let answers = &mut self.browser_mut(who).screen.answers;
        answers.remove(&ticket).unwrap()
    }

    /// Asks without waiting; the answer comes under the ticket.
    pub fn tell(&mut self, who: Who, command: Command) -> u32 {
        self.browser_mut(who).command(command)
    }

    /// Makes a room and opens it.
    pub async fn make_room(&mut self, who: Who, name: &str) -> RoomId {
        let name = name.to_owned();
        let room = room_of(self.ask(who, Command::CreateRoom { name }).await);
        self.open(who, room).await;
        room
    }

    pub async fn room_key(&mut self, who: Who, room: RoomId) -> String {
        match self.ask(who, Command::RevealKey { room }).await {
            Ok(Answer::RoomKey(key)) => key.reveal().to_owned(),
            other => panic!("no room key: {other:?}"),
        }
    }

    /// Joins by the key and opens the room.
    pub async fn join(&mut self, who: Who, key: &str) -> RoomId {
        let key = SecretText::new(key.to_owned());
        let room = room_of(self.ask(who, Command::JoinRoom { key }).await);
        self.open(who, room).await;
        room
    }

    /// Opens a room and waits until one can write in it.
    pub async fn open(&mut self, who: Who, room: RoomId) {
        let open = Command::OpenRoom { room: Some(room) };
        self.ask(who, open).await.unwrap();
        self.until("the room is ready", |bench| {
            let view = bench[who].room.as_ref();
            view.is_some_and(|view| view.room == room && view.status == model::RoomStatus::Ready)
        })
        .await;
    }

    /// Types a message, presses Send and waits until the server has it.
    pub async fn get_across(&mut self, who: Who, room: RoomId, text: &str) {
        self.say(who, room, text).await;
        self.until("the message is sent", |bench| {
            bench[who].delivery(text) == Some(&model::Delivery::Sent)
        })
        .await;
    }

    /// Types a message and presses Send.
    pub async fn say(&mut self, who: Who, room: RoomId, text: &str) {
        let text = text.to_owned();
        self.ask(who, Command::SendText { room, text })
            .await
            .unwrap();
    }

    /// Waits until a browser shows these messages and no others.
    pub async fn shows(&mut self, who: Who, messages: &[&str]) {
        let what = format!("{messages:?}");
        self.until(&what, |bench| bench[who].messages() == messages)
            .await;
    }

    /// Lets things happen until a condition holds; panics with what the screens show if it never does.
    pub async fn until(&mut self, what: &str, mut holds: impl FnMut(&Self) -> bool) {
        let begun = std::time::Instant::now();
        while !holds(self) {
            if begun.elapsed() > PATIENCE {
                panic!("waited in vain for: {what}\n{}", self.report());
            }
            self.step().await;
        }
    }

    /// What all screens show, and the last frames of each browser.
    fn report(&self) -> String {
        let report = |(number, browser): (usize, &Browser)| {
            let frames = &browser.traffic[browser.traffic.len().saturating_sub(12)..];
            format!("browser {number}: {:#?}\n{frames:#?}", browser.screen)
        };
        let reports: Vec<_> = self.browsers.iter().enumerate().map(report).collect();
        reports.join("\n")
    }

    /// Lets this much time pass, with everything that happens in it.
    pub async fn later(&mut self, time: Duration) {
        let until = self.clock.now() + time.as_millis() as u64;
        while self.clock.now() < until {
            self.step().await;
        }
    }

    async fn step(&mut self) {
        let mut busy = false;
        for (number, browser) in self.browsers.iter_mut().enumerate() {
            let (backend, adversary) = (self.server.backend(), &mut self.adversary);
            busy |= browser.step(Who(number), backend, adversary).await;
        }
        if !busy {
            tokio::time::sleep(Duration::from_millis(1)).await;
            self.clock.advance(PACE);
        }
    }

    pub fn kill_server(&mut self) {
        for browser in &mut self.browsers {
            browser.lose_socket();
        }
        self.server.kill();
    }

    /// The server lies no more. All lines break, so that everyone asks anew.
    pub fn server_is_honest(&mut self) {
        self.adversary.stop();
        for browser in &mut self.browsers {
            browser.tamper = None;
            browser.lose_socket();
        }
    }

    /// The keys of whoever uses a browser: from here on they work with the server.
    pub fn accomplice(&self, who: Who) -> Accomplice {
        let mut stored = self.browsers[who.0].stored();
        let (_, account) = stored.find(|(name, _)| *name == "account").unwrap();
        Accomplice::new(account)
    }

    /// The keys of a room's epoch, as a member sees them.
    pub async fn room_keys(&mut self, who: Who, room: RoomId) -> RoomKeys {
        let key = self.room_key(who, room).await;
        RoomKeys::new(&key, room, self.adversary.log(room).header().0)
    }

    pub async fn start_server(&mut self) {
        self.server.restart().await;
    }

    /// The operator stops the server, copies its files and starts it again.
    pub async fn back_up(&mut self) {
        self.kill_server();
        self.server.back_up();
        self.start_server().await;
    }

    /// The operator starts the server on the copy: what came since is lost.
    pub async fn restore_backup(&mut self) {
        self.kill_server();
        self.server.restore();
        self.start_server().await;
    }

    pub fn database(&self) -> PathBuf {
        self.server.database()
    }

    pub fn browser_mut(&mut self, who: Who) -> &mut Browser {
        &mut self.browsers[who.0]
    }
}

impl Index<Who> for Bench {
    type Output = Screen;

    fn index(&self, who: Who) -> &Screen {
        &self.browsers[who.0].screen
    }
}

fn room_of(answer: Result<Answer, Trouble>) -> RoomId {
    match answer {
        Ok(Answer::Room(room)) => room,
        other => panic!("no room: {other:?}"),
    }
}

/// A command's kind; its content may be long.
fn name_of(command: &Command) -> String {
    let text = format!("{command:?}");
    let end = text
        .find(|letter: char| !letter.is_alphanumeric())
        .unwrap_or(text.len());
    text[..end].to_owned()
}
