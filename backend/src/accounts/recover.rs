//! Coming back with the recovery code after the passphrase was lost.

use super::{Caller, check_credentials, logged_in, open_session};
use crate::{
    backend::Backend,
    error::Error,
    hub::Event,
    sessions::{Cookie, Session},
    store::Account,
};
use protocol::{
    Hash, PublicError, Username,
    api::{LoggedIn, RecoverFinish, RecoverOpened, RecoverStart, RecoveryToken, StoredCredentials},
};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

impl Backend {
    /// Gives the recovery wrap to whoever shows the recovery token, and starts the registration of a new passphrase.
    pub async fn recover_start(
        &self,
        caller: &Caller,
        request: RecoverStart,
    ) -> Result<RecoverOpened, Error> {
        self.count_attempt(&request.username, caller)?;
        // Before the token is judged, so that a wrong one costs the same.
        let response = self
            .opaque()
            .register(&request.username, &request.request)?;
        let account = self
            .account_by_token(&request.username, &request.token)
            .await?;
        Ok(RecoverOpened {
            account: account.keys,
            credentials: StoredCredentials::from(&account.credentials),
            response,
        })
    }

    /// Replaces the credentials, ends all sessions and makes a new one.
    pub async fn recover_finish(
        &self,
        caller: &Caller,
        request: RecoverFinish,
    ) -> Result<(LoggedIn, Session, Cookie), Error> {
        self.count_attempt(&request.username, caller)?;
        let Account { keys, credentials } = self
            .account_by_token(&request.username, &request.token)
            .await?;
        if Some(request.credentials.version) != credentials.version.checked_add(1) {
            return Err(PublicError::Malformed.into());
        }
        check_credentials(&keys.user, &keys, &request.credentials)?;
        let new = self.new_session(&keys, caller);
        let (row, credentials) = (new.row.clone(), request.credentials.clone());
        self.queue()
            .write(move |tx| {
                Box::pin(async move {
                    let user = row.account.user;
                    if !tx.replace_credentials(&user, &credentials).await? {
                        return Err(PublicError::Malformed.into());
                    }
                    tx.create_session(&row).await?;
                    let sessions = tx.end_other_sessions(&user, &row.handle).await?;
                    Ok(((), vec![Event::SessionsEnded { user, sessions }]))
                })
            })
            .await?;
        self.note_success(&request.username, caller);
        let answer = logged_in(&Account {
            keys,
            credentials: request.credentials,
        });
        let (session, cookie) = open_session(self, new);
        Ok((answer, session, cookie))
    }

    /// The account, if the token is its recovery token; unknown users and wrong tokens look and cost the same.
    async fn account_by_token(
        &self,
        username: &Username,
        token: &RecoveryToken,
    ) -> Result<Account, Error> {
        let account = self.store().account(username).await?;
        let expected = account
            .as_ref()
            .map_or(Hash::ZERO, |it| it.credentials.recovery_token_hash);
        let shown: [u8; 32] = Sha256::digest(token.as_bytes()).into();
        let right = bool::from(shown.ct_eq(&expected.0));
        Ok(account
            .filter(|_| right)
            .ok_or(PublicError::WrongRecoveryCode)?)
    }
}
