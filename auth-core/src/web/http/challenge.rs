//! `WWW-Authenticate` (RFC 6750 section 3, RFC 9449 section 7.1, RFC 9470 section 3, RFC 9728 section 5.1).

use std::fmt::Write;

use axum::http::{HeaderMap, HeaderValue, header};

use crate::token::dpop::ALGORITHMS;
use crate::verify::AccessError;
use crate::verify::dpop::Schemes;
use crate::web::refusal::Challenge;
use crate::web::{Edge, Refusal};

/// Adds the challenges of `refusal`, one per accepted scheme. A route that accepts API keys has `Bearer` and `ApiKey`. With
/// DPoP, `DPoP` is added, or replaces `Bearer` where it is required.
pub(crate) fn add_challenges(headers: &mut HeaderMap, refusal: &Refusal, edge: &Edge) {
    let error = match refusal.answer().challenge {
        Challenge::None => return,
        Challenge::Plain => None,
        Challenge::Error(error) => Some(error),
    };
    let (schemes, realm) = (edge.schemes, &*edge.realm);
    let api_key = matches!(
        refusal,
        Refusal::Access(
            AccessError::NoCredential { api_key: true, .. } | AccessError::InvalidCredential { api_key: true, .. }
        )
    );
    // An invalid proof is no error of the schemes without proofs.
    let without_proof = error.filter(|_| !matches!(refusal, Refusal::Access(AccessError::InvalidDpopProof)));
    if schemes != Schemes::Dpop || api_key {
        append(headers, &challenge("Bearer", refusal, without_proof, edge));
    }
    if schemes != Schemes::Bearer {
        let challenge = challenge("DPoP", refusal, error, edge);
        append(headers, &format!("{challenge}, algs=\"{}\"", ALGORITHMS.join(" ")));
    }
    for scheme in edge.access_token_schemes.iter().filter(|_| schemes != Schemes::Dpop) {
        append(headers, &challenge(scheme, refusal, without_proof, edge));
    }
    if api_key {
        for scheme in std::iter::once("ApiKey").chain(edge.api_key_schemes.iter().map(AsRef::as_ref)) {
            append(headers, &format!("{scheme} realm=\"{}\"", quotable(realm)));
        }
    }
}

fn challenge(scheme: &str, refusal: &Refusal, error: Option<&str>, edge: &Edge) -> String {
    let mut value = format!("{scheme} realm=\"{}\"", quotable(&edge.realm));
    let mut parameter = |name: &str, text: &str| {
        // Writing to a `String` cannot fail.
        let _ = write!(value, ", {name}=\"{}\"", quotable(text));
    };
    if let Some(error) = error {
        parameter("error", error);
    }
    match refusal {
        Refusal::Access(AccessError::InsufficientScope { scopes }) => parameter("scope", &scopes.join(" ")),
        // A client without a token learns what to ask for.
        Refusal::Access(AccessError::NoCredential { scopes, .. } | AccessError::InvalidCredential { scopes, .. })
            if !scopes.is_empty() =>
        {
            parameter("scope", &scopes.join(" "));
        }
        Refusal::Access(AccessError::StepUp { max_age, amr }) => {
            if let Some(age) = max_age {
                parameter("max_age", &age.as_secs().to_string());
            }
            if !amr.is_empty() {
                parameter("acr_values", &amr.join(" "));
            }
        }
        _ => {}
    }
    if let Some(url) = &edge.resource_metadata {
        parameter("resource_metadata", url);
    }
    value
}

/// Removes everything but `%x20-21 / %x23-5B / %x5D-7E` (RFC 6750 section 3), so that the name of a scope or realm cannot
/// break out of the quotes.
pub(crate) fn quotable(text: &str) -> String {
    text.chars().filter(|c| matches!(c, ' '..='!' | '#'..='[' | ']'..='~')).collect()
}

fn append(headers: &mut HeaderMap, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.append(header::WWW_AUTHENTICATE, value);
    }
}
