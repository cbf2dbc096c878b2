//! Build cost of the attributes: the same 200 handlers on plain axum with hand-written extractors, with auth-core's
//! attributes, and with two other crates', by `cargo check`, in turns, in one run.

mod crates;
mod measure;

use std::io;
use std::path::Path;

use crates::{Crates, Side};
use measure::{Cargo, Spent, median};

/// The limit, relative to plain axum.
const CLEAN: f64 = 1.25;
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
    cargo.fetch()?;
    for side in Side::ALL {
        cargo.check(side.name())?;
    }
    let mut everything = Side::ALL.map(|_| Vec::new());
    let mut clean = Side::ALL.map(|_| Vec::new());
    let mut incremental = Side::ALL.map(|_| Vec::new());
    for round in 0..rounds {
        for turn in 0..Side::ALL.len() {
            let at = (round + turn) % Side::ALL.len();
            let side = Side::ALL[at];
            cargo.forget(side.name())?;
            clean[at].push(cargo.check(side.name())?);
            crates.edit(side, round)?;
            incremental[at].push(cargo.check(side.name())?);
        }
        eprintln!("round {} of {rounds}", round + 1);
    }
    report("clean", &clean, CLEAN);
    report("incremental", &incremental, INCREMENTAL);
    for round in 0..rounds.div_ceil(3) {
        for turn in 0..Side::ALL.len() {
            let at = (round + turn) % Side::ALL.len();
            everything[at].push(cargo.check_everything(Side::ALL[at].name())?);
        }
        eprintln!("round {} of {}, with dependencies", round + 1, rounds.div_ceil(3));
    }
    report("clean, with all dependencies", &everything, CLEAN);
    Ok(())
}

fn report(what: &str, spent: &[Vec<Spent>], most: f64) {
    for (unit, of) in
        [("elapsed", (|spent| spent.elapsed) as fn(&Spent) -> f64), ("processor", |spent| spent.processor)]
    {
        let plain = median(&spent[0], of);
        println!("{what}, {unit}: plain {plain:.2} s");
        for (side, spent) in Side::ALL.iter().zip(spent).skip(1) {
            let (median, name) = (median(spent, of), side.name());
            let ratio = median / plain;
            let verdict = match side {
                Side::Guarded if ratio <= most => format!(", at most {most}: met"),
                Side::Guarded => format!(", at most {most}: missed"),
                _ => String::new(),
            };
            println!("  {name:<14} {median:.2} s: {ratio:.2}{verdict}");
        }
    }
}
