//! The session cookie: the only place that reads or writes it.

use axum::http::{HeaderMap, HeaderValue, header};
use std::time::Duration;

/// How this server's cookie is called and kept, which follows from its public URL.
#[derive(Debug, Clone, Copy)]
pub struct SessionCookie {
    /// Whether people reach the server by https.
    pub is_secure: bool,
}

impl SessionCookie {
    /// With the `__Host-` prefix browsers take the cookie only from this very host, over https. Without https it has
    /// another name, since some browsers keep no `Secure` cookie from http://localhost.
    fn name(self) -> &'static str {
        if self.is_secure {
            "__Host-session"
        } else {
            "securechat-session"
        }
    }

    /// The session id in a request, if there is one.
    pub fn read(self, request: &HeaderMap) -> Option<&str> {
        let lines = request
            .get_all(header::COOKIE)
            .into_iter()
            .filter_map(|line| line.to_str().ok());
        let mut pairs = lines
            .flat_map(|line| line.split(';'))
            .filter_map(|pair| pair.trim().split_once('='));
        pairs
            .find(|(name, _)| *name == self.name())
            .map(|(_, value)| value)
    }

    /// Gives the browser a session id. `None` if the id is no cookie text, which base64 always is.
    pub fn set(self, id: &str, keep: Duration) -> Option<HeaderValue> {
        let mut value = HeaderValue::from_str(&self.text(id, keep.as_secs())).ok()?;
        value.set_sensitive(true);
        Some(value)
    }

    /// Takes it away again.
    pub fn clear(self) -> Option<HeaderValue> {
        HeaderValue::from_str(&self.text("", 0)).ok()
    }

    /// `Strict` costs nothing: pages are the same for everyone, and all requests with the cookie are made by our own
    /// scripts after a page has started, also when it was opened from a link elsewhere.
    fn text(self, id: &str, seconds: u64) -> String {
        let secure = if self.is_secure { "; Secure" } else { "" };
        format!(
            "{}={id}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}",
            self.name()
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECURE: SessionCookie = SessionCookie { is_secure: true };
    const LOCAL: SessionCookie = SessionCookie { is_secure: false };

    fn request(cookies: &[&'static str]) -> HeaderMap {
        cookies
            .iter()
            .map(|line| (header::COOKIE, HeaderValue::from_static(line)))
            .collect()
    }

    #[test]
    fn finds_the_session_among_other_cookies() {
        assert_eq!(
            SECURE.read(&request(&["a=b; __Host-session=xyz; c=d"])),
            Some("xyz")
        );
        assert_eq!(
            SECURE.read(&request(&["a=b", "__Host-session=xyz"])),
            Some("xyz")
        );
        assert_eq!(SECURE.read(&request(&["a=b"])), None);
    }

    #[test]
    fn takes_no_cookie_of_another_name_for_the_session() {
        assert_eq!(
            SECURE.read(&request(&["securechat-session=xyz; x__Host-session=1"])),
            None
        );
        assert_eq!(LOCAL.read(&request(&["__Host-session=xyz"])), None);
    }

    #[test]
    fn is_out_of_reach_for_scripts_and_other_sites() {
        let value = SECURE.set("xyz", Duration::from_secs(60)).unwrap();
        assert_eq!(
            value,
            "__Host-session=xyz; Path=/; Max-Age=60; HttpOnly; SameSite=Strict; Secure"
        );
        assert!(value.is_sensitive());
        assert_eq!(
            LOCAL.clear().unwrap(),
            "securechat-session=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict"
        );
    }
}
