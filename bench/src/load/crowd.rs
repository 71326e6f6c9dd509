//! Everyone who listens: connects them, says things, and knows of each message whom it has reached.

use super::{
    Door, MARK, Running, Speech,
    frames::{self, Frame},
    token,
    watch::Watch,
};
use crate::{cores, measured::Fault};
use futures::{StreamExt, TryStreamExt, stream};
use memchr::memmem::Finder;
use std::{
    cell::RefCell,
    net::SocketAddr,
    rc::Rc,
    time::{Duration, Instant},
};
use tokio::{
    io::AsyncWriteExt,
    net::{
        TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    runtime::Runtime,
    sync::{Mutex, Notify, Semaphore},
    task::LocalSet,
    time::{sleep, timeout},
};

/// Connections that are made at once.
const AT_ONCE: usize = 64;
/// How long without any progress until what is missing counts as lost.
const PATIENCE: Duration = Duration::from_secs(20);
/// Members of each room who speak; the others listen.
const SPEAKERS: usize = 10;
/// Read at once at most.
const READ: usize = 256 * 1024;

/// How fast things are said.
#[derive(Debug, Clone, Copy)]
pub enum Pace {
    /// So many messages are under way at any time: one is over when it has reached everyone.
    Window(usize),
    /// So many messages a second, whatever becomes of them.
    Rate(f64),
}

/// What came of a stretch of talking.
#[derive(Debug)]
pub struct Flow {
    /// How often someone got a message.
    pub deliveries: usize,
    /// Of each message, in order: the time from saying it to the moment when the last one had it.
    pub delays: Vec<Duration>,
    /// The server's processor time meanwhile, in seconds.
    pub server_cpu: f64,
}

/// People who are connected to a server.
pub struct Crowd {
    runtime: Runtime,
    local: LocalSet,
    running: Running,
    members: usize,
    voices: Vec<Rc<Mutex<OwnedWriteHalf>>>,
    board: Rc<Board>,
}

/// What everyone writes down.
struct Board {
    state: RefCell<State>,
    over: Semaphore,
    ready: Notify,
}

#[derive(Default)]
struct State {
    /// By number.
    said: Vec<Said>,
    /// What reached each connection.
    reached: Vec<usize>,
    ready: usize,
    open: usize,
    complaint: Option<String>,
}

struct Said {
    at: Instant,
    left: usize,
    delay: Option<Duration>,
}

impl Crowd {
    /// Connects everyone, and waits until each hears their room.
    pub fn gather(running: Running, members: usize) -> Result<Self, Fault> {
        cores::on(cores::GENERATOR, || Ok(Self::connect_all(running, members)))?
    }

    fn connect_all(running: Running, members: usize) -> Result<Self, Fault> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| format!("no runtime: {error}"))?;
        let local = LocalSet::new();
        let address = running.process.address;
        let doors = running.doors.len();
        let board = Rc::new(Board {
            state: RefCell::new(State {
                reached: vec![0; doors],
                ..State::default()
            }),
            over: Semaphore::new(0),
            ready: Notify::new(),
        });
        let voices = local.block_on(&runtime, async {
            let all = running.doors.iter().enumerate().map(|(at, door)| {
                let board = board.clone();
                async move { enter(address, at, door, board).await }
            });
            let mut voices: Vec<_> = stream::iter(all).buffered(AT_ONCE).try_collect().await?;
            if let Speech::Request(_) = running.speech {
                for _ in 0..SPEAKERS {
                    voices.push(open_line(address).await?);
                }
            }
            let everyone = async {
                while board.state.borrow().ready < doors {
                    board.ready.notified().await;
                }
            };
            timeout(PATIENCE, everyone).await.map_err(|_| {
                let state = board.state.borrow();
                let heard = state.complaint.as_deref().unwrap_or("nothing");
                format!("{} of {doors} are in, last heard: {heard}", state.ready)
            })?;
            Ok::<_, String>(voices)
        })?;
        Ok(Self {
            runtime,
            local,
            running,
            members,
            voices,
            board,
        })
    }

    /// The server.
    pub fn server(&self) -> &crate::process::Process {
        &self.running.process
    }

    /// Lets people talk for a while, then waits until everyone has everything, and counts.
    pub fn talk(&mut self, pace: Pace, length: Duration) -> Result<Flow, Fault> {
        cores::on(cores::GENERATOR, || Ok(self.talk_here(pace, length)))?
    }

    fn talk_here(&mut self, pace: Pace, length: Duration) -> Result<Flow, Fault> {
        let first = self.board.state.borrow().said.len();
        let began = Instant::now();
        let (server, watch) = (self.server().cpu_seconds()?, Watch::start()?);
        let (runtime, local) = (&self.runtime, &self.local);
        local.block_on(runtime, async {
            self.say_all(pace, began + length).await?;
            self.wait_for_rest(first).await
        })?;
        let server_cpu = self.server().cpu_seconds()? - server;
        watch.end()?;
        let state = self.board.state.borrow();
        self.check_everyone(&state)?;
        let said = &state.said[first..];
        Ok(Flow {
            deliveries: said.len() * self.members,
            delays: said.iter().filter_map(|it| it.delay).collect(),
            server_cpu,
        })
    }

    async fn say_all(&self, pace: Pace, until: Instant) -> Result<(), Fault> {
        let over = &self.board.over;
        over.forget_permits(usize::MAX);
        if let Pace::Window(size) = pace {
            over.add_permits(size);
        }
        let mut next = Instant::now();
        while Instant::now() < until {
            match pace {
                Pace::Window(_) => match timeout(PATIENCE, over.acquire()).await {
                    Ok(Ok(permit)) => permit.forget(),
                    // Told when the missing ones are counted.
                    _ => return Ok(()),
                },
                Pace::Rate(rate) => {
                    sleep(next.saturating_duration_since(Instant::now())).await;
                    next += Duration::from_secs_f64(1.0 / rate);
                }
            }
            self.say().await?;
        }
        Ok(())
    }

    /// Says the next message: each room in turn, and in it each of the speakers.
    async fn say(&self) -> Result<(), Fault> {
        let number = {
            let mut state = self.board.state.borrow_mut();
            state.said.push(Said {
                at: Instant::now(),
                left: self.members,
                delay: None,
            });
            state.said.len() - 1
        };
        let listeners = self.running.doors.len();
        let rooms = listeners / self.members;
        let (room, turn) = (number % rooms, number / rooms);
        let token = token(number);
        let mut bytes = Vec::with_capacity(2 * token.len());
        let voice = match &self.running.speech {
            Speech::Member(wording) => {
                let speaker = room * self.members + turn % SPEAKERS.min(self.members);
                frames::masked(wording(room, number, &token).as_bytes(), &mut bytes);
                speaker
            }
            Speech::Request(wording) => {
                bytes.extend(wording(room, number, &token).into_bytes());
                listeners + number % SPEAKERS
            }
        };
        let mut line = self.voices[voice].lock().await;
        let sent = line.write_all(&bytes).await;
        sent.map_err(|error| Fault::Void(format!("could not send: {error}")))
    }

    async fn wait_for_rest(&self, first: usize) -> Result<(), Fault> {
        let mut before = usize::MAX;
        let mut since = Instant::now();
        loop {
            let left: usize = {
                let state = self.board.state.borrow();
                state.said[first..].iter().map(|it| it.left).sum()
            };
            if left == 0 {
                return Ok(());
            }
            if left < before {
                (before, since) = (left, Instant::now());
            }
            if since.elapsed() > PATIENCE {
                let state = self.board.state.borrow();
                let heard = state
                    .complaint
                    .as_deref()
                    .unwrap_or("nothing else was heard");
                return Err(Fault::Void(format!(
                    "{left} deliveries are missing, {} of {} connections are open; {heard}",
                    state.open,
                    self.running.doors.len()
                )));
            }
            sleep(Duration::from_millis(1)).await;
        }
    }

    /// Everyone has as many as were said in their room: none twice instead of another.
    fn check_everyone(&self, state: &State) -> Result<(), Fault> {
        let rooms = self.running.doors.len() / self.members;
        let wrong = state.reached.iter().enumerate().filter(|(at, reached)| {
            let room = at / self.members;
            let said = state.said.len();
            **reached != said / rooms + usize::from(room < said % rooms)
        });
        match wrong.count() {
            0 => Ok(()),
            some => Err(Fault::Void(format!("{some} did not get each message once"))),
        }
    }
}

