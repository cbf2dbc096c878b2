//! A small but real service guarded by `auth_core`; `cargo run` at the workspace root starts it.

use std::process::ExitCode;

fn main() -> ExitCode {
    quickstart::main()
}
