//! Other issuers from the environment.

#[cfg(feature = "oidc")]
use secrecy::ExposeSecret;
use secrecy::SecretString;
use serde::Deserialize;

#[cfg(feature = "oidc")]
use super::variables::list;
#[cfg(feature = "oidc")]
use crate::token::issuer::{Issuer, IssuerError};

/// `AUTH_TRUSTED_ISSUERS`.
#[derive(Default, Deserialize)]
#[serde(try_from = "SecretString")]
pub(super) struct Issuers(#[cfg(feature = "oidc")] pub(super) Vec<Issuer>);

#[cfg(feature = "oidc")]
impl TryFrom<SecretString> for Issuers {
    type Error = String;

    fn try_from(text: SecretString) -> Result<Self, String> {
        let help = r#"write `[{"url": "https://login.example.com", "audience": "api"}]`"#;
        list(&text, help, |config: &Config| issuer(config).map_err(|error| error.to_string())).map(Self)
    }
}

/// A setting without effect is an error.
#[cfg(not(feature = "oidc"))]
impl TryFrom<SecretString> for Issuers {
    type Error = &'static str;

    fn try_from(_: SecretString) -> Result<Self, &'static str> {
        Err("requires the feature `oidc` of auth-core, which this program was built without")
    }
}

/// An entry of the list.
#[cfg(feature = "oidc")]
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Config {
    url: String,
    audience: String,
    #[serde(default)]
    subject_prefix: String,
    #[serde(default)]
    roles_at: Vec<String>,
    #[serde(default)]
    scopes_at: Vec<String>,
    jwks_uri: Option<String>,
    proxy: Option<SecretString>,
    #[serde(default)]
    any_jwt_type: bool,
    #[serde(default)]
    client_id_as_audience: bool,
    #[serde(default)]
    private_addresses: bool,
    #[serde(default)]
    plain_http: bool,
}

#[cfg(feature = "oidc")]
fn issuer(config: &Config) -> Result<Issuer, IssuerError> {
    let issuer = Issuer::new(&config.url, &config.audience)?.subject_prefix(&config.subject_prefix);
    let issuer = config.roles_at.iter().fold(issuer, |issuer, path| issuer.roles_at(path.as_str()));
    let issuer = config.scopes_at.iter().fold(issuer, |issuer, path| issuer.scopes_at(path.as_str()));
    let mut issuer = match &config.jwks_uri {
        Some(url) => issuer.jwks_uri(url)?,
        None => issuer,
    };
    if let Some(url) = &config.proxy {
        issuer = issuer.proxy(url.expose_secret())?;
    }
    if config.client_id_as_audience {
        issuer = issuer.client_id_as_audience();
    }
    if config.any_jwt_type {
        issuer = issuer.any_jwt_type();
    }
    if config.private_addresses {
        issuer = issuer.private_addresses();
    }
    if config.plain_http {
        issuer = issuer.plain_http();
    }
    Ok(issuer)
}
