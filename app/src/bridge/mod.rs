//! The engine in the browser: the only code that names `client`.
//!
//! One loop owns the engine. Commands from the pages, frames from the socket, answers of calls, workers and the store, and
//! the alarm come in as events; what the engine wants done goes out to the neighbours in this folder, and what it wants
//! shown to the page's signals. Nothing here decides anything about rooms or messages.

mod calls;
mod cipher;
mod clock;
mod failure;
mod invitation;
mod listen;
mod lock;
mod outside;
mod piece;
mod rng;
mod socket;
mod store;
mod tenure;
mod turn;
mod worker;

pub use failure::show as show_failure;

use crate::engine::Engine as Page;
use client::{
    engine::Engine,
    io::{Action, Event},
};
use clock::Alarm;
use futures::{
    FutureExt, StreamExt,
    channel::mpsc::{self, UnboundedReceiver, UnboundedSender},
    future::poll_fn,
};
use leptos::prelude::{document, window};
use listen::Listener;
use model::{Command, Delta, SecretText};
use rand_chacha::ChaCha20Rng;
use socket::Socket;
use std::{
    rc::Rc,
    sync::Arc,
    task::{Context, Poll},
};
use tenure::Job;
use turn::{Pause, Turn};
use wasm_bindgen::JsError;
use wasm_bindgen_futures::spawn_local;
use web_sys::VisibilityState;

/// Starts the worker's side. An error means that its code could not be fetched, which the page must hear of.
pub async fn serve_worker() -> Result<(), JsError> {
    let piece = piece::load().await?;
    (piece.serve)();
    Ok(())
}

/// Starts the engine behind the page's handle.
pub fn start(page: Page, boot_url: String, invited: Option<SecretText>) {
    let boot_url: Rc<str> = boot_url.into();
    // At once, since pages send commands as soon as they stand.
    let mut line = connect(page);
    outside::load_ahead();
    // In a task of its own, since the app must start with the view that the HTML shows.
    spawn_local(async move {
        invitation::offer(page, invited);
        let mut replaced = false;
        loop {
            live(page, boot_url.clone(), line, replaced).await;
            // Another tab has the engine now. A new one waits here, knowing nothing, until it is wanted or alone.
            page.clear();
            line = connect(page);
            replaced = true;
        }
    });
}

/// Both ends of the line on which an engine hears.
type Line = (UnboundedSender<Event>, UnboundedReceiver<Event>);

/// Leads the page's commands to a new line.
fn connect(page: Page) -> Line {
    let (events, inbox) = mpsc::unbounded();
    let commands = events.clone();
    page.connect(Arc::new(move |ticket, command| {
        let _ = commands.unbounded_send(Event::Command { ticket, command });
    }));
    (events, inbox)
}

/// One engine's life, and the time before it: until another tab takes over.
async fn live(page: Page, boot_url: Rc<str>, (events, mut inbox): Line, replaced: bool) {
    let (jobs, todo) = mpsc::unbounded();
    let _listeners = listeners(page, &events);
    spawn_local(tenure::hold(page, events.clone(), todo, replaced));
    if let Some((heard, piece)) = outside::until_needed(page, &mut inbox).await {
        page.open(piece.show);
        let start = Start {
            page,
            boot_url,
            events,
            inbox,
            jobs,
            heard,
        };
        (piece.run)(start).await;
    }
}

/// What an engine's life begins with.
pub struct Start {
    page: Page,
    boot_url: Rc<str>,
    events: UnboundedSender<Event>,
    inbox: UnboundedReceiver<Event>,
    jobs: UnboundedSender<Job>,
    /// What happened before it was needed.
    heard: Vec<Event>,
}

async fn run(start: Start) {
    let mut life = Life {
        page: start.page,
        boot_url: start.boot_url,
        engine: Engine::new(rng::seeded(), clock::now()),
        events: start.events,
        inbox: start.inbox,
        jobs: start.jobs,
        socket: None,
        alarm: Alarm::default(),
        deltas: Vec::new(),
    };
    for event in start.heard {
        life.handle(event);
    }
    life.show();
    let pause = Pause::new();
    loop {
        let mut event = life.next().await;
        let turn = Turn::begin();
        let last = loop {
            let last = matches!(event, Event::Replaced);
            life.handle(event);
            if last || turn.is_over() {
                break last;
            }
            match life.next().now_or_never() {
                Some(next) => event = next,
                None => break false,
            }
        };
        life.show();
        if last {
            return;
        }
        if turn.is_over() {
            pause.take().await;
        }
    }
}

struct Life {
    page: Page,
    boot_url: Rc<str>,
    engine: Engine<ChaCha20Rng>,
    events: UnboundedSender<Event>,
    inbox: UnboundedReceiver<Event>,
    jobs: UnboundedSender<Job>,
    socket: Option<Socket>,
    alarm: Alarm,
    deltas: Vec<Delta>,
}

impl Life {
    /// The next event, of whatever source.
    async fn next(&mut self) -> Event {
        poll_fn(|context| self.poll_next(context)).await
    }

    fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Event> {
        if let Poll::Ready(Some(event)) = self.inbox.poll_next_unpin(context) {
            return Poll::Ready(event);
        }
        if let Some(socket) = &mut self.socket
            && let Poll::Ready(event) = socket.poll(context)
        {
            if matches!(event, Event::SocketClosed) {
                self.socket = None;
            }
            return Poll::Ready(event);
        }
        self.alarm
            .poll(self.engine.poll_timeout(), context)
            .map(|()| Event::Tick)
    }

    fn handle(&mut self, event: Event) {
        self.engine.handle(clock::now(), event);
        while let Some(action) = self.engine.poll_action() {
            self.act(action);
        }
        while let Some(delta) = self.engine.poll_delta() {
            self.deltas.push(delta);
        }
    }

    fn act(&mut self, action: Action) {
        match action {
            Action::Connect => self.socket = Some(Socket::open()),
            Action::Send(text) => {
                if let Some(socket) = &mut self.socket {
                    socket.send(text);
                }
            }
            Action::Disconnect => self.socket = None,
            Action::Call { call, request } => {
                let events = self.events.clone();
                spawn_local(async move {
                    let result = calls::call(request).await;
                    let _ = events.unbounded_send(Event::Answered { call, result });
                });
            }
            Action::Stretch { job, work } => {
                let (events, boot_url) = (self.events.clone(), self.boot_url.clone());
                spawn_local(async move {
                    let result = worker::stretch(&boot_url, &work).await;
                    let _ = events.unbounded_send(Event::Stretched { job, result });
                });
            }
            Action::Store { ticket, writes } => self.ask(Job::Write { ticket, writes }),
            Action::Wipe => self.ask(Job::Wipe),
            Action::TakeOver => self.ask(Job::TakeOver),
        }
    }

    /// Jobs are refused only after the page lost the engine, and then by an event that is on its way.
    fn ask(&self, job: Job) {
        let _ = self.jobs.unbounded_send(job);
    }

    fn show(&mut self) {
        for delta in self.deltas.drain(..) {
            self.page.apply(delta);
        }
    }
}

/// Browsers stretch the timers of hidden pages, and know before we do that the network is back.
fn listeners(page: Page, events: &UnboundedSender<Event>) -> [Listener; 2] {
    let events = events.clone();
    [
        Listener::new(document(), "visibilitychange", move || {
            if document().visibility_state() == VisibilityState::Visible {
                let _ = events.unbounded_send(Event::Tick);
            }
        }),
        Listener::new(window(), "online", move || page.send(Command::Reconnect)),
    ]
}
