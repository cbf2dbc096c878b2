//! Pages of lists, newest first.

use std::fmt;
use std::str::FromStr;

use crate::base::Timestamp;

/// A part of a list that is ordered by creation time and id, newest first.
#[derive(Debug)]
pub struct Page<'a, Id> {
    /// Only entries after this place, the last entry of the previous page.
    pub after: Option<&'a Cursor<Id>>,
    /// The maximum number of entries.
    pub limit: u32,
}

impl<Id> Page<'_, Id> {
    /// The first page.
    #[must_use]
    pub const fn first(limit: u32) -> Self {
        Self { after: None, limit }
    }
}

#[cfg(any(feature = "sqlite", feature = "postgres"))]
impl<'a, Id> Page<'a, Id> {
    /// The time and id before which the page begins; the latest time if it is the first page.
    pub(super) fn place(&self, text: impl FnOnce(&'a Id) -> &'a str) -> (i64, &'a str) {
        self.after.map_or((i64::MAX, ""), |cursor| (cursor.at.as_millis(), text(&cursor.id)))
    }
}

// Not derived, which would require `Id: Copy`.
impl<Id> Clone for Page<'_, Id> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<Id> Copy for Page<'_, Id> {}

/// The place of an entry in such a list, as text for clients. An entry that was removed keeps its place.
///
/// ```
/// use auth_core::store::Cursor;
/// use auth_core::{SessionId, Timestamp};
///
/// let cursor = Cursor { at: Timestamp::from_millis(1_800_000_000_123), id: SessionId::random() };
/// assert_eq!(cursor.to_string().parse(), Ok(cursor));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cursor<Id> {
    /// The creation time of the entry.
    pub at: Timestamp,
    /// Its id.
    pub id: Id,
}

/// The text is not a cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("invalid cursor: expected the `after` of a link to the next page")]
pub struct InvalidCursor;

impl<Id: fmt::Display> fmt::Display for Cursor<Id> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.at.as_millis(), self.id)
    }
}

impl<Id: FromStr> FromStr for Cursor<Id> {
    type Err = InvalidCursor;

    fn from_str(text: &str) -> Result<Self, InvalidCursor> {
        let (at, id) = text.split_once('.').ok_or(InvalidCursor)?;
        let at = at.parse().map(Timestamp::from_millis).map_err(|_| InvalidCursor)?;
        Ok(Self { at, id: id.parse().map_err(|_| InvalidCursor)? })
    }
}
