//! `/auth/api-keys`, with a policy of the application.

use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::base::{ApiKeyId, Context, SubjectId, Timestamp};
use crate::policy::Policy;
use crate::service::api_keys::{IssuedApiKey, NewApiKey};
use crate::service::{Auth, user_of};
use crate::store::{ApiKeyRecord, Cursor, Page};
use crate::verify::Identity;
use crate::web::Refusal;
use crate::web::guard::Guard;
use crate::web::http::{Json, NO_STORE, PageQuery, Paged, Path};

#[derive(Deserialize)]
pub(super) struct CreateBody {
    name: String,
    #[serde(default)]
    scopes: Vec<Box<str>>,
    /// In seconds.
    expires_in: Option<u64>,
    metadata: Option<Value>,
}

impl From<CreateBody> for NewApiKey {
    fn from(body: CreateBody) -> Self {
        let (expires_in, metadata) = (body.expires_in.map(Duration::from_secs), body.metadata);
        Self { scopes: body.scopes, expires_in, metadata, ..Self::new(body.name) }
    }
}

#[derive(Serialize)]
pub(super) struct ApiKeyView {
    id: ApiKeyId,
    /// Only in the response to its creation or rotation.
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<String>,
    name: String,
    owner: SubjectId,
    scopes: Vec<Box<str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    metadata: Option<Value>,
    /// The key that it is derived from.
    #[serde(skip_serializing_if = "Option::is_none")]
    parent: Option<ApiKeyId>,
    created_at: Timestamp,
    expires_at: Option<Timestamp>,
    last_used_at: Option<Timestamp>,
    /// The end of the previous secret's validity, after a rotation.
    #[serde(skip_serializing_if = "Option::is_none")]
    previous_valid_until: Option<Timestamp>,
}

impl From<ApiKeyRecord> for ApiKeyView {
    fn from(record: ApiKeyRecord) -> Self {
        Self {
            id: record.id,
            key: None,
            name: record.name,
            owner: record.owner,
            scopes: record.scopes,
            metadata: record.metadata,
            parent: record.parent.map(|parent| parent.id),
            created_at: record.created_at,
            expires_at: record.expires_at,
            last_used_at: record.last_used_at,
            previous_valid_until: record.previous.map(|(_, until)| until),
        }
    }
}

pub(super) async fn create<P: Policy>(
    _: Guard<P>,
    State(auth): State<Auth>,
    context: Context,
    identity: Identity,
    Json(body): Json<CreateBody>,
) -> Result<Response, Refusal> {
    Ok(issued(StatusCode::CREATED, auth.create_api_key(&context, user_of(&identity)?, body.into()).await?))
}

pub(super) async fn list<P: Policy>(
    _: Guard<P>,
    State(auth): State<Auth>,
    query: PageQuery<Cursor<ApiKeyId>>,
) -> Result<Paged<ApiKeyView>, Refusal> {
    let keys = auth.api_keys(Page { after: query.after.as_ref(), limit: query.limit + 1 }).await?;
    Ok(query.respond(keys, ApiKeyRecord::cursor).map(ApiKeyView::from))
}

pub(super) async fn rotate<P: Policy>(
    _: Guard<P>,
    State(auth): State<Auth>,
    context: Context,
    Path(id): Path<ApiKeyId>,
) -> Result<Response, Refusal> {
    Ok(issued(StatusCode::OK, auth.rotate_api_key(&context, &id).await?))
}

pub(super) async fn revoke<P: Policy>(
    _: Guard<P>,
    State(auth): State<Auth>,
    context: Context,
    Path(id): Path<ApiKeyId>,
) -> Result<StatusCode, Refusal> {
    auth.revoke_api_key(&context, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) fn issued(status: StatusCode, issued: IssuedApiKey) -> Response {
    let mut view = ApiKeyView::from(issued.record);
    view.key = Some(issued.key.expose().to_owned());
    (status, NO_STORE, Json(view)).into_response()
}
