//! What goes into the engine and what comes out of it. All of it is serde, so that the engine can live in a worker.

use crate::opaque::{StretchDone, StretchJob};
use protocol::{
    PublicError, SessionHandle,
    api::{
        CredentialsFinish, CredentialsStart, IdentityReplace, LoggedIn, LoginChallenge,
        LoginFinish, LoginStart, RecoverFinish, RecoverOpened, RecoverStart, RegisterFinish,
        RegisterStart, Registration, RoomCreate, RoomFind, RoomFound, RoomSubmit, SessionInfo,
        Submitted, VaultItem, VaultPut,
    },
    frame::RoomHead,
};
use serde::{Deserialize, Serialize};

/// What happened outside the engine. Not to be printed: the local store holds the account secret.
#[derive(Serialize, Deserialize)]
pub enum Event {
    /// The first event: everything that the local store holds, or none where there is no store.
    Started {
        /// Name and value of each stored item.
        stored: Option<Vec<(String, Vec<u8>)>>,
    },
    /// The page is not alone: another tab holds the engine. Until [`Event::Started`] the engine does nothing.
    Locked,
    /// This page lost the engine to another tab. The engine stops for good.
    Replaced,
    /// [`Action::Connect`] led to an open socket.
    SocketOpened,
    /// A text frame.
    SocketText(String),
    /// The socket closed, or never opened.
    SocketClosed,
    /// The answer to [`Action::Call`].
    Answered {
        /// The call.
        call: u32,
        /// What came of it; [`PublicError::Unreachable`] if nothing did.
        result: Result<ApiAnswer, PublicError>,
    },
    /// The answer to [`Action::Stretch`].
    Stretched {
        /// The job.
        job: u32,
        /// What came of it; the text is for [`model::Trouble::Browser`] or says that the passphrase was wrong.
        result: Result<StretchDone, StretchFailure>,
    },
    /// The answer to [`Action::Store`].
    Stored {
        /// The write.
        ticket: u32,
        /// Whether it is durable now.
        ok: bool,
    },
    /// A person's wish; `ticket` names it in [`model::Delta::Answer`], 0 wants none.
    Command {
        /// The ticket.
        ticket: u32,
        /// The wish.
        command: model::Command,
    },
    /// Time has passed: due when [`crate::engine::Engine::poll_timeout`] says so.
    Tick,
}

/// Why the slow half of OPAQUE failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum StretchFailure {
    /// The passphrase is not the account's, or the server is not the one that registered it.
    WrongPassphrase,
    /// The worker could not run.
    Broken(String),
}

/// What is to be done outside the engine. Not to be printed: see [`Event`].
#[derive(Serialize, Deserialize)]
pub enum Action {
    /// Open the WebSocket.
    Connect,
    /// Send a text frame.
    Send(String),
    /// Close the WebSocket.
    Disconnect,
    /// Ask the server.
    Call {
        /// Names the answer.
        call: u32,
        /// What.
        request: ApiRequest,
    },
    /// Run the slow half of OPAQUE where it freezes nothing.
    Stretch {
        /// Names the answer.
        job: u32,
        /// What.
        work: StretchJob,
    },
    /// Write to the local store, all or nothing, durable before [`Event::Stored`]. `None` deletes.
    Store {
        /// Names the answer.
        ticket: u32,
        /// Name and value of each item.
        writes: Vec<(String, Option<Vec<u8>>)>,
    },
    /// Wipe the local store with its key.
    Wipe,
    /// Take the engine over from the tab that holds it.
    TakeOver,
}

/// A request of the HTTP API.
#[derive(Debug, Serialize, Deserialize)]
#[expect(
    missing_docs,
    reason = "each variant is the endpoint of its name, documented in protocol::api"
)]
pub enum ApiRequest {
    RegisterStart(RegisterStart),
    RegisterFinish(Box<RegisterFinish>),
    LoginStart(LoginStart),
    LoginFinish(LoginFinish),
    RecoverStart(RecoverStart),
    RecoverFinish(Box<RecoverFinish>),
    CredentialsStart(CredentialsStart),
    CredentialsFinish(Box<CredentialsFinish>),
    IdentityReplace(Box<IdentityReplace>),
    LogOut,
    DeleteAccount,
    Sessions,
    SessionRevoke(SessionHandle),
    SessionsRevokeOthers,
    VaultList,
    VaultPut(VaultPut),
    RoomCreate(RoomCreate),
    RoomFind(RoomFind),
    RoomSubmit(RoomSubmit),
}

/// An answer of the HTTP API.
#[derive(Debug, Serialize, Deserialize)]
#[expect(
    missing_docs,
    reason = "each variant is the answer type of its endpoints, documented in protocol::api"
)]
pub enum ApiAnswer {
    Registration(Registration),
    LoginChallenge(LoginChallenge),
    LoggedIn(Box<LoggedIn>),
    RecoverOpened(Box<RecoverOpened>),
    Sessions(Vec<SessionInfo>),
    Vault(Vec<VaultItem>),
    VaultVersion(u64),
    Room(RoomHead),
    RoomFound(Box<RoomFound>),
    Submitted(Submitted),
    Done,
}
