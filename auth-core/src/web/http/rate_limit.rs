//! `Retry-After` (RFC 9110 section 10.2.3), `RateLimit` and `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers).

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};

use crate::cache::Throttled;

const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

/// Says when a client may try again, and which limit it has used up.
pub(crate) fn add_rate_limit(headers: &mut HeaderMap, used_up: &Throttled) {
    let Throttled { operation, by, quota, retry_after } = used_up;
    let (name, secs) = (format!("\"{operation}-{}\"", by.name()), rounded_up(retry_after));
    let fields = [
        (header::RETRY_AFTER, secs.to_string()),
        (RATE_LIMIT, format!("{name};r=0;t={secs}")),
        (RATE_LIMIT_POLICY, format!("{name};q={};w={}", quota.count(), rounded_up(&quota.period()))),
    ];
    for (field, value) in fields {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(field, value);
        }
    }
}

/// Whole seconds, at least one: a client that comes too early is refused again.
fn rounded_up(time: &std::time::Duration) -> u64 {
    time.as_secs().saturating_add(u64::from(time.subsec_nanos() > 0)).max(1)
}
