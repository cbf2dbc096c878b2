//! `auth-core events`: the audit trail.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use auth_core::event::{Event, EventKind};
use auth_core::store::AuditFilter;
use auth_core::{Clock as _, PinnedHead, SystemClock, Timestamp, TrailHeads, TrailReport};
use clap::{Args, Subcommand};
use serde::Serialize;

use crate::Answer;
use crate::error::Error;
use crate::output::Output;
use crate::service::Service;
use crate::text::table;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List events, newest first.
    List {
        #[command(flatten)]
        filter: Filter,
        /// The most events to list.
        #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=1000))]
        limit: u32,
    },
    /// Look for rows of the trail that were changed, removed or inserted by other means. Exit code 1 if there are any.
    Verify {
        /// Heads that `events heads` printed: also finds that the newest rows since then were removed.
        #[arg(long, value_name = "FILE")]
        heads: Option<PathBuf>,
    },
    /// Print the heads of the trail as JSON. Keep them where no one who may write to the database can change them.
    Heads,
    /// Print every event as a line of JSON, newest first.
    Export {
        #[command(flatten)]
        filter: Filter,
    },
}

/// Which events.
#[derive(Args, Debug)]
pub(crate) struct Filter {
    /// Only those of this user, by id or e-mail address.
    #[arg(long, value_name = "USER")]
    subject: Option<String>,
    /// Only this kind, such as `login_failed`.
    #[arg(long)]
    kind: Option<String>,
    /// Only those of this time (`2027-03-31`, `2027-03-31T12:00:00Z`) or later.
    #[arg(long, value_name = "TIME")]
    since: Option<Timestamp>,
    /// Only those before this time.
    #[arg(long, value_name = "TIME")]
    until: Option<Timestamp>,
}

impl Filter {
    async fn filter(&self, service: &Service) -> Result<AuditFilter, Error> {
        let subject = match &self.subject {
            // An id without an account: events outlive the account.
            Some(user) if !user.contains('@') => {
                Some(user.parse().map_err(|error: auth_core::InvalidIdentifier| Error::Usage(error.to_string()))?)
            }
            Some(user) => Some(service.subject(user).await?),
            None => None,
        };
        if let Some(unknown) = self.kind.as_deref().filter(|kind| !EventKind::NAMES.contains(kind)) {
            let known = EventKind::NAMES.join(", ");
            return Err(Error::Usage(format!("there are no events of the kind `{unknown}`; the kinds are {known}")));
        }
        let kind = self.kind.as_deref().map(Into::into);
        Ok(AuditFilter { subject, kind, since: self.since, until: self.until, before: None })
    }
}

#[derive(Serialize)]
struct List {
    events: Vec<Event>,
}

fn row(event: &Event) -> Result<[String; 5], Error> {
    let value = serde_json::to_value(event)?;
    let word = |name: &str| {
        value
            .get(name)
            .filter(|value| !value.is_null())
            .map_or_else(String::new, |value| value.as_str().map_or_else(|| value.to_string(), str::to_owned))
    };
    Ok([event.at.to_string(), word("kind"), word("outcome"), word("subject"), word("actor")])
}

const HEADING: [&str; 5] = ["TIME", "KIND", "OUTCOME", "SUBJECT", "ACTOR"];

fn pinned(path: &Path) -> Result<TrailHeads, Error> {
    let text = std::fs::read_to_string(path).map_err(|source| Error::Read { path: path.to_owned(), source })?;
    let heads = serde_json::from_str(&text);
    heads.map_err(|_| Error::Usage(format!("{} has no heads: `auth-core events heads` prints them", path.display())))
}

/// What was found to be intact, with the heads to compare later, and what that does not say.
fn intact(report: &TrailReport, now: Timestamp, is_pinned: bool) -> String {
    let mut text = format!("{} rows, each as it was written\n", report.rows);
    for PinnedHead { chain, position, link, .. } in &report.heads.0 {
        let _ = writeln!(text, "chain {chain}: head {position} {link} at {now}");
    }
    if !is_pinned {
        text.push_str("chains and ends of chains that were removed with their heads are found by `--heads` alone\n");
    }
    text
}

pub(crate) async fn run(command: &Command, service: &Service, output: &mut Output) -> Result<Answer, Error> {
    match command {
        Command::List { filter, limit } => {
            let events = service.auth.events(&filter.filter(service).await?, *limit).await?;
            let rows = events.iter().map(row).collect::<Result<Vec<_>, _>>()?;
            output.show(&List { events }, table(HEADING, &rows))?;
        }
        Command::Verify { heads } => {
            let pinned = heads.as_deref().map(pinned).transpose()?;
            let report = service.auth.verify_events(pinned.as_ref()).await?;
            let mut text: String =
                report.findings.iter().flat_map(|finding| [finding.to_string(), "\n".to_owned()]).collect();
            if report.unlinked > 0 {
                let _ = writeln!(
                    text,
                    "{} rows have no link: an earlier release or another party wrote them",
                    report.unlinked
                );
            }
            if report.is_intact() {
                text = intact(&report, SystemClock.now(), pinned.is_some());
            }
            output.show(&report, text)?;
            return Ok(if report.is_intact() { Answer::Done } else { Answer::No });
        }
        Command::Heads => output.json(&service.auth.event_heads().await?)?,
        Command::Export { filter } => {
            let filter = filter.filter(service).await?;
            service.auth.export_events(filter, async |lines: String| output.text(lines)).await?;
        }
    }
    Ok(Answer::Done)
}
