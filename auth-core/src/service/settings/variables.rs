//! The variables and their types.

use std::collections::HashMap;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};

use super::api_keys::ApiKeys;
use super::clients::Clients;
use super::dpop::{DpopMode, DpopUrls};
use super::issuers::Issuers;
use super::keys::{KeyFile, KeyFiles, PublicKeyFile, Secret};
use super::legacy::{LegacyAlgorithmName, LegacyClaims, LegacySecret, LegacySubject, LegacyUntil, LegacyWithout};
use crate::cache::{InvalidRateLimits, RateLimits};
use crate::token::{AuditKey, MfaKey, WeakSecret};
use crate::verify::{InvalidProxies, TrustedProxies, normal_origin};

/// The values of all variables that are set.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "SCREAMING_SNAKE_CASE")]
#[allow(clippy::struct_field_names, reason = "the fields have the names of the variables")]
pub(super) struct Variables {
    pub(super) auth_secret: Option<Secret>,
    pub(super) auth_signing_key_file: Option<KeyFile>,
    pub(super) auth_verify_key_files: Option<KeyFiles>,
    pub(super) auth_issuer: Option<String>,
    pub(super) auth_audience: Option<String>,
    pub(super) auth_clock_skew: Option<Span>,
    pub(super) auth_access_ttl: Option<Span>,
    pub(super) auth_refresh_ttl: Option<Span>,
    pub(super) auth_session_ttl: Option<Span>,
    pub(super) auth_refresh_leeway: Option<Span>,
    pub(super) auth_dpop: Option<DpopMode>,
    pub(super) auth_dpop_urls: Option<DpopUrls>,
    pub(super) auth_cache_bound: Option<Span>,
    pub(super) auth_token_cache: Option<Count>,
    pub(super) auth_mfa_key: Option<Key<MfaKey>>,
    pub(super) auth_audit_key: Option<Key<AuditKey>>,
    pub(super) auth_audit_retention: Option<Span>,
    pub(super) auth_audit_refusals: Option<Count>,
    pub(super) auth_audit_uses: Option<Count>,
    pub(super) auth_rate_limit: Option<Limits>,
    pub(super) auth_private_registration: Option<Switch>,
    pub(super) auth_browser_origins: Option<Origins>,
    pub(super) auth_trusted_proxies: Option<Proxies>,
    pub(super) auth_clients: Clients,
    pub(super) auth_api_keys: ApiKeys,
    pub(super) auth_trusted_issuers: Issuers,
    pub(super) auth_legacy_secret: Option<LegacySecret>,
    pub(super) auth_legacy_until: Option<LegacyUntil>,
    pub(super) auth_legacy_key_file: Option<PublicKeyFile>,
    pub(super) auth_legacy_algorithm: Option<LegacyAlgorithmName>,
    pub(super) auth_legacy_subject: Option<LegacySubject>,
    pub(super) auth_legacy_subject_claim: Option<String>,
    pub(super) auth_legacy_claims: Option<LegacyClaims>,
    pub(super) auth_legacy_without: Option<LegacyWithout>,
}

/// A duration with its unit.
#[derive(Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Span(pub(super) Duration);

/// The units of durations, and their names in words.
const UNITS: &str =
    "ms msec s sec secs second seconds m min mins minute minutes h hr hrs hour hours d day days w week weeks";

impl TryFrom<String> for Span {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, &'static str> {
        let is_unit = |unit: &str| UNITS.split(' ').any(|known| known == unit);
        let units: Vec<&str> = text.split(|c: char| !c.is_alphabetic()).filter(|unit| !unit.is_empty()).collect();
        // Not the parser's message: it contains the value.
        if units.iter().any(|unit| ["M", "y"].contains(unit) || unit.starts_with("month") || unit.starts_with("year")) {
            return Err(
                "months and years have no fixed length; write `m` for minutes, and days for longer ones, such as \
                `15m`, `7d` or `400d`",
            );
        }
        let duration = humantime::parse_duration(&text).ok().filter(|_| units.iter().all(|unit| is_unit(unit)));
        duration
            .map(Self)
            .ok_or("not a duration; write a number with `ms`, `s`, `m`, `h`, `d` or `w`, such as `15m`, `7d` or `10s`")
    }
}

/// Networks of proxies.
#[derive(Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Proxies(pub(super) TrustedProxies);

impl TryFrom<String> for Proxies {
    type Error = InvalidProxies;

    fn try_from(text: String) -> Result<Self, InvalidProxies> {
        text.parse().map(Self)
    }
}

/// `on`, `off`, or changes of the default limits.
#[derive(Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Limits(pub(super) RateLimits);

impl TryFrom<String> for Limits {
    type Error = InvalidRateLimits;

    fn try_from(text: String) -> Result<Self, InvalidRateLimits> {
        match text.as_str() {
            "on" => Ok(Self(RateLimits::new())),
            "off" => Ok(Self(RateLimits::off())),
            changes => changes.parse().map(Self),
        }
    }
}

/// Origins of front ends.
#[derive(Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Origins(pub(super) Vec<Box<str>>);

impl TryFrom<String> for Origins {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, &'static str> {
        let origins = text.split(',').map(|origin| normal_origin(origin.trim())).collect::<Option<_>>();
        origins.map(Self).ok_or("write schemes and hosts such as `https://app.example.com`, separated by commas")
    }
}

/// `on` or `off`.
#[derive(Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Switch(pub(super) bool);

impl TryFrom<String> for Switch {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, &'static str> {
        match text.as_str() {
            "on" => Ok(Self(true)),
            "off" => Ok(Self(false)),
            _ => Err("it is neither `on` nor `off`"),
        }
    }
}

/// A key of second factors or of the audit trail.
#[derive(Deserialize)]
#[serde(try_from = "SecretString", bound = "K: TryFrom<SecretString, Error = WeakSecret>")]
pub(super) struct Key<K>(pub(super) K);

impl<K: TryFrom<SecretString, Error = WeakSecret>> TryFrom<SecretString> for Key<K> {
    type Error = WeakSecret;

    fn try_from(secret: SecretString) -> Result<Self, WeakSecret> {
        secret.try_into().map(Self)
    }
}

/// A count.
#[derive(Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Count(pub(super) usize);

impl TryFrom<String> for Count {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, &'static str> {
        text.parse().map(Self).map_err(|_| "not a number; set one such as `10000`, or `0` for none")
    }
}

/// Parses a JSON list, and each entry with `read`.
pub(super) fn list<E: DeserializeOwned, T>(
    text: &SecretString,
    help: &str,
    read: impl Fn(&E) -> Result<T, String>,
) -> Result<Vec<T>, String> {
    // serde reads a struct from an array as well, its fields by position.
    #[expect(clippy::zero_sized_map_values, reason = "the values may be secrets and are not kept")]
    let objects = serde_json::from_str::<Vec<HashMap<String, IgnoredAny>>>(text.expose_secret());
    let entries = objects.and_then(|_| serde_json::from_str::<Vec<E>>(text.expose_secret())).map_err(|error| {
        // Not serde's message: it contains the value, which may be a secret.
        format!("unexpected JSON at line {}, column {}; {help}", error.line(), error.column())
    })?;
    let numbered = (1..).zip(&entries);
    numbered.map(|(n, entry)| read(entry).map_err(|why| format!("entry {n}: {why}"))).collect()
}
