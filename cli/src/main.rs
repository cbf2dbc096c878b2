//! `auth-core`, the command line: one file or folder for each group of subcommands.
//!
//! Exit codes: 0, done; 1, the answer is no (a policy became wider, a chain is broken, there is no such user); 2, the
//! arguments, standard input or a file cannot be read; 3, the work failed.

mod api_key;
mod error;
mod events;
mod input;
mod output;
mod password;
mod policy;
mod secret;
mod service;
mod session;
mod text;
mod token;
mod user;

use std::process::ExitCode;

use clap::{CommandFactory as _, Parser, Subcommand};
use clap_complete::Shell;

use error::Error;
use output::Output;
use service::Database;

/// Policies and accounts of services with auth-core.
///
/// Exit codes: 0 done; 1 the answer is no; 2 the arguments, standard input or a file cannot be read; 3 the work failed.
#[derive(Debug, Parser)]
#[command(name = "auth-core", version)]
struct Cli {
    /// Print JSON instead of text.
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Compare and question policy tables.
    #[command(subcommand)]
    Policy(policy::Command),
    /// Create, change and list accounts.
    User {
        #[command(flatten)]
        database: Database,
        #[command(subcommand)]
        command: user::Command,
    },
    /// Create, list and revoke API keys.
    ApiKey {
        #[command(flatten)]
        database: Database,
        #[command(subcommand)]
        command: api_key::Command,
    },
    /// List and end sessions.
    Session {
        #[command(flatten)]
        database: Database,
        #[command(subcommand)]
        command: session::Command,
    },
    /// Read the audit trail.
    Events {
        #[command(flatten)]
        database: Database,
        #[command(subcommand)]
        command: events::Command,
    },
    /// Hash and check passwords, and measure what that costs here.
    #[command(subcommand)]
    Password(password::Command),
    /// Look into tokens.
    #[command(subcommand)]
    Token(token::Command),
    /// Make a random secret, for `AUTH_SECRET`.
    Secret,
    /// Make a private key in PEM, to sign tokens with.
    Key(secret::Key),
    /// Print the completion of a shell.
    Completion {
        #[arg(value_enum)]
        shell: Shell,
    },
}

/// What a command that ran to its end has to say by its exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answer {
    Done,
    No,
}

fn run(cli: &Cli, output: &mut Output) -> Result<Answer, Error> {
    match &cli.command {
        Command::Policy(command) => policy::run(command, output),
        Command::User { database, command } => database.run(async |service| user::run(command, service, output).await),
        Command::ApiKey { database, command } => {
            database.run(async |service| api_key::run(command, service, output).await)
        }
        Command::Session { database, command } => {
            database.run(async |service| session::run(command, service, output).await)
        }
        Command::Events { database, command } => {
            database.run(async |service| events::run(command, service, output).await)
        }
        Command::Password(command) => password::run(command, output),
        Command::Token(command) => token::run(command, output),
        Command::Secret => secret::secret(output),
        Command::Key(key) => secret::key(key, output),
        Command::Completion { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(*shell, &mut Cli::command(), "auth-core", &mut script);
            output.script(&String::from_utf8_lossy(&script))?;
            Ok(Answer::Done)
        }
    }
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    match run(&cli, &mut Output::new(cli.json)) {
        Ok(Answer::Done) => ExitCode::SUCCESS,
        Ok(Answer::No) => ExitCode::from(1),
        Err(error) => {
            eprintln!("error: {}", text::lines(&error.to_string()));
            ExitCode::from(error.exit_code())
        }
    }
}
