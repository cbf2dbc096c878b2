//! The client's address behind proxies.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

use http::{HeaderMap, HeaderName, header};
use ipnet::{IpNet, Ipv4Net, Ipv6Net};

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The proxies in front of the service whose `Forwarded` (RFC 7239) or `X-Forwarded-For` is believed; none by default.
///
/// The client is the last address in the header that is no proxy of these: what stands before it, any client may have
/// sent. An entry that is no address ends the search at the proxy that reported it. Where both headers are present and
/// name different clients, neither is believed, and the client is the proxy: a proxy should remove the header that it does
/// not set.
///
/// ```
/// use auth_core::TrustedProxies;
///
/// let proxies: TrustedProxies = "10.0.0.0/8, 2001:db8:1::/48, 192.0.2.7".parse()?;
/// assert!("10.0.0.0/33".parse::<TrustedProxies>().is_err());
/// // Every client would be a proxy that names the client.
/// assert!("0.0.0.0/0".parse::<TrustedProxies>().is_err());
/// # Ok::<(), auth_core::InvalidProxies>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrustedProxies(Vec<IpNet>);

/// Why a text names no proxies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidProxies {
    /// The text is not a list of networks.
    #[error(
        "not a list of networks; write addresses or CIDR blocks separated by commas, such as `10.0.0.0/8,2001:db8::/32`"
    )]
    Syntax,
    /// A network contains every address.
    #[error(
        "a network of length 0 trusts every client to write its own address; name the proxies' network, such as `10.0.0.0/8`"
    )]
    Everyone,
}

impl FromStr for TrustedProxies {
    type Err = InvalidProxies;

    /// Reads addresses and CIDR blocks that are separated by commas.
    fn from_str(text: &str) -> Result<Self, InvalidProxies> {
        text.split(',').map(|text| network(text.trim())).collect::<Result<_, _>>().map(Self)
    }
}

impl fmt::Display for TrustedProxies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let networks: Vec<String> = self.0.iter().map(IpNet::to_string).collect();
        f.write_str(&networks.join(","))
    }
}

fn network(text: &str) -> Result<IpNet, InvalidProxies> {
    let network = text.parse().or_else(|_| text.parse::<IpAddr>().map(IpNet::from));
    let network = canonical(network.map_err(|_| InvalidProxies::Syntax)?);
    if network.prefix_len() == 0 { Err(InvalidProxies::Everyone) } else { Ok(network) }
}

/// A network of mapped addresses (`::ffff:10.0.0.0/104`) as that of IPv4: addresses are compared in that form.
fn canonical(network: IpNet) -> IpNet {
    let mapped = |net: Ipv6Net| {
        let address = net.addr().to_ipv4_mapped()?;
        Ipv4Net::new(address, net.prefix_len().checked_sub(96)?).ok()
    };
    match network {
        IpNet::V6(net) => mapped(net).map_or(network, IpNet::V4),
        IpNet::V4(_) => network,
    }
}

impl TrustedProxies {
    fn trust(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }

    /// The address of the client of a request that came from `peer`.
    pub(super) fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let peer = peer.to_canonical();
        if !self.trust(peer) {
            return peer;
        }
        let old = headers.contains_key(X_FORWARDED_FOR).then(|| self.last_stranger(peer, x_forwarded_for(headers)));
        let new = headers.contains_key(header::FORWARDED).then(|| self.last_stranger(peer, forwarded(headers)));
        match (old, new) {
            (Some(old), Some(new)) if old != new => peer,
            (old, new) => old.or(new).unwrap_or(peer),
        }
    }

    /// The first of the reported addresses, the latest first, that is no proxy. `None` is an entry without an address.
    fn last_stranger(&self, peer: IpAddr, reported: impl Iterator<Item = Option<IpAddr>>) -> IpAddr {
        let mut last = peer;
        for address in reported {
            let Some(address) = address else { break };
            last = address;
            if !self.trust(address) {
                break;
            }
        }
        last
    }
}

/// The lines of a header, the last first; a line that is no text is an entry without an address.
fn lines(headers: &HeaderMap, name: HeaderName) -> impl Iterator<Item = Option<&str>> {
    let lines: Vec<_> = headers.get_all(name).iter().map(|line| line.to_str().ok()).collect();
    lines.into_iter().rev()
}

