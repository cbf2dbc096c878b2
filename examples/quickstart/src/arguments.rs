//! The command line, which has no arguments but two questions.

use std::process::ExitCode;

const USAGE: &str = "usage: quickstart [--help | --version]\n\n\
    It starts the service. Its settings are environment variables, such as BIND and DATABASE_URL:\n\
    examples/quickstart/README.md lists them.";

/// The end of a process with arguments; `None` without them.
pub(crate) fn answered() -> Option<ExitCode> {
    let first = std::env::args_os().nth(1)?;
    Some(match first.to_str() {
        Some("--help" | "-h") => {
            println!("{USAGE}");
            ExitCode::SUCCESS
        }
        Some("--version" | "-V") => {
            println!("quickstart {}", env!("CARGO_PKG_VERSION"));
            ExitCode::SUCCESS
        }
        _ => {
            eprintln!("quickstart: unknown argument\n{USAGE}");
            ExitCode::from(2)
        }
    })
}
