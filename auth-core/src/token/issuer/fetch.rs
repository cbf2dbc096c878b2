//! A bounded request: limited time and size, no redirects, no compression.

use reqwest::{Client, StatusCode, Url, header, redirect};

use super::address::PublicOnly;
use super::{Issuer, IssuerError};

/// The maximum size of a response; a set of 100 RSA keys has about 50 KiB.
const MAX_BODY_BYTES: usize = 256 * 1024;

/// The reason for a failed request, for the log.
#[derive(Debug, thiserror::Error)]
pub(super) enum FetchError {
    #[error("{0}")]
    NotAllowed(#[from] IssuerError),
    #[error("could not reach {url}: {error}")]
    Unreachable { url: Url, error: String },
    #[error("{url} responded with {status}")]
    Status { url: Url, status: StatusCode },
    #[error("{url} responded with more than {MAX_BODY_BYTES} bytes")]
    TooLarge { url: Url },
    #[error("{url} responded with {what}")]
    Content { url: Url, what: &'static str },
}

impl FetchError {
    /// Whether the server has no such document, so that another URL may have it. Some redirect to their login page.
    pub(super) fn is_absent(&self) -> bool {
        matches!(self, Self::Status { status, .. } if status.is_client_error() || status.is_redirection())
    }
}

pub(super) fn client(issuer: &Issuer) -> Result<Client, IssuerError> {
    let builder = Client::builder()
        .redirect(redirect::Policy::none())
        .timeout(issuer.timeout)
        .connect_timeout(issuer.timeout)
        .https_only(!issuer.plain_http)
        .no_proxy()
        .pool_max_idle_per_host(1)
        .user_agent(concat!("auth-core/", env!("CARGO_PKG_VERSION")));
    let builder = match &issuer.proxy {
        // The only name that this service resolves is the proxy's.
        Some(proxy) => builder.proxy(proxy.0.clone()),
        None if issuer.private_addresses => builder,
        None => builder.dns_resolver(PublicOnly),
    };
    builder.build().map_err(|error| IssuerError::Client(error.to_string()))
}

/// Fetches the document at `url`. Its content type does not matter: many servers send JSON as text or as bytes.
pub(super) async fn body(client: &Client, issuer: &Issuer, url: &Url) -> Result<Vec<u8>, FetchError> {
    issuer.check_url(url)?;
    let unreachable = |error: reqwest::Error| FetchError::Unreachable { url: url.clone(), error: root_cause(&error) };
    let request = client.get(url.clone()).header(header::ACCEPT, "application/json, application/jwk-set+json");
    let mut response = request.send().await.map_err(unreachable)?;
    if response.status() != StatusCode::OK {
        return Err(FetchError::Status { url: url.clone(), status: response.status() });
    }
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(unreachable)? {
        if body.len() + chunk.len() > MAX_BODY_BYTES {
            return Err(FetchError::TooLarge { url: url.clone() });
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// The innermost cause, which tells an operator what to fix.
fn root_cause(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_name_without_a_public_address_is_not_connected_to() {
        let client = client(&Issuer::new("https://login.example.com", "api").unwrap()).unwrap();
        let error = client.get("https://localhost:1").send().await.unwrap_err();
        assert_eq!(root_cause(&error), "the name has no public address");
    }
}
