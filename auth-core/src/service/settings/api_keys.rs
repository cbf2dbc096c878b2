//! API keys from the environment.

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use super::variables::list;
use crate::token::TokenHash;
use crate::verify::StaticApiKey;

/// `AUTH_API_KEYS`.
#[derive(Default, Deserialize)]
#[serde(try_from = "SecretString")]
pub(super) struct ApiKeys(pub(super) Vec<StaticApiKey>);

impl TryFrom<SecretString> for ApiKeys {
    type Error = String;

    fn try_from(text: SecretString) -> Result<Self, String> {
        let help = r#"write `[{"name": "metrics", "sha256": "..", "scopes": ["metrics:read"]}]`"#;
        list(&text, help, key).map(Self)
    }
}

/// An entry of the list.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Config {
    name: String,
    sha256: SecretString,
    #[serde(default)]
    scopes: Vec<Box<str>>,
}

fn key(config: &Config) -> Result<StaticApiKey, String> {
    let hash = TokenHash::from_hex(config.sha256.expose_secret())
        .ok_or("sha256 is not 64 hexadecimal digits; `printf %s KEY | sha256sum` computes them")?;
    let key = StaticApiKey::new(&config.name, hash).map_err(|error| error.to_string())?;
    Ok(key.scopes(config.scopes.clone()))
}
