//! Error messages: all errors of one attribute together, each with its remedy.

use std::fmt::Display;

use proc_macro2::{Span, TokenStream};
use strsim::osa_distance;

/// The errors found so far.
#[derive(Debug, Default)]
pub(crate) struct Errors {
    all: Option<syn::Error>,
    count: usize,
}

impl Errors {
    /// Runs `work` and returns its result with the `compile_error!`s for the errors that it found.
    ///
    /// There is no other way to create an `Errors`, so none can be dropped unread.
    pub(crate) fn collect<T>(work: impl FnOnce(&mut Self) -> T) -> (T, TokenStream) {
        let mut errors = Self::default();
        let result = work(&mut errors);
        (result, errors.all.map(syn::Error::into_compile_error).unwrap_or_default())
    }

    /// The number of errors so far.
    pub(crate) const fn count(&self) -> usize {
        self.count
    }

    pub(crate) fn push(&mut self, error: syn::Error) {
        self.count += 1;
        match &mut self.all {
            Some(errors) => errors.combine(error),
            None => self.all = Some(error),
        }
    }

    /// Adds an error and its remedy.
    pub(crate) fn add(&mut self, span: Span, problem: impl Display, remedy: impl Display) {
        self.push(error(span, problem, remedy));
    }

    /// Adds the error of a result.
    pub(crate) fn keep<T>(&mut self, result: syn::Result<T>) -> Option<T> {
        result.map_err(|error| self.push(error)).ok()
    }
}

/// One error and its remedy.
pub(crate) fn error(span: Span, problem: impl Display, remedy: impl Display) -> syn::Error {
    syn::Error::new(span, format!("{problem}\nhelp: {remedy}"))
}

/// The candidate of which `word` is most likely a misspelling.
pub(crate) fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let lowered = word.to_lowercase();
    candidates
        .into_iter()
        .map(|candidate| (osa_distance(&lowered, &candidate.to_lowercase()), candidate))
        .filter(|(distance, candidate)| *distance <= candidate.len().max(word.len()) / 3)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// "did you mean .. ?" with a similar name, else the whole list.
pub(crate) fn choice<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str> + Clone) -> String {
    match nearest(word, candidates.clone()) {
        Some(candidate) => format!("did you mean `{candidate}`?"),
        None => format!("there is {}", listed(candidates, "and")),
    }
}

/// `a`, `b` and `c`.
pub(crate) fn listed<'a>(words: impl IntoIterator<Item = &'a str>, last: &str) -> String {
    let words: Vec<_> = words.into_iter().map(|word| format!("`{word}`")).collect();
    match words.split_last() {
        Some((end, [])) => end.clone(),
        Some((end, start)) => format!("{} {last} {end}", start.join(", ")),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::{listed, nearest};

    #[test]
    fn the_nearest_name_is_found_for_a_misspelling() {
        let words = ["scope", "role", "api_key", "fresh"];
        for (slip, meant) in [("scop", "scope"), ("rloe", "role"), ("apikey", "api_key"), ("Fresh", "fresh")] {
            assert_eq!(nearest(slip, words), Some(meant), "{slip}");
        }
        assert_eq!(nearest("banana", words), None);
    }

    #[test]
    fn lists_read_like_a_sentence() {
        assert_eq!(listed(["a"], "and"), "`a`");
        assert_eq!(listed(["a", "b", "c"], "or"), "`a`, `b` or `c`");
    }
}
