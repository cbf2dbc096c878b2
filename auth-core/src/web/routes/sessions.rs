//! `/auth/logout`, `/auth/logout-all` and `/auth/sessions`.

use auth_macros::require_auth;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;

use crate::base::{ClientId, Context, SessionId, Timestamp};
use crate::service::{Auth, user_of};
use crate::store::{Cursor, Page, Session};
use crate::verify::Identity;
use crate::web::Refusal;
use crate::web::http::{ClearTokens, PageQuery, Paged, Path};

#[derive(Serialize)]
pub(super) struct SessionView {
    id: SessionId,
    created_at: Timestamp,
    last_used_at: Timestamp,
    expires_at: Timestamp,
    agent: Option<String>,
    /// The OAuth client that began it; `None` for the service's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    client_id: Option<ClientId>,
    /// Whether it is the session of this request.
    current: bool,
}

#[require_auth]
pub(super) async fn logout(
    State(auth): State<Auth>,
    context: Context,
    identity: Identity,
) -> Result<(ClearTokens, StatusCode), Refusal> {
    auth.logout(&context, &identity).await?;
    Ok((ClearTokens, StatusCode::NO_CONTENT))
}

#[require_auth]
pub(super) async fn logout_all(
    State(auth): State<Auth>,
    context: Context,
    identity: Identity,
) -> Result<(ClearTokens, StatusCode), Refusal> {
    auth.logout_everywhere(&context, user_of(&identity)?).await?;
    Ok((ClearTokens, StatusCode::NO_CONTENT))
}

#[require_auth]
pub(super) async fn list(
    State(auth): State<Auth>,
    identity: Identity,
    query: PageQuery<Cursor<SessionId>>,
) -> Result<Paged<SessionView>, Refusal> {
    let page = Page { after: query.after.as_ref(), limit: query.limit + 1 };
    let sessions = auth.sessions(user_of(&identity)?, page).await?;
    let view = |session: Session| SessionView {
        current: identity.session() == Some(&session.id),
        id: session.id,
        created_at: session.created_at,
        last_used_at: session.last_used_at,
        expires_at: session.expires_at,
        agent: session.agent,
        client_id: session.client_id,
    };
    Ok(query.respond(sessions, Session::cursor).map(view))
}

#[require_auth]
pub(super) async fn end(
    State(auth): State<Auth>,
    context: Context,
    identity: Identity,
    Path(id): Path<SessionId>,
) -> Result<StatusCode, Refusal> {
    let ended = auth.end_session(&context, user_of(&identity)?, &id).await?;
    if ended { Ok(StatusCode::NO_CONTENT) } else { Err(Refusal::NotFound { what: "session" }) }
}
