//! A credential of a test's user: in requests, and for direct calls of handlers.

use std::fmt;

use axum::body::Body;
use axum::extract::FromRequestParts;
use axum::http::{HeaderName, HeaderValue, Method, Request, header, request};
use serde::Serialize;

use crate::base::SubjectId;
use crate::service::Auth;

/// A credential that [`TestIdentity`](super::TestIdentity) made: an access token or an API key, which guards verify like any
/// other.
///
/// ```
/// use auth_core::testing::TestAuth;
///
/// # auth_core::testing::example(async |_, _, _| {
/// let ada = TestAuth::new().as_user("ada").sign_in().await;
/// let request = ada.json("POST", "/articles", &["title"]); // for `testing::send` or tower's `oneshot`
/// let (name, value) = ada.header(); // for an HTTP client, or axum-test's `add_header`
/// let token = ada.token(); // for `bearer_auth` of reqwest, or axum-test's `authorization_bearer`
/// # Ok(()) });
/// ```
#[derive(Clone)]
pub struct TestCredential {
    auth: Auth,
    subject: SubjectId,
    secret: String,
    header: (HeaderName, HeaderValue),
}

impl TestCredential {
    pub(super) fn access_token(auth: Auth, subject: SubjectId, token: &str) -> Self {
        let header = (header::AUTHORIZATION, value(&format!("Bearer {token}")));
        Self { auth, subject, secret: token.to_owned(), header }
    }

    pub(super) fn api_key(auth: Auth, subject: SubjectId, key: &str) -> Self {
        let header = (HeaderName::from_static("x-api-key"), value(key));
        Self { auth, subject, secret: key.to_owned(), header }
    }

    /// The user, or the owner of the API key.
    #[must_use]
    pub const fn subject(&self) -> &SubjectId {
        &self.subject
    }

    /// The access token, or the API key.
    #[must_use]
    pub fn token(&self) -> &str {
        &self.secret
    }

    /// The header that carries the credential: `Authorization: Bearer ..` or `X-Api-Key: ..`.
    #[must_use]
    pub fn header(&self) -> (HeaderName, HeaderValue) {
        self.header.clone()
    }

    /// Begins a request with the credential.
    ///
    /// # Panics
    ///
    /// When it is finished, for an invalid method or path.
    #[must_use]
    pub fn request(&self, method: &str, uri: &str) -> request::Builder {
        let (name, value) = self.header();
        Request::builder().method(method).uri(uri).header(name, value)
    }

    /// A GET request with the credential.
    ///
    /// # Panics
    ///
    /// When the path is invalid.
    #[must_use]
    #[track_caller]
    pub fn get(&self, uri: &str) -> Request<Body> {
        finished(self.request(Method::GET.as_str(), uri), Body::empty())
    }

    /// A request with the credential and a JSON body.
    ///
    /// # Panics
    ///
    /// When the method or the path is invalid, and when the body cannot be written as JSON.
    #[must_use]
    #[track_caller]
    pub fn json(&self, method: &str, uri: &str, body: &(impl Serialize + ?Sized)) -> Request<Body> {
        let body = serde_json::to_vec(body).unwrap_or_else(|error| panic!("the body is no JSON: {error}"));
        let request = self.request(method, uri).header(header::CONTENT_TYPE, "application/json");
        finished(request, Body::from(body))
    }

    /// What an extractor gives for this caller, to call a handler without a router: its [`Guard`](crate::Guard) as the first
    /// parameter, [`Identity`](crate::Identity), [`Context`](crate::Context) and the like. It verifies the credential as in a
    /// request. The request has no path, query and body, so a handler's other parameters are the test's own values.
    ///
    /// ```
    /// use auth_core::prelude::*;
    /// use auth_core::testing::TestAuth;
    /// use axum::extract::Path;
    ///
    /// guard!(Readers = scope("reports:read"));
    ///
    /// #[require(Readers)]
    /// async fn report(Path(name): Path<String>, identity: Identity) -> String {
    ///     format!("{name} for {}", identity.subject())
    /// }
    ///
    /// # auth_core::testing::example(async |_, _, _| {
    /// let test = TestAuth::new();
    /// let ada = test.as_user("ada").scope("reports:read").sign_in().await;
    /// let july = Path("july".to_owned());
    /// assert_eq!(report(ada.extract().await?, july, ada.extract().await?).await, "july for ada");
    ///
    /// let bob = test.as_user("bob").sign_in().await;
    /// assert!(bob.extract::<Guard<Readers>>().await.is_err());
    /// # Ok(()) });
    /// ```
    ///
    /// # Errors
    ///
    /// The extractor's rejection, such as the refusal of a guard.
    pub async fn extract<T: FromRequestParts<Auth>>(&self) -> Result<T, T::Rejection> {
        self.extract_with(&self.auth).await
    }

    /// The same for an extractor that needs the application's state, whose `Auth` is that of the
    /// [`TestAuth`](super::TestAuth).
    ///
    /// # Errors
    ///
    /// The extractor's rejection.
    pub async fn extract_with<T: FromRequestParts<S>, S>(&self, state: &S) -> Result<T, T::Rejection> {
        let (mut parts, _) = self.get("/").into_parts();
        T::from_request_parts(&mut parts, state).await
    }
}

#[track_caller]
fn finished(request: request::Builder, body: Body) -> Request<Body> {
    request.body(body).unwrap_or_else(|error| panic!("invalid request: {error}"))
}

/// Tokens and keys are ASCII without control characters.
fn value(text: &str) -> HeaderValue {
    let mut value = HeaderValue::from_str(text).unwrap_or_else(|error| panic!("invalid credential: {error}"));
    value.set_sensitive(true);
    value
}

impl fmt::Debug for TestCredential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TestCredential").field("subject", &self.subject).finish_non_exhaustive()
    }
}
