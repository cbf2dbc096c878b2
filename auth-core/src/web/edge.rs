//! Turns every refusal into a response: status, challenges, body.

use std::sync::Arc;

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};

use super::Refusal;
use super::http::{ErrorBody, Problem, Rejection, add_challenges, add_rate_limit};
use crate::service::Auth;
use crate::verify::CredentialKind;
use crate::verify::dpop::Schemes;

/// The settings of a service for its refusals.
#[derive(Clone, Debug)]
pub(crate) struct Edge {
    pub(crate) realm: Arc<str>,
    pub(crate) schemes: Schemes,
    /// Schemes of additional credential sources, for challenges.
    pub(crate) access_token_schemes: Vec<Box<str>>,
    pub(crate) api_key_schemes: Vec<Box<str>>,
    pub(crate) body: ErrorBody,
    /// The address of the resource's metadata, if it is served.
    pub(crate) resource_metadata: Option<Arc<str>>,
}

impl Default for Edge {
    fn default() -> Self {
        Self {
            realm: "api".into(),
            schemes: Schemes::Bearer,
            access_token_schemes: Vec::new(),
            api_key_schemes: Vec::new(),
            body: ErrorBody::default(),
            resource_metadata: None,
        }
    }
}

impl Edge {
    pub(crate) fn of(auth: &Auth) -> Self {
        let sources = &auth.verifier().sources;
        let schemes = |kind| sources.schemes(kind).map(Box::from).collect();
        Self {
            realm: auth.realm().into(),
            schemes: auth.verifier().schemes(),
            access_token_schemes: schemes(CredentialKind::AccessToken),
            api_key_schemes: schemes(CredentialKind::ApiKey),
            body: auth.0.web.get::<ErrorBody>().cloned().unwrap_or_default(),
            resource_metadata: auth.0.resource.metadata_url(),
        }
    }

    pub(crate) fn response(&self, refusal: Refusal) -> Response {
        let answer = refusal.answer();
        let kind = format!("urn:auth-core:problem:{}", answer.slug);
        let problem = Problem::new(answer.status, kind, answer.title, refusal.to_string());
        let mut response = self.body.write(&Problem { errors: refusal.fields(), ..problem });
        let headers = response.headers_mut();
        add_challenges(headers, &refusal, self);
        if answer.status == 503 {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        if let Some(used_up) = refusal.throttled() {
            add_rate_limit(headers, used_up);
        }
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        // For layers that replace the body or count refusals.
        response.extensions_mut().insert(refusal);
        response
    }
}

/// Marks the response to a [`Refusal`] that a handler returned: it still has the default realm, schemes and body.
#[derive(Clone)]
struct Unfinished;

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut response = Edge::default().response(self);
        response.extensions_mut().insert(Unfinished);
        response
    }
}

/// Completes a refusal that a handler returned.
pub(crate) fn finish(mut response: Response, auth: &Auth) -> Response {
    if response.extensions_mut().remove::<Unfinished>().is_none() {
        return response;
    }
    match response.extensions_mut().remove::<Refusal>() {
        Some(refusal) => Rejection::new(refusal, auth).into_response(),
        None => response,
    }
}