fn x_forwarded_for(headers: &HeaderMap) -> impl Iterator<Item = Option<IpAddr>> {
    lines(headers, X_FORWARDED_FOR).flat_map(|line| line.unwrap_or("-").rsplit(',').map(|entry| node(entry.trim())))
}

fn forwarded(headers: &HeaderMap) -> impl Iterator<Item = Option<IpAddr>> {
    lines(headers, header::FORWARDED).flat_map(|line| match line.and_then(|line| split(line, ',')) {
        Some(elements) => elements.into_iter().rev().map(|element| for_parameter(element).and_then(node)).collect(),
        None => vec![None],
    })
}

/// The value of the element's `for` (RFC 7239 section 4); `None` without one, and for two.
fn for_parameter(element: &str) -> Option<&str> {
    let pairs = split(element, ';')?;
    let mut values = pairs.into_iter().filter_map(|pair| {
        let (name, value) = pair.split_once('=')?;
        name.trim().eq_ignore_ascii_case("for").then(|| value.trim())
    });
    let value = values.next()?;
    if values.next().is_some() {
        return None;
    }
    match value.strip_prefix('"') {
        Some(quoted) => quoted.strip_suffix('"'),
        None => Some(value),
    }
}

/// Splits outside of quotes; `None` for a quote without an end.
fn split(text: &str, at: char) -> Option<Vec<&str>> {
    let (mut parts, mut start, mut quoted, mut escaped) = (Vec::new(), 0, false, false);
    for (position, letter) in text.char_indices() {
        match letter {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            _ if letter == at && !quoted => {
                parts.push(text[start..position].trim());
                start = position + letter.len_utf8();
            }
            _ => {}
        }
    }
    parts.push(text[start..].trim());
    if quoted { None } else { Some(parts) }
}

