//! `auth-core policy`: compares and questions policy tables.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use auth_core::analysis::{OwnedRequirement, PolicySnapshot, Reach, RedundantRequirement, RouteCallers, RouteReach};
use clap::{Subcommand, ValueEnum};
use serde::Serialize;

use crate::Answer;
use crate::error::Error;
use crate::output::Output;
use crate::text;

/// A table is a lock file (`policy.lock`), or the JSON of the policy route.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Print a table: each route with its requirement and handler.
    Show {
        /// The table.
        table: PathBuf,
    },
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
    /// List the roles and scopes that no route names.
    ///
    /// A table knows the roles that its requirements name and those that include them; the service's other roles, and its scopes,
    /// are arguments. Exit code 0 if all are named; 1 if one is not.
    Unused {
        /// The table.
        table: PathBuf,
        /// Roles of the service, besides those that the table knows.
        #[arg(long = "role", value_name = "ROLE", value_delimiter = ',')]
        roles: Vec<String>,
        /// Scopes of the service.
        #[arg(long = "scope", value_name = "SCOPE", value_delimiter = ',')]
        scopes: Vec<String>,
    },
    /// List the requirements of handlers that the stricter guard of a router around them makes redundant.
    ///
    /// In a table both are one `all(guard, own)`: its last part is listed where those before it are stricter. Exit code 0 if there
    /// is none; 1 if there is one.
    Redundant {
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
        Command::Show { table } => show(&read(table)?, output)?,
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
        Command::Unused { table, roles, scopes } => return unused(&read(table)?, roles, scopes, output),
        Command::Redundant { table } => {
            let redundant = read(table)?.redundant().map_err(Error::Question)?;
            let line = |it: &RedundantRequirement| format!("{}: {} behind {}\n", it.route, it.own, it.guard);
            output.show(&redundant, redundant.iter().map(line).collect::<String>())?;
            return Ok(if redundant.is_empty() { Answer::Done } else { Answer::No });
        }
    }
    Ok(Answer::Done)
}

/// A line of a lock file.
#[derive(Serialize)]
struct Line<'a> {
    method: &'a str,
    path: &'a str,
    requirement: &'a str,
}

fn show(table: &PolicySnapshot, output: &mut Output) -> Result<(), Error> {
    let lock = table.lock();
    let lines: Vec<Line<'_>> = lock.lines().filter_map(parts).collect();
    let cells = |line: &Line<'_>| [line.method, line.path, line.requirement].map(str::to_owned);
    let rows: Vec<_> = lines.iter().map(cells).collect();
    output.show(&lines, text::table(["METHOD", "PATH", "REQUIREMENT"], &rows))
}

fn parts(line: &str) -> Option<Line<'_>> {
    let (route, requirement) = line.split_once(": ")?;
    let (method, path) = route.split_once(' ')?;
    Some(Line { method, path, requirement })
}

/// Names without a requirement.
#[derive(Serialize)]
struct Unused<'a> {
    roles: BTreeSet<&'a str>,
    scopes: BTreeSet<&'a str>,
}

fn unused(table: &PolicySnapshot, roles: &[String], scopes: &[String], output: &mut Output) -> Result<Answer, Error> {
    let roles = table.known_roles().into_iter().chain(roles.iter().map(String::as_str));
    let unused = Unused {
        roles: table.unused_role_names(roles).into_iter().collect(),
        scopes: table.unused_scopes(scopes.iter().map(String::as_str)).into_iter().collect(),
    };
    let lines = |what: &str, names: &BTreeSet<&str>| -> String {
        names.iter().flat_map(|name| [what, " ", name, "\n"]).collect()
    };
    output.show(&unused, lines("role", &unused.roles) + &lines("scope", &unused.scopes))?;
    Ok(if unused.roles.is_empty() && unused.scopes.is_empty() { Answer::Done } else { Answer::No })
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
