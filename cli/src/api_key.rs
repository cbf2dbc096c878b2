//! `auth-core api-key`: API keys.

use std::time::Duration;

use auth_core::store::{ApiKeyRecord, Cursor, Page};
use auth_core::{ApiKeyId, IssuedApiKey, NewApiKey, SubjectId, Timestamp};
use clap::Subcommand;
use serde::Serialize;

use crate::Answer;
use crate::error::Error;
use crate::output::Output;
use crate::service::{Service, context};
use crate::text::{more, table};

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Create a key and print it; it cannot be shown again.
    Create {
        /// The user that owns the key, by id or e-mail address. The key is refused while the owner is disabled or lacks what
        /// the service demands of owners.
        #[arg(long, value_name = "USER")]
        owner: String,
        /// A name for people.
        #[arg(long)]
        name: String,
        /// A scope of the key.
        #[arg(long = "scope", value_name = "SCOPE")]
        scopes: Vec<String>,
        /// The lifetime, such as `90d`; without it the key does not expire.
        #[arg(long, value_name = "TIME", value_parser = humantime::parse_duration)]
        expires_in: Option<Duration>,
    },
    /// List the keys, newest first.
    List {
        /// The most keys to list.
        #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=1000))]
        limit: u32,
        /// Begin after this place, the `next` of the list before.
        #[arg(long, value_name = "PLACE")]
        after: Option<Cursor<ApiKeyId>>,
    },
    /// Give a key a new secret and print it. The old secret is accepted for 24 hours.
    Rotate {
        /// The id, which stands in the key's text after `ak_`.
        id: ApiKeyId,
    },
    /// Revoke a key, and the keys derived from it.
    Revoke {
        /// The id.
        id: ApiKeyId,
    },
}

#[derive(Serialize)]
struct View {
    id: ApiKeyId,
    /// Shown this once.
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<String>,
    name: String,
    owner: SubjectId,
    scopes: Vec<Box<str>>,
    created_at: Timestamp,
    expires_at: Option<Timestamp>,
    last_used_at: Option<Timestamp>,
}

impl From<ApiKeyRecord> for View {
    fn from(record: ApiKeyRecord) -> Self {
        let ApiKeyRecord { id, name, owner, scopes, created_at, expires_at, last_used_at, .. } = record;
        Self { id, key: None, name, owner, scopes, created_at, expires_at, last_used_at }
    }
}

impl View {
    fn row(&self) -> [String; 6] {
        let time = |time: Option<Timestamp>| time.map_or_else(|| "-".to_owned(), |time| time.to_string());
        let (expires, used) = (time(self.expires_at), time(self.last_used_at));
        [self.id.to_string(), self.name.clone(), self.owner.to_string(), self.scopes.join(" "), expires, used]
    }
}

#[derive(Serialize)]
struct List {
    api_keys: Vec<View>,
    next: Option<String>,
}

#[derive(Serialize)]
struct Revoked<'a> {
    id: &'a ApiKeyId,
    revoked: bool,
}

const HEADING: [&str; 6] = ["ID", "NAME", "OWNER", "SCOPES", "EXPIRES", "LAST USED"];

pub(crate) async fn run(command: &Command, service: &Service, output: &mut Output) -> Result<Answer, Error> {
    let auth = &service.auth;
    match command {
        Command::Create { owner, name, scopes, expires_in } => {
            let owner = service.subject(owner).await?;
            let scopes = scopes.iter().map(|scope| scope.as_str().into()).collect();
            let new = NewApiKey { scopes, expires_in: *expires_in, ..NewApiKey::new(name) };
            issued(auth.create_api_key(&context(), &owner, new).await?, output)?;
        }
        Command::Rotate { id } => issued(auth.rotate_api_key(&context(), id).await?, output)?,
        Command::Revoke { id } => {
            auth.revoke_api_key(&context(), id).await?;
            output.show(&Revoked { id, revoked: true }, format!("revoked {id}"))?;
        }
        Command::List { limit, after } => {
            let mut keys = auth.api_keys(Page { after: after.as_ref(), limit: limit + 1 }).await?;
            let is_more = keys.len() > *limit as usize;
            keys.truncate(*limit as usize);
            let next = keys.last().filter(|_| is_more).map(|last| last.cursor().to_string());
            let api_keys: Vec<View> = keys.into_iter().map(View::from).collect();
            let mut text = table(HEADING, &api_keys.iter().map(View::row).collect::<Vec<_>>());
            if let Some(next) = &next {
                text += &more(next);
            }
            output.show(&List { api_keys, next }, text)?;
        }
    }
    Ok(Answer::Done)
}

fn issued(issued: IssuedApiKey, output: &mut Output) -> Result<(), Error> {
    let mut view = View::from(issued.record);
    let key = issued.key.expose().to_owned();
    let text = format!("{}key {key} (shown this once)\n", table(HEADING, &[view.row()]));
    view.key = Some(key);
    output.show(&view, text)
}
