//! `auth-core`, the command line: one file or folder for each group of subcommands.
//!
//! Exit codes: 0, done; 1, the answer is no (a policy became wider, a chain is broken); 2, the arguments or a file cannot be
//! read; 3, the work failed.

mod error;
mod output;
mod policy;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use error::Error;
use output::Output;

/// Policies and accounts of services with auth-core.
///
/// Exit codes: 0 done; 1 the answer is no; 2 the arguments or a file cannot be read; 3 the work failed.
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
    }
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    match run(&cli, &mut Output::new(cli.json)) {
        Ok(Answer::Done) => ExitCode::SUCCESS,
        Ok(Answer::No) => ExitCode::from(1),
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(error.exit_code())
        }
    }
}
