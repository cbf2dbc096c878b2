//! `POST /auth/token` (RFC 6749 section 3.2).

use auth_macros::public;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::Response;
use secrecy::ExposeSecret;

use super::token_response::token_response;
use crate::service::Auth;
use crate::service::oauth::{Client, GrantType, OAuthError, OAuthForm, requested};
use crate::service::session::{Grantee, Login, Tokens};
use crate::token::dpop::Proof;
use crate::web::Refusal;
use crate::web::extract::TokenProof;

#[public]
pub(super) async fn token(
    State(auth): State<Auth>,
    headers: HeaderMap,
    TokenProof(proof): TokenProof,
    form: Result<OAuthForm, OAuthError>,
) -> Response {
    match grant(&auth, &headers, proof, form).await {
        // A scope of none is left out: the grammar has no empty scope (RFC 6749 section 3.3).
        Ok(tokens) => token_response(&tokens, Some(tokens.scope.as_str()).filter(|scope| !scope.is_empty())),
        Err(error) => error.response(&auth),
    }
}

async fn grant(
    auth: &Auth,
    headers: &HeaderMap,
    proof: Result<Option<Proof>, Refusal>,
    form: Result<OAuthForm, OAuthError>,
) -> Result<Tokens, OAuthError> {
    let form = form?;
    let client = auth.client(headers, &form)?;
    let name = form.text("grant_type")?.ok_or(OAuthError::invalid_request("grant_type is missing"))?;
    let grant = GrantType::parse(&name).ok_or(OAuthError::unsupported_grant_type())?;
    if !client.may_use(grant) {
        return Err(OAuthError::unauthorized_client());
    }
    let proof = proof?;
    let client = (&client, client.with(proof.as_ref()));
    match grant {
        GrantType::Password => password(auth, client, headers, &form).await,
        GrantType::RefreshToken => refresh_token(auth, client.1, &form).await,
    }
}

async fn password(
    auth: &Auth,
    (client, grantee): (&Client<'_>, Grantee<'_>),
    headers: &HeaderMap,
    form: &OAuthForm,
) -> Result<Tokens, OAuthError> {
    let username = form.text("username")?.ok_or(OAuthError::invalid_request("username is missing"))?;
    let password = form.secret("password")?.ok_or(OAuthError::invalid_request("password is missing"))?;
    // Before the password: a scope that cannot be had is no secret, and hashing is dear.
    let scope = requested(form.text("scope")?.as_deref(), client.scopes())?;
    let mut login = Login::new(username, password);
    login.agent = headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok()).map(str::to_owned);
    Ok(auth.begin(login, scope, grantee).await?)
}

async fn refresh_token(auth: &Auth, grantee: Grantee<'_>, form: &OAuthForm) -> Result<Tokens, OAuthError> {
    let token = form.secret("refresh_token")?.ok_or(OAuthError::invalid_request("refresh_token is missing"))?;
    let scope = form.text("scope")?;
    let tokens: Result<_, Refusal> = auth.refresh_as(grantee, token.expose_secret(), scope.as_deref()).await;
    Ok(tokens?)
}
