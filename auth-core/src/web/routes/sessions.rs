//! `/auth/logout`, `/auth/logout-all` and `/auth/sessions`.

use auth_macros::require_auth;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;

use crate::base::{ClientId, SessionId, Timestamp};
use crate::service::Auth;
use crate::store::Session;
use crate::verify::Identity;
use crate::web::Refusal;
use crate::web::http::{Json, Path, Rejection};

#[derive(Serialize)]
pub(super) struct SessionView {
    id: SessionId,
    created_at: Timestamp,
    last_used_at: Timestamp,
    expires_at: Timestamp,
    agent: Option<String>,
    /// The OAuth client that began it; none for the service's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    client_id: Option<ClientId>,
    /// Whether it is the session of this request.
    current: bool,
}

#[require_auth]
pub(super) async fn logout(State(auth): State<Auth>, identity: Identity) -> Result<StatusCode, Rejection> {
    done(auth.logout(&identity).await, &auth)
}

#[require_auth]
pub(super) async fn logout_all(State(auth): State<Auth>, identity: Identity) -> Result<StatusCode, Rejection> {
    done(auth.logout_everywhere(identity.subject()).await, &auth)
}

#[require_auth]
pub(super) async fn list(State(auth): State<Auth>, identity: Identity) -> Result<Json<Vec<SessionView>>, Rejection> {
    let sessions = auth.sessions(identity.subject()).await.map_err(|refusal| auth.reject(refusal))?;
    let view = |session: Session| SessionView {
        current: identity.session() == Some(&session.id),
        id: session.id,
        created_at: session.created_at,
        last_used_at: session.last_used_at,
        expires_at: session.expires_at,
        agent: session.agent,
        client_id: session.client_id,
    };
    Ok(Json(sessions.into_iter().map(view).collect()))
}

#[require_auth]
pub(super) async fn end(
    State(auth): State<Auth>,
    identity: Identity,
    Path(id): Path<SessionId>,
) -> Result<StatusCode, Rejection> {
    let missing = Refusal::NotFound { what: "session" };
    let ended = auth.end_session(identity.subject(), &id).await;
    done(ended.and_then(|ended| if ended { Ok(()) } else { Err(missing) }), &auth)
}

fn done(outcome: Result<(), Refusal>, auth: &Auth) -> Result<StatusCode, Rejection> {
    outcome.map(|()| StatusCode::NO_CONTENT).map_err(|refusal| auth.reject(refusal))
}
