//! The vault: sealed items that a user's devices share. The server sees names, versions and sizes.

use crate::{backend::Backend, error::Error, hub::Event, sessions::Session, store::VaultWrite};
use protocol::{
    Limit, PublicError, RoomId,
    api::{VaultItem, VaultPut},
    entry::has_token_shape,
    limits::VAULT_ITEM_CHARS,
};

impl Backend {
    /// All items of the one who asks.
    pub async fn vault(&self, session: &Session) -> Result<Vec<VaultItem>, Error> {
        Ok(self.store().vault(&session.account.user).await?)
    }

    /// Writes an item over the version that `put` names, gives the new version, and tells the user's other sessions.
    pub async fn vault_put(&self, session: &Session, put: VaultPut) -> Result<u64, Error> {
        check_item(&put)?;
        self.count_write(&session.account.user)?;
        let (user, session) = (session.account.user, session.handle);
        let most = self.limits().vault_items;
        self.queue()
            .write(move |tx| {
                Box::pin(async move {
                    let VaultPut {
                        item,
                        replaces,
                        token,
                    } = put;
                    let put = tx.vault_put(&user, &item, replaces, &token, most).await?;
                    let version = written(put, replaces)?;
                    let event = Event::Vault {
                        user,
                        session,
                        item,
                        version,
                    };
                    Ok((version, vec![event]))
                })
            })
            .await
    }
}

/// Whether an item can be one by its outside.
pub(crate) fn check_item(put: &VaultPut) -> Result<(), PublicError> {
    if put.token.len() > VAULT_ITEM_CHARS {
        return Err(PublicError::TooLarge {
            limit: VAULT_ITEM_CHARS as u64,
        });
    }
    let named = put.item == "settings" || put.item.parse::<RoomId>().is_ok();
    match named && has_token_shape(&put.token) {
        true => Ok(()),
        false => Err(PublicError::Malformed),
    }
}

/// The new version of an item, if it was written.
pub(crate) fn written(put: VaultWrite, replaces: u64) -> Result<u64, PublicError> {
    match put {
        VaultWrite::Done => Ok(replaces + 1),
        VaultWrite::Conflict { version } => Err(PublicError::VaultConflict { version }),
        VaultWrite::Full => Err(PublicError::LimitReached {
            what: Limit::VaultItems,
        }),
    }
}
