//! `auth-core user`: accounts.

use auth_core::store::{Account, AccountPatch};
use auth_core::token::random_secret;
use auth_core::{Keep, Registration, SubjectId, Timestamp};
use clap::{Args, Subcommand};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Serialize;

use crate::Answer;
use crate::error::Error;
use crate::input::new_password;
use crate::output::Output;
use crate::service::{Service, context};
use crate::text::{more, table};

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Add a user. The password is a line of standard input.
    Create {
        /// The e-mail address, which is the login name.
        email: String,
        /// A role, by the name that the service's role enum gives it. The command cannot know these names: a misspelt one
        /// grants nothing.
        #[arg(long = "role", value_name = "NAME")]
        roles: Vec<String>,
        #[command(flatten)]
        password: NewPassword,
    },
    /// List accounts in the order of their creation.
    List {
        /// The most accounts to list.
        #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=1000))]
        limit: u32,
        /// Begin after this id, the last one of the list before.
        #[arg(long, value_name = "ID")]
        after: Option<SubjectId>,
    },
    /// Show an account.
    Show {
        /// The id or the e-mail address.
        user: String,
    },
    /// Disable an account: every session ends for good, its API keys are refused.
    Disable {
        /// The id or the e-mail address.
        user: String,
        #[command(flatten)]
        needed: Needed,
    },
    /// Enable an account again. Its sessions stay ended.
    Enable {
        /// The id or the e-mail address.
        user: String,
    },
    /// Replace the roles of an account.
    SetRole {
        /// The id or the e-mail address.
        user: String,
        /// The roles, by their names; `--none` for none.
        #[arg(required_unless_present = "none", conflicts_with = "none", value_name = "NAME")]
        roles: Vec<String>,
        /// Take every role away.
        #[arg(long)]
        none: bool,
        #[command(flatten)]
        needed: Needed,
    },
    /// Set a new password, which ends every session. It is a line of standard input.
    ResetPassword {
        /// The id or the e-mail address.
        user: String,
        #[command(flatten)]
        password: NewPassword,
    },
}

/// The password of a new or changed account.
#[derive(Args, Debug)]
pub(crate) struct NewPassword {
    /// Make a random password and print it, instead of reading one.
    #[arg(long)]
    generate_password: bool,
}

impl NewPassword {
    /// The password, and whether it was made here.
    fn get(&self) -> Result<(SecretString, bool), Error> {
        let password = if self.generate_password { random_secret()? } else { new_password()? };
        Ok((password, self.generate_password))
    }
}

/// A role that the service cannot be without.
#[derive(Args, Debug)]
pub(crate) struct Needed {
    /// Refuse the change if it takes this role from the last active account that has it, as `AuthBuilder::needed_role` does.
    #[arg(long = "needed-role", value_name = "NAME")]
    needed_roles: Vec<String>,
}

#[derive(Serialize)]
struct View {
    id: SubjectId,
    email: String,
    roles: Vec<Box<str>>,
    active: bool,
    created_at: Timestamp,
    /// Made here, and shown this once.
    #[serde(skip_serializing_if = "Option::is_none")]
    password: Option<String>,
}

impl From<Account> for View {
    fn from(account: Account) -> Self {
        let Account { id, email, roles, active, created_at } = account;
        Self { id, email: email.to_string(), roles, active, created_at, password: None }
    }
}

impl View {
    fn with(self, password: &SecretString, made: bool) -> Self {
        Self { password: made.then(|| password.expose_secret().to_owned()), ..self }
    }

    fn row(&self) -> [String; 5] {
        let state = if self.active { "active" } else { "disabled" };
        [self.id.to_string(), self.email.clone(), self.roles.join(" "), state.to_owned(), self.created_at.to_string()]
    }
}

#[derive(Serialize)]
struct List {
    users: Vec<View>,
    /// The `--after` of the next list.
    next: Option<SubjectId>,
}

const HEADING: [&str; 5] = ["ID", "EMAIL", "ROLES", "STATE", "CREATED"];

pub(crate) async fn run(command: &Command, service: &Service, output: &mut Output) -> Result<Answer, Error> {
    let auth = &service.auth;
    let view = match command {
        Command::Create { email, roles, password } => {
            let (password, made) = password.get()?;
            let registration = Registration::new(email, password.clone());
            let roles = roles.iter().map(|role| role.as_str().into()).collect();
            let (id, _) = auth.register(&context(), with_role_names(registration, roles)).await?;
            View::from(auth.account(&id).await?).with(&password, made)
        }
        Command::List { limit, after } => return list(service, *limit, after.as_ref(), output).await,
        Command::Show { user } => auth.account(&service.subject(user).await?).await?.into(),
        Command::Disable { user, needed } => {
            update(service, user, AccountPatch { active: Some(false), ..needed.patch() }).await?
        }
        Command::Enable { user } => {
            update(service, user, AccountPatch { active: Some(true), ..AccountPatch::default() }).await?
        }
        Command::SetRole { user, roles, needed, .. } => {
            let roles = roles.iter().map(|role| role.as_str().into()).collect();
            update(service, user, AccountPatch { roles: Some(roles), ..needed.patch() }).await?
        }
        Command::ResetPassword { user, password } => {
            let id = service.subject(user).await?;
            let (password, made) = password.get()?;
            auth.set_password(&context(), &id, password.clone(), Keep::None).await?;
            View::from(auth.account(&id).await?).with(&password, made)
        }
    };
    let password = view.password.as_ref().map(|password| format!("password {password} (shown this once)\n"));
    output.show(&view, table(HEADING, &[view.row()]) + password.as_deref().unwrap_or_default())?;
    Ok(Answer::Done)
}

fn with_role_names(mut registration: Registration, roles: Vec<Box<str>>) -> Registration {
    registration.roles = roles;
    registration
}

impl Needed {
    fn patch(&self) -> AccountPatch {
        let needed_roles = self.needed_roles.iter().map(|role| role.as_str().into()).collect();
        AccountPatch { needed_roles, ..AccountPatch::default() }
    }
}

async fn update(service: &Service, user: &str, patch: AccountPatch) -> Result<View, Error> {
    let id = service.subject(user).await?;
    Ok(service.auth.update_account(&context(), &id, patch).await?.into())
}

async fn list(service: &Service, limit: u32, after: Option<&SubjectId>, output: &mut Output) -> Result<Answer, Error> {
    let mut accounts = service.auth.accounts(after, limit + 1).await?;
    let is_more = accounts.len() > limit as usize;
    accounts.truncate(limit as usize);
    let next = accounts.last().filter(|_| is_more).map(|last| last.id.clone());
    let users: Vec<View> = accounts.into_iter().map(View::from).collect();
    let mut text = table(HEADING, &users.iter().map(View::row).collect::<Vec<_>>());
    if let Some(next) = &next {
        text += &more(next);
    }
    output.show(&List { users, next }, text)?;
    Ok(Answer::Done)
}
