//! The limits that an operator may change, each with its default and the reason for it.

use backend::AttemptLimits;
use clap::Args;
use std::time::Duration;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// What clients may use. What is part of the protocol itself, such as the length of a message or of a frame, is fixed for
/// all servers and not here.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Limits")]
pub struct Limits {
    /// The largest body of a request, in bytes. Must hold a vault item (180 kB) and the wraps of a room's new key (300 kB
    /// for 500 members).
    #[arg(long, env = "SECURECHAT_MAX_BODY_BYTES", default_value_t = 1024 * 1024, value_name = "BYTES")]
    pub max_body_bytes: usize,

    /// Rooms that one user is in, 1500 at most: a client names all of them when it connects, in one frame.
    #[arg(
        long,
        env = "SECURECHAT_ROOMS_PER_USER",
        default_value_t = 500,
        value_parser = clap::value_parser!(u32).range(1..=i64::from(backend::Limits::MOST_ROOMS)),
        value_name = "N"
    )]
    pub rooms_per_user: u32,

    /// Members of one room, 1000 at most: newcomers get all that happened to the members under one key at once.
    #[arg(
        long,
        env = "SECURECHAT_MEMBERS_PER_ROOM",
        default_value_t = 500,
        value_parser = clap::value_parser!(u32).range(1..=i64::from(backend::Limits::MOST_MEMBERS)),
        value_name = "N"
    )]
    pub members_per_room: u32,

    /// Messages that one user sends in a minute: a fast typist with a full outbox.
    #[arg(
        long,
        env = "SECURECHAT_MESSAGES_PER_MINUTE",
        default_value_t = 240,
        value_name = "N"
    )]
    pub messages_per_minute: u32,

    /// Vault writes and room changes of one user in a minute: each device saves its place in each room.
    #[arg(
        long,
        env = "SECURECHAT_WRITES_PER_MINUTE",
        default_value_t = 240,
        value_name = "N"
    )]
    pub writes_per_minute: u32,

    /// Vault items of one user; rooms that were left keep theirs.
    #[arg(
        long,
        env = "SECURECHAT_VAULT_ITEMS",
        default_value_t = 2000,
        value_name = "N"
    )]
    pub vault_items: u32,

    /// Open connections of one user; above it the oldest gives way.
    #[arg(
        long,
        env = "SECURECHAT_CONNECTIONS_PER_USER",
        default_value_t = 20,
        value_name = "N"
    )]
    pub connections_per_user: u32,

    /// Sessions of one user; above it the one unused for longest gives way.
    #[arg(
        long,
        env = "SECURECHAT_SESSIONS_PER_USER",
        default_value_t = 50,
        value_name = "N"
    )]
    pub sessions_per_user: u32,

    /// Days after which an unused session ends.
    #[arg(
        long,
        env = "SECURECHAT_SESSION_IDLE_DAYS",
        default_value_t = 30,
        value_name = "DAYS"
    )]
    pub session_idle_days: u32,

    /// Days after which any session ends.
    #[arg(
        long,
        env = "SECURECHAT_SESSION_AGE_DAYS",
        default_value_t = 180,
        value_name = "DAYS"
    )]
    pub session_age_days: u32,

    /// Log-ins, sign-ups and recoveries from one address before each next one must wait, longer each time: an office
    /// behind one address fits in.
    #[arg(
        long,
        env = "SECURECHAT_ATTEMPTS_PER_ADDRESS",
        default_value_t = 50,
        value_name = "N"
    )]
    pub attempts_per_address: u32,

    /// Log-ins to one account before each next one must wait, up to four seconds; addresses from which the account
    /// logged in before do not wait.
    #[arg(
        long,
        env = "SECURECHAT_ATTEMPTS_PER_ACCOUNT",
        default_value_t = 30,
        value_name = "N"
    )]
    pub attempts_per_account: u32,
}

impl Limits {
    /// How long a session can last.
    pub fn session_age(&self) -> Duration {
        DAY * self.session_age_days
    }

    /// As the backend takes them.
    pub fn for_backend(&self) -> backend::Limits {
        let mut attempts = AttemptLimits::default();
        attempts.address.free = self.attempts_per_address;
        attempts.account.free = self.attempts_per_account;
        backend::Limits {
            rooms_per_user: self.rooms_per_user,
            members_per_room: self.members_per_room,
            messages_per_minute: self.messages_per_minute,
            writes_per_minute: self.writes_per_minute,
            vault_items: self.vault_items,
            connections_per_user: self.connections_per_user,
            sessions_per_user: self.sessions_per_user,
            session_idle: DAY * self.session_idle_days,
            session_age: self.session_age(),
            attempts,
            ..backend::Limits::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::{FromArgMatches, Parser};
    use protocol::frame::{ClientFrame, Cursor};
    use protocol::limits::FRAME_BYTES;
    use protocol::{DeviceId, RoomId};

    #[derive(Parser)]
    struct OnlyLimits {
        #[command(flatten)]
        limits: Limits,
    }

    #[test]
    fn a_room_is_never_larger_than_a_frame_can_say() {
        let with =
            |members| OnlyLimits::try_parse_from(["server", "--members-per-room", members]).is_ok();
        assert!(with("1") && with("1000"));
        assert!(!with("0") && !with("1001"));
    }

    #[test]
    fn whoever_is_in_as_many_rooms_as_allowed_can_still_say_hello() {
        let with =
            |rooms| OnlyLimits::try_parse_from(["server", "--rooms-per-user", rooms]).is_ok();
        assert!(with("1500") && !with("1501"));
        let cursor = Cursor {
            room: RoomId([255; 16]),
            after: u64::MAX,
        };
        let hello = ClientFrame::Hello {
            version: u32::MAX,
            device: DeviceId([255; 16]),
            cursors: vec![cursor; backend::Limits::MOST_ROOMS as usize],
        };
        assert!(serde_json::to_string(&hello).unwrap().len() <= FRAME_BYTES);
    }

    #[test]
    fn the_defaults_here_are_the_defaults_of_the_backend() {
        let matches = <OnlyLimits as clap::CommandFactory>::command().get_matches_from(["server"]);
        let given = OnlyLimits::from_arg_matches(&matches)
            .unwrap()
            .limits
            .for_backend();
        assert_eq!(
            format!("{given:?}"),
            format!("{:?}", backend::Limits::default())
        );
    }
}
