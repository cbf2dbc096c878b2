//! The service as a protected resource of OAuth (RFC 9728).

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde::Serialize;

use crate::base::is_service_url;
use crate::service::{Auth, AuthBuilder};
use crate::verify::dpop::Schemes;

pub(crate) const RESOURCE_METADATA_PATH: &str = "/.well-known/oauth-protected-resource";

/// The identifier of the resource, and where its metadata is.
#[derive(Debug, Default)]
pub(crate) struct Resource {
    named: Option<Named>,
    /// Whether challenges name the metadata, once a router serves it.
    in_challenges: bool,
    is_served: AtomicBool,
}

#[derive(Debug)]
struct Named {
    id: String,
    path: String,
    url: Arc<str>,
}

impl Resource {
    /// `set` by the application, or else the first of `others` that is a URL.
    pub(crate) fn new(set: Option<&str>, others: [&str; 2]) -> Self {
        let named = set.map_or_else(|| others.into_iter().find_map(Named::of), Named::of);
        Self { named, in_challenges: set.is_some(), is_served: AtomicBool::new(false) }
    }

    pub(crate) fn is_url(name: &str) -> bool {
        Named::of(name).is_some()
    }

    /// The path of the metadata on the resource's host: the well-known path followed by that of the resource (RFC 9728
    /// section 3.1).
    pub(crate) fn metadata_path(&self) -> Option<&str> {
        self.named.as_ref().map(|named| named.path.as_str())
    }

    pub(crate) fn serve(&self) {
        self.is_served.store(true, Ordering::Relaxed);
    }

    /// The address of the metadata, for challenges.
    pub(crate) fn metadata_url(&self) -> Option<Arc<str>> {
        let named = self.named.as_ref().filter(|_| self.in_challenges && self.is_served.load(Ordering::Relaxed))?;
        Some(Arc::clone(&named.url))
    }
}

impl Named {
    fn of(name: &str) -> Option<Self> {
        let (origin, path) = well_known(RESOURCE_METADATA_PATH, name)?;
        let url = format!("{origin}{path}").into();
        Some(Self { id: name.to_owned(), path, url })
    }
}

/// The origin of a service's URL, and the well-known path followed by that of the URL (RFC 8414 section 3.1, RFC 9728 section
/// 3.1); `None` for another name, and for one that is no fixed path of a router.
pub(crate) fn well_known<'u>(prefix: &str, url: &'u str) -> Option<(&'u str, String)> {
    let host = url.find("://").filter(|_| is_service_url(url) && !url.contains('*'))? + 3;
    let (origin, path) = url[host..].find('/').map_or((url, ""), |at| url.split_at(host + at));
    Some((origin, format!("{prefix}{}", path.trim_end_matches('/'))))
}

/// RFC 9728 section 2. An empty list must be omitted (section 3.2).
#[derive(Serialize)]
pub(crate) struct ResourceMetadata<'a> {
    resource: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    authorization_servers: Vec<&'a str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    scopes_supported: &'a [&'static str],
    bearer_methods_supported: [&'static str; 1],
    resource_name: &'a str,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    dpop_signing_alg_values_supported: &'a [&'static str],
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    dpop_bound_access_tokens_required: bool,
}

impl Auth {
    /// The metadata of this resource; `scopes` are those of access tokens that its routes demand.
    pub(crate) fn resource_metadata<'a>(&'a self, scopes: &'a [&'static str]) -> Option<ResourceMetadata<'a>> {
        let named = self.0.resource.named.as_ref()?;
        let verifier = self.verifier();
        Some(ResourceMetadata {
            resource: &named.id,
            authorization_servers: self.authorization_servers(),
            scopes_supported: scopes,
            bearer_methods_supported: ["header"],
            resource_name: self.realm(),
            dpop_signing_alg_values_supported: verifier.proof_algorithms(),
            dpop_bound_access_tokens_required: verifier.schemes() == Schemes::Dpop,
        })
    }

    /// The issuers whose tokens are accepted.
    fn authorization_servers(&self) -> Vec<&str> {
        let own = Some(self.access_tokens().issuer()).filter(|issuer| issuer.contains("://"));
        #[cfg(feature = "oidc")]
        let others = self.verifier().issuers.urls();
        #[cfg(not(feature = "oidc"))]
        let others = std::iter::empty();
        own.into_iter().chain(others).collect()
    }
}

impl AuthBuilder {
    /// Sets the URL that identifies this service as a protected resource (RFC 9728), such as `https://api.example.com`: the
    /// URL by which clients know it, and below which its guarded routes lie. By default it is the audience if that is a
    /// URL, and otherwise the issuer.
    ///
    /// When it is set and a router [serves the metadata](Auth::resource_routes), 401 and 403 challenges name its address
    /// (`resource_metadata`), by which a client such as one of MCP finds out where to log in.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let auth = auth_core::testing::in_memory().resource("https://api.example.com").build()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn resource(mut self, url: impl Into<String>) -> Self {
        self.resource = Some(url.into());
        self
    }
}
