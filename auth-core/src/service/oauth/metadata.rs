//! Authorization server metadata (RFC 8414).

use serde::Serialize;

use crate::service::resource::well_known;
use crate::service::{AccountError, Auth};

pub(crate) const METADATA_PATH: &str = "/.well-known/oauth-authorization-server";

/// RFC 8414 section 2. The password grant is omitted: it is only for the service's own applications.
#[derive(Serialize)]
pub(crate) struct Metadata {
    issuer: String,
    token_endpoint: String,
    token_endpoint_auth_methods_supported: Vec<&'static str>,
    grant_types_supported: [&'static str; 1],
    /// Required, and an empty list must be omitted; `none` is the registered name for no response type, since there is
    /// no authorization endpoint.
    response_types_supported: [&'static str; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    scopes_supported: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    jwks_uri: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    revocation_endpoint: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    revocation_endpoint_auth_methods_supported: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    introspection_endpoint: Option<String>,
    /// `Bearer` stands for an API key.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    introspection_endpoint_auth_methods_supported: Vec<&'static str>,
    /// RFC 9449 section 5.1; omitted when DPoP is off.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    dpop_signing_alg_values_supported: Vec<&'static str>,
}

/// The endpoints of a service's routes. The token endpoint is always named: RFC 8414 section 2 requires it.
#[derive(Clone)]
pub(crate) struct Endpoints {
    /// The prefix of the paths, without a trailing slash.
    pub(crate) prefix: String,
    pub(crate) revocation: bool,
    pub(crate) introspection: bool,
    pub(crate) keys: bool,
}

impl Auth {
    /// The path of the metadata on the issuer's host (RFC 8414 section 3.1): the well-known path followed by the
    /// issuer's path. `None` when the issuer is not a URL.
    pub(crate) fn metadata_path(&self) -> Option<String> {
        well_known(METADATA_PATH, self.access_tokens().issuer()).map(|(_, path)| path)
    }

    /// The metadata of this authorization server. Its endpoints are below the issuer.
    pub(crate) fn metadata(&self, endpoints: &Endpoints) -> Result<Metadata, AccountError> {
        let clients = &self.service()?.clients;
        let issuer = self.access_tokens().issuer();
        let below = |path: &str| format!("{}{path}", issuer.trim_end_matches('/'));
        let endpoint = |path: &str| below(&format!("{}{path}", endpoints.prefix));
        let mut methods = vec!["none"];
        if clients.any_confidential() {
            methods.extend(["client_secret_basic", "client_secret_post"]);
        }
        let mut introspection = vec!["Bearer"];
        if clients.any_introspects() {
            introspection.extend(["client_secret_basic", "client_secret_post"]);
        }
        let revocation = if endpoints.revocation { methods.clone() } else { Vec::new() };
        if !endpoints.introspection {
            introspection.clear();
        }
        Ok(Metadata {
            issuer: issuer.to_owned(),
            token_endpoint: endpoint("/token"),
            token_endpoint_auth_methods_supported: methods,
            grant_types_supported: ["refresh_token"],
            response_types_supported: ["none"],
            scopes_supported: clients.scopes().into_iter().map(str::to_owned).collect(),
            jwks_uri: endpoints.keys.then(|| below("/.well-known/jwks.json")),
            revocation_endpoint: endpoints.revocation.then(|| endpoint("/revoke")),
            revocation_endpoint_auth_methods_supported: revocation,
            introspection_endpoint: endpoints.introspection.then(|| endpoint("/introspect")),
            introspection_endpoint_auth_methods_supported: introspection,
            dpop_signing_alg_values_supported: self.verifier().proof_algorithms().to_vec(),
        })
    }
}
