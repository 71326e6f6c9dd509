//! The HTTP API: what comes to a server and what comes back. A line with the type's name, then its JSON.

use crate::{
    json::{Unknown, reads},
    people::{CREDENTIALS, ana},
};
use protocol::{
    PublicError, SessionHandle,
    api::{
        CredentialsFinish, CredentialsStart, IdentityReplace, LoggedIn, LoginChallenge,
        LoginFinish, LoginStart, RecoverFinish, RecoverOpened, RecoverStart, RegisterFinish,
        RegisterStart, Registration, RoomCreate, RoomFind, RoomFound, RoomSubmit, ServerInfo,
        SessionInfo, StoredCredentials, Submitted, VaultItem, VaultPut,
    },
    frame::RoomHead,
};

macro_rules! by_name {
    ($data:ident: $($type:ident),* $(,)?) => {{
        let at = $data.iter().position(|byte| *byte == b'\n');
        let Some((name, json)) = at.and_then(|at| $data.split_at_checked(at)) else {
            return false;
        };
        $(if name == stringify!($type).as_bytes() {
            return reads::<$type>(json, Unknown::Ignored);
        })*
        false
    }};
}

/// What anyone may ask.
pub fn api_request(data: &[u8]) -> bool {
    by_name!(data: RegisterStart, RegisterFinish, LoginStart, LoginFinish, RecoverStart, RecoverFinish, CredentialsStart,
        CredentialsFinish, IdentityReplace, SessionHandle, VaultPut, RoomCreate, RoomFind, RoomSubmit)
}

/// What a server may answer.
pub fn api_answer(data: &[u8]) -> bool {
    by_name!(data: PublicError, ServerInfo, Registration, LoginChallenge, LoggedIn, RecoverOpened, SessionInfo, VaultItem, RoomHead,
        RoomFound, Submitted)
}

/// Credentials as a server shows them: Ana's hold for her, and none that the server made up.
pub fn credentials(data: &[u8]) -> bool {
    if !reads::<StoredCredentials>(data, Unknown::Ignored) {
        return false;
    }
    let shown: StoredCredentials = serde_json::from_slice(data).expect("it was just read");
    let held = shown.is_signed_by(&ana().user(), &ana().signing_key());
    assert_eq!(held, shown == *CREDENTIALS);
    held
}
