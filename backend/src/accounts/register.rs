//! Signing up.

use super::{Caller, check_credentials, logged_in, open_session};
use crate::{
    backend::Backend,
    error::Error,
    sessions::{Cookie, Session},
    store::Account,
};
use protocol::{
    PublicError,
    api::{LoggedIn, RegisterFinish, RegisterStart, Registration},
};

impl Backend {
    /// OPAQUE registration, first message; says at once if the username is taken.
    pub async fn register_start(
        &self,
        caller: &Caller,
        request: RegisterStart,
    ) -> Result<Registration, Error> {
        self.require_open_registration()?;
        let RegisterStart { username, request } = request;
        self.count_attempt(&username, caller)?;
        if self.store().name_taken(&username).await? {
            return Err(PublicError::UsernameTaken.into());
        }
        let response = self.opaque().register(&username, &request)?;
        Ok(Registration { response })
    }

    /// Creates the account and its first session.
    pub async fn register_finish(
        &self,
        caller: &Caller,
        request: RegisterFinish,
    ) -> Result<(LoggedIn, Session, Cookie), Error> {
        self.require_open_registration()?;
        let RegisterFinish {
            account: keys,
            credentials,
        } = request;
        self.count_attempt(&keys.username, caller)?;
        let is_first = keys.earlier.is_empty() && credentials.version == 1;
        if !is_first || !keys.are_of(&keys.user) {
            return Err(PublicError::Malformed.into());
        }
        check_credentials(&keys.user, &keys, &credentials)?;
        let new = self.new_session(&keys, caller);
        let (row, rules) = (new.row.clone(), self.session_rules());
        let account = Account { keys, credentials };
        let answer = logged_in(&account);
        self.queue()
            .write(move |tx| {
                Box::pin(async move {
                    // Someone else may have taken the name since the first message.
                    if !tx.create_account(&account, row.created).await? {
                        return Err(PublicError::UsernameTaken.into());
                    }
                    let event = Self::add_session(tx, &row, rules, None).await?;
                    Ok(((), vec![event]))
                })
            })
            .await?;
        self.note_success(&answer.account.username, caller);
        let (session, cookie) = open_session(self, new);
        Ok((answer, session, cookie))
    }

    fn require_open_registration(&self) -> Result<(), PublicError> {
        match self.registration_open() {
            true => Ok(()),
            false => Err(PublicError::RegistrationClosed),
        }
    }
}
