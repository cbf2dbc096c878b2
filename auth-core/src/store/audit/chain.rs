//! Chains of audit rows: each row has a link, a digest of its content and of the link before.
//!
//! A store keeps a head for each chain. A write takes the head of a chain that no other write holds, or begins a chain, so
//! that concurrent writes do not wait for each other. How many chains there are depends on the writes that were concurrent.

use std::fmt;
use std::str::FromStr;

use aws_lc_rs::{digest, hmac};
use serde::{Deserialize, Serialize};

use super::AuditRow;
use crate::base::{SubjectId, Timestamp};
use crate::token::AuditKey;

/// A digest of 32 bytes: SHA-256, or HMAC with SHA-256 by an [`AuditKey`].
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Link([u8; 32]);

impl Link {
    /// The link before the first row.
    pub const FIRST: Self = Self([0; 32]);

    /// The bytes, for a store.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl From<[u8; 32]> for Link {
    fn from(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

impl fmt::Display for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The text is no link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("invalid link: expected 64 hexadecimal digits")]
pub struct InvalidLink;

impl FromStr for Link {
    type Err = InvalidLink;

    fn from_str(text: &str) -> Result<Self, InvalidLink> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(text, &mut bytes).map_err(|_| InvalidLink)?;
        Ok(Self(bytes))
    }
}

impl TryFrom<String> for Link {
    type Error = InvalidLink;

    fn try_from(text: String) -> Result<Self, InvalidLink> {
        text.parse()
    }
}

impl From<Link> for String {
    fn from(link: Link) -> Self {
        link.to_string()
    }
}

/// A row with its place in a chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkedRow {
    /// The row.
    pub row: AuditRow,
    /// The number of the chain.
    pub chain: i64,
    /// The position in the chain, counted from 1 without gaps.
    pub position: i64,
    /// The link.
    pub link: Link,
}

/// The key of a chain is not among those that are known.
#[derive(Clone, Copy)]
pub(crate) struct UnknownKey;

/// The head of a chain: what a store keeps of it besides the rows.
///
/// ```
/// use auth_core::store::{AuditRow, ChainHead};
/// use auth_core::Timestamp;
///
/// let row = AuditRow {
///     id: "0191c3f0-6a5e-7c11-8000-000000000001".into(),
///     at: Timestamp::from_secs(1_700_000_000),
///     kind: "caches_invalidated".into(),
///     outcome: "success".into(),
///     subject: None,
///     body: "{}".to_owned(),
/// };
/// let mut head = ChainHead::begin(1, None);
/// let link = head.link_after(&row, None); // what a store does with each row, and then it saves the head
/// assert_eq!((head.last, head.last_link, head.is_sealed_by(None)), (1, link, true));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChainHead {
    /// The number of the chain.
    pub chain: i64,
    /// The name of the key of its links; empty for none. Rows are added by this key alone.
    pub key_id: Box<str>,
    /// The position of the last row that retention removed; 0 for none.
    pub first: i64,
    /// The link of that row.
    pub first_link: Link,
    /// The position of the newest row; 0 for none.
    pub last: i64,
    /// The link of that row.
    pub last_link: Link,
    /// A digest of all this.
    pub seal: Link,
}

impl ChainHead {
    /// The head of a chain without rows.
    #[must_use]
    pub fn begin(chain: i64, key: Option<&AuditKey>) -> Self {
        let key_id = Self::key_id(key).into();
        let mut head = Self {
            chain,
            key_id,
            first: 0,
            first_link: Link::FIRST,
            last: 0,
            last_link: Link::FIRST,
            seal: Link::FIRST,
        };
        head.seal(key);
        head
    }

    /// The name of the key of links, empty for none: a chain with this [`key_id`](Self#structfield.key_id) takes rows.
    #[must_use]
    pub fn key_id(key: Option<&AuditKey>) -> &str {
        key.map_or("", AuditKey::id)
    }

    /// Moves on to `row`, the next one, and returns its link. The key is that of the chain.
    pub fn link_after(&mut self, row: &AuditRow, key: Option<&AuditKey>) -> Link {
        self.last_link = link(self.chain, self.last + 1, &self.last_link, row, key);
        self.last += 1;
        self.seal(key);
        self.last_link
    }

    /// Moves the beginning on over the oldest `rows` of the chain to the last one before the first of the time `before` or later,
    /// and returns the number of these rows, which the store removes. The rest is still verified.
    ///
    /// It moves over verified rows alone: a party that changes the time of a row could have it removed. The head is sealed with
    /// the first of `keys`.
    pub fn forget(&mut self, rows: &[LinkedRow], before: Timestamp, keys: &[AuditKey]) -> u64 {
        let Ok(key) = self.key(keys) else { return 0 };
        if !self.is_sealed_by_any(keys) {
            return 0;
        }
        let mut removed = 0;
        // Clocks of nodes differ, so times are not in the order of positions.
        for LinkedRow { row, position, link: stored, .. } in rows.iter().take_while(|linked| linked.row.at < before) {
            let follows = *position == self.first + 1 && *position <= self.last;
            if !follows || link(self.chain, *position, &self.first_link, row, key) != *stored {
                break;
            }
            (self.first, self.first_link, removed) = (*position, *stored, removed + 1);
        }
        if removed > 0 {
            self.seal(keys.first());
        }
        removed
    }

