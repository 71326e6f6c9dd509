//! The HTTP API without HTTP: an engine's requests against the backend, with the cookie where a browser has it.

use backend::{Backend, Caller, Cookie, Error, Session};
use client::io::{ApiAnswer, ApiRequest};
use protocol::{PublicError, api::LoggedIn};
use std::net::{IpAddr, Ipv4Addr};

/// A browser's cookie jar for the one server.
#[derive(Default, Clone)]
pub(crate) struct Jar(pub Option<String>);

/// Carries out a request as the server functions do.
pub(crate) async fn call(
    backend: &Backend,
    jar: &mut Jar,
    request: ApiRequest,
) -> Result<ApiAnswer, PublicError> {
    let answer = answer(backend, jar, request).await;
    answer.map_err(|error| backend.public_error(error))
}

async fn answer(backend: &Backend, jar: &mut Jar, request: ApiRequest) -> Result<ApiAnswer, Error> {
    use {ApiAnswer as A, ApiRequest as R};
    let caller = Caller {
        address: IpAddr::V4(Ipv4Addr::LOCALHOST),
        client: "Testbench".to_owned(),
    };
    let known = session(backend, jar).await?;
    let required = || {
        known
            .clone()
            .ok_or(Error::Refused(PublicError::NotLoggedIn))
    };
    Ok(match request {
        R::RegisterStart(it) => A::Registration(backend.register_start(&caller, it).await?),
        R::RegisterFinish(it) => jar.keep(backend.register_finish(&caller, *it).await?),
        R::LoginStart(it) => A::LoginChallenge(backend.login_start(&caller, it).await?),
        R::LoginFinish(it) => jar.keep(backend.login_finish(&caller, it, known.as_ref()).await?),
        R::RecoverStart(it) => {
            A::RecoverOpened(Box::new(backend.recover_start(&caller, it).await?))
        }
        R::RecoverFinish(it) => jar.keep(backend.recover_finish(&caller, *it).await?),
        R::CredentialsStart(it) => {
            A::Registration(backend.credentials_start(&caller, &required()?, it).await?)
        }
        R::CredentialsFinish(it) => done(backend.credentials_finish(&required()?, *it).await?),
        R::IdentityReplace(it) => done(backend.identity_replace(&required()?, *it).await?),
        R::LogOut => {
            let session = required()?;
            jar.0 = None;
            done(backend.session_revoke(&session, session.handle).await?)
        }
        R::DeleteAccount => {
            backend.delete_account(&required()?).await?;
            jar.0 = None;
            A::Done
        }
        R::Sessions => A::Sessions(backend.sessions(&required()?).await?),
        R::SessionRevoke(it) => done(backend.session_revoke(&required()?, it).await?),
        R::SessionsRevokeOthers => done(backend.sessions_revoke_others(&required()?).await?),
        R::VaultList => A::Vault(backend.vault(&required()?).await?),
        R::VaultPut(it) => A::VaultVersion(backend.vault_put(&required()?, it).await?),
        R::RoomCreate(it) => A::Room(backend.room_create(&required()?, it).await?),
        R::RoomFind(it) => {
            required()?;
            A::RoomFound(Box::new(backend.room_find(it.locator).await?))
        }
        R::RoomSubmit(it) => A::Submitted(backend.room_submit(&required()?, it).await?),
    })
}

/// Whom the jar's cookie belongs to.
pub(crate) async fn session(backend: &Backend, jar: &Jar) -> Result<Option<Session>, Error> {
    match &jar.0 {
        Some(cookie) => backend.authenticate(cookie).await,
        None => Ok(None),
    }
}

fn done((): ()) -> ApiAnswer {
    ApiAnswer::Done
}

impl Jar {
    fn keep(&mut self, (answer, _, cookie): (LoggedIn, Session, Cookie)) -> ApiAnswer {
        self.0 = Some(cookie.expose().to_owned());
        ApiAnswer::LoggedIn(Box::new(answer))
    }
}
