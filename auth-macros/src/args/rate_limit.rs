//! `#[rate_limit("10/m", by = subject)]`.

use proc_macro2::{Span, TokenStream};
use syn::parse::{ParseStream, Parser as _};
use syn::{Ident, Token};

use super::literal;
use crate::diagnostics::{choice, error};

const FORM: &str = "write `#[rate_limit(\"10/m\", by = subject)]`";

/// The longest period, in seconds.
const LONGEST: u64 = 366 * 24 * 60 * 60;

/// How often a handler may be called, and by whom.
#[derive(Clone)]
pub(crate) struct RateLimit {
    pub(crate) span: Span,
    pub(crate) count: u32,
    pub(crate) secs: u64,
    pub(crate) burst: u32,
    pub(crate) by: By,
}

impl RateLimit {
    /// Whether both count the same calls to the same number.
    pub(crate) fn counts_as(&self, other: &Self) -> bool {
        let key = |it: &Self| (it.count, it.secs, it.burst, it.by);
        key(self) == key(other)
    }
}

/// What a limit counts by.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum By {
    Subject,
    Address,
    Key,
}

impl By {
    const ALL: [(&str, Self); 3] = [("subject", Self::Subject), ("address", Self::Address), ("key", Self::Key)];

    pub(crate) const fn variant(self) -> &'static str {
        match self {
            Self::Subject => "Subject",
            Self::Address => "Address",
            Self::Key => "Key",
        }
    }
}

/// Reads the arguments.
pub(super) fn rate_limit(span: Span, args: TokenStream) -> syn::Result<RateLimit> {
    if args.is_empty() {
        return Err(error(span, "`#[rate_limit]` has no quota", FORM));
    }
    (|input: ParseStream<'_>| arguments(span, input)).parse2(args)
}

fn arguments(span: Span, input: ParseStream<'_>) -> syn::Result<RateLimit> {
    if let Some(word) = input.fork().parse::<Ident>().ok().filter(|word| word == "by") {
        return Err(error(word.span(), "the quota stands before `by`", FORM));
    }
    let literal = literal::string(input, "a quota", "\"10/m\"")?;
    let (count, secs, burst) = quota(&literal.value()).ok_or_else(|| {
        let problem = format!("`{}` is not a quota", literal.value());
        error(literal.span(), problem, "write a number per period: `10/m`, `5/15m` or `100/m burst 200`")
    })?;
    if input.is_empty() {
        let remedy = "write `by = subject`, `by = address` or `by = key` behind the quota";
        return Err(error(literal.span(), "`#[rate_limit]` does not say by what it counts", remedy));
    }
    input.parse::<Token![,]>().map_err(|found| error(found.span(), "expected a comma behind the quota", FORM))?;
    let word: Ident = input.parse().map_err(|found| error(found.span(), "expected `by = ..`", FORM))?;
    if word != "by" {
        let problem = format!("`#[rate_limit]` has no argument `{word}`");
        let remedy = match By::ALL.iter().find(|(name, _)| word == name) {
            Some((name, _)) => format!("write `by = {name}`"),
            None => choice(&word.to_string(), ["by"]),
        };
        return Err(error(word.span(), problem, remedy));
    }
    input.parse::<Token![=]>().map_err(|_| error(word.span(), "`by` has no value", FORM))?;
    let by: Ident = input.parse().map_err(|found| error(found.span(), "expected what to count by", FORM))?;
    let Some((_, kind)) = By::ALL.into_iter().find(|(name, _)| by == name) else {
        let names = By::ALL.map(|(name, _)| name);
        return Err(error(
            by.span(),
            format_args!("a rate limit cannot count by `{by}`"),
            choice(&by.to_string(), names),
        ));
    };
    let _ = input.parse::<Token![,]>();
    if !input.is_empty() {
        let remedy = "write another `#[rate_limit(..)]` for another quota";
        let more = error(input.span(), "`#[rate_limit]` takes one quota and `by`", remedy);
        input.parse::<TokenStream>()?;
        return Err(more);
    }
    Ok(RateLimit { span, count, secs, burst, by: kind })
}

/// Number, period in seconds, and number at once. `auth_core::limits::Quota` reads the same text.
fn quota(text: &str) -> Option<(u32, u64, u32)> {
    let (rate, burst) = match text.split_once("burst") {
        Some((rate, burst)) => (rate, Some(burst)),
        None => (text, None),
    };
    let number = |text: &str| text.trim().parse::<u32>().ok().filter(|number| *number > 0);
    let (count, period) = rate.split_once('/')?;
    let count = number(count)?;
    let burst = burst.map_or(Some(count), number)?;
    let period = period.trim();
    let digits = period.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = match &period[digits.len()..] {
        "s" => 1,
        "m" => 60,
        "h" => 60 * 60,
        "d" => 24 * 60 * 60,
        _ => return None,
    };
    let many: u64 = if digits.is_empty() { 1 } else { digits.parse().ok()? };
    let secs = many.checked_mul(unit).filter(|secs| (1..=LONGEST).contains(secs))?;
    Some((count, secs, burst))
}
