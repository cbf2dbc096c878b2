//! `auth-core policy`: compares and questions policy tables.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use auth_core::analysis::{OwnedRequirement, PolicySnapshot, Reach, RouteCallers, RouteReach};
use clap::{Subcommand, ValueEnum};

use crate::Answer;
use crate::error::Error;
use crate::output::Output;

/// A table is a lock file (`policy.lock`), or the JSON of the policy route.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Say for each changed route whether it lets in more callers, fewer, or others.
    ///
    /// Exit code 0 if no route became wider; 1 if one did, or could not be decided; 2 if a file is not a policy table.
    Diff {
        /// The table before the change.
        old: PathBuf,
        /// The table after it.
        new: PathBuf,
        /// The form of the output; `--json` means `json`.
        #[arg(long, value_enum, default_value_t = Format::Text)]
        format: Format,
    },
    /// Say which roles, scopes and methods suffice to call a route.
    ///
    /// Exit code 0; 2 if no route matches.
    WhoCan {
        /// The table.
        table: PathBuf,
        /// Method and path, such as `DELETE /users/{id}`; `*` is any segment, `**` any number of them.
        route: String,
    },
    /// Say which routes callers who meet a requirement can call.
    WhatCan {
        /// The table.
        table: PathBuf,
        /// The requirement in the words of the attributes, such as `role(moderator)`.
        caller: OwnedRequirement,
    },
    /// List the routes that let in the same callers.
    Equivalent {
        /// The table.
        table: PathBuf,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    Text,
    /// For a pull request.
    Markdown,
    Json,
}

pub(crate) fn run(command: &Command, output: &mut Output) -> Result<Answer, Error> {
    match command {
        Command::Diff { old, new, format } => return diff(&read(old)?, &read(new)?, *format, output),
        Command::WhoCan { table, route } => {
            let callers = read(table)?.who_can(route).map_err(Error::Question)?;
            output.show(&callers, callers_in_words(&callers))?;
        }
        Command::WhatCan { table, caller } => {
            let routes = read(table)?.what_can(caller).map_err(Error::Question)?;
            output.show(&routes, reach_in_words(&routes))?;
        }
        Command::Equivalent { table } => {
            let groups = read(table)?.equivalent().map_err(Error::Question)?;
            let text: String = groups.iter().map(|routes| routes.join(", ") + "\n").collect();
            output.show(&groups, text)?;
        }
    }
    Ok(Answer::Done)
}

fn read(path: &Path) -> Result<PolicySnapshot, Error> {
    let text = std::fs::read_to_string(path).map_err(|source| Error::Read { path: path.to_owned(), source })?;
    text.parse().map_err(|source| Error::Policy { path: path.to_owned(), source })
}

fn diff(old: &PolicySnapshot, new: &PolicySnapshot, format: Format, output: &mut Output) -> Result<Answer, Error> {
    let diff = old.diff(new);
    match format {
        Format::Text => output.show(&diff, &diff)?,
        Format::Markdown => output.show(&diff, diff.markdown())?,
        Format::Json => output.json(&diff)?,
    }
    Ok(if diff.wider().next().is_some() { Answer::No } else { Answer::Done })
}

fn callers_in_words(callers: &[RouteCallers]) -> String {
    let mut text = String::new();
    for route in callers {
        // Writing to a string does not fail.
        let _ = writeln!(text, "{}: {}", route.route, route.requirement);
        for set in &route.sets {
            let _ = writeln!(text, "  {set}");
        }
        if route.sets.is_empty() {
            text.push_str("  no caller\n");
        }
        if !route.is_all {
            text.push_str("  and others\n");
        }
    }
    text
}

fn reach_in_words(routes: &[RouteReach]) -> String {
    let mut text = String::new();
    for route in routes {
        let RouteReach { route, requirement, reach, allowed, .. } = route;
        let _ = match (reach, allowed) {
            (Reach::All, _) => writeln!(text, "yes   {route}: {requirement}"),
            (Reach::Some, Some(allowed)) => writeln!(text, "some  {route}: {requirement}; for instance {allowed}"),
            _ => writeln!(text, "no    {route}: {requirement}"),
        };
    }
    text
}
