//! Variables that look like settings and are none.

/// Every variable that this crate or its quickstart reads.
const KNOWN: [&str; 24] = [
    "AUTH_ACCESS_TTL",
    "AUTH_AUDIENCE",
    "AUTH_CACHE_BOUND",
    "AUTH_CLIENTS",
    "AUTH_CLIENTS_FILE",
    "AUTH_CLOCK_SKEW",
    "AUTH_DPOP",
    "AUTH_DPOP_URLS",
    "AUTH_ISSUER",
    "AUTH_LEGACY_SECRET",
    "AUTH_LEGACY_SECRET_FILE",
    "AUTH_LEGACY_SUBJECT",
    "AUTH_LEGACY_UNTIL",
    "AUTH_RATE_LIMIT",
    "AUTH_REFRESH_LEEWAY",
    "AUTH_REFRESH_TTL",
    "AUTH_SECRET",
    "AUTH_SECRET_FILE",
    "AUTH_SESSION_TTL",
    "AUTH_SIGNING_KEY_FILE",
    "AUTH_TOKEN_CACHE",
    "AUTH_TRUSTED_ISSUERS",
    "AUTH_TRUSTED_ISSUERS_FILE",
    "AUTH_VERIFY_KEY_FILES",
];

/// Warns of variables that begin as settings do and are none: a misspelt one would leave its protection off in silence.
/// No more than a warning, since the name may be another program's.
pub(super) fn warn() {
    let names = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
    let unknown: Vec<String> = names.filter(|name| is_unknown(name)).collect();
    if !unknown.is_empty() {
        tracing::warn!(target: "auth", "set, but no settings of this version: {}", unknown.join(", "));
    }
}

fn is_unknown(name: &str) -> bool {
    name.starts_with("AUTH_") && !KNOWN.contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_that_is_documented_is_known() {
        let is_name = |text: &&str| text.contains('_') && text.bytes().all(|b| b == b'_' || b.is_ascii_uppercase());
        let documented = include_str!("mod.rs").split('`').filter(is_name);
        let mut documented: Vec<&str> = documented.chain(["AUTH_RATE_LIMIT"]).collect();
        documented.sort_unstable();
        documented.dedup();
        assert_eq!(documented, KNOWN);
    }
}