/// An address, perhaps with a port: `192.0.2.7`, `192.0.2.7:80`, `2001:db8::7`, `[2001:db8::7]`, `[2001:db8::7]:80`.
fn node(text: &str) -> Option<IpAddr> {
    let bracketed = text.strip_prefix('[').and_then(|text| text.strip_suffix(']'));
    let address = match bracketed {
        Some(address) => address.parse::<std::net::Ipv6Addr>().ok().map(IpAddr::from),
        None => text.parse().ok().or_else(|| text.parse::<SocketAddr>().ok().map(|socket| socket.ip())),
    };
    address.map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    /// The client of a request from `10.0.0.1`, whose proxies are `10.0.0.0/8` and `2001:db8:1::/48`.
    fn client(lines: &[(&str, &str)]) -> String {
        let proxies: TrustedProxies = "10.0.0.0/8, 2001:db8:1::/48".parse().unwrap();
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(HeaderName::try_from(*name).unwrap(), HeaderValue::from_str(value).unwrap());
        }
        proxies.client("10.0.0.1".parse().unwrap(), &headers).to_string()
    }

    fn by_old(value: &str) -> String {
        client(&[("x-forwarded-for", value)])
    }

    fn by_new(value: &str) -> String {
        client(&[("forwarded", value)])
    }

    #[test]
    fn the_client_is_the_last_address_that_is_no_proxy() {
        for (value, expected) in [
            ("192.0.2.1", "192.0.2.1"),
            ("203.0.113.9, 192.0.2.1", "192.0.2.1"),
            ("203.0.113.9, 192.0.2.1, 10.0.0.2", "192.0.2.1"),
            ("10.0.0.3,10.0.0.2", "10.0.0.3"),
            ("192.0.2.1:4711", "192.0.2.1"),
            ("2001:db8::7", "2001:db8::7"),
            ("[2001:db8::7]:80, 2001:db8:1::5", "2001:db8::7"),
            ("::ffff:192.0.2.1", "192.0.2.1"),
            ("", "10.0.0.1"),
            ("192.0.2.1,", "10.0.0.1"),
            ("192.0.2.1, unknown", "10.0.0.1"),
            ("192.0.2.1, unknown, 10.0.0.2", "10.0.0.2"),
            ("192.0.2.1 203.0.113.9", "10.0.0.1"),
            ("192.0.2.1/24", "10.0.0.1"),
            ("[192.0.2.1]", "10.0.0.1"),
        ] {
            assert_eq!(by_old(value), expected, "{value}");
        }
        assert_eq!(client(&[("x-forwarded-for", "203.0.113.9"), ("x-forwarded-for", "192.0.2.1")]), "192.0.2.1");
    }

    #[test]
    fn a_network_of_every_address_is_refused() {
        let parse = |text: &str| text.parse::<TrustedProxies>();
        for text in ["0.0.0.0/0", "10.0.0.0/0", "::/0", "::ffff:0.0.0.0/96", "10.0.0.0/8,0.0.0.0/0"] {
            assert_eq!(parse(text), Err(InvalidProxies::Everyone), "{text}");
        }
        for text in ["", "10.0.0.0/33", "example.com", "10.0.0.0/8,"] {
            assert_eq!(parse(text), Err(InvalidProxies::Syntax), "{text}");
        }
    }

    #[test]
    fn a_network_of_mapped_addresses_is_that_of_ipv4() {
        let proxies: TrustedProxies = "::ffff:10.0.0.0/104".parse().unwrap();
        assert_eq!(proxies.to_string(), "10.0.0.0/8");
        let headers = HeaderMap::from_iter([(X_FORWARDED_FOR, HeaderValue::from_static("192.0.2.1"))]);
        for (peer, client) in [("10.0.0.1", "192.0.2.1"), ("::ffff:10.2.3.4", "192.0.2.1"), ("11.0.0.1", "11.0.0.1")] {
            assert_eq!(proxies.client(peer.parse().unwrap(), &headers).to_string(), client, "{peer}");
        }
        let single: TrustedProxies = "::ffff:10.0.0.1".parse().unwrap();
        assert_eq!(single.to_string(), "10.0.0.1/32");
    }

    #[test]
    fn forwarded_is_read_by_rfc_7239() {
        for (value, expected) in [
            ("for=192.0.2.1", "192.0.2.1"),
            ("For=\"[2001:db8:cafe::17]:4711\"", "2001:db8:cafe::17"),
            ("for=203.0.113.9, for=192.0.2.1;proto=http;by=203.0.113.43", "192.0.2.1"),
            ("proto=https;FOR=192.0.2.1:80, for=10.0.0.2", "192.0.2.1"),
            ("for=\"203.0.113.9, for=203.0.113.8\", for=192.0.2.1", "192.0.2.1"),
            ("for=192.0.2.1;ext=\"a\\\", for=203.0.113.9\"", "192.0.2.1"),
            ("for=_hidden, for=10.0.0.2", "10.0.0.2"),
            ("for=unknown", "10.0.0.1"),
            ("for=192.0.2.1;by=\"x", "10.0.0.1"),
            ("for=192.0.2.1;for=203.0.113.9", "10.0.0.1"),
            ("\", for=192.0.2.1", "10.0.0.1"),
            ("by=192.0.2.1", "10.0.0.1"),
            ("192.0.2.1", "10.0.0.1"),
        ] {
            assert_eq!(by_new(value), expected, "{value}");
        }
    }

    #[test]
    fn two_headers_that_differ_are_not_believed() {
        let both = |old, new| client(&[("x-forwarded-for", old), ("forwarded", new)]);
        assert_eq!(both("192.0.2.1", "for=192.0.2.1"), "192.0.2.1");
        assert_eq!(both("192.0.2.1", "for=203.0.113.9"), "10.0.0.1");
    }

    #[test]
    fn a_peer_that_is_no_proxy_is_the_client() {
        let mut headers = HeaderMap::new();
        headers.insert(X_FORWARDED_FOR, HeaderValue::from_static("203.0.113.9"));
        let peer = "192.0.2.1".parse().unwrap();
        for proxies in [TrustedProxies::default(), "10.0.0.0/8".parse().unwrap()] {
            assert_eq!(proxies.client(peer, &headers), peer);
        }
        let mapped = "::ffff:10.0.0.1".parse().unwrap();
        assert_eq!("10.0.0.1".parse::<TrustedProxies>().unwrap().client(mapped, &headers).to_string(), "203.0.113.9");
    }
}
