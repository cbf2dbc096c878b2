//! `POST /auth/token` (RFC 6749 section 3.2).

use auth_macros::public;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use secrecy::ExposeSecret;

use crate::base::Context;
use crate::service::oauth::{Client, ClientCredentials, GrantType, OAuthError};
use crate::service::session::{TokenRequest, TokenResponse};
use crate::service::{Auth, Login, TokenProof, Tokens, requested};
use crate::web::http::{Json, NO_STORE};
use crate::web::oauth::OAuthForm;

#[public]
pub(super) async fn token(
    State(auth): State<Auth>,
    context: Context,
    headers: HeaderMap,
    proof: TokenProof,
    form: Result<OAuthForm, OAuthError>,
) -> Response {
    match grant(&auth, &context, &headers, &proof, form).await {
        // An empty scope is omitted: the grammar has none (RFC 6749 section 3.3).
        Ok(tokens) => {
            let scope = Some(tokens.scope.as_str()).filter(|scope| !scope.is_empty());
            (NO_STORE, Json(TokenResponse::new(&tokens, scope))).into_response()
        }
        Err(error) => error.response(&auth),
    }
}

async fn grant(
    auth: &Auth,
    context: &Context,
    headers: &HeaderMap,
    proof: &TokenProof,
    form: Result<OAuthForm, OAuthError>,
) -> Result<Tokens, OAuthError> {
    let form = form?;
    let client = auth.client(context, ClientCredentials::read(headers, &form)).await?;
    let name = form.text("grant_type")?.ok_or(OAuthError::invalid_request("grant_type is missing"))?;
    let grant = GrantType::parse(&name).ok_or(OAuthError::unsupported_grant_type())?;
    if !client.may_use(grant) {
        return Err(OAuthError::unauthorized_client());
    }
    let client = (&client, client.with(proof.checked()?));
    match grant {
        GrantType::Password => password(auth, context, client, &form).await,
        GrantType::RefreshToken => refresh_token(auth, context, client.1, &form).await,
    }
}

async fn password(
    auth: &Auth,
    context: &Context,
    (client, request): (&Client<'_>, TokenRequest<'_>),
    form: &OAuthForm,
) -> Result<Tokens, OAuthError> {
    let username = form.text("username")?.ok_or(OAuthError::invalid_request("username is missing"))?;
    let password = form.secret("password")?.ok_or(OAuthError::invalid_request("password is missing"))?;
    // Before the password, which is expensive to hash: the error about a scope reveals no secret.
    let scope = requested(form.text("scope")?.as_deref(), client.scopes())?;
    let mut login = Login::new(username, password);
    login.otp = form.secret("otp")?;
    Ok(auth.begin(context, login, scope, request).await?)
}

async fn refresh_token(
    auth: &Auth,
    context: &Context,
    request: TokenRequest<'_>,
    form: &OAuthForm,
) -> Result<Tokens, OAuthError> {
    let token = form.secret("refresh_token")?.ok_or(OAuthError::invalid_request("refresh_token is missing"))?;
    let scope = form.text("scope")?;
    Ok(auth.refresh_as(context, request, token.expose_secret(), scope.as_deref()).await?)
}