    /// The key of the chain's links, if it has one.
    pub(crate) fn key<'k>(&self, keys: &'k [AuditKey]) -> Result<Option<&'k AuditKey>, UnknownKey> {
        if self.key_id.is_empty() {
            return Ok(None);
        }
        keys.iter().find(|key| *key.id() == *self.key_id).map(Some).ok_or(UnknownKey)
    }

    /// Whether one of the keys has sealed the head; with none of them, whether it has a seal without a key.
    pub(crate) fn is_sealed_by_any(&self, keys: &[AuditKey]) -> bool {
        keys.iter().any(|key| self.is_sealed_by(Some(key))) || (keys.is_empty() && self.is_sealed_by(None))
    }

    /// Seals the head, after a change of it.
    pub fn seal(&mut self, key: Option<&AuditKey>) {
        self.seal = self.expected_seal(key);
    }

    /// Whether the seal is that of this key, and the head as it was then.
    #[must_use]
    pub fn is_sealed_by(&self, key: Option<&AuditKey>) -> bool {
        self.seal == self.expected_seal(key)
    }

    fn expected_seal(&self, key: Option<&AuditKey>) -> Link {
        digest_of(key, b"auth-core audit head 1", |part| {
            part(&self.chain.to_be_bytes());
            part(self.key_id.as_bytes());
            for (position, link) in [(self.first, self.first_link), (self.last, self.last_link)] {
                part(&position.to_be_bytes());
                part(link.as_bytes());
            }
        })
    }
}

/// The link of a row at a position after a row with the link `before`.
pub(crate) fn link(chain: i64, position: i64, before: &Link, row: &AuditRow, key: Option<&AuditKey>) -> Link {
    let AuditRow { id, at, kind, outcome, subject, body } = row;
    digest_of(key, b"auth-core audit row 1", |part| {
        part(&chain.to_be_bytes());
        part(&position.to_be_bytes());
        part(before.as_bytes());
        part(id.as_bytes());
        part(&at.as_millis().to_be_bytes());
        part(kind.as_bytes());
        part(outcome.as_bytes());
        // No subject is empty.
        part(subject.as_ref().map_or("", SubjectId::as_str).as_bytes());
        part(body.as_bytes());
    })
}

/// A digest of parts, each with its length before it, so that no text moves from one part to the next.
fn digest_of(key: Option<&AuditKey>, domain: &[u8], parts: impl FnOnce(&mut dyn FnMut(&[u8]))) -> Link {
    let mut bytes = [0; 32];
    match key {
        None => {
            let mut context = digest::Context::new(&digest::SHA256);
            each(domain, parts, |part| context.update(part));
            bytes.copy_from_slice(context.finish().as_ref());
        }
        Some(key) => {
            let mut context = hmac::Context::with_key(key.hmac());
            each(domain, parts, |part| context.update(part));
            bytes.copy_from_slice(context.sign().as_ref());
        }
    }
    Link(bytes)
}

fn each(domain: &[u8], parts: impl FnOnce(&mut dyn FnMut(&[u8])), mut update: impl FnMut(&[u8])) {
    let mut part = |part: &[u8]| {
        update(&(part.len() as u64).to_be_bytes());
        update(part);
    };
    part(domain);
    parts(&mut part);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(kind: &str, outcome: &str) -> AuditRow {
        let (kind, outcome, body) = (kind.into(), outcome.into(), "{}".to_owned());
        AuditRow { id: "id".into(), at: Timestamp::from_secs(1), kind, outcome, subject: None, body }
    }

    #[test]
    fn a_link_depends_on_the_place_of_its_row_and_on_where_each_part_ends() {
        let of = |chain, position, row: &AuditRow| link(chain, position, &Link::FIRST, row, None);
        let here = of(1, 2, &row("ab", "c"));
        for other in [of(2, 2, &row("ab", "c")), of(1, 3, &row("ab", "c")), of(1, 2, &row("a", "bc"))] {
            assert_ne!(other, here);
        }
    }

    #[test]
    fn rows_beyond_the_head_are_not_forgotten() {
        let mut head = ChainHead::begin(1, None);
        let mut longer = head.clone();
        let rows: Vec<_> = (1..=3)
            .map(|position| {
                let row = row("kind", "success");
                let link = longer.link_after(&row, None);
                if position < 3 {
                    head.link_after(&row, None);
                }
                LinkedRow { row, chain: 1, position, link }
            })
            .collect();
        assert_eq!(head.forget(&rows, Timestamp::from_secs(9), &[]), 2, "another party has added the third");
        assert_eq!((head.first, head.is_sealed_by(None)), (2, true));
    }
}
