//! String literals: scopes, authentication methods, durations.

use syn::LitStr;
use syn::ext::IdentExt as _;
use syn::parse::ParseStream;

use super::requirement::Literal;
use crate::diagnostics::error;

/// A string literal; `what` is its meaning and `example` its form, for the error.
pub(super) fn string(input: ParseStream<'_>, what: &str, example: &str) -> syn::Result<LitStr> {
    if input.peek(LitStr) {
        return input.parse();
    }
    let help = match input.cursor().ident() {
        // A single bare word is taken as the unquoted string.
        Some((word, rest)) if rest.eof() || rest.punct().is_some_and(|(next, _)| next.as_char() == ',') => {
            format!("write `{:?}`", word.unraw().to_string())
        }
        _ => format!("write `{example}`"),
    };
    Err(error(input.span(), format_args!("{what} is a string"), help))
}

/// A scope: an RFC 6749 section 3.3 `scope-token`.
pub(super) fn scope(literal: &LitStr) -> syn::Result<Literal> {
    let scope = literal.value();
    if scope.split_whitespace().count() > 1 {
        let apart: Vec<_> = scope.split_whitespace().map(|one| format!("{one:?}")).collect();
        return Err(error(
            literal.span(),
            "this string holds several scopes",
            format_args!("one scope a string: `{}`", apart.join(", ")),
        ));
    }
    token(literal, "a scope", "reports:read")
}

/// An authentication method as in the `amr` claim (RFC 8176).
pub(super) fn method(literal: &LitStr) -> syn::Result<Literal> {
    token(literal, "an authentication method", "otp")
}

/// A text that is not empty; `what` is its meaning.
pub(super) fn text(literal: &LitStr, what: &str, example: &str) -> syn::Result<Literal> {
    match literal.value() {
        value if value.is_empty() => {
            Err(error(literal.span(), format_args!("{what} cannot be empty"), format_args!("write `{example:?}`")))
        }
        value => Ok(Literal::Text(value)),
    }
}

/// Characters that an RFC 6750 challenge can contain in quotes (`NQCHAR`, without the space).
fn token(literal: &LitStr, what: &str, example: &str) -> syn::Result<Literal> {
    match literal.value().chars().find(|c| !is_nqchar(*c)) {
        Some(bad) => {
            let help = format!("use visible ASCII without quotes and backslashes, as in `{example:?}`");
            Err(error(literal.span(), format_args!("{what} cannot contain {bad:?}"), help))
        }
        None => text(literal, what, example),
    }
}

/// RFC 6749 appendix A: `NQCHAR`.
pub(crate) const fn is_nqchar(c: char) -> bool {
    matches!(c, '\x21' | '\x23'..='\x5B' | '\x5D'..='\x7E')
}

/// A duration in seconds, written as `"10m"` or `"1h30m"`.
pub(super) fn duration(literal: &LitStr) -> syn::Result<Literal> {
    let text = literal.value();
    let help = "write whole numbers with a unit of s, m, h or d, as in `\"10m\"` or `\"1h30m\"`";
    match seconds(&text) {
        Some(0) => Err(error(
            literal.span(),
            "the duration must be greater than zero",
            "give the longest time that may have passed, as in `fresh(\"10m\")`",
        )),
        Some(seconds) => Ok(Literal::Seconds(seconds)),
        None => Err(error(literal.span(), format_args!("`{text:?}` is not a duration"), help)),
    }
}

fn seconds(text: &str) -> Option<u64> {
    let mut total: u64 = 0;
    let mut rest = text.trim();
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let (number, after) = rest.split_at_checked(digits)?;
        let mut unit = after.trim_start().chars();
        let factor = match unit.next()? {
            's' => 1,
            'm' => 60,
            'h' => 3_600,
            'd' => 86_400,
            _ => return None,
        };
        total = number.parse::<u64>().ok()?.checked_mul(factor)?.checked_add(total)?;
        rest = unit.as_str();
        if rest.starts_with(|c: char| c.is_ascii_alphabetic()) {
            return None;
        }
        rest = rest.trim_start();
    }
    (!text.trim().is_empty()).then_some(total)
}

#[cfg(test)]
mod tests {
    use super::seconds;

    #[test]
    fn durations_are_numbers_with_units() {
        assert_eq!(seconds("10m"), Some(600));
        assert_eq!(seconds("1h30m"), Some(5_400));
        assert_eq!(seconds("1h 30m"), Some(5_400));
        assert_eq!(seconds("2d"), Some(172_800));
        for wrong in ["", " ", "10", "m", "10 minutes", "10ms", "1.5h", "-1m", "99999999999999999999s", "10m m"] {
            assert_eq!(seconds(wrong), None, "{wrong}");
        }
    }
}
