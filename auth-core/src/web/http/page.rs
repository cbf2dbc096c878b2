//! Lists page by page.

use std::fmt::Display;
use std::str::FromStr;

use axum::extract::{FromRef, FromRequestParts, Query};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Serialize};

use super::{Json, Rejection};
use crate::service::Auth;
use crate::web::BodyError;

const DEFAULT_LIMIT: u32 = 100;
pub(crate) const MAX_LIMIT: u32 = 1000;

/// The number of entries for `?limit=`.
pub(crate) fn page_limit(limit: Option<u32>) -> u32 {
    limit.unwrap_or(DEFAULT_LIMIT).clamp(1, MAX_LIMIT)
}

/// The query of a list: `?limit=`, 1 to 1,000, by default 100, and `?after=`, the place where the previous page ended. A
/// greater limit counts as the greatest one; a value that does not parse is answered 400.
///
/// ```
/// use auth_core::http::{PageQuery, Paged};
/// use auth_core::prelude::*;
///
/// #[public]
/// async fn numbers(page: PageQuery<u32>) -> Paged<u32> {
///     let first = page.after.map_or(1, |last| last + 1);
///     // One more than the page has, which tells whether another page follows.
///     let found = (first..=2_500).take(page.limit as usize + 1).collect();
///     page.respond(found, |number| *number)
/// }
/// # fn main() {}
/// ```
#[derive(Clone, Copy, Debug)]
pub struct PageQuery<C> {
    /// The place after which the page begins; `None` for the first page.
    pub after: Option<C>,
    /// The maximum number of entries.
    pub limit: u32,
}

#[derive(Deserialize)]
struct Raw {
    after: Option<String>,
    limit: Option<u32>,
}

impl<C: FromStr> PageQuery<C> {
    fn read(parts: &Parts) -> Option<Self> {
        let Query(raw) = Query::<Raw>::try_from_uri(&parts.uri).ok()?;
        let after = raw.after.map(|after| after.parse()).transpose().ok()?;
        Some(Self { after, limit: page_limit(raw.limit) })
    }
}

impl<C: Display> PageQuery<C> {
    /// The page of these entries, of which up to one more than [`limit`](Self::limit) was asked for. `place` is the place
    /// of an entry.
    pub fn respond<T>(&self, mut entries: Vec<T>, place: impl FnOnce(&T) -> C) -> Paged<T> {
        let has_more = entries.len() > self.limit as usize;
        entries.truncate(self.limit as usize);
        let last = entries.last().filter(|_| has_more).map(place);
        // Relative to the address of this request, whatever a proxy made of it.
        let next = last.map(|last| {
            let after = last.to_string();
            format!("<?after={}&limit={}>; rel=\"next\"", utf8_percent_encode(&after, NON_ALPHANUMERIC), self.limit)
        });
        Paged { entries, next }
    }
}

impl<S, C> FromRequestParts<S> for PageQuery<C>
where
    S: Send + Sync,
    Auth: FromRef<S>,
    C: FromStr,
{
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Rejection> {
        Self::read(parts).ok_or_else(|| {
            let detail = "`limit` must be a number, and `after` the place where the previous page ended.";
            Rejection::new(BodyError::new(StatusCode::BAD_REQUEST, detail), &Auth::from_ref(state))
        })
    }
}

/// A page of a list: a JSON array, and the address of the next page, if there is one, in a `Link` header with `rel="next"`
/// (RFC 8288).
#[derive(Clone, Debug)]
pub struct Paged<T> {
    entries: Vec<T>,
    next: Option<String>,
}

impl<T> Paged<T> {
    /// Converts each entry.
    pub fn map<U>(self, convert: impl FnMut(T) -> U) -> Paged<U> {
        Paged { entries: self.entries.into_iter().map(convert).collect(), next: self.next }
    }
}

impl<T: Serialize> IntoResponse for Paged<T> {
    fn into_response(self) -> Response {
        let next = self.next.and_then(|next| HeaderValue::try_from(next).ok());
        let link = next.map(|next| [(header::LINK, next)]);
        (link, Json(self.entries)).into_response()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_has_100_entries_unless_asked_for_others_and_at_most_1000() {
        for (query, limit) in
            [("", 100), ("?limit=7", 7), ("?limit=1000", 1_000), ("?limit=1001", 1_000), ("?limit=0", 1)]
        {
            let (parts, ()) = axum::http::Request::get(format!("/list{query}")).body(()).unwrap().into_parts();
            assert_eq!(PageQuery::<u32>::read(&parts).map(|page| page.limit), Some(limit), "{query}");
        }
    }

    #[test]
    fn a_link_leads_to_the_next_page_if_there_is_one() {
        let query = PageQuery { after: None::<String>, limit: 2 };
        let place = |text: &&str| (*text).to_owned();
        assert_eq!(query.respond(vec!["a", "b"], place).next, None);
        let paged = query.respond(vec!["a", "b&c>", "d"], place);
        assert_eq!(paged.entries, ["a", "b&c>"]);
        assert_eq!(paged.next.as_deref(), Some("<?after=b%26c%3E&limit=2>; rel=\"next\""));
    }
}
