//! Content types of bodies, and what a client accepts (RFC 9110 sections 8.3 and 12.5).

use axum::http::{HeaderMap, HeaderName, header};

pub(crate) const FORM: &str = "application/x-www-form-urlencoded";
pub(crate) const JSON: &str = "application/json";

/// Whether the body has this content type, in UTF-8: without a charset, or with this one.
pub(crate) fn is_of_type(headers: &HeaderMap, essence: &str) -> bool {
    let mut values = headers.get_all(header::CONTENT_TYPE).iter();
    let (Some(value), None) = (values.next(), values.next()) else { return false };
    let Ok(value) = value.to_str() else { return false };
    let mut parts = value.split(';').map(str::trim);
    let is_other_charset = |parameter: &str| {
        parameter.split_once('=').is_some_and(|(name, value)| {
            name.trim().eq_ignore_ascii_case("charset") && !value.trim().trim_matches('"').eq_ignore_ascii_case("utf-8")
        })
    };
    parts.next().is_some_and(|name| name.eq_ignore_ascii_case(essence)) && !parts.any(is_other_charset)
}

/// The media type of `offers` that the client prefers (RFC 9110 section 12.5.1): of two with the same weight the one that it
/// names more precisely, then the first one. A client that accepts none gets the first one.
pub(crate) fn preferred<'o>(headers: &HeaderMap, offers: &[&'o str]) -> Option<&'o str> {
    let accepted = weighted(headers, &header::ACCEPT);
    let rank = |offer: &str| {
        let kind = offer.split('/').next().unwrap_or_default();
        let precision = |range: &str| match range.split_once('/') {
            _ if range.eq_ignore_ascii_case(offer) => 3,
            Some((of, "*")) if of.eq_ignore_ascii_case(kind) => 2,
            Some(("*", "*")) => 1,
            _ => 0,
        };
        let named = accepted.iter().map(|(range, weight)| (precision(range), *weight));
        // The most precise range has the weight.
        let (precision, weight) = named.filter(|(precision, _)| *precision > 0).max().unwrap_or((0, 0));
        (weight, if weight == 0 { 0 } else { precision })
    };
    // Of equals `max_by_key` takes the last one.
    offers.iter().rev().max_by_key(|offer| rank(offer)).copied()
}

/// Whether the client accepts this content coding, which it has to refuse by name or by not naming it (RFC 9110 section
/// 12.5.3).
#[cfg(feature = "openapi")]
pub(crate) fn accepts_coding(headers: &HeaderMap, coding: &str) -> bool {
    if !headers.contains_key(header::ACCEPT_ENCODING) {
        return true;
    }
    let accepted = weighted(headers, &header::ACCEPT_ENCODING);
    let weight =
        |name: &str| accepted.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, weight)| *weight);
    weight(coding).or_else(|| weight("*")).is_some_and(|weight| weight > 0)
}

/// The names in a header with their weights in thousandths (RFC 9110 section 12.4.2); those with an invalid weight are left
/// out.
fn weighted<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Vec<(&'h str, u16)> {
    let values = headers.get_all(name).into_iter().filter_map(|value| value.to_str().ok());
    let entries = values.flat_map(|value| value.split(',')).filter(|entry| !entry.trim().is_empty());
    let weighted = entries.filter_map(|entry| {
        let mut parts = entry.split(';').map(str::trim);
        let name = parts.next()?;
        let mut weights = parts.filter_map(|parameter| parameter.strip_prefix(['q', 'Q'])?.strip_prefix('='));
        Some((name, weights.next().map_or(Some(1000), thousandths)?))
    });
    weighted.collect()
}

fn thousandths(weight: &str) -> Option<u16> {
    let (whole, digits) = weight.split_once('.').unwrap_or((weight, ""));
    if digits.len() > 3 || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    match whole {
        "0" => format!("{digits:0<3}").parse().ok(),
        "1" if digits.bytes().all(|digit| digit == b'0') => Some(1000),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(name: HeaderName, value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(name, value.parse().unwrap())])
    }

    #[test]
    fn a_content_type_is_one_name_in_utf8() {
        let is = |value| is_of_type(&with(header::CONTENT_TYPE, value), JSON);
        for taken in ["application/json", "Application/JSON; Charset=UTF-8", "application/json;charset=\"utf-8\";x=y"] {
            assert!(is(taken), "{taken}");
        }
        for refused in [
            "application/json; charset=utf-16",
            "application/json;x=y;charset=latin1",
            "application/problem+json",
            "application/jsonp",
            "text/json",
            "",
        ] {
            assert!(!is(refused), "{refused}");
        }
        let mut twice = with(header::CONTENT_TYPE, JSON);
        twice.append(header::CONTENT_TYPE, JSON.parse().unwrap());
        assert!(!is_of_type(&twice, JSON) && !is_of_type(&HeaderMap::new(), JSON));
    }

    #[test]
    fn rfc9110_s12_5_1_the_greatest_weight_then_the_most_precise_range_then_the_first_offer() {
        let offers = [JSON, "text/html"];
        let chosen = |accept| preferred(&with(header::ACCEPT, accept), &offers);
        for (accept, expected) in [
            ("*/*", JSON),
            ("TEXT/HTML", "text/html"),
            ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "text/html"),
            ("text/html, */*", "text/html"),
            ("text/*, application/json;q=0.5", "text/html"),
            ("text/html;q=0", JSON),
            ("text/html;q=0, */*", JSON),
            ("text/html;q=0.000, application/json;q=0.001", JSON),
            ("text/html;q=0.9, application/json;q=0.91", JSON),
            ("text/html;q=2, application/json;q=0.1", JSON),
            ("application/json, text/html", JSON),
            ("text/html;level=1", "text/html"),
            ("image/png", JSON),
            ("", JSON),
        ] {
            assert_eq!(chosen(accept), Some(expected), "{accept}");
        }
        assert_eq!(preferred(&HeaderMap::new(), &offers), Some(JSON));
    }

    #[cfg(feature = "openapi")]
    #[test]
    fn rfc9110_s12_5_3_a_coding_is_accepted_by_name_by_star_or_without_the_header() {
        let accepts = |value| accepts_coding(&with(header::ACCEPT_ENCODING, value), "gzip");
        for accepted in ["gzip", "GZip;q=0.1", "br, *", "identity;q=0.5, gzip", "*;q=0, gzip"] {
            assert!(accepts(accepted), "{accepted}");
        }
        for refused in ["", "identity", "gzip;q=0", "gzip;q=0, *", "br", "*;q=0"] {
            assert!(!accepts(refused), "{refused}");
        }
        assert!(accepts_coding(&HeaderMap::new(), "gzip"));
    }
}
