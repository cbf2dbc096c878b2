//! `auth-core events`: the audit trail.

use auth_core::Timestamp;
use auth_core::event::Event;
use auth_core::store::AuditFilter;
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
            .map_or_else(String::new, |value| value.as_str().map_or_else(|| value.to_string(), str::to_owned))
    };
    Ok([event.at.to_string(), word("kind"), word("outcome"), word("subject"), word("actor")])
}

const HEADING: [&str; 5] = ["TIME", "KIND", "OUTCOME", "SUBJECT", "ACTOR"];

/// The events of one query of an export.
const PAGE: u32 = 1000;

pub(crate) async fn run(command: &Command, service: &Service, output: &mut Output) -> Result<Answer, Error> {
    match command {
        Command::List { filter, limit } => {
            let events = service.auth.events(&filter.filter(service).await?, *limit).await?;
            let rows = events.iter().map(row).collect::<Result<Vec<_>, _>>()?;
            output.show(&List { events }, table(HEADING, &rows))?;
        }
        Command::Export { filter } => {
            let mut filter = filter.filter(service).await?;
            loop {
                let events = service.auth.events(&filter, PAGE).await?;
                let Some(last) = events.last() else { break };
                filter.before = Some((last.at, last.id.to_string().into()));
                for event in &events {
                    output.text(serde_json::to_string(event)?)?;
                }
                if events.len() < PAGE as usize {
                    break;
                }
            }
        }
    }
    Ok(Answer::Done)
}