/// Connects one, and leaves a task behind that listens.
async fn enter(
    address: SocketAddr,
    at: usize,
    door: &Door,
    board: Rc<Board>,
) -> Result<Rc<Mutex<OwnedWriteHalf>>, String> {
    let told = |error: std::io::Error| format!("connection {at}: {error}");
    let stream = TcpStream::connect(address).await.map_err(told)?;
    stream.set_nodelay(true).map_err(told)?;
    let (mut read, mut write) = stream.into_split();
    let Door {
        path,
        headers,
        hello,
        ready,
    } = door;
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: localhost:{}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n{headers}\r\n",
        address.port()
    );
    write.write_all(request.as_bytes()).await.map_err(told)?;
    let rest = timeout(PATIENCE, accepted(&mut read))
        .await
        .map_err(|_| format!("connection {at}: no answer"))??;
    let mut first = Vec::new();
    for text in hello {
        frames::masked(text.as_bytes(), &mut first);
    }
    write.write_all(&first).await.map_err(told)?;
    let voice = Rc::new(Mutex::new(write));
    let ear = Ear {
        at,
        ready,
        board,
        voice: voice.clone(),
        mark: Finder::new(MARK),
    };
    if ready.is_empty() {
        ear.note_ready();
    }
    tokio::task::spawn_local(ear.listen(read, rest));
    Ok(voice)
}

