//! OAuth clients, from the environment.

use hex::FromHex;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use super::{SettingsError, list};
use crate::service::oauth::{GrantType, InvalidClient, OAuthClient};

const CLIENTS: &str = "AUTH_CLIENTS";
const CLIENTS_FILE: &str = "AUTH_CLIENTS_FILE";

/// A client as it is written. Without `secret` and `secret_sha256` it is public.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    id: String,
    secret: Option<SecretString>,
    secret_sha256: Option<SecretString>,
    grants: Option<Vec<String>>,
    #[serde(default)]
    scopes: Vec<Box<str>>,
    #[serde(default)]
    introspect: bool,
    #[serde(default)]
    dpop_bound_access_tokens: bool,
}

pub(super) fn clients() -> Result<Vec<OAuthClient>, SettingsError> {
    let mend = r#"write `[{"id": "billing", "secret_sha256": "..", "grants": ["password", "refresh_token"]}]`"#;
    list(CLIENTS, CLIENTS_FILE, mend, client)
}

fn client(written: &Written) -> Result<OAuthClient, String> {
    let invalid = |error: InvalidClient| error.to_string();
    let mut client = match (&written.secret, &written.secret_sha256) {
        (None, None) => OAuthClient::public(&written.id).map_err(invalid)?,
        (Some(secret), None) => OAuthClient::confidential(&written.id, secret).map_err(invalid)?,
        (None, Some(hash)) => {
            let hash = <[u8; 32]>::from_hex(hash.expose_secret())
                .map_err(|_| "secret_sha256 is not 64 hexadecimal digits; `printf %s SECRET | sha256sum` makes them")?;
            OAuthClient::confidential_by_hash(&written.id, hash.into()).map_err(invalid)?
        }
        (Some(_), Some(_)) => return Err("it has `secret` and `secret_sha256`; give one of the two".to_owned()),
    };
    if let Some(names) = &written.grants {
        let grants: Option<Vec<_>> = names.iter().map(|name| GrantType::parse(name)).collect();
        client = client.grants(grants.ok_or("a grant is neither `password` nor `refresh_token`")?);
    }
    client = client.scopes(written.scopes.clone());
    if written.dpop_bound_access_tokens {
        client = client.dpop_bound_access_tokens();
    }
    if written.introspect {
        client = client.may_introspect().map_err(invalid)?;
    }
    Ok(client)
}
