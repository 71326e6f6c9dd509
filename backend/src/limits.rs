//! How much one user, address or room may take. The operator's configuration sets these; each default says why.

use std::time::Duration;

/// All limits that an operator can change. Sizes that are part of the protocol are in [`protocol::limits`].
#[derive(Debug, Clone)]
pub struct Limits {
    /// Rooms that one user is in. Default 500: far above what people keep up with; bounds the list sent at each connect. At
    /// most [`Limits::MOST_ROOMS`].
    pub rooms_per_user: u32,
    /// Members of one room. Default 500: a rotation carries a wrap for each, about 300 kB then. At most
    /// [`Limits::MOST_MEMBERS`].
    pub members_per_room: u32,
    /// Messages that one user sends in a minute, on all devices. Default 240: a fast typist with a full outbox.
    pub messages_per_minute: u32,
    /// Vault writes and room changes of one user in a minute. Default 240: each device saves its place in each room.
    pub writes_per_minute: u32,
    /// How often one user says how far they have read, in a minute, on all devices. Default 60: once a second is as often as
    /// anyone looks.
    pub slots_per_minute: u32,
    /// Signals that one user sends in a minute, on all devices. Default 120: typing is told every few seconds.
    pub signals_per_minute: u32,
    /// Vault items of one user. Default 2000: rooms that were left keep theirs.
    pub vault_items: u32,
    /// WebSocket connections of one user. Default 20; the oldest one gives way, so that dead ones lock nobody out.
    pub connections_per_user: u32,
    /// Sessions of one user. Default 50; the one unused for longest gives way.
    pub sessions_per_user: u32,
    /// A session ends when unused for this long. Default 30 days.
    pub session_idle: Duration,
    /// A session ends at this age. Default 180 days.
    pub session_age: Duration,
    /// How old a session may be for steps that ask for the passphrase again. Default 5 minutes.
    pub fresh_session: Duration,
    /// Frames that wait for one connection before it counts as a slow reader and is cut off. Default 2000.
    pub outbox_frames: usize,
    /// Bytes that wait for one connection before it is cut off. Default 8 MiB.
    pub outbox_bytes: usize,
    /// First messages of log-in, registration and recovery, and how they are slowed down.
    pub attempts: AttemptLimits,
}

/// Guessing a passphrase needs one first message of a log-in, registration or recovery for each guess; these count together.
///
/// Three counters must all agree:
/// - **account and address**: what a person mistypes. A log-in that succeeds clears it.
/// - **address**: one machine against many accounts.
/// - **account**: many machines against one account. Its delay stays short, and addresses from which the account logged in
///   before don't ask it at all. So an attacker can slow a stranger's log-in down but never keep the owner out.
///
/// An attempt beyond the free ones must wait: `base`, then twice as long each time, up to `longest`. A refused attempt
/// counts nothing. One attempt is forgotten every `forget`. IPv6 addresses count by their /64, which is one household.
#[derive(Debug, Clone)]
pub struct AttemptLimits {
    /// Default: 5 free, then 1 s doubling to 15 minutes; one forgotten each 5 minutes.
    pub account_and_address: Backoff,
    /// Default: 50 free (an office behind one address), then 1 s doubling to 15 minutes; one forgotten each 20 seconds.
    pub address: Backoff,
    /// Default: 30 free, then 1 s doubling to 4 s; one forgotten each minute.
    pub account: Backoff,
    /// Counters kept in memory at most, about 100 bytes each. Default 100,000; the least pressed ones are dropped first.
    pub counters: usize,
}

/// How one counter slows down; see [`AttemptLimits`].
#[derive(Debug, Clone, Copy)]
pub struct Backoff {
    /// Attempts without any delay.
    pub free: u32,
    /// The first delay.
    pub base: Duration,
    /// The longest delay.
    pub longest: Duration,
    /// How long until one attempt is forgotten.
    pub forget: Duration,
}

impl Limits {
    /// The most rooms that one user may be allowed. A hello names each with a cursor of up to 64 bytes; one longer than
    /// [`protocol::limits::FRAME_BYTES`] would let nobody in again.
    pub const MOST_ROOMS: u32 = 1500;

    /// The largest room that may be allowed. An epoch's open entries go to newcomers in one frame; in a larger room a few
    /// people could make it longer than [`Limits::outbox_bytes`].
    pub const MOST_MEMBERS: u32 = 1000;
}

impl Default for Limits {
    fn default() -> Self {
        const DAY: Duration = Duration::from_secs(24 * 60 * 60);
        Self {
            rooms_per_user: 500,
            members_per_room: 500,
            messages_per_minute: 240,
            writes_per_minute: 240,
            slots_per_minute: 60,
            signals_per_minute: 120,
            vault_items: 2000,
            connections_per_user: 20,
            sessions_per_user: 50,
            session_idle: 30 * DAY,
            session_age: 180 * DAY,
            fresh_session: Duration::from_secs(5 * 60),
            outbox_frames: 2000,
            outbox_bytes: 8 << 20,
            attempts: AttemptLimits::default(),
        }
    }
}

impl Default for AttemptLimits {
    fn default() -> Self {
        let backoff = |free, longest, forget| Backoff {
            free,
            base: Duration::from_secs(1),
            longest: Duration::from_secs(longest),
            forget: Duration::from_secs(forget),
        };
        Self {
            account_and_address: backoff(5, 15 * 60, 5 * 60),
            address: backoff(50, 15 * 60, 20),
            account: backoff(30, 4, 60),
            counters: 100_000,
        }
    }
}
