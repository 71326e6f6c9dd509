//! The life of the one connection: the vault is read first (which also tells whether the session holds), then the socket opens, says
//! hello, and is watched. Every loss leads back to the start after a wait that grows and has jitter, so that a restarted server is
//! not hit by all clients at once.

use super::{Engine, flow::Flow};
use crate::io::Action;
use model::{Connection, Delta, Phase};
use protocol::{
    Time, VERSION,
    frame::{ByeReason, ClientFrame, Cursor},
};
use rand_core::{CryptoRng, RngCore};

/// The first wait after a loss, in milliseconds; doubles with each further failure.
const FIRST_WAIT: u64 = 500;
/// The longest wait.
const LONGEST_WAIT: u64 = 30_000;
/// How long the line may be silent before it is tested.
const QUIET: u64 = 25_000;
/// How long the test may take before the line counts as dead; also for opening and the welcome.
const PATIENCE: u64 = 10_000;

/// How the connection stands.
#[derive(Debug, Default)]
pub(super) enum Link {
    /// Not wanted.
    #[default]
    Idle,
    /// The vault is being read.
    Reading,
    /// The socket is opening, or open and not welcomed yet.
    Opening { since: Time },
    /// Welcomed.
    Up { heard: Time, pinged: Option<Time> },
    /// Lost.
    Waiting { until: Time },
}

impl Link {
    pub(super) fn is_up(&self) -> bool {
        matches!(self, Self::Up { .. })
    }

    /// Whether what comes over the socket is meant for this engine.
    pub(super) fn is_open(&self) -> bool {
        matches!(self, Self::Opening { .. } | Self::Up { .. })
    }

    fn view(&self) -> Connection {
        match self {
            Self::Idle => Connection::Idle,
            Self::Reading | Self::Opening { .. } => Connection::Connecting,
            Self::Up { .. } => Connection::Online,
            Self::Waiting { until } => Connection::Waiting { retry_at: *until },
        }
    }

    /// When something is due.
    pub(super) fn timeout(&self) -> Option<Time> {
        match self {
            Self::Idle | Self::Reading => None,
            Self::Opening { since } => Some(since + PATIENCE),
            Self::Up {
                pinged: Some(pinged),
                ..
            } => Some(pinged + PATIENCE),
            Self::Up {
                heard,
                pinged: None,
            } => Some(heard + QUIET),
            Self::Waiting { until } => Some(*until),
        }
    }
}

impl<R: RngCore + CryptoRng> Engine<R> {
    pub(super) fn set_link(&mut self, link: Link) {
        let (before, after) = (self.link.view(), link.view());
        self.link = link;
        if before != after {
            self.out.delta(Delta::Connection(after));
        }
    }

    /// Reads the vault and then connects. `ticket` is the log-in that waits for the vault.
    pub(super) fn read_vault(&mut self, ticket: u32) {
        self.set_link(Link::Reading);
        self.list_vault(ticket);
    }

    pub(super) fn open_socket(&mut self) {
        self.out.actions.push_back(Action::Connect);
        self.set_link(Link::Opening { since: self.now });
    }

    /// The person does not want to wait, or the browser says that there is a network again.
    pub(super) fn reconnect(&mut self) {
        if matches!(self.link, Link::Waiting { .. }) {
            self.read_vault(0);
        }
    }

    pub(super) fn socket_opened(&mut self) {
        if !matches!(self.link, Link::Opening { .. }) {
            return;
        }
        let cursors = self
            .rooms
            .values()
            .filter_map(|room| {
                Some(Cursor {
                    room: room.id,
                    after: room.transcript.as_ref()?.head().seq,
                })
            })
            .collect();
        self.out.send(&ClientFrame::Hello {
            version: VERSION,
            device: self.device,
            cursors,
        });
    }

    /// The server welcomed this engine.
    pub(super) fn link_is_up(&mut self) {
        self.attempts = 0;
        self.begin_run();
        self.set_link(Link::Up {
            heard: self.now,
            pinged: None,
        });
    }

