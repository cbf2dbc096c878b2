//! OAuth clients from the environment.

#[cfg(feature = "server")]
use secrecy::ExposeSecret;
use secrecy::SecretString;
use serde::Deserialize;

#[cfg(feature = "server")]
use super::variables::list;
#[cfg(feature = "server")]
use crate::service::oauth::{GrantType, InvalidClient, OAuthClient};
#[cfg(feature = "server")]
use crate::token::TokenHash;

/// `AUTH_CLIENTS`.
#[derive(Default, Deserialize)]
#[serde(try_from = "SecretString")]
pub(super) struct Clients(#[cfg(feature = "server")] pub(super) Vec<OAuthClient>);

#[cfg(feature = "server")]
impl TryFrom<SecretString> for Clients {
    type Error = String;

    fn try_from(text: SecretString) -> Result<Self, String> {
        let help = r#"write `[{"id": "billing", "secret_sha256": "..", "grants": ["password", "refresh_token"]}]`"#;
        list(&text, help, client).map(Self)
    }
}

/// A setting without effect is an error.
#[cfg(not(feature = "server"))]
impl TryFrom<SecretString> for Clients {
    type Error = &'static str;

    fn try_from(_: SecretString) -> Result<Self, &'static str> {
        Err("requires the feature `server` of auth-core, which this program was built without")
    }
}

/// An entry of the list. Without `secret` and `secret_sha256` the client is public.
#[cfg(feature = "server")]
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Config {
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

#[cfg(feature = "server")]
fn client(config: &Config) -> Result<OAuthClient, String> {
    let invalid = |error: InvalidClient| error.to_string();
    let mut client = match (&config.secret, &config.secret_sha256) {
        (None, None) => OAuthClient::public(&config.id).map_err(invalid)?,
        (Some(secret), None) => OAuthClient::confidential(&config.id, secret).map_err(invalid)?,
        (None, Some(hash)) => {
            let hash = TokenHash::from_hex(hash.expose_secret())
                .ok_or("secret_sha256 is not 64 hexadecimal digits; `printf %s SECRET | sha256sum` computes them")?;
            OAuthClient::confidential_by_hash(&config.id, hash).map_err(invalid)?
        }
        (Some(_), Some(_)) => return Err("`secret` and `secret_sha256` are both set; remove one of the two".to_owned()),
    };
    if let Some(names) = &config.grants {
        let grants: Option<Vec<_>> = names.iter().map(|name| GrantType::parse(name)).collect();
        client = client.grants(grants.ok_or("unknown grant; use `password` or `refresh_token`")?);
    }
    client = client.scopes(config.scopes.clone());
    if config.dpop_bound_access_tokens {
        client = client.dpop_bound_access_tokens();
    }
    if config.introspect {
        client = client.may_introspect().map_err(invalid)?;
    }
    Ok(client)
}
