//! What the verification of the audit trail finds.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::store::{ChainHead, Link};

/// The place and link of the newest row of a chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PinnedHead {
    /// The number of the chain.
    pub chain: i64,
    /// The position of the row.
    pub position: i64,
    /// Its link.
    pub link: Link,
}

impl From<&ChainHead> for PinnedHead {
    fn from(head: &ChainHead) -> Self {
        Self { chain: head.chain, position: head.last, link: head.last_link }
    }
}

/// The heads of the audit trail at some time. Kept where a party that may write to the database cannot change them, they
/// pin the trail: [`Auth::verify_events`](crate::Auth::verify_events) then also finds that the newest rows were removed.
///
/// ```
/// use auth_core::TrailHeads;
///
/// # auth_core::testing::example(async |auth, ada, system| {
/// let pinned = serde_json::to_string(&auth.event_heads().await?)?; // to another system, each night
///
/// let pinned: TrailHeads = serde_json::from_str(&pinned)?;
/// assert!(auth.verify_events(Some(&pinned)).await?.is_intact());
/// # Ok(()) });
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TrailHeads(pub Vec<PinnedHead>);

/// A sign that the audit trail was changed by other means than this crate's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "finding", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Finding {
    /// The row at a position is another one than was linked there: its content was changed, or the row before it.
    Changed {
        /// The number of the chain.
        chain: i64,
        /// The position.
        position: i64,
        /// The id of the row.
        event: Box<str>,
    },
    /// Rows are missing.
    Missing {
        /// The number of the chain.
        chain: i64,
        /// The first missing position.
        from: i64,
        /// The last missing position.
        to: i64,
    },
    /// A row lies beyond the head of its chain, or beside another row, or in no chain.
    Inserted {
        /// The number of the chain.
        chain: i64,
        /// The position.
        position: i64,
        /// The id of the row.
        event: Box<str>,
    },
    /// The head of a chain is not the one that was saved with its newest row, or no known key has sealed it.
    Head {
        /// The number of the chain.
        chain: i64,
    },
    /// The links of a chain are by a key that this `Auth` does not have, so that they were not checked.
    UnknownKey {
        /// The number of the chain.
        chain: i64,
    },
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Changed { chain, position, event } => {
                write!(f, "chain {chain}: row {position} ({event}) was changed, or the row before it")
            }
            Self::Missing { chain, from, to } => write!(f, "chain {chain}: rows {from} to {to} are missing"),
            Self::Inserted { chain, position, event } => {
                write!(f, "chain {chain}: row {position} ({event}) was not written by this service")
            }
            Self::Head { chain } => write!(f, "chain {chain}: its head was changed, or sealed by another key"),
            Self::UnknownKey { chain } => write!(f, "chain {chain}: its key is unknown, so its links were not checked"),
        }
    }
}

/// The result of [`Auth::verify_events`](crate::Auth::verify_events).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct TrailReport {
    /// The number of rows with a link.
    pub rows: u64,
    /// The number of rows without one, up to 1,000: an earlier release has written them, or another party.
    /// [`Auth::adopt_events`](crate::Auth::adopt_events) links them.
    pub unlinked: u64,
    /// What was found, in the order of chains and positions, up to 100.
    pub findings: Vec<Finding>,
    /// The heads, to pin the trail.
    pub heads: TrailHeads,
}

impl TrailReport {
    /// Whether every row has a link, and nothing was found.
    #[must_use]
    pub fn is_intact(&self) -> bool {
        self.unlinked == 0 && self.findings.is_empty()
    }

    pub(super) fn add(&mut self, finding: Finding) {
        if self.findings.len() < 100 {
            self.findings.push(finding);
        }
    }
}
