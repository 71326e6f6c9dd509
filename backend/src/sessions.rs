//! Sessions: who is logged in, from where, for how long.

use crate::{backend::Backend, clock::millis, error::Error, hub::Event, store::SessionRow};
use protocol::{
    Hash, PublicError, SessionHandle, Time, UserId,
    api::{AccountKeys, SessionInfo},
    b64,
};
use sha2::{Digest, Sha256};
use zeroize::{ZeroizeOnDrop, Zeroizing};

/// A session that is valid at the moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Whose it is.
    pub account: AccountKeys,
    /// Its public name.
    pub handle: SessionHandle,
    /// When the passphrase or recovery code was shown.
    pub authenticated_at: Time,
    /// When it ends, used or not.
    pub ends_at: Time,
}

/// The cookie's value of a new session: 256 random bits as text. The only copy; the store has its SHA-256.
#[derive(ZeroizeOnDrop)]
pub struct Cookie(Zeroizing<String>);

impl Cookie {
    pub(crate) fn new(value: Zeroizing<String>) -> Self {
        Self(value)
    }

    /// The text to set as the cookie's value.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Cookie {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Cookie(secret)")
    }
}

const MINUTE: Time = 60_000;

impl Backend {
    /// The session behind a cookie's value, if there is one. Using it keeps it alive.
    pub async fn authenticate(&self, cookie: &str) -> Result<Option<Session>, Error> {
        let Some(id) = b64::decode(cookie)
            .map(Zeroizing::new)
            .filter(|id| id.len() == 32)
        else {
            return Ok(None);
        };
        let id_hash = Hash(Sha256::digest(&*id).into());
        let Some(row) = self.store().session(&id_hash).await? else {
            return Ok(None);
        };
        let now = self.now();
        // It is not removed here: where the machine's clock is wrong for a while, everyone's would go. The user's next log-in
        // clears up.
        if !self.is_alive(&row, now) {
            return Ok(None);
        }
        if now >= row.last_used.saturating_add(MINUTE)
            && let Err(error) = self.touch(row.handle, now).await
        {
            // A full disk keeps nobody from reading.
            self.public_error(error);
        }
        Ok(Some(self.session_of(&row)))
    }

    /// The sessions of the one who asks, the one used last first.
    pub async fn sessions(&self, session: &Session) -> Result<Vec<SessionInfo>, Error> {
        let now = self.now();
        let rows = self
            .store()
            .sessions(&session.account.user)
            .await?
            .into_iter();
        let alive = rows.filter(|row| self.is_alive(row, now));
        Ok(alive
            .map(|row| SessionInfo {
                current: row.handle == session.handle,
                handle: row.handle,
                created: row.created,
                last_used: row.last_used,
                client: row.client,
            })
            .collect())
    }

    /// Ends one of the asker's sessions, which may be their own: that is logging out. Nothing if it has ended already.
    pub async fn session_revoke(
        &self,
        session: &Session,
        handle: SessionHandle,
    ) -> Result<(), Error> {
        self.end_session(session.account.user, handle).await
    }

    /// Ends all sessions of the asker but the one that asks.
    pub async fn sessions_revoke_others(&self, session: &Session) -> Result<(), Error> {
        let (user, keep) = (session.account.user, session.handle);
        self.queue()
            .write(move |tx| {
                Box::pin(async move {
                    let sessions = tx.end_other_sessions(&user, &keep).await?;
                    Ok(((), vec![Event::SessionsEnded { user, sessions }]))
                })
            })
            .await
    }

    /// Refuses what only someone may do who showed the passphrase moments ago.
    pub(crate) fn require_fresh(&self, session: &Session) -> Result<(), PublicError> {
        let age = self.now().saturating_sub(session.authenticated_at);
        match age <= millis(self.limits().fresh_session) {
            true => Ok(()),
            false => Err(PublicError::ReauthRequired),
        }
    }

    pub(crate) fn session_of(&self, row: &SessionRow) -> Session {
        Session {
            account: row.account.clone(),
            handle: row.handle,
            authenticated_at: row.created,
            ends_at: row
                .created
                .saturating_add(millis(self.limits().session_age)),
        }
    }

    /// Notes that a session is in use, to the minute: more would only tell more.
    pub(crate) async fn touch(&self, handle: SessionHandle, now: Time) -> Result<(), Error> {
        let minute = now - now % MINUTE;
        self.queue()
            .write(move |tx| {
                Box::pin(async move { Ok((tx.touch_session(&handle, minute).await?, Vec::new())) })
            })
            .await
    }

    async fn end_session(&self, user: UserId, handle: SessionHandle) -> Result<(), Error> {
        self.queue()
            .write(move |tx| {
                Box::pin(async move {
                    let sessions = match tx.end_session(&user, &handle).await? {
                        true => vec![handle],
                        false => Vec::new(),
                    };
                    Ok(((), vec![Event::SessionsEnded { user, sessions }]))
                })
            })
            .await
    }

    fn is_alive(&self, row: &SessionRow, now: Time) -> bool {
        let limits = self.limits();
        now < row.created.saturating_add(millis(limits.session_age))
            && now < row.last_used.saturating_add(millis(limits.session_idle))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_not_printed() {
        let cookie = Cookie::new(Zeroizing::new("secret text".to_owned()));
        assert_eq!(format!("{cookie:?}"), "Cookie(secret)");
    }
}
