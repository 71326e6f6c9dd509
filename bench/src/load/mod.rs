//! The load: many WebSockets in one thread that count what reaches them and look at no more than they must, so that the
//! generator costs less than what it measures.

mod crowd;
mod frames;
mod http;
mod logins;
mod watch;

pub use crowd::{Crowd, Pace};
pub use logins::{Door as LoginDoor, Storm};

use crate::process::Process;
use tempfile::TempDir;

/// Rooms, and how many people listen in each.
#[derive(Debug, Clone, Copy)]
pub struct Layout {
    /// How many rooms.
    pub rooms: usize,
    /// People in each; every one of them has a connection, and hears what is said there.
    pub members: usize,
}

/// A server that runs, and how to reach it.
pub struct Running {
    /// What is measured.
    pub process: Process,
    /// One for each person, room by room.
    pub doors: Vec<Door>,
    /// How something is said.
    pub speech: Speech,
    /// Files that go when the server has gone; nobody asks for them before.
    pub _folder: TempDir,
}

/// How one connection is made.
#[derive(Debug, Clone, Default)]
pub struct Door {
    /// Where to.
    pub path: String,
    /// Further lines of the request, each with its end of line.
    pub headers: String,
    /// What to say first.
    pub hello: Vec<String>,
    /// A text that comes as soon as the connection hears its room; empty where that is from the start.
    pub ready: &'static str,
}

/// Makes the text of a message: of the room, the number among all of the run, and the token.
pub type Wording = Box<dyn Fn(usize, usize, &str) -> String>;

/// How something is said in a room.
pub enum Speech {
    /// By a member, over their own connection.
    Member(Wording),
    /// By someone else, as a request of its own over a connection that stays.
    Request(Wording),
}

/// The smallest real token: a body padded to 512 bytes has this many characters.
pub const TOKEN_CHARS: usize = 780;

/// With this every token begins, then comes its number in ten digits; nothing else that crosses the wire has it.
const MARK: &str = "gAAAAABench-";

/// The token of a message, found again in whatever carries it.
pub fn token(number: usize) -> String {
    let mut token = format!("{MARK}{number:010}");
    // Any token of this length does: who measures the relay is as blind as the relay.
    token.extend(std::iter::repeat_n('x', TOKEN_CHARS - token.len()));
    token
}
