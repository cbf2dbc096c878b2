//! The keys of counters.

use std::hash::{BuildHasher, RandomState};
use std::net::{IpAddr, Ipv6Addr};

use super::settings::By;
use crate::base::Email;
use crate::token::TokenHash;

/// The party whose attempts are counted.
#[derive(Clone, Debug)]
pub(crate) struct Who {
    /// An IPv4 address, or the first 64 bits of an IPv6 address, which are those of one site.
    address: Option<IpAddr>,
    /// The account in one form for all its spellings.
    account: Option<Box<str>>,
}

impl Who {
    pub(crate) fn new(address: Option<IpAddr>, account: Option<&str>) -> Self {
        Self { address: address.map(site), account: account.map(canonical) }
    }

    /// The account at this address, as the store of known devices keeps it.
    pub(crate) fn device(&self) -> Option<TokenHash> {
        Some(TokenHash::of(&format!("{}\n{}", self.address?, self.account.as_deref()?)))
    }

    /// The subject at this address, as the store of known devices keeps it: no login name is its account.
    pub(crate) fn subject_device(&self) -> Option<TokenHash> {
        Some(TokenHash::of(&format!("subject\n{}\n{}", self.address?, self.account.as_deref()?)))
    }

    /// What a limit counts by; `None` where it is not known, so that the limit does not apply.
    pub(super) fn by(&self, by: By) -> Option<Key<'_>> {
        Some(match by {
            By::Address => Key { address: Some(self.address?), account: None },
            By::Account => Key { address: None, account: Some(self.account.as_deref()?) },
            By::Device => Key { address: Some(self.address?), account: Some(self.account.as_deref()?) },
            By::Global => Key { address: None, account: None },
        })
    }
}

/// What one limit counts by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Key<'a> {
    address: Option<IpAddr>,
    account: Option<&'a str>,
}

impl Key<'_> {
    /// Of a client without an address.
    pub(super) const UNKNOWN: Self = Self { address: None, account: None };

    /// A text of a fixed length for counters that are not ours, without the names and addresses.
    pub(super) fn digest(&self) -> String {
        let text = format!("{:?}\n{}", self.address, self.account.unwrap_or_default());
        hex::encode(&TokenHash::of(&text).as_bytes()[..16])
    }
}

/// Addresses that one client can choose from count as one.
fn site(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => address.into(),
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() >> 64 << 64).into(),
    }
}

/// A login name whose spellings log in as one account. Names that the store tells apart may share a limit.
fn canonical(name: &str) -> Box<str> {
    match name.parse::<Email>() {
        Ok(email) => email.as_str().into(),
        Err(_) => name.trim().to_lowercase().into(),
    }
}

/// Hashes keys with a random seed, so that a client cannot choose names that share a counter.
#[derive(Default)]
pub(super) struct Hasher(RandomState);

impl Hasher {
    pub(super) fn hash(&self, key: impl std::hash::Hash) -> u64 {
        self.0.hash_one(key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn who(address: &str, account: &str) -> Who {
        Who::new(Some(address.parse().unwrap()), Some(account))
    }

    #[test]
    fn addresses_count_by_ipv4_address_or_ipv6_site() {
        for (one, other, is_same) in [
            ("192.0.2.1", "192.0.2.2", false),
            ("192.0.2.1", "::ffff:192.0.2.1", true),
            ("2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff", true),
            ("2001:db8:1:2::1", "2001:db8:1:3::1", false),
        ] {
            let (one, other) = (who(one, ""), who(other, ""));
            assert_eq!(one.by(By::Address) == other.by(By::Address), is_same, "{one:?} {other:?}");
        }
        assert_eq!(Who::new(None, None).by(By::Address), None);
    }

    #[test]
    fn spellings_of_a_name_count_as_one() {
        for spelling in ["ada@example.com", " ADA@Example.COM ", "ada@EXAMPLE.com\n"] {
            assert_eq!(who("192.0.2.1", spelling).account.as_deref(), Some("ada@example.com"));
        }
        assert_eq!(who("192.0.2.1", " Ada").account.as_deref(), Some("ada"));
        assert_eq!(Who::new(None, Some("ada")).by(By::Device), None);
    }
}
