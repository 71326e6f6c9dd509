//! Who asks, and whom to ask: what a server function's body finds in its context.

use super::{ApiError, SessionCookie};
use axum::extract::ConnectInfo;
use axum::http::{HeaderValue, header, request::Parts};
use backend::{Backend, Caller, Cookie, Session};
use leptos::prelude::*;
use leptos_axum::ResponseOptions;
use protocol::PublicError;
use protocol::api::{LoggedIn, ServerInfo};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

/// What the server gives to every server function.
#[derive(Clone)]
pub struct ApiContext {
    /// Does the work.
    pub backend: Backend,
    /// How sessions travel.
    pub cookie: SessionCookie,
    /// How long a browser keeps a session's cookie: as long as the session can last.
    pub keep_cookie: Duration,
    /// What anyone may know.
    pub info: ServerInfo,
}

/// The request that is being answered.
pub(super) struct Asked {
    context: ApiContext,
    parts: Parts,
    response: ResponseOptions,
}

impl Asked {
    pub fn now() -> Self {
        Self {
            context: expect_context(),
            parts: expect_context(),
            response: expect_context(),
        }
    }

    pub fn backend(&self) -> &Backend {
        &self.context.backend
    }

    /// The session that asks.
    pub async fn session(&self) -> Result<Session, ApiError> {
        Ok(self
            .session_if_any()
            .await?
            .ok_or(PublicError::NotLoggedIn)?)
    }

    /// The session that asks, where none is needed.
    pub async fn session_if_any(&self) -> Result<Option<Session>, ApiError> {
        let Some(cookie) = self.context.cookie.read(&self.parts.headers) else {
            return Ok(None);
        };
        self.backend()
            .authenticate(cookie)
            .await
            .map_err(|error| self.refuse(error))
    }

    /// Where the request comes from, for limits and for the list of sessions.
    pub fn caller(&self) -> Caller {
        let address = self
            .parts
            .extensions
            .get::<ConnectInfo<SocketAddr>>()
            .map(|it| it.0.ip());
        let client = self
            .parts
            .headers
            .get(header::USER_AGENT)
            .and_then(|value| value.to_str().ok());
        Caller {
            // Without a socket, as in tests, all callers are one.
            address: address.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED)),
            client: client.unwrap_or_default().to_owned(),
        }
    }

    /// The public form of an error; its cause goes to the log.
    pub fn refuse(&self, error: backend::Error) -> ApiError {
        ApiError(self.backend().public_error(error))
    }

    /// What anyone may know.
    pub fn info(&self) -> ServerInfo {
        self.context.info.clone()
    }

    /// Hands the new session to the browser, and the rest to its page.
    pub fn logged_in(
        &self,
        answer: Result<(LoggedIn, Session, Cookie), backend::Error>,
    ) -> Result<LoggedIn, ApiError> {
        let (account, _, cookie) = answer.map_err(|error| self.refuse(error))?;
        self.set_cookie(
            self.context
                .cookie
                .set(cookie.expose(), self.context.keep_cookie),
        );
        Ok(account)
    }

    /// Takes the session that ended away from the browser.
    pub fn logged_out(&self, answer: Result<(), backend::Error>) -> Result<(), ApiError> {
        answer.map_err(|error| self.refuse(error))?;
        self.set_cookie(self.context.cookie.clear());
        Ok(())
    }

    fn set_cookie(&self, value: Option<HeaderValue>) {
        if let Some(value) = value {
            self.response.append_header(header::SET_COOKIE, value);
        }
    }
}
