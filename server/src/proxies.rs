//! Who asks, where a reverse proxy stands in between: then the connection is the proxy's, and all people would share one
//! address and its limits.
//!
//! A proxy that the operator named is believed about who connected to it. It appends that address to X-Forwarded-For, so the
//! header is read from its end, past further proxies of the operator, to the first address that is none: whatever the caller
//! wrote there stands before it and is never looked at. The header of anyone else says nothing.

use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, HeaderName};
use axum::middleware::Next;
use axum::response::Response;
use std::fmt;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::str::FromStr;

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The reverse proxies that are believed; mostly none or one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Proxies(Vec<Network>);

/// Why a text names no proxies.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProxiesError {
    /// Neither an address nor a range.
    #[error("{0:?} is no address or range; give it as 10.0.0.1, 10.0.0.0/8 or fd00::/8")]
    Shape(String),
    /// A range whose address lies within it instead of at its start: one of the two is a slip.
    #[error("{0:?} does not start where its range starts")]
    Start(String),
    /// A range of all addresses: anyone could claim any address.
    #[error("{0:?} would believe everyone")]
    Everyone(String),
}

/// Lets the request carry its caller's own address where the connection is a proxy's.
pub async fn see_through(
    State(proxies): State<Proxies>,
    mut request: Request,
    next: Next,
) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    if let Some(ConnectInfo(peer)) = peer.copied() {
        let caller = proxies.caller(peer.ip(), request.headers());
        if caller != peer.ip() {
            // Nobody knows the caller's port.
            let caller = ConnectInfo(SocketAddr::new(caller, 0));
            request.extensions_mut().insert(caller);
        }
    }
    next.run(request).await
}

impl Proxies {
    /// The last one on the way here that is no proxy of ours, as far as our proxies say.
    fn caller(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let lines = headers.get_all(X_FORWARDED_FOR).iter().rev();
        let mut hops = lines
            .flat_map(|line| line.to_str().unwrap_or_default().rsplit(','))
            .map_while(address);
        let mut caller = peer.to_canonical();
        while self.are_with(caller)
            && let Some(before) = hops.next()
        {
            caller = before;
        }
        caller
    }

    fn are_with(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(address))
    }
}

/// An address as proxies write it: some add the port, and brackets around IPv6.
fn address(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let bare = text.strip_prefix('[').and_then(|it| it.strip_suffix(']'));
    let address = bare.unwrap_or(text).parse::<IpAddr>();
    let with_port = || text.parse::<SocketAddr>().map(|it| it.ip());
    let address = address.or_else(|_| with_port()).ok()?;
    Some(address.to_canonical())
}

impl FromStr for Proxies {
    type Err = ProxiesError;

    fn from_str(text: &str) -> Result<Self, ProxiesError> {
        let named = text.split(',').map(str::trim);
        named
            .filter(|it| !it.is_empty() && *it != "none")
            .map(Network::from_str)
            .collect::<Result<_, _>>()
            .map(Self)
    }
}

impl fmt::Display for Proxies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("none");
        }
        let named: Vec<_> = self.0.iter().map(ToString::to_string).collect();
        f.write_str(&named.join(","))
    }
}

/// All addresses that start with the same bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Network {
    start: IpAddr,
    prefix: u32,
}

impl Network {
    fn contains(&self, address: IpAddr) -> bool {
        self.start.is_ipv4() == address.is_ipv4() && self.start_of(address) == bits(self.start)
    }

    /// The address's bits with those that do not count set to zero.
    fn start_of(&self, address: IpAddr) -> u128 {
        let free = width(self.start) - self.prefix;
        bits(address) >> free << free
    }
}

fn width(address: IpAddr) -> u32 {
    match address {
        IpAddr::V4(_) => 32,
        IpAddr::V6(_) => Ipv6Addr::BITS,
    }
}

fn bits(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(it) => it.to_bits().into(),
        IpAddr::V6(it) => it.to_bits(),
    }
}

impl FromStr for Network {
    type Err = ProxiesError;

    fn from_str(text: &str) -> Result<Self, ProxiesError> {
        let shape = || ProxiesError::Shape(text.to_owned());
        let (start, prefix) = match text.split_once('/') {
            Some((start, prefix)) => (start, Some(prefix)),
            None => (text, None),
        };
        let start: IpAddr = start.parse().map_err(|_| shape())?;
        if start.to_canonical() != start {
            // Peers are compared in their own form, which for these is IPv4.
            return Err(shape());
        }
        let prefix = match prefix {
            Some(prefix) => prefix.parse().map_err(|_| shape())?,
            None => width(start),
        };
        let network = Self { start, prefix };
        if prefix > width(start) {
            return Err(shape());
        }
        if prefix == 0 {
            return Err(ProxiesError::Everyone(text.to_owned()));
        }
        match network.contains(start) {
            true => Ok(network),
            false => Err(ProxiesError::Start(text.to_owned())),
        }
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.start, self.prefix)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn caller(proxies: &str, peer: &str, forwarded: &[&str]) -> String {
        let proxies: Proxies = proxies.parse().unwrap();
        let mut headers = HeaderMap::new();
        for line in forwarded {
            headers.append(X_FORWARDED_FOR, line.parse().unwrap());
        }
        proxies.caller(peer.parse().unwrap(), &headers).to_string()
    }

