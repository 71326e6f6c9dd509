//! What the engine does when an answer comes: the rest of each command, as data under the call's or job's number.

use super::{keys::Account, settings::Recovery};
use crate::{
    opaque::{LoginState, RegistrationState},
    recovery::RecoveryCode,
    room_key::RoomSecret,
    secret::Secret32,
};
use model::SecretText;
use protocol::{Hash, RoomId, Username, api::StoredCredentials};
use std::collections::BTreeMap;

/// A half-done command or upkeep.
pub(super) enum Flow {
    /// OPAQUE registration asked for; the slow half comes next.
    Register {
        ticket: u32,
        passphrase: SecretText,
        state: RegistrationState,
        goal: Register,
    },
    /// The slow half of a registration runs.
    RegisterStretch { ticket: u32, goal: Register },
    /// New credentials are with the server.
    RegisterFinish { ticket: u32, goal: Registered },
    /// OPAQUE log-in asked for.
    LogIn {
        ticket: u32,
        username: Username,
        passphrase: SecretText,
        state: LoginState,
        goal: LogIn,
    },
    /// The slow half of a log-in runs.
    LogInStretch {
        ticket: u32,
        username: Username,
        login: Hash,
        goal: LogIn,
    },
    /// The proof of the passphrase is with the server.
    LogInFinish {
        ticket: u32,
        username: Username,
        wrap_key: Secret32,
        goal: LogIn,
    },
    /// The session is being ended.
    LogOut { ticket: u32 },
    /// The account is being deleted.
    DeleteAccount { ticket: u32 },
    /// The list of sessions is on its way.
    Sessions { ticket: u32 },
    /// Sessions are being ended.
    Revoke { ticket: u32 },
    /// The vault is being read. `ticket` is the log-in that waits for it.
    VaultList {
        ticket: u32,
        /// The versions that this browser had seen when it asked.
        seen: BTreeMap<String, u64>,
    },
    /// A vault item is being written.
    VaultPut { item: String },
    /// A room's first header is with the server.
    RoomCreate { ticket: u32, room: RoomId },
    /// A room is being looked up by its key.
    RoomFind {
        ticket: u32,
        secret: RoomSecret,
        tries: u32,
    },
    /// A join is with the server.
    Join {
        ticket: u32,
        room: RoomId,
        secret: RoomSecret,
        tries: u32,
    },
    /// A statement is with the server: the first of the room's that wait.
    State { room: RoomId },
    /// A rotation is with the server.
    Rotate { room: RoomId },
    /// The account's next keys are being stored here.
    NextStored,
    /// The account's next keys are with the server.
    Replace,
    /// A room is being told of new keys.
    Tell { room: RoomId },
}

impl Flow {
    /// The command that waits for this; 0 for none.
    pub fn ticket(&self) -> u32 {
        match self {
            Self::Register { ticket, .. }
            | Self::RegisterStretch { ticket, .. }
            | Self::RegisterFinish { ticket, .. }
            | Self::LogIn { ticket, .. }
            | Self::LogInStretch { ticket, .. }
            | Self::LogInFinish { ticket, .. }
            | Self::LogOut { ticket }
            | Self::DeleteAccount { ticket }
            | Self::Sessions { ticket }
            | Self::Revoke { ticket }
            | Self::VaultList { ticket, .. }
            | Self::RoomCreate { ticket, .. }
            | Self::RoomFind { ticket, .. }
            | Self::Join { ticket, .. } => *ticket,
            Self::VaultPut { .. }
            | Self::State { .. }
            | Self::Rotate { .. }
            | Self::NextStored
            | Self::Replace
            | Self::Tell { .. } => 0,
        }
    }
}

/// Why new credentials are registered.
pub(super) enum Register {
    SignUp {
        username: Username,
    },
    /// The recovery wrap is still to come.
    Recover {
        username: Username,
        code: RecoveryCode,
    },
    Recovered {
        account: Box<Account>,
        code: RecoveryCode,
        stored: StoredCredentials,
    },
    Change {
        stored: StoredCredentials,
        renew: bool,
    },
    Replace {
        stored: StoredCredentials,
    },
}

/// What new credentials that the server took lead to.
pub(super) enum Registered {
    SignUp {
        account: Box<Account>,
        code: RecoveryCode,
    },
    Recover {
        account: Box<Account>,
    },
    Change {
        recovery: Option<Recovery>,
    },
}

/// Why someone proves the passphrase.
pub(super) enum LogIn {
    Enter,
    /// With this passphrase from now on, and another recovery code if `renew` says so.
    Change {
        passphrase: SecretText,
        renew: bool,
    },
    /// With this passphrase from now on.
    Replace {
        passphrase: SecretText,
    },
    DeleteAccount,
}
