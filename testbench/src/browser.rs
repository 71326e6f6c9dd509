//! One browser profile: an engine with its local store, its cookie and its socket.

use crate::{
    adversary::Adversary,
    bench::Who,
    calls::{self, Jar},
    screen::Screen,
};
use backend::{Backend, Clock, Connection};
use client::{
    engine::Engine,
    io::{Action, Event, StretchFailure},
    opaque::OpaqueError,
};
use protocol::{PublicError, Time, frame::ClientFrame};
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
use std::{collections::BTreeMap, time::Duration};

/// How the network between a browser and the server is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Network {
    Up,
    /// Nothing comes through, and what was open is closed.
    Cut,
    /// Requests arrive and are carried out, but their answers are lost.
    AnswersLost,
}

/// Changes a frame from the server on its way: what it gives comes instead.
pub type Tamper = Box<dyn FnMut(String) -> Vec<String> + Send>;

/// What becomes of one thing that the engine wants done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    Done,
    /// A call is carried out, but its answer is lost.
    AnswerLost,
    /// A call is carried out, but its answer waits for [`Browser::late_answers_arrive`].
    AnswerLate,
    /// A frame waits for [`Browser::late_frames_leave`].
    SentLate,
    /// The page is closed before it is done, and opened again.
    Closed,
}

/// Decides on the fate of each action.
pub type Fates = Box<dyn FnMut(&Action) -> Fate + Send>;

pub struct Browser {
    engine: Engine<ChaCha20Rng>,
    rng: ChaCha20Rng,
    clock: Clock,
    pub(crate) jar: Jar,
    /// The local store; none in a private window.
    store: Option<BTreeMap<String, Vec<u8>>>,
    socket: Socket,
    pub network: Network,
    pub tamper: Option<Tamper>,
    pub fates: Option<Fates>,
    /// How far this machine's clock is from everyone else's, in milliseconds.
    pub skew: i64,
    late: Vec<Event>,
    late_frames: Vec<String>,
    smuggled: Vec<String>,
    /// Every text frame from and to the server, for looking through.
    pub traffic: Vec<String>,
    pub screen: Screen,
    last_ticket: u32,
}

enum Socket {
    Closed,
    /// Open; the hello is still to come.
    Open,
    Talking(Box<Connection>),
}

impl Browser {
    pub(crate) fn new(
        seed: u64,
        clock: Clock,
        jar: Jar,
        store: Option<BTreeMap<String, Vec<u8>>>,
    ) -> Self {
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        let engine = Engine::new(child(&mut rng), clock.now());
        let mut browser = Self {
            engine,
            rng,
            clock,
            jar,
            store,
            socket: Socket::Closed,
            network: Network::Up,
            tamper: None,
            fates: None,
            skew: 0,
            late: Vec::new(),
            late_frames: Vec::new(),
            smuggled: Vec::new(),
            traffic: Vec::new(),
            screen: Screen::default(),
            last_ticket: 0,
        };
        browser.start();
        browser
    }

    /// What whoever gets at this browser gets.
    pub(crate) fn loot(&self) -> (Jar, Option<BTreeMap<String, Vec<u8>>>) {
        (self.jar.clone(), self.store.clone())
    }

    /// The page is closed and opened again: memory is gone, the local store and the cookie stay.
    pub fn reload(&mut self) {
        self.socket = Socket::Closed;
        self.screen = Screen::default();
        self.late.clear();
        self.late_frames.clear();
        self.engine = Engine::new(child(&mut self.rng), self.now());
        self.start();
    }

    fn start(&mut self) {
        let stored = self.store.clone().map(|store| store.into_iter().collect());
        self.handle(Event::Started { stored });
    }

    /// Asks the engine for something; the answer comes under the ticket.
    pub(crate) fn command(&mut self, command: model::Command) -> u32 {
        self.last_ticket += 1;
        let ticket = self.last_ticket;
        self.handle(Event::Command { ticket, command });
        ticket
    }

    /// Has this browser's line carry something that its engine did not make.
    pub fn smuggle(&mut self, frame: &ClientFrame) {
        let text = serde_json::to_string(frame).unwrap();
        self.smuggled.push(text);
    }

    /// What the local store holds, for looking through.
    pub fn stored(&self) -> impl Iterator<Item = (&String, &Vec<u8>)> {
        self.store.iter().flatten()
    }

    /// The answers that were late come in, in the order of their calls.
    pub fn late_answers_arrive(&mut self) {
        for answer in std::mem::take(&mut self.late) {
            self.handle(answer);
        }
    }

    /// The frames that were late go out, in their order.
    pub fn late_frames_leave(&mut self) {
        self.smuggled.append(&mut self.late_frames);
    }

    /// The time by this machine's clock.
    fn now(&self) -> Time {
        self.clock.now().saturating_add_signed(self.skew)
    }

    fn handle(&mut self, event: Event) {
        self.engine.handle(self.now(), event);
        while let Some(delta) = self.engine.poll_delta() {
            self.screen.apply(delta);
        }
    }

