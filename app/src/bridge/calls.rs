//! The engine's requests, as calls of the server functions.

use crate::api::{self, ApiError};
use client::io::{ApiAnswer, ApiRequest};
use futures::{
    future::{Either, select},
    pin_mut,
};
use gloo_timers::future::TimeoutFuture;
use protocol::PublicError;

/// A connection that died without a word keeps a request open for minutes; nobody waits that long for a button.
const PATIENCE_MS: u32 = 30_000;

/// Asks the server. [`PublicError::Unreachable`] says nothing about whether it was done.
pub async fn call(request: ApiRequest) -> Result<ApiAnswer, PublicError> {
    let answer = ask(request);
    pin_mut!(answer);
    match select(answer, TimeoutFuture::new(PATIENCE_MS)).await {
        Either::Left((answer, _)) => answer.map_err(|ApiError(error)| error),
        Either::Right(_) => Err(PublicError::Unreachable),
    }
}

async fn ask(request: ApiRequest) -> Result<ApiAnswer, ApiError> {
    use {ApiAnswer as A, ApiRequest as R};
    let done = |()| A::Done;
    match request {
        R::RegisterStart(it) => api::register_start(it).await.map(A::Registration),
        R::RegisterFinish(it) => api::register_finish(*it)
            .await
            .map(|it| A::LoggedIn(Box::new(it))),
        R::LoginStart(it) => api::login_start(it).await.map(A::LoginChallenge),
        R::LoginFinish(it) => api::login_finish(it)
            .await
            .map(|it| A::LoggedIn(Box::new(it))),
        R::RecoverStart(it) => api::recover_start(it)
            .await
            .map(|it| A::RecoverOpened(Box::new(it))),
        R::RecoverFinish(it) => api::recover_finish(*it)
            .await
            .map(|it| A::LoggedIn(Box::new(it))),
        R::CredentialsStart(it) => api::credentials_start(it).await.map(A::Registration),
        R::CredentialsFinish(it) => api::credentials_finish(*it).await.map(done),
        R::IdentityReplace(it) => api::identity_replace(*it).await.map(done),
        R::LogOut => api::log_out().await.map(done),
        R::DeleteAccount => api::delete_account().await.map(done),
        R::Sessions => api::sessions().await.map(A::Sessions),
        R::SessionRevoke(it) => api::session_revoke(it).await.map(done),
        R::SessionsRevokeOthers => api::sessions_revoke_others().await.map(done),
        R::VaultList => api::vault_list().await.map(A::Vault),
        R::VaultPut(it) => api::vault_put(it).await.map(A::VaultVersion),
        R::RoomCreate(it) => api::room_create(it).await.map(A::Room),
        R::RoomFind(it) => api::room_find(it)
            .await
            .map(|it| A::RoomFound(Box::new(it))),
        R::RoomSubmit(it) => api::room_submit(it).await.map(A::Submitted),
    }
}
