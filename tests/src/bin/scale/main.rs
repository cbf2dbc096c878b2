//! What sessions cost: the figures of `docs/operations.md`, each printed by a command of its own.
//!
//! ```text
//! cargo run -p auth-tests --bin scale statements    # that each request sends to the database, and its time
//! cargo run -p auth-tests --bin scale size          # of a session in the database
//! cargo run -p auth-tests --bin scale memory        # of a node that serves more and more sessions
//! cargo run -p auth-tests --bin scale load          # on the database by several nodes at several rates
//! cargo run -p auth-tests --bin scale flood         # guarded requests while 64 connections log in
//! cargo run -p auth-tests --bin scale timing        # that the time of an answer tells no accounts apart, by rank test
//! ```
//!
//! It starts its own PostgreSQL, or uses the one that `DATABASE_URL` names.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a measurement that cannot go on should stop and say where"
)]

use std::process::ExitCode;

mod fleet;
mod flood;
mod load;
mod memory;
mod scene;
mod size;
mod statements;
mod timing;

fn main() -> ExitCode {
    if fleet::is_node() {
        return fleet::node();
    }
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let args: Vec<String> = std::env::args().skip(1).collect();
    match args.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["statements"] => runtime.block_on(statements::print(30)),
        ["statements", "--once"] => runtime.block_on(statements::print(1)),
        ["size"] => runtime.block_on(size::print()),
        ["memory"] => runtime.block_on(memory::print()),
        ["load"] => runtime.block_on(load::print()),
        ["timing"] => runtime.block_on(timing::print()),
        ["flood"] => runtime.block_on(flood::print()),
        _ => {
            eprintln!("scale: say what to measure: `statements`, `size`, `memory`, `load`, `flood` or `timing`");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}
