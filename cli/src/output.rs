//! What commands print: text for people, JSON for programs.

use std::fmt;
use std::io::{self, Write as _};

use serde::Serialize;

use crate::error::Error;
use crate::text;

/// Standard output, in the form that `--json` chooses.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Output {
    json: bool,
}

impl Output {
    pub(crate) const fn new(json: bool) -> Self {
        Self { json }
    }

    /// Prints `value` as JSON after `--json`, else `text`.
    pub(crate) fn show(&mut self, value: &impl Serialize, text: impl fmt::Display) -> Result<(), Error> {
        if self.json {
            return self.json(value);
        }
        self.text(text)
    }

    /// Prints `value` as JSON.
    pub(crate) fn json(&mut self, value: &impl Serialize) -> Result<(), Error> {
        let text = serde_json::to_string_pretty(value)?;
        self.text(text)
    }

    /// Prints `text` and ends its last line. What it takes from a file or a database commands no terminal.
    pub(crate) fn text(&mut self, text: impl fmt::Display) -> Result<(), Error> {
        self.script(&text::lines(&text.to_string()))
    }

    /// Prints a text of this program's own.
    #[expect(clippy::unused_self, reason = "one way to standard output")]
    pub(crate) fn script(&mut self, text: &str) -> Result<(), Error> {
        let end = if text.ends_with('\n') || text.is_empty() { "" } else { "\n" };
        let mut out = io::stdout().lock();
        match write!(out, "{text}{end}").and_then(|()| out.flush()) {
            // The reader, such as `head`, has seen enough.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            done => Ok(done?),
        }
    }
}