    /// Something came over the line, so it lives.
    pub(super) fn heard(&mut self) {
        if let Link::Up { heard, pinged } = &mut self.link {
            *heard = self.now;
            *pinged = None;
        }
    }

    pub(super) fn bye(&mut self, reason: ByeReason) {
        match reason {
            ByeReason::SessionEnded if self.is_ending() => self.set_link(Link::Idle),
            ByeReason::SessionEnded if self.is_proving() => self.lost(),
            // Perhaps only this one did, because logging in again replaced it: the vault's answer tells.
            ByeReason::SessionEnded if self.attempts == 0 => {
                self.attempts = 1;
                self.drop_socket();
                self.read_vault(0);
            }
            ByeReason::SessionEnded => self.lost(),
            ByeReason::Version => {
                self.out
                    .notice("The server was updated. Reload the page to go on.");
                self.attempts = self.attempts.max(6);
                self.lost();
            }
            ByeReason::TooMany => {
                self.attempts = self.attempts.max(4);
                self.lost();
            }
            ByeReason::SlowReader
            | ByeReason::Malformed
            | ByeReason::Idle
            | ByeReason::Shutdown => self.lost(),
        }
    }

    /// Whether this browser itself is ending its session.
    fn is_ending(&self) -> bool {
        let ends = |flow: &Flow| matches!(flow, Flow::LogOut { .. } | Flow::DeleteAccount { .. });
        self.flows.values().any(ends)
    }

    /// Whether the passphrase is being proven, which replaces the session at the server before this browser hears of it.
    pub(super) fn is_proving(&self) -> bool {
        let proves =
            |flow: &Flow| matches!(flow, Flow::LogInFinish { .. } | Flow::RegisterFinish { .. });
        self.flows.values().any(proves)
    }

    /// The session is over: everything stays as it is until the same person logs in again.
    pub(super) fn session_ended(&mut self) {
        if self.account.is_some() {
            self.drop_socket();
            self.set_link(Link::Idle);
            self.set_phase(Phase::Expired);
        }
    }

    /// The line is gone, or the vault could not be read. Tries again after a wait with full jitter (Brooker, "Exponential backoff and
    /// jitter", 2015), at least half of the first one, so that a server that refuses at once is not asked in a loop.
    pub(super) fn lost(&mut self) {
        if matches!(self.link, Link::Idle | Link::Waiting { .. }) {
            return;
        }
        self.drop_socket();
        let longest = (FIRST_WAIT << self.attempts.min(6)).min(LONGEST_WAIT);
        self.attempts = self.attempts.saturating_add(1);
        let wait = FIRST_WAIT / 2 + u64::from(self.rng.next_u32()) % longest;
        self.set_link(Link::Waiting {
            until: self.now + wait,
        });
    }

    fn drop_socket(&mut self) {
        self.out.actions.push_back(Action::Disconnect);
        self.out.forget_requests();
        for room in self.rooms.values_mut() {
            room.line_lost();
        }
    }

    /// The clock was set back: what is waited for takes no longer than it would have.
    pub(super) fn clock_set_back(&mut self, by: Time) {
        let back = |time: &mut Time| *time = time.saturating_sub(by);
        match &mut self.link {
            Link::Idle | Link::Reading => {}
            Link::Opening { since } => back(since),
            Link::Up { heard, pinged } => {
                back(heard);
                pinged.iter_mut().for_each(back);
            }
            Link::Waiting { until } => {
                let until = until.saturating_sub(by);
                self.set_link(Link::Waiting { until });
            }
        }
        self.vault.settings.saving.set_back(by);
        for room in self.rooms.values_mut() {
            room.set_back(by);
        }
    }

    /// Does what time made due.
    pub(super) fn watch_link(&mut self) {
        if self.link.timeout().is_none_or(|due| due > self.now) {
            return;
        }
        match &mut self.link {
            Link::Up {
                pinged: pinged @ None,
                ..
            } => {
                *pinged = Some(self.now);
                self.out.send(&ClientFrame::Ping {});
            }
            Link::Up { .. } | Link::Opening { .. } => self.lost(),
            Link::Waiting { .. } => self.read_vault(0),
            Link::Idle | Link::Reading => {}
        }
    }
}
