//! `/auth/api-keys`, for whoever meets the policy that the application gives.

use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};

use crate::base::{ApiKeyId, SubjectId, Timestamp};
use crate::policy::Policy;
use crate::service::Auth;
use crate::service::api_keys::{IssuedApiKey, NewApiKey};
use crate::store::ApiKeyRecord;
use crate::verify::Identity;
use crate::web::Refusal;
use crate::web::guard::Guard;
use crate::web::http::{Json, NO_STORE, Path, Rejection};

#[derive(Deserialize)]
pub(super) struct CreateBody {
    name: String,
    #[serde(default)]
    scopes: Vec<Box<str>>,
    /// Seconds.
    expires_in: Option<u64>,
}

#[derive(Serialize)]
pub(super) struct ApiKeyView {
    id: ApiKeyId,
    /// Only in the answer to the request that made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<String>,
    name: String,
    owner: SubjectId,
    scopes: Vec<Box<str>>,
    created_at: Timestamp,
    expires_at: Option<Timestamp>,
    last_used_at: Option<Timestamp>,
    /// Until when the secret before the last rotation is still valid.
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
    identity: Identity,
    Json(body): Json<CreateBody>,
) -> Result<Response, Rejection> {
    let new = NewApiKey { name: body.name, scopes: body.scopes, expires_in: body.expires_in.map(Duration::from_secs) };
    answer(StatusCode::CREATED, auth.create_api_key(identity.subject(), new).await, &auth)
}

pub(super) async fn list<P: Policy>(_: Guard<P>, State(auth): State<Auth>) -> Result<Json<Vec<ApiKeyView>>, Rejection> {
    let keys = auth.api_keys().await.map_err(|refusal| auth.reject(refusal))?;
    Ok(Json(keys.into_iter().map(ApiKeyView::from).collect()))
}

pub(super) async fn rotate<P: Policy>(
    _: Guard<P>,
    State(auth): State<Auth>,
    Path(id): Path<ApiKeyId>,
) -> Result<Response, Rejection> {
    answer(StatusCode::OK, auth.rotate_api_key(&id).await, &auth)
}

pub(super) async fn revoke<P: Policy>(
    _: Guard<P>,
    State(auth): State<Auth>,
    Path(id): Path<ApiKeyId>,
) -> Result<StatusCode, Rejection> {
    auth.revoke_api_key(&id).await.map(|()| StatusCode::NO_CONTENT).map_err(|refusal| auth.reject(refusal))
}

fn answer(status: StatusCode, issued: Result<IssuedApiKey, Refusal>, auth: &Auth) -> Result<Response, Rejection> {
    let issued = issued.map_err(|refusal| auth.reject(refusal))?;
    let mut view = ApiKeyView::from(issued.record);
    view.key = Some(issued.key.expose().to_owned());
    Ok((status, NO_STORE, Json(view)).into_response())
}
