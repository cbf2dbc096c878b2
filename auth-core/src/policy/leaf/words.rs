//! A leaf in the syntax of the attributes: a word and its arguments.

use std::fmt;

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

impl fmt::Display for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word)?;
        for (argument, before) in self.arguments.iter().zip(["(", ", "]) {
            match argument {
                Argument::None => {}
                Argument::Name(name) => write!(f, "{before}{name}")?,
                Argument::Text(text) => write!(f, "{before}{text:?}")?,
                Argument::Seconds(seconds) => {
                    write!(f, "{before}\"")?;
                    let mut rest = *seconds;
                    for (unit, length) in UNITS {
                        if rest >= length {
                            write!(f, "{}{unit}", rest / length)?;
                            rest %= length;
                        }
                    }
                    f.write_str(if *seconds == 0 { "0s\"" } else { "\"" })?;
                }
            }
        }
        if matches!(self.arguments, [Argument::None, _]) { Ok(()) } else { f.write_str(")") }
    }
}
