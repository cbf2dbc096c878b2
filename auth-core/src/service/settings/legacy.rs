//! Legacy tokens from the environment.

use secrecy::SecretString;
use serde::Deserialize;

use super::SettingsError;
use crate::base::Timestamp;
use crate::token::{LegacyTokens, SigningKey, WeakSecret};

/// `AUTH_LEGACY_SECRET`.
#[derive(Deserialize)]
#[serde(try_from = "SecretString")]
pub(super) struct LegacySecret(pub(super) SecretString);

impl TryFrom<SecretString> for LegacySecret {
    type Error = WeakSecret;

    fn try_from(secret: SecretString) -> Result<Self, WeakSecret> {
        SigningKey::hs256(&secret).map(|_| Self(secret))
    }
}

/// `AUTH_LEGACY_UNTIL`.
#[derive(Deserialize)]
#[serde(try_from = "String")]
pub(super) struct LegacyUntil(Timestamp);

impl TryFrom<String> for LegacyUntil {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse().map(Self).map_err(|error| format!("invalid date `{text}`; {error}"))
    }
}

/// `AUTH_LEGACY_SUBJECT`.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum LegacySubject {
    Id,
    Login,
}

pub(super) fn tokens(
    secret: Option<LegacySecret>,
    until: Option<LegacyUntil>,
    subject: Option<LegacySubject>,
) -> Result<Option<LegacyTokens>, SettingsError> {
    let alone = "AUTH_LEGACY_SECRET is unset; set both or neither";
    let (secret, until) = match (secret, until) {
        (Some(LegacySecret(secret)), Some(LegacyUntil(until))) => (secret, until),
        (Some(_), None) => {
            let problem = "required with AUTH_LEGACY_SECRET; set a date such as `2027-03-31`";
            return Err(SettingsError::new("AUTH_LEGACY_UNTIL", problem));
        }
        (None, Some(_)) => return Err(SettingsError::new("AUTH_LEGACY_UNTIL", alone)),
        (None, None) if subject.is_some() => return Err(SettingsError::new("AUTH_LEGACY_SUBJECT", alone)),
        (None, None) => return Ok(None),
    };
    let tokens =
        LegacyTokens::new(&secret, until).map_err(|weak| SettingsError::new("AUTH_LEGACY_SECRET", weak.to_string()))?;
    Ok(Some(match subject {
        None | Some(LegacySubject::Id) => tokens,
        Some(LegacySubject::Login) => tokens.by_login(),
    }))
}
