//! Changing credentials and deleting the account, for someone who showed the passphrase moments ago.

use super::{Caller, check_credentials};
use crate::{backend::Backend, error::Error, hub::Event, sessions::Session};
use protocol::{
    PublicError,
    api::{CredentialsFinish, CredentialsStart, Registration},
};

impl Backend {
    /// OPAQUE registration of a new passphrase, first message.
    pub async fn credentials_start(
        &self,
        caller: &Caller,
        session: &Session,
        request: CredentialsStart,
    ) -> Result<Registration, Error> {
        self.require_fresh(session)?;
        let username = &session.account.username;
        self.count_attempt(username, caller)?;
        let response = self.opaque().register(username, &request.request)?;
        Ok(Registration { response })
    }

    /// Replaces the credentials and ends the account's other sessions. The identity's signature is what allows it: a stolen
    /// cookie can't.
    pub async fn credentials_finish(
        &self,
        session: &Session,
        request: CredentialsFinish,
    ) -> Result<(), Error> {
        self.require_fresh(session)?;
        let keys = &session.account;
        check_credentials(&keys.user, keys, &request.credentials)?;
        let (user, keep) = (keys.user, session.handle);
        self.queue()
            .write(move |tx| {
                Box::pin(async move {
                    // Not the version after the stored one: another device changed them first.
                    if !tx.replace_credentials(&user, &request.credentials).await? {
                        return Err(PublicError::Malformed.into());
                    }
                    let sessions = tx.end_other_sessions(&user, &keep).await?;
                    Ok(((), vec![Event::SessionsEnded { user, sessions }]))
                })
            })
            .await
    }

    /// Deletes the account with its credentials, vault and sessions; its username and id are never given out again. Refused
    /// while the user is in a room: members go by their own signature, and a server that dropped them would be taken for a liar.
    pub async fn delete_account(&self, session: &Session) -> Result<(), Error> {
        self.require_fresh(session)?;
        let user = session.account.user;
        self.queue()
            .write(move |tx| {
                Box::pin(async move {
                    if tx.room_count(&user).await? > 0 {
                        return Err(PublicError::StillMember.into());
                    }
                    if !tx.delete_account(&user).await? {
                        return Err(PublicError::NotLoggedIn.into());
                    }
                    Ok(((), vec![Event::AccountDeleted { user }]))
                })
            })
            .await
    }
}
