//! `auth-core policy`: compares and questions policy tables.

use std::path::{Path, PathBuf};

use clap::Subcommand;
use serde::Serialize;

use crate::Answer;
use crate::error::Error;
use crate::output::Output;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Say what changed between two policy locks; exit code 1 if anything did.
    Diff {
        /// The lock file before the change.
        old: PathBuf,
        /// The lock file after it.
        new: PathBuf,
    },
}

#[derive(Serialize)]
struct Difference {
    removed: Vec<String>,
    added: Vec<String>,
}

pub(crate) fn run(command: &Command, output: &mut Output) -> Result<Answer, Error> {
    let Command::Diff { old, new } = command;
    let (old, new) = (read(old)?, read(new)?);
    let difference = Difference { removed: missing(&old, &new), added: missing(&new, &old) };
    let signed = |sign: char, lines: &[String]| lines.iter().map(|line| format!("{sign} {line}\n")).collect::<String>();
    let text = signed('-', &difference.removed) + &signed('+', &difference.added);
    output.show(&difference, &text)?;
    Ok(if text.is_empty() { Answer::Done } else { Answer::No })
}

fn read(path: &Path) -> Result<String, Error> {
    std::fs::read_to_string(path).map_err(|source| Error::Read { path: path.to_owned(), source })
}

/// The lines of `text` that `other` does not have.
fn missing(text: &str, other: &str) -> Vec<String> {
    text.lines().filter(|line| !other.lines().any(|kept| kept == *line)).map(str::to_owned).collect()
}
