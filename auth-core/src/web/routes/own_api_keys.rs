//! `/auth/api-keys/mine` and `/auth/api-keys/derive`: API keys by self-service.

use auth_macros::api_key;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::api_keys::{ApiKeyView, CreateBody, issued};
use crate::base::{ApiKeyId, Context};
use crate::policy::Policy;
use crate::service::{Auth, user_of};
use crate::store::{ApiKeyRecord, Cursor, Page};
use crate::verify::{ApiKeyIdentity, Identity};
use crate::web::Refusal;
use crate::web::guard::Guard;
use crate::web::http::{Json, PageQuery, Paged, Path};

pub(super) async fn create<P: Policy>(
    _: Guard<P>,
    State(auth): State<Auth>,
    context: Context,
    identity: Identity,
    Json(body): Json<CreateBody>,
) -> Result<Response, Refusal> {
    Ok(issued(StatusCode::CREATED, auth.create_own_api_key(&context, &identity, body.into()).await?))
}

pub(super) async fn list<P: Policy>(
    _: Guard<P>,
    State(auth): State<Auth>,
    identity: Identity,
    query: PageQuery<Cursor<ApiKeyId>>,
) -> Result<Paged<ApiKeyView>, Refusal> {
    let page = Page { after: query.after.as_ref(), limit: query.limit + 1 };
    let keys = auth.api_keys_of(user_of(&identity)?, page).await?;
    Ok(query.respond(keys, ApiKeyRecord::cursor).map(ApiKeyView::from))
}

pub(super) async fn rotate<P: Policy>(
    _: Guard<P>,
    State(auth): State<Auth>,
    context: Context,
    identity: Identity,
    Path(id): Path<ApiKeyId>,
) -> Result<Response, Refusal> {
    Ok(issued(StatusCode::OK, auth.rotate_own_api_key(&context, &identity, &id).await?))
}

pub(super) async fn derive<P: Policy>(
    _: Guard<P>,
    State(auth): State<Auth>,
    context: Context,
    identity: Identity,
    Path(id): Path<ApiKeyId>,
    Json(body): Json<CreateBody>,
) -> Result<Response, Refusal> {
    Ok(issued(StatusCode::CREATED, auth.derive_own_api_key(&context, &identity, &id, body.into()).await?))
}

pub(super) async fn revoke<P: Policy>(
    _: Guard<P>,
    State(auth): State<Auth>,
    context: Context,
    identity: Identity,
    Path(id): Path<ApiKeyId>,
) -> Result<StatusCode, Refusal> {
    auth.revoke_api_key_of(&context, user_of(&identity)?, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[api_key]
pub(super) async fn derive_by_key(
    State(auth): State<Auth>,
    context: Context,
    key: ApiKeyIdentity,
    Json(body): Json<CreateBody>,
) -> Result<Response, Refusal> {
    Ok(issued(StatusCode::CREATED, auth.derive_api_key(&context, &key, body.into()).await?))
}
