//! Other keys for an account, for someone who fears that the present ones are known.

use super::check_credentials;
use crate::{
    backend::Backend,
    error::Error,
    hub::Event,
    sessions::Session,
    vault::{check_item, written},
};
use protocol::{
    PublicError,
    api::{AccountKeys, Credentials, IdentityReplace, VaultPut},
};

impl Backend {
    /// Replaces the account's keys, its credentials and its settings in the vault as one, and ends all other sessions. Both
    /// the old and the new key must have signed it; each room goes on with the old one until it is told. The same again gets
    /// the same answer.
    pub async fn identity_replace(
        &self,
        session: &Session,
        request: IdentityReplace,
    ) -> Result<(), Error> {
        self.require_fresh(session)?;
        self.count_write(&session.account.user)?;
        let IdentityReplace {
            account,
            credentials,
            settings,
        } = request;
        check_item(&settings)?;
        if settings.item != "settings" {
            return Err(PublicError::Malformed.into());
        }
        if account == session.account {
            return self.was_replaced(&account, &credentials).await;
        }
        if !account.follow(&session.account) {
            return Err(PublicError::BadSignature.into());
        }
        check_credentials(&account.user, &account, &credentials)?;
        let (user, keep) = (account.user, session.handle);
        let most = self.limits().vault_items;
        self.queue()
            .write(move |tx| {
                Box::pin(async move {
                    let VaultPut {
                        item,
                        replaces,
                        token,
                    } = settings;
                    // The settings first: whoever lost that race reads them, and tries again.
                    let put = tx.vault_put(&user, &item, replaces, &token, most).await?;
                    written(put, replaces)?;
                    // Another device changed the credentials or the keys first.
                    if !tx.replace_credentials(&user, &credentials).await?
                        || !tx.replace_keys(&account).await?
                    {
                        return Err(PublicError::Malformed.into());
                    }
                    let sessions = tx.end_other_sessions(&user, &keep).await?;
                    Ok(((), vec![Event::SessionsEnded { user, sessions }]))
                })
            })
            .await
    }

    /// The first answer may have got lost.
    async fn was_replaced(
        &self,
        account: &AccountKeys,
        credentials: &Credentials,
    ) -> Result<(), Error> {
        let stored = self.store().account(&account.username).await?;
        match stored.is_some_and(|it| it.credentials == *credentials) {
            true => Ok(()),
            false => Err(PublicError::Malformed.into()),
        }
    }
}
