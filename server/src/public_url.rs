//! Where people reach this server. It decides which origin may call it and how its cookie is kept.

use axum::http::Uri;
use std::net::IpAddr;
use std::str::FromStr;

/// An origin: scheme, host and port, nothing after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicUrl {
    origin: String,
    is_secure: bool,
}

/// Why a text is no public URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PublicUrlError {
    /// Not an http or https URL of the form scheme://host[:port].
    #[error("give it as https://chat.example.org, without a path")]
    Shape,
    /// Anyone on the way could read passphrases' protocol messages and change the code that people run.
    #[error("plain http is only for this machine itself (localhost); use https")]
    Insecure,
}

impl PublicUrl {
    /// As browsers write it in an Origin header.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Whether it is https: then cookies are `Secure` and browsers are told to stay with https.
    pub fn is_secure(&self) -> bool {
        self.is_secure
    }
}

impl FromStr for PublicUrl {
    type Err = PublicUrlError;

    fn from_str(text: &str) -> Result<Self, PublicUrlError> {
        let uri = Uri::from_str(text).map_err(|_| PublicUrlError::Shape)?;
        let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
            return Err(PublicUrlError::Shape);
        };
        let host = authority.host().to_ascii_lowercase();
        let has_user = authority.as_str().contains('@');
        if host.is_empty() || has_user || uri.path() != "/" || uri.query().is_some() {
            return Err(PublicUrlError::Shape);
        }
        let (is_secure, default_port) = match scheme {
            "https" => (true, 443),
            "http" if is_loopback(&host) => (false, 80),
            "http" => return Err(PublicUrlError::Insecure),
            _ => return Err(PublicUrlError::Shape),
        };
        let port = authority.port_u16().filter(|port| *port != default_port);
        let port = port.map(|port| format!(":{port}")).unwrap_or_default();
        Ok(Self {
            origin: format!("{scheme}://{host}{port}"),
            is_secure,
        })
    }
}

fn is_loopback(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost"
        || host.ends_with(".localhost")
        || address
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin(text: &str) -> Result<String, PublicUrlError> {
        text.parse::<PublicUrl>().map(|url| url.origin().to_owned())
    }

    #[test]
    fn accepts_https_anywhere_and_http_on_this_machine() {
        assert_eq!(
            origin("https://Chat.Example.org/").unwrap(),
            "https://chat.example.org"
        );
        assert_eq!(
            origin("http://localhost:3000").unwrap(),
            "http://localhost:3000"
        );
        assert_eq!(
            origin("http://127.0.0.1:8080").unwrap(),
            "http://127.0.0.1:8080"
        );
        assert_eq!(origin("http://[::1]:8080").unwrap(), "http://[::1]:8080");
    }

    #[test]
    fn leaves_default_ports_out_as_browsers_do() {
        assert_eq!(
            origin("https://chat.example.org:443").unwrap(),
            "https://chat.example.org"
        );
        assert_eq!(
            origin("https://chat.example.org:8443").unwrap(),
            "https://chat.example.org:8443"
        );
    }

    #[test]
    fn refuses_plain_http_beyond_this_machine() {
        assert_eq!(
            origin("http://chat.example.org"),
            Err(PublicUrlError::Insecure)
        );
        assert_eq!(
            origin("http://localhost.example.org"),
            Err(PublicUrlError::Insecure)
        );
        assert_eq!(
            origin("http://192.168.1.2:3000"),
            Err(PublicUrlError::Insecure)
        );
    }

    #[test]
    fn refuses_what_is_no_origin() {
        for text in [
            "",
            "localhost:3000",
            "ftp://example.org",
            "https://example.org/chat",
            "https://a@example.org",
        ] {
            assert_eq!(origin(text), Err(PublicUrlError::Shape), "{text}");
        }
    }
}
