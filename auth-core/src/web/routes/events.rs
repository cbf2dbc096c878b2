//! `GET /auth/events` and `GET /auth/events/mine`.

use axum::body::Body;
use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use futures_util::stream::try_unfold;
use serde::{Deserialize, Serialize};

use auth_macros::require_auth;

use crate::base::{SubjectId, Timestamp};
use crate::event::{Event, EventKind};
use crate::policy::Policy;
use crate::service::{AccountError, Auth, user_of};
use crate::store::AuditFilter;
use crate::verify::Identity;
use crate::web::guard::Guard;
use crate::web::http::{JSON, Json, MAX_LIMIT, page_limit, preferred};
use crate::web::{BodyError, Refusal};

/// The parameters of a page.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Query {
    after: Option<String>,
    limit: Option<u32>,
    subject: Option<SubjectId>,
    kind: Option<Box<str>>,
    since: Option<Timestamp>,
    until: Option<Timestamp>,
}

impl<S: Sync> FromRequestParts<S> for Query {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
        let query = axum::extract::Query::try_from_uri(&parts.uri);
        query.map(|axum::extract::Query(query)| query).map_err(|_| {
            let detail = "The query takes `limit`, a number, `since` and `until`, times such as \
                          `2027-03-31T00:00:00Z` or dates, and `after`, `subject` and `kind`, each once.";
            BodyError::new(StatusCode::BAD_REQUEST, detail).into()
        })
    }
}

#[derive(Serialize)]
pub(super) struct Page {
    events: Vec<Event>,
    /// The `after` of the next page; `None` at the end of the trail.
    next: Option<String>,
}

/// JSON lines, as an `Accept` asks for them.
const LINES: &str = "application/x-ndjson";

/// The filter of a query, and the limit of its page.
fn filter_of(query: Query) -> Result<(AuditFilter, Option<u32>), BodyError> {
    let wrong = |detail| BodyError::new(StatusCode::BAD_REQUEST, detail);
    let Query { after, limit, subject, kind, since, until } = query;
    // Other lists shorten a page that is too long. A trail that ends early would look complete.
    if limit.is_some_and(|limit| !(1..=MAX_LIMIT).contains(&limit)) {
        return Err(wrong("`limit` is 1 to 1000."));
    }
    if kind.as_deref().is_some_and(|kind| !EventKind::NAMES.contains(&kind)) {
        return Err(wrong("`kind` is the name of a kind of events, such as `login_failed`."));
    }
    let before = after.map(|cursor| cursor_of(&cursor).ok_or(wrong("`after` is the `next` of a page."))).transpose()?;
    Ok((AuditFilter { subject, kind, since, until, before }, limit))
}

async fn page(auth: &Auth, query: Query) -> Result<Json<Page>, Refusal> {
    let (filter, limit) = filter_of(query)?;
    let limit = page_limit(limit);
    let events = auth.events(&filter, limit).await?;
    let is_full = u32::try_from(events.len()).is_ok_and(|length| length == limit);
    let next = events.last().filter(|_| is_full).map(cursor);
    Ok(Json(Page { events, next }))
}

/// The whole trail of a query as JSON lines. It is read as fast as the client takes it. Where the store fails, the body
/// ends without its end, which HTTP clients report.
fn lines(auth: Auth, query: Query) -> Result<Response, Refusal> {
    let (filter, limit) = filter_of(query)?;
    if limit.is_some() {
        return Err(
            BodyError::new(StatusCode::BAD_REQUEST, "JSON lines have no pages, so they take no `limit`.").into()
        );
    }
    let lines = try_unfold((auth, filter), |(auth, mut filter)| async move {
        let next = auth.next_lines(&mut filter).await?;
        Ok::<_, AccountError>(next.map(|(lines, _)| (lines, (auth, filter))))
    });
    Ok(([(header::CONTENT_TYPE, LINES)], Body::from_stream(lines)).into_response())
}

/// A page, or lines where the client prefers them.
async fn respond(auth: Auth, headers: &HeaderMap, query: Query) -> Result<Response, Refusal> {
    let wants_lines = preferred(headers, &[JSON, LINES]) == Some(LINES);
    let mut response = if wants_lines { lines(auth, query)? } else { page(&auth, query).await?.into_response() };
    response.headers_mut().append(header::VARY, HeaderValue::from_static("Accept"));
    Ok(response)
}

/// The id of a row that another party has written may be any text, which a URL must not change.
fn cursor(last: &Event) -> String {
    let (at, id) = last.place();
    format!("{}.{}", at.as_millis(), hex::encode(&*id))
}

fn cursor_of(text: &str) -> Option<(Timestamp, Box<str>)> {
    let (millis, id) = text.split_once('.')?;
    let id = String::from_utf8(hex::decode(id).ok()?).ok().filter(|id| !id.contains('\0'))?;
    Some((Timestamp::from_millis(millis.parse().ok()?), id.into()))
}

pub(super) async fn all<P: Policy>(
    _: Guard<P>,
    State(auth): State<Auth>,
    headers: HeaderMap,
    query: Query,
) -> Result<Response, Refusal> {
    respond(auth, &headers, query).await
}

#[require_auth]
pub(super) async fn mine(
    identity: Identity,
    State(auth): State<Auth>,
    headers: HeaderMap,
    query: Query,
) -> Result<Response, Refusal> {
    if query.subject.is_some() {
        return Err(BodyError::new(StatusCode::BAD_REQUEST, "These are the events of the caller alone.").into());
    }
    respond(auth, &headers, Query { subject: Some(user_of(&identity)?.clone()), ..query }).await
}
