//! What the attributes cost in a build: the same 200 handlers on plain axum with extractors written by hand, and on the
//! attributes, both by `cargo check`, in turns, in one run.

mod crates;
mod measure;

use std::io;
use std::path::Path;

use crates::{Crates, Side};
use measure::{Cargo, Spent, median};

/// At most this much of what plain axum takes.
const CLEAN: f64 = 1.15;
const INCREMENTAL: f64 = 1.5;

const ROUNDS: usize = 9;

fn main() -> io::Result<()> {
    let rounds = std::env::args().nth(1).and_then(|rounds| rounds.parse().ok()).unwrap_or(ROUNDS);
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent().map_or_else(Default::default, Path::to_path_buf);
    let root = std::env::temp_dir().join(format!("auth-compile-cost-{}", std::process::id()));
    let outcome = Crates::write(root.clone(), &workspace).and_then(|crates| measure(&crates, &workspace, rounds));
    if outcome.is_err() {
        eprintln!("the generated crates are left in {}", root.display());
        return outcome;
    }
    std::fs::remove_dir_all(root)
}

fn measure(crates: &Crates, workspace: &Path, rounds: usize) -> io::Result<()> {
    let cargo = Cargo::new(&crates.root, &workspace.join("target"));
    eprintln!("checking the dependencies, which is not measured");
    for side in Side::BOTH {
        cargo.check(side.name())?;
    }
    let mut clean = [Vec::new(), Vec::new()];
    let mut incremental = [Vec::new(), Vec::new()];
    for round in 0..rounds {
        for turn in 0..2 {
            let at = (round + turn) % 2;
            let side = Side::BOTH[at];
            cargo.forget(side.name())?;
            clean[at].push(cargo.check(side.name())?);
            crates.edit(side, round)?;
            incremental[at].push(cargo.check(side.name())?);
        }
        eprintln!("round {} of {rounds}", round + 1);
    }
    report("clean", &clean, CLEAN);
    report("incremental", &incremental, INCREMENTAL);
    Ok(())
}

fn report(what: &str, [plain, guarded]: &[Vec<Spent>; 2], most: f64) {
    for (unit, of) in
        [("elapsed", (|spent| spent.elapsed) as fn(&Spent) -> f64), ("processor", |spent| spent.processor)]
    {
        let (plain, guarded) = (median(plain, of), median(guarded, of));
        let ratio = guarded / plain;
        let verdict = if ratio <= most { "met" } else { "missed" };
        println!(
            "{what:<12} {unit:<10} plain {plain:.2} s, guarded {guarded:.2} s: {ratio:.2}, at most {most}: {verdict}"
        );
    }
}
