//! Tokens on their way into cookies.

use std::convert::Infallible;
use std::sync::Arc;

use axum::response::{IntoResponseParts, ResponseParts};

use crate::service::{SteppedUp, Tokens};

/// Tokens of a response. A browser router puts them into cookies; elsewhere they are dropped with the response's extensions.
#[derive(Clone)]
pub(crate) struct Issued {
    pub(crate) tokens: IssuedTokens,
    /// Whether they are the response's body, which a browser must not get.
    pub(crate) are_body: bool,
}

#[derive(Clone)]
pub(crate) enum IssuedTokens {
    All(Arc<Tokens>),
    Access(Arc<SteppedUp>),
}

/// The end of a browser's login.
#[derive(Clone)]
pub(super) struct Cleared;

/// Sets the cookies of a login in a response with a body of its own, such as the redirect after a login form.
///
/// [`GuardedRouter::browser`](crate::GuardedRouter::browser) must be around the handler: without it no cookie is set. A
/// handler that returns [`Tokens`] needs nothing more.
///
/// ```
/// use auth_core::http::{Form, SetTokens};
/// use auth_core::prelude::*;
/// use auth_core::{Context, Login, Refusal};
/// use axum::extract::State;
/// use axum::response::Redirect;
/// use serde::Deserialize;
///
/// #[derive(Deserialize)]
/// struct Credentials {
///     username: String,
///     password: String,
/// }
///
/// #[public]
/// async fn login(
///     State(auth): State<Auth>,
///     context: Context,
///     Form(form): Form<Credentials>,
/// ) -> Result<(SetTokens, Redirect), Refusal> {
///     let tokens = auth.login(&context, Login::new(form.username, form.password)).await?;
///     Ok((SetTokens(tokens), Redirect::to("/")))
/// }
///
/// fn app() -> GuardedRouter<Auth> {
///     GuardedRouter::new().browser().route("/login", post(login))
/// }
/// # fn main() {}
/// ```
#[derive(Debug)]
#[must_use = "cookies are set by the response that it is part of"]
pub struct SetTokens(pub Tokens);

/// Removes the cookies of browser mode, as the ready routes for a logout do. [`Auth::logout`](crate::Auth::logout) ends the
/// session.
///
/// ```
/// use auth_core::http::ClearTokens;
/// use auth_core::prelude::*;
/// use auth_core::{Context, Refusal};
/// use axum::extract::State;
/// use axum::response::Redirect;
///
/// #[require_auth]
/// async fn logout(
///     identity: Identity,
///     context: Context,
///     State(auth): State<Auth>,
/// ) -> Result<(ClearTokens, Redirect), Refusal> {
///     auth.logout(&context, &identity).await?;
///     Ok((ClearTokens, Redirect::to("/login")))
/// }
/// # fn main() {}
/// ```
#[derive(Clone, Copy, Debug, Default)]
#[must_use = "cookies are removed by the response that it is part of"]
pub struct ClearTokens;

impl IntoResponseParts for SetTokens {
    type Error = Infallible;

    fn into_response_parts(self, mut parts: ResponseParts) -> Result<ResponseParts, Infallible> {
        let tokens = IssuedTokens::All(Arc::new(self.0));
        parts.extensions_mut().insert(Issued { tokens, are_body: false });
        Ok(parts)
    }
}

impl IntoResponseParts for ClearTokens {
    type Error = Infallible;

    fn into_response_parts(self, mut parts: ResponseParts) -> Result<ResponseParts, Infallible> {
        parts.extensions_mut().insert(Cleared);
        Ok(parts)
    }
}