    #[test]
    fn without_a_proxy_the_connection_says_who_calls() {
        assert_eq!(caller("none", "203.0.113.5", &[]), "203.0.113.5");
        assert_eq!(caller("none", "203.0.113.5", &["192.0.2.1"]), "203.0.113.5");
        assert_eq!(
            caller("10.0.0.1", "203.0.113.5", &["192.0.2.1"]),
            "203.0.113.5",
            "a stranger can't say who they are"
        );
    }

    #[test]
    fn a_proxy_says_who_called_it_whatever_the_caller_wrote_before() {
        for peer in ["10.0.0.1", "::ffff:10.0.0.1"] {
            let lines: [&[&str]; 4] = [
                &["203.0.113.5"],
                &["192.0.2.1, 203.0.113.5"],
                &["192.0.2.1", "nonsense,203.0.113.5"],
                &["10.0.0.7, 203.0.113.5:1234"],
            ];
            for forwarded in lines {
                assert_eq!(caller("10.0.0.0/8", peer, forwarded), "203.0.113.5");
            }
        }
    }

    #[test]
    fn proxies_behind_proxies_are_walked_through() {
        let chain = ["198.51.100.9, 203.0.113.5, 10.1.1.1", "fd00::7"];
        assert_eq!(
            caller("10.0.0.0/8,fd00::/8", "10.0.0.1", &chain),
            "203.0.113.5"
        );
        assert_eq!(
            caller("10.0.0.1, fd00::/8", "10.0.0.1", &chain),
            "10.1.1.1",
            "one that the operator did not name is a caller"
        );
    }

    #[test]
    fn where_the_proxies_say_nothing_useful_the_last_known_hop_counts() {
        let trusted = "10.0.0.0/8";
        assert_eq!(caller(trusted, "10.0.0.1", &[]), "10.0.0.1");
        assert_eq!(caller(trusted, "10.0.0.1", &["unknown"]), "10.0.0.1");
        assert_eq!(caller(trusted, "10.0.0.1", &["203.0.113.5, "]), "10.0.0.1");
        assert_eq!(caller(trusted, "10.0.0.1", &["10.0.0.2"]), "10.0.0.2");
        let broken = ["203.0.113.5, unknown, 10.0.0.2"];
        assert_eq!(caller(trusted, "10.0.0.1", &broken), "10.0.0.2");
    }

    #[test]
    fn addresses_of_version_6_come_bare_in_brackets_or_with_a_port() {
        for text in ["2001:db8::5", "[2001:db8::5]", "[2001:db8::5]:443"] {
            assert_eq!(caller("::1", "::1", &[text]), "2001:db8::5");
        }
    }

    #[test]
    fn ranges_hold_what_starts_with_the_same_bits() {
        let holds = |network: &str, address: &str| {
            let network: Network = network.parse().unwrap();
            network.contains(address.parse().unwrap())
        };
        assert!(holds("172.16.0.0/12", "172.31.255.255"));
        assert!(!holds("172.16.0.0/12", "172.32.0.0"));
        assert!(holds("10.0.0.1", "10.0.0.1") && !holds("10.0.0.1", "10.0.0.2"));
        assert!(holds("fd00::/8", "fdff::1") && !holds("fd00::/8", "fe00::1"));
        assert!(!holds("128.0.0.0/1", "8000::"));
    }

    #[test]
    fn settings_that_can_not_be_meant_are_refused() {
        let refusal = |text: &str| text.parse::<Proxies>().unwrap_err();
        for text in [
            "localhost",
            "10.0.0.0/33",
            "10.0.0.0/",
            "10.0.0",
            "::1/129",
            "::ffff:10.0.0.1",
        ] {
            assert_eq!(refusal(text), ProxiesError::Shape(text.into()));
        }
        assert_eq!(
            refusal("10.0.0.1/8"),
            ProxiesError::Start("10.0.0.1/8".into())
        );
        for text in ["0.0.0.0/0", "::/0"] {
            assert_eq!(refusal(text), ProxiesError::Everyone(text.into()));
        }
    }

    #[test]
    fn reads_back_what_it_says() {
        for text in ["none", "10.0.0.0/8", "10.0.0.1/32,fd00::/8"] {
            assert_eq!(text.parse::<Proxies>().unwrap().to_string(), text);
        }
        assert_eq!("".parse(), Ok(Proxies::default()));
    }
}
