//! Legacy tokens from the environment.

use std::collections::BTreeMap;

use secrecy::SecretString;
use serde::Deserialize;

use super::SettingsError;
use super::keys::{PublicKeyFile, verifying_key};
use crate::base::{InvalidTimestamp, Timestamp};
use crate::token::{Hmac, LegacyAlgorithm, LegacyTokens, SigningKey, WeakSecret};

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
    type Error = InvalidTimestamp;

    fn try_from(text: String) -> Result<Self, InvalidTimestamp> {
        text.parse().map(Self)
    }
}

/// `AUTH_LEGACY_SUBJECT`.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum LegacySubject {
    Id,
    Login,
}

/// `AUTH_LEGACY_ALGORITHM`.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(super) enum LegacyAlgorithmName {
    Hs256,
    Hs384,
    Hs512,
    Rs384,
    Rs512,
    Ps384,
    Ps512,
    Es384,
}

impl LegacyAlgorithmName {
    /// `None` for an algorithm of a public key.
    const fn hmac(self) -> Option<Hmac> {
        Some(match self {
            Self::Hs256 => Hmac::Hs256,
            Self::Hs384 => Hmac::Hs384,
            Self::Hs512 => Hmac::Hs512,
            Self::Rs384 | Self::Rs512 | Self::Ps384 | Self::Ps512 | Self::Es384 => return None,
        })
    }

    /// `None` for an algorithm of a secret.
    const fn public(self) -> Option<LegacyAlgorithm> {
        Some(match self {
            Self::Rs384 => LegacyAlgorithm::Rs384,
            Self::Rs512 => LegacyAlgorithm::Rs512,
            Self::Ps384 => LegacyAlgorithm::Ps384,
            Self::Ps512 => LegacyAlgorithm::Ps512,
            Self::Es384 => LegacyAlgorithm::Es384,
            Self::Hs256 | Self::Hs384 | Self::Hs512 => return None,
        })
    }
}

/// `AUTH_LEGACY_CLAIMS`: a JSON object whose values are strings.
#[derive(Deserialize)]
#[serde(try_from = "String")]
pub(super) struct LegacyClaims(BTreeMap<String, String>);

impl TryFrom<String> for LegacyClaims {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let wrong = |_| r#"not a JSON object of strings; write `{"token_type": "access"}`"#.to_owned();
        serde_json::from_str(&text).map(Self).map_err(wrong)
    }
}

/// `AUTH_LEGACY_WITHOUT`: claims that tokens may lack, separated by commas.
#[derive(Deserialize)]
#[serde(try_from = "String")]
pub(super) struct LegacyWithout {
    iat: bool,
    kind: bool,
}

impl TryFrom<String> for LegacyWithout {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, &'static str> {
        let names: Vec<&str> = text.split(',').map(str::trim).collect();
        if names.iter().any(|name| !["iat", "type"].contains(name)) {
            return Err("write `iat`, `type` or `iat,type`");
        }
        Ok(Self { iat: names.contains(&"iat"), kind: names.contains(&"type") })
    }
}

/// The variables about legacy tokens.
pub(super) struct Legacy {
    pub(super) secret: Option<LegacySecret>,
    pub(super) key_file: Option<PublicKeyFile>,
    pub(super) until: Option<LegacyUntil>,
    pub(super) algorithm: Option<LegacyAlgorithmName>,
    pub(super) subject: Option<LegacySubject>,
    pub(super) subject_claim: Option<String>,
    pub(super) claims: Option<LegacyClaims>,
    pub(super) without: Option<LegacyWithout>,
}

impl Legacy {
    pub(super) fn tokens(self) -> Result<Option<LegacyTokens>, SettingsError> {
        let Some(tokens) = self.of_key()? else { return Ok(None) };
        let tokens = match self.subject {
            None | Some(LegacySubject::Id) => tokens,
            Some(LegacySubject::Login) => tokens.by_login(),
        };
        let tokens = match self.subject_claim {
            Some(name) => tokens.subject_claim(name),
            None => tokens,
        };
        let LegacyWithout { iat, kind } = self.without.unwrap_or(LegacyWithout { iat: false, kind: false });
        let tokens = if iat { tokens.without_iat() } else { tokens };
        let tokens = if kind { tokens.without_type() } else { tokens };
        let required = self.claims.map(|LegacyClaims(claims)| claims).unwrap_or_default();
        Ok(Some(required.into_iter().fold(tokens, |tokens, (name, value)| tokens.require(name, value))))
    }

    /// By the key; an error for a variable that has no effect without one.
    fn of_key(&self) -> Result<Option<LegacyTokens>, SettingsError> {
        let error = |variable, problem: &str| Err(SettingsError::new(variable, problem));
        let until = self.until.as_ref().map(|LegacyUntil(until)| *until);
        let ends = |variable| {
            let problem = format!("required with {variable}; set a date such as `2027-03-31`");
            until.ok_or_else(|| SettingsError::new("AUTH_LEGACY_UNTIL", problem))
        };
        match (&self.secret, &self.key_file) {
            (Some(_), Some(_)) => error("AUTH_LEGACY_KEY_FILE", "AUTH_LEGACY_SECRET is also set; unset one of the two"),
            (Some(LegacySecret(secret)), None) => {
                let Some(algorithm) = self.algorithm.map_or(Some(Hmac::Hs256), LegacyAlgorithmName::hmac) else {
                    return error("AUTH_LEGACY_ALGORITHM", "it is for a public key; set AUTH_LEGACY_KEY_FILE");
                };
                let tokens = LegacyTokens::hmac(algorithm, secret, ends("AUTH_LEGACY_SECRET")?);
                tokens.map(Some).map_err(|weak| SettingsError::new("AUTH_LEGACY_SECRET", weak.to_string()))
            }
            (None, Some(file)) => {
                let until = ends("AUTH_LEGACY_KEY_FILE")?;
                let wrong = |problem| SettingsError::new("AUTH_LEGACY_KEY_FILE", problem);
                let Some(algorithm) = self.algorithm else {
                    return Ok(Some(LegacyTokens::signed_by(file.read(verifying_key).map_err(wrong)?, until)));
                };
                let Some(algorithm) = algorithm.public() else {
                    return error(
                        "AUTH_LEGACY_ALGORITHM",
                        "it is for AUTH_LEGACY_SECRET; unset it for a key of RS256, PS256, ES256 or EdDSA",
                    );
                };
                let tokens = file.read(|text| LegacyTokens::signed_with(algorithm, text, until));
                tokens.map(Some).map_err(wrong)
            }
            (None, None) => {
                let alone = "AUTH_LEGACY_SECRET is unset; set both or neither";
                let others = [
                    ("AUTH_LEGACY_UNTIL", self.until.is_some()),
                    ("AUTH_LEGACY_ALGORITHM", self.algorithm.is_some()),
                    ("AUTH_LEGACY_SUBJECT", self.subject.is_some()),
                    ("AUTH_LEGACY_SUBJECT_CLAIM", self.subject_claim.is_some()),
                    ("AUTH_LEGACY_CLAIMS", self.claims.is_some()),
                    ("AUTH_LEGACY_WITHOUT", self.without.is_some()),
                ];
                others.iter().find(|(_, is_set)| *is_set).map_or(Ok(None), |(variable, _)| error(variable, alone))
            }
        }
    }
}
