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
    let (count, secs, burst) = quota(&literal.value()).map_err(|wrong| {
        let problem = format!("`{}` is not a quota{wrong}", literal.value());
        error(literal.span(), problem, "write a number per period: `10/m`, `5/15m` or `100/m burst 200`")
    })?;
    if input.is_empty() {
        let remedy = "write `by = subject`, `by = address` or `by = key` behind the quota";
        return Err(error(literal.span(), "`#[rate_limit]` does not say by what it counts", remedy));
    }
    input.parse::<Token![,]>().map_err(|found| error(found.span(), "expected a comma behind the quota", FORM))?;
    let end = if input.is_empty() { literal.span() } else { input.span() };
    let word: Ident = input.parse().map_err(|_| error(end, "expected `by = ..`", FORM))?;
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
        let is_burst = input.fork().parse::<Ident>().is_ok_and(|word| word == "burst");
        let remedy = if is_burst {
            "write it into the quota: `\"100/m burst 200\"`"
        } else {
            "write another `#[rate_limit(..)]` for another quota"
        };
        let more = error(input.span(), "`#[rate_limit]` takes one quota and `by`", remedy);
        input.parse::<TokenStream>()?;
        return Err(more);
    }
    Ok(RateLimit { span, count, secs, burst, by: kind })
}

/// Number, period in seconds, and number at once; or what is wrong, where the form is right. `auth_core::limits::Quota` reads
/// the same text.
fn quota(text: &str) -> Result<(u32, u64, u32), &'static str> {
    const NO_FORM: &str = "";

    let (rate, burst) = match text.split_once("burst") {
        Some((rate, burst)) => (rate, Some(burst)),
        None => (text, None),
    };
    let number = |text: &str| match text.trim() {
        digits if digits.is_empty() || !digits.bytes().all(|digit| digit.is_ascii_digit()) => Err(NO_FORM),
        digits => match digits.parse::<u32>() {
            Ok(0) => Err(": the number must be greater than zero"),
            Ok(number) => Ok(number),
            Err(_) => Err(": the number is too large"),
        },
    };
    let (count, period) = rate.split_once('/').ok_or(NO_FORM)?;
    let count = number(count)?;
    let burst = burst.map_or(Ok(count), number)?;
    let period = period.trim();
    let digits = period.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = match &period[digits.len()..] {
        "s" => 1,
        "m" => 60,
        "h" => 60 * 60,
        "d" => 24 * 60 * 60,
        _ => return Err(NO_FORM),
    };
    let many: u64 = if digits.is_empty() { 1 } else { digits.parse().map_err(|_| NO_FORM)? };
    match many.checked_mul(unit) {
        Some(0) => Err(": the period must be greater than zero"),
        Some(secs) if secs <= LONGEST => Ok((count, secs, burst)),
        _ => Err(": the period is longer than 366 days"),
    }
}
