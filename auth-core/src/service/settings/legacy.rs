//! Tokens of a former service, from the environment.

use super::{SettingsError, secret, variable};
use crate::token::LegacyTokens;

const SECRET: &str = "AUTH_LEGACY_SECRET";
const SECRET_FILE: &str = "AUTH_LEGACY_SECRET_FILE";
const UNTIL: &str = "AUTH_LEGACY_UNTIL";
const SUBJECT: &str = "AUTH_LEGACY_SUBJECT";

pub(super) fn tokens() -> Result<Option<LegacyTokens>, SettingsError> {
    let (secret, until, subject) = (secret(SECRET, SECRET_FILE)?, variable(UNTIL)?, variable(SUBJECT)?);
    let Some((name, secret)) = secret else {
        let alone = [(UNTIL, until), (SUBJECT, subject)].into_iter().find(|(_, value)| value.is_some());
        return match alone {
            Some((name, _)) => Err(SettingsError::new(name, "AUTH_LEGACY_SECRET is unset; set both or neither")),
            None => Ok(None),
        };
    };
    let until = until.ok_or_else(|| {
        SettingsError::new(UNTIL, "it is unset and AUTH_LEGACY_SECRET is not; write a date such as `2027-03-31`")
    })?;
    let until = until.parse().map_err(|error| SettingsError::new(UNTIL, format!("`{until}` does not do; {error}")))?;
    let tokens = LegacyTokens::new(&secret, until).map_err(|weak| SettingsError::new(name, weak.to_string()))?;
    match subject.as_deref() {
        None | Some("id") => Ok(Some(tokens)),
        Some("login") => Ok(Some(tokens.by_login())),
        Some(_) => Err(SettingsError::new(SUBJECT, "it is neither `id` nor `login`")),
    }
}
