//! Logging in.

use super::{Caller, logged_in, opaque::HalfLogin, open_session};
use crate::{
    backend::Backend,
    error::Error,
    lock,
    sessions::{Cookie, Session},
};
use protocol::{
    Hash, PublicError, Time, Username,
    api::{LoggedIn, LoginChallenge, LoginFinish, LoginStart},
};
use std::{
    collections::{HashMap, VecDeque},
    sync::Mutex,
};

/// How long the second message may take: the client stretches the passphrase in between.
const HALF_LOGIN_LASTS: Time = 60_000;

/// Half-done log-ins kept at most, under a kilobyte each; above, the oldest goes.
const HALF_LOGINS: usize = 10_000;

/// Log-ins between their two messages. Each is good for a minute and one try.
#[derive(Default)]
pub(crate) struct HalfLogins(Mutex<Pending>);

#[derive(Default)]
struct Pending {
    by_name: HashMap<Hash, Half>,
    in_order: VecDeque<(Time, Hash)>,
}

struct Half {
    username: Username,
    /// The credentials' version that the challenge was made for; none for unknown users.
    version: Option<u64>,
    state: HalfLogin,
    ends_at: Time,
}

impl HalfLogins {
    fn put(&self, name: Hash, half: Half, now: Time) {
        let mut pending = lock(&self.0);
        while pending
            .in_order
            .front()
            .is_some_and(|(ends_at, _)| *ends_at <= now || pending.in_order.len() >= HALF_LOGINS)
        {
            if let Some((_, oldest)) = pending.in_order.pop_front() {
                pending.by_name.remove(&oldest);
            }
        }
        pending.in_order.push_back((half.ends_at, name));
        pending.by_name.insert(name, half);
    }

    fn take(&self, name: &Hash, now: Time) -> Option<Half> {
        let half = lock(&self.0).by_name.remove(name)?;
        (now < half.ends_at).then_some(half)
    }
}

impl Backend {
    /// OPAQUE login, first message. Unknown users get a challenge too; only nothing answers it.
    pub async fn login_start(
        &self,
        caller: &Caller,
        request: LoginStart,
    ) -> Result<LoginChallenge, Error> {
        let LoginStart { username, request } = request;
        self.count_attempt(&username, caller)?;
        let account = self.store().account(&username).await?;
        let record = account.as_ref().map(|it| &*it.credentials.record.0);
        let (state, response) = self
            .opaque()
            .login(self.random(), &username, record, &request)?;
        let now = self.steady();
        let half = Half {
            username,
            version: account.map(|it| it.credentials.version),
            state,
            ends_at: now + HALF_LOGIN_LASTS,
        };
        let login = Hash(self.random().bytes());
        self.half_logins().put(login, half, now);
        Ok(LoginChallenge { login, response })
    }

    /// Proves the passphrase and makes a session. `replaces` is the session that asked, if there is one: where it is the same
    /// user's it ends, so that confirming the passphrase renews a session instead of adding one.
    pub async fn login_finish(
        &self,
        caller: &Caller,
        request: LoginFinish,
        replaces: Option<&Session>,
    ) -> Result<(LoggedIn, Session, Cookie), Error> {
        let wrong = PublicError::WrongCredentials;
        let half = self.half_logins().take(&request.login, self.steady());
        let Half {
            username,
            version,
            state,
            ..
        } = half.ok_or(wrong.clone())?;
        if !state.finish(&username, &request.finalization) {
            return Err(wrong.into());
        }
        let account = self.store().account(&username).await?;
        // What was proven is the passphrase of that version.
        let account = account
            .filter(|it| Some(it.credentials.version) == version)
            .ok_or(wrong)?;
        let new = self.new_session(&account.keys, caller);
        let (row, rules) = (new.row.clone(), self.session_rules());
        let replaced = replaces
            .filter(|it| it.account.user == account.keys.user)
            .map(|it| it.handle);
        self.queue()
            .write(move |tx| {
                Box::pin(async move {
                    let event = Self::add_session(tx, &row, rules, replaced).await?;
                    Ok(((), vec![event]))
                })
            })
            .await?;
        self.note_success(&username, caller);
        let (session, cookie) = open_session(self, new);
        Ok((logged_in(&account), session, cookie))
    }
}
