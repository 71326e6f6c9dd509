//! Accounts: signing up, logging in, changing and recovering credentials, and going.
//!
//! The passphrase never comes here: OPAQUE (RFC 9807) proves it. Whoever is unknown gets the same kind of answer, after the
//! same work, as whoever is known; [`crate::AttemptLimits`] slows guessing down.

mod change;
mod identity;
pub(crate) mod login;
pub(crate) mod opaque;
mod recover;
mod register;

use crate::{
    backend::Backend,
    clock::millis,
    error::Error,
    hub::Event,
    sessions::{Cookie, Session},
    store::{Account, SessionRow, Tx},
};
use protocol::{
    Hash, PublicError, SessionHandle, Time, UserId,
    api::{AccountKeys, Credentials, LoggedIn, StoredCredentials},
    b64,
    entry::is_token,
};
use sha2::{Digest, Sha256};
use std::net::IpAddr;
use zeroize::Zeroizing;

/// Who asks, as the HTTP edge sees it.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The address to count attempts by.
    pub address: IpAddr,
    /// Browser and system as they call themselves, for the list of sessions; cut after 100 characters.
    pub client: String,
}

/// The wraps hold 32 bytes each: tokens of 140 characters.
const WRAP_CHARS: usize = 256;

/// A session that is about to be created, with the only copy of its cookie.
struct NewSession {
    row: SessionRow,
    cookie: Cookie,
}

impl Backend {
    fn new_session(&self, account: &AccountKeys, caller: &Caller) -> NewSession {
        let id = Zeroizing::new(self.random().bytes::<32>());
        let now = self.now();
        NewSession {
            row: SessionRow {
                id_hash: Hash(Sha256::digest(id.as_slice()).into()),
                handle: SessionHandle(self.random().bytes()),
                account: account.clone(),
                created: now,
                last_used: now,
                client: caller.client.chars().take(100).collect(),
            },
            cookie: Cookie::new(Zeroizing::new(b64::encode(id.as_slice()))),
        }
    }

    /// Stores a session, and lets those end that are too old or too many, and the one that it replaces.
    async fn add_session(
        tx: &mut dyn Tx,
        new: &SessionRow,
        rules: SessionRules,
        replaced: Option<SessionHandle>,
    ) -> Result<Event, Error> {
        let user = new.account.user;
        tx.create_session(new).await?;
        let mut sessions = tx
            .prune_sessions(
                &user,
                new.created.saturating_sub(rules.age),
                new.created.saturating_sub(rules.idle),
                rules.most,
            )
            .await?;
        if let Some(handle) = replaced
            && tx.end_session(&user, &handle).await?
        {
            sessions.push(handle);
        }
        Ok(Event::SessionsEnded { user, sessions })
    }

    fn session_rules(&self) -> SessionRules {
        let limits = self.limits();
        SessionRules {
            age: millis(limits.session_age),
            idle: millis(limits.session_idle),
            most: limits.sessions_per_user.max(1),
        }
    }
}

#[derive(Clone, Copy)]
struct SessionRules {
    age: Time,
    idle: Time,
    most: u32,
}

/// What the one who just logged in gets to see.
fn logged_in(account: &Account) -> LoggedIn {
    LoggedIn {
        account: account.keys.clone(),
        credentials: StoredCredentials::from(&account.credentials),
    }
}

/// Whether credentials are well-formed, and signed by the identity that they belong to.
fn check_credentials(
    user: &UserId,
    keys: &AccountKeys,
    credentials: &Credentials,
) -> Result<(), PublicError> {
    let is_wrap = |text: &str| text.len() <= WRAP_CHARS && is_token(text);
    if !is_wrap(&credentials.passphrase_wrap)
        || !is_wrap(&credentials.recovery_wrap)
        || !opaque::is_record(&credentials.record)
    {
        return Err(PublicError::Malformed);
    }
    match StoredCredentials::from(credentials).is_signed_by(user, &keys.signing) {
        true => Ok(()),
        false => Err(PublicError::BadSignature),
    }
}

/// A new session as the caller gets it.
fn open_session(backend: &Backend, new: NewSession) -> (Session, Cookie) {
    (backend.session_of(&new.row), new.cookie)
}