/// Reads the answer to the upgrade; what comes behind it belongs to the WebSocket.
async fn accepted(read: &mut OwnedReadHalf) -> Result<Vec<u8>, String> {
    let mut answer = Vec::new();
    loop {
        read.readable().await.map_err(|error| error.to_string())?;
        match read.try_read_buf(&mut answer) {
            Ok(0) => return Err("closed instead of upgraded".to_owned()),
            Ok(_) => {}
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(error.to_string()),
        }
        if let Some(end) = memchr::memmem::find(&answer, b"\r\n\r\n") {
            if !answer.starts_with(b"HTTP/1.1 101") {
                return Err(String::from_utf8_lossy(&answer).into_owned());
            }
            return Ok(answer.split_off(end + 4));
        }
    }
}

/// A connection for requests, whose answers nobody reads into.
async fn open_line(address: SocketAddr) -> Result<Rc<Mutex<OwnedWriteHalf>>, String> {
    let told = |error: std::io::Error| format!("connection for requests: {error}");
    let stream = TcpStream::connect(address).await.map_err(told)?;
    stream.set_nodelay(true).map_err(told)?;
    let (mut read, write) = stream.into_split();
    tokio::task::spawn_local(async move {
        let _ = tokio::io::copy(&mut read, &mut tokio::io::sink()).await;
    });
    Ok(Rc::new(Mutex::new(write)))
}

/// One connection's listener.
struct Ear {
    at: usize,
    ready: &'static str,
    board: Rc<Board>,
    voice: Rc<Mutex<OwnedWriteHalf>>,
    mark: Finder<'static>,
}

thread_local! {
    /// All listeners read into the same memory: what is whole is counted at once, and only the rest of a frame is kept.
    static SCRATCH: RefCell<Vec<u8>> = RefCell::new(vec![0; READ]);
}

impl Ear {
    async fn listen(self, read: OwnedReadHalf, mut kept: Vec<u8>) {
        self.board.state.borrow_mut().open += 1;
        let mut answer = Vec::new();
        let used = self.hear(&kept, &mut answer);
        kept.drain(..used);
        while read.readable().await.is_ok() {
            let open = SCRATCH.with_borrow_mut(|scratch| match read.try_read(scratch) {
                Ok(0) => false,
                Ok(length) if kept.is_empty() => {
                    let used = self.hear(&scratch[..length], &mut answer);
                    kept.extend(&scratch[used..length]);
                    true
                }
                Ok(length) => {
                    kept.extend(&scratch[..length]);
                    let used = self.hear(&kept, &mut answer);
                    kept.drain(..used);
                    true
                }
                Err(error) => error.kind() == std::io::ErrorKind::WouldBlock,
            });
            if !answer.is_empty() {
                let _ = self.voice.lock().await.write_all(&answer).await;
                answer.clear();
            }
            if !open {
                break;
            }
        }
        self.board.state.borrow_mut().open -= 1;
    }

    /// Notes what all whole frames bring, and says how many bytes they were.
    fn hear(&self, bytes: &[u8], answer: &mut Vec<u8>) -> usize {
        let mut used = 0;
        while let Some((frame, length)) = frames::first(&bytes[used..]) {
            used += length;
            match frame {
                Frame::Text(text) => self.hear_text(text, answer),
                Frame::Ping(payload) => frames::pong(payload, answer),
                Frame::Close | Frame::Other => {}
            }
        }
        used
    }

    fn hear_text(&self, text: &[u8], answer: &mut Vec<u8>) {
        if let Some(at) = self.mark.find(text) {
            let digits = text.get(at + MARK.len()..at + MARK.len() + 10);
            let number = digits.and_then(|it| std::str::from_utf8(it).ok()?.parse().ok());
            self.note_delivery(number);
        } else if text == b"2" {
            // Engine.IO's ping, which is a text.
            frames::masked(b"3", answer);
        } else if !self.ready.is_empty()
            && memchr::memmem::find(text, self.ready.as_bytes()).is_some()
        {
            self.note_ready();
        } else if memchr::memmem::find(text, b"\"ack\"").is_none() {
            let heard = String::from_utf8_lossy(&text[..text.len().min(200)]).into_owned();
            self.board.state.borrow_mut().complaint = Some(heard);
        }
    }

    fn note_ready(&self) {
        self.board.state.borrow_mut().ready += 1;
        self.board.ready.notify_one();
    }

    fn note_delivery(&self, number: Option<usize>) {
        let mut state = self.board.state.borrow_mut();
        state.reached[self.at] += 1;
        let Some(said) = number.and_then(|number| state.said.get_mut(number)) else {
            return;
        };
        said.left = said.left.saturating_sub(1);
        if said.left == 0 && said.delay.is_none() {
            said.delay = Some(said.at.elapsed());
            self.board.over.add_permits(1);
        }
    }
}
