//! A leaf in the syntax of the attributes: a word and its arguments.

/// A word and its arguments, as constants.
#[derive(Clone, Copy)]
pub(in crate::policy) struct Words {
    pub(in crate::policy) word: &'static str,
    pub(in crate::policy) arguments: [Argument; 2],
}

#[derive(Clone, Copy)]
pub(in crate::policy) enum Argument {
    None,
    /// An unquoted name.
    Name(&'static str),
    /// In quotes.
    Text(&'static str),
    /// A duration in quotes.
    Seconds(u64),
}

impl Words {
    pub(super) const fn alone(word: &'static str) -> Self {
        Self { word, arguments: [Argument::None, Argument::None] }
    }

    pub(super) const fn with(word: &'static str, argument: Argument) -> Self {
        Self { word, arguments: [argument, Argument::None] }
    }
}

/// The units of a duration, largest first, with their seconds.
pub(in crate::policy) const UNITS: [(&str, u64); 4] = [("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)];
