//! `auth-core session`: sessions of a user.

use auth_core::store::{Cursor, Page, Session};
use auth_core::{SessionId, Timestamp};
use clap::Subcommand;
use serde::Serialize;

use crate::Answer;
use crate::error::Error;
use crate::output::Output;
use crate::service::{Service, context};
use crate::text::{more, table};

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List the live sessions of a user, newest first.
    List {
        /// The id or the e-mail address.
        user: String,
        /// The most sessions to list.
        #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=1000))]
        limit: u32,
        /// Begin after this place, the `next` of the list before.
        #[arg(long, value_name = "PLACE")]
        after: Option<Cursor<SessionId>>,
    },
    /// End a session of a user, or all of them.
    End {
        /// The id or the e-mail address.
        user: String,
        /// The session.
        #[arg(required_unless_present = "all", conflicts_with = "all")]
        session: Option<SessionId>,
        /// End every session, and revoke every access token.
        #[arg(long)]
        all: bool,
    },
}

#[derive(Serialize)]
struct View {
    id: SessionId,
    scope: String,
    amr: String,
    agent: Option<String>,
    created_at: Timestamp,
    last_used_at: Timestamp,
    expires_at: Timestamp,
}

impl From<Session> for View {
    fn from(session: Session) -> Self {
        let Session { id, scope, amr, agent, created_at, last_used_at, expires_at, .. } = session;
        Self { id, scope, amr, agent, created_at, last_used_at, expires_at }
    }
}

impl View {
    fn row(&self) -> [String; 5] {
        let agent = self.agent.clone().unwrap_or_default();
        [self.id.to_string(), self.created_at.to_string(), self.last_used_at.to_string(), self.amr.clone(), agent]
    }
}

#[derive(Serialize)]
struct List {
    sessions: Vec<View>,
    next: Option<String>,
}

#[derive(Serialize)]
struct Ended {
    ended: bool,
}

const HEADING: [&str; 5] = ["ID", "BEGAN", "LAST USED", "METHODS", "AGENT"];

pub(crate) async fn run(command: &Command, service: &Service, output: &mut Output) -> Result<Answer, Error> {
    let auth = &service.auth;
    match command {
        Command::List { user, limit, after } => {
            let subject = service.subject(user).await?;
            let mut found = auth.sessions(&subject, Page { after: after.as_ref(), limit: limit + 1 }).await?;
            let is_more = found.len() > *limit as usize;
            found.truncate(*limit as usize);
            let next = found.last().filter(|_| is_more).map(|last| last.cursor().to_string());
            let sessions: Vec<View> = found.into_iter().map(View::from).collect();
            let mut text = table(HEADING, &sessions.iter().map(View::row).collect::<Vec<_>>());
            if let Some(next) = &next {
                text += &more(next);
            }
            output.show(&List { sessions, next }, text)?;
        }
        Command::End { user, session: Some(session), .. } => {
            let subject = service.subject(user).await?;
            if !auth.end_session(&context(), &subject, session).await? {
                return Err(Error::NotFound(format!("session {session} of {user}")));
            }
            output.show(&Ended { ended: true }, format!("ended {session}"))?;
        }
        Command::End { user, session: None, .. } => {
            let subject = service.subject(user).await?;
            auth.logout_everywhere(&context(), &subject).await?;
            output.show(&Ended { ended: true }, format!("ended every session of {user}"))?;
        }
    }
    Ok(Answer::Done)
}
