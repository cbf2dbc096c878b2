//! Other issuers, from the environment.

use serde::Deserialize;

use super::{SettingsError, list};
use crate::token::issuer::{Issuer, IssuerError};

const ISSUERS: &str = "AUTH_TRUSTED_ISSUERS";
const ISSUERS_FILE: &str = "AUTH_TRUSTED_ISSUERS_FILE";

/// An issuer as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    url: String,
    audience: String,
    #[serde(default)]
    subject_prefix: String,
    #[serde(default)]
    roles_at: Vec<String>,
    #[serde(default)]
    scopes_at: Vec<String>,
    jwks_uri: Option<String>,
    #[serde(default)]
    any_jwt_type: bool,
    #[serde(default)]
    private_addresses: bool,
    #[serde(default)]
    plain_http: bool,
}

pub(super) fn issuers() -> Result<Vec<Issuer>, SettingsError> {
    let mend = r#"write `[{"url": "https://login.example.com", "audience": "api"}]`"#;
    list(ISSUERS, ISSUERS_FILE, mend, |written: &Written| issuer(written).map_err(|error| error.to_string()))
}

fn issuer(written: &Written) -> Result<Issuer, IssuerError> {
    let issuer = Issuer::new(&written.url, &written.audience)?.subject_prefix(&written.subject_prefix);
    let issuer = written.roles_at.iter().fold(issuer, |issuer, path| issuer.roles_at(path.as_str()));
    let issuer = written.scopes_at.iter().fold(issuer, |issuer, path| issuer.scopes_at(path.as_str()));
    let mut issuer = match &written.jwks_uri {
        Some(url) => issuer.jwks_uri(url)?,
        None => issuer,
    };
    if written.any_jwt_type {
        issuer = issuer.any_jwt_type();
    }
    if written.private_addresses {
        issuer = issuer.private_addresses();
    }
    if written.plain_http {
        issuer = issuer.plain_http();
    }
    Ok(issuer)
}
