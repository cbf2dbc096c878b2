//! `GET /auth/events` and `GET /auth/events/mine`.

use axum::extract::{FromRequestParts, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use serde::{Deserialize, Serialize};

use auth_macros::require_auth;

use crate::base::{SubjectId, Timestamp};
use crate::event::Event;
use crate::policy::Policy;
use crate::service::Auth;
use crate::store::AuditFilter;
use crate::verify::Identity;
use crate::web::guard::Guard;
use crate::web::http::{Json, page_limit};
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
            let detail = "The query takes `limit`, a number, `since` and `until`, times in UTC such as \
                          `2027-03-31T00:00:00Z`, and `after`, `subject` and `kind`, each once.";
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

async fn page(auth: &Auth, query: Query) -> Result<Json<Page>, Refusal> {
    let before = query.after.as_deref().map(|cursor| {
        let wrong = || BodyError::new(StatusCode::BAD_REQUEST, "`after` is the `next` of a page.");
        cursor_of(cursor).ok_or_else(wrong)
    });
    let Query { subject, kind, since, until, .. } = query;
    let filter = AuditFilter { subject, kind, since, until, before: before.transpose()? };
    let limit = page_limit(query.limit);
    let events = auth.events(&filter, limit).await?;
    let is_full = u32::try_from(events.len()).is_ok_and(|length| length == limit);
    let next = events.last().filter(|_| is_full).map(|last| format!("{}.{}", last.at.as_millis(), last.id));
    Ok(Json(Page { events, next }))
}

fn cursor_of(text: &str) -> Option<(Timestamp, Box<str>)> {
    let (millis, id) = text.split_once('.')?;
    Some((Timestamp::from_millis(millis.parse().ok()?), id.parse::<uuid::Uuid>().ok()?.to_string().into()))
}

pub(super) async fn all<P: Policy>(_: Guard<P>, State(auth): State<Auth>, query: Query) -> Result<Json<Page>, Refusal> {
    page(&auth, query).await
}

#[require_auth]
pub(super) async fn mine(identity: Identity, State(auth): State<Auth>, query: Query) -> Result<Json<Page>, Refusal> {
    if query.subject.is_some() {
        return Err(BodyError::new(StatusCode::BAD_REQUEST, "These are the events of the caller alone.").into());
    }
    page(&auth, Query { subject: Some(identity.subject().clone()), ..query }).await
}