    /// Does what there is to do now. True if there was anything.
    pub(crate) async fn step(
        &mut self,
        me: Who,
        backend: Option<&Backend>,
        adversary: &mut Adversary,
    ) -> bool {
        let backend = backend.filter(|_| self.network != Network::Cut);
        let mut busy = false;
        if backend.is_none() && !matches!(self.socket, Socket::Closed) {
            self.hang_up();
            busy = true;
        }
        while let Some(action) = self.engine.poll_action() {
            busy = true;
            match self.fates.as_mut().map_or(Fate::Done, |fate| fate(&action)) {
                Fate::Closed => self.reload(),
                fate => self.carry_out(action, fate, me, backend, adversary).await,
            }
        }
        for text in std::mem::take(&mut self.smuggled) {
            self.send(&text, me, backend, adversary).await;
        }
        busy |= self.listen(me, adversary).await;
        if self
            .engine
            .poll_timeout()
            .is_some_and(|due| due <= self.now())
        {
            self.handle(Event::Tick);
            busy = true;
        }
        busy
    }

    /// The other side of the socket is gone; the browser notices at the next step.
    pub(crate) fn lose_socket(&mut self) {
        if !matches!(self.socket, Socket::Closed) {
            self.hang_up();
        }
    }

    fn hang_up(&mut self) {
        self.socket = Socket::Closed;
        self.handle(Event::SocketClosed);
    }

    async fn carry_out(
        &mut self,
        action: Action,
        fate: Fate,
        me: Who,
        backend: Option<&Backend>,
        adversary: &mut Adversary,
    ) {
        match action {
            Action::Connect => {
                self.socket = match backend {
                    Some(_) => Socket::Open,
                    None => Socket::Closed,
                };
                self.handle(match backend {
                    Some(_) => Event::SocketOpened,
                    None => Event::SocketClosed,
                });
            }
            Action::Send(text) if fate == Fate::SentLate => self.late_frames.push(text),
            Action::Send(text) => self.send(&text, me, backend, adversary).await,
            Action::Disconnect => self.socket = Socket::Closed,
            Action::Call { call, mut request } => {
                let mut result = match (backend, adversary.intercept(me, &mut request)) {
                    (None, _) => Err(PublicError::Unreachable),
                    (Some(_), Some(answer)) => answer,
                    (Some(backend), None) => calls::call(backend, &mut self.jar, request).await,
                };
                adversary.reanswer(me, &mut result);
                let lost = self.network == Network::AnswersLost || fate == Fate::AnswerLost;
                let result = match lost {
                    true => Err(PublicError::Unreachable),
                    false => result,
                };
                let answer = Event::Answered { call, result };
                match fate {
                    Fate::AnswerLate => self.late.push(answer),
                    _ => self.handle(answer),
                }
            }
            Action::Stretch { job, work } => {
                let result = work.run(&mut self.rng).map_err(|error| match error {
                    OpaqueError::WrongPassphrase => StretchFailure::WrongPassphrase,
                    other => StretchFailure::Broken(other.to_string()),
                });
                self.handle(Event::Stretched { job, result });
            }
            Action::Store { ticket, writes } => {
                let ok = self.store.is_some();
                for (name, value) in writes {
                    let Some(store) = &mut self.store else { break };
                    match value {
                        Some(value) => store.insert(name, value),
                        None => store.remove(&name),
                    };
                }
                self.handle(Event::Stored { ticket, ok });
            }
            Action::Wipe => {
                if let Some(store) = &mut self.store {
                    store.clear();
                }
            }
            // One profile has one engine here; tabs are the bridge's matter.
            Action::TakeOver => {}
        }
    }

    async fn send(
        &mut self,
        text: &str,
        me: Who,
        backend: Option<&Backend>,
        adversary: &mut Adversary,
    ) {
        self.traffic.push(text.to_owned());
        let Some(backend) = backend else { return };
        let Some(text) = &adversary.pass_to_server(me, text) else {
            return;
        };
        match &self.socket {
            Socket::Closed => {}
            Socket::Talking(connection) => connection.receive(text).await,
            Socket::Open => {
                let session = calls::session(backend, &self.jar).await.unwrap();
                let opened = match session {
                    Some(session) => backend.open(session, text).await,
                    None => Err(protocol::frame::ByeReason::SessionEnded),
                };
                match opened {
                    Ok(connection) => self.socket = Socket::Talking(Box::new(connection)),
                    Err(reason) => {
                        let bye = backend::bye(reason);
                        self.hear(String::from_utf8(bye.to_vec()).unwrap());
                        if !matches!(self.socket, Socket::Closed) {
                            self.hang_up();
                        }
                    }
                }
            }
        }
    }

    /// Takes what the server has sent by now.
    async fn listen(&mut self, me: Who, adversary: &mut Adversary) -> bool {
        if self.network == Network::AnswersLost {
            return false;
        }
        let Socket::Talking(connection) = &self.socket else {
            return false;
        };
        let now = Duration::ZERO;
        let frames = match tokio::time::timeout(now, connection.take()).await {
            Err(_) => Vec::new(),
            Ok(None) => {
                self.hang_up();
                return true;
            }
            Ok(Some(frames)) => frames,
        };
        let mut busy = !frames.is_empty();
        for frame in frames {
            let text = String::from_utf8(frame.to_vec()).unwrap();
            if let Some(text) = adversary.pass_to_browser(me, text) {
                self.hear(text);
            }
        }
        for text in adversary.news(me) {
            self.hear(text);
            busy = true;
        }
        busy
    }

    fn hear(&mut self, frame: String) {
        self.traffic.push(frame.clone());
        let frames = match &mut self.tamper {
            Some(tamper) => tamper(frame),
            None => vec![frame],
        };
        for frame in frames {
            self.handle(Event::SocketText(frame));
        }
    }
}

fn child(rng: &mut ChaCha20Rng) -> ChaCha20Rng {
    ChaCha20Rng::from_rng(rng).unwrap()
}
