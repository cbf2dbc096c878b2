//! Calls Cargo and measures them.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;
use std::{fs, io};

/// The cost of one call, in seconds.
pub(crate) struct Spent {
    pub(crate) elapsed: f64,
    /// Processor time of all its processes, which other work on the machine disturbs least. Linux only, elsewhere 0.
    pub(crate) processor: f64,
}

pub(crate) struct Cargo {
    root: PathBuf,
    target: PathBuf,
}

impl Cargo {
    pub(crate) fn new(root: &Path, target: &Path) -> Self {
        Self { root: root.to_path_buf(), target: target.to_path_buf() }
    }

    /// Downloads the additional dependencies of the generated crates, so that no measurement waits for a registry.
    pub(crate) fn fetch(&self) -> io::Result<()> {
        self.run(&["fetch", "--quiet"])
    }

    /// `cargo check` of one of the generated crates.
    pub(crate) fn check(&self, side: &str) -> io::Result<Spent> {
        let (start, before) = (Instant::now(), processor_seconds());
        self.run(&["check", "--quiet", "--offline", "-p", &package(side)])?;
        Ok(Spent { elapsed: start.elapsed().as_secs_f64(), processor: processor_seconds() - before })
    }

    /// `cargo check` of one of them and of everything that it depends on, with nothing built before.
    pub(crate) fn check_everything(&self, side: &str) -> io::Result<Spent> {
        let cargo = Self::new(&self.root, &self.root.join("everything"));
        let spent = cargo.check(side)?;
        fs::remove_dir_all(&cargo.target)?;
        Ok(spent)
    }

    /// Removes the build of the crate itself.
    pub(crate) fn forget(&self, side: &str) -> io::Result<()> {
        self.run(&["clean", "--quiet", "--offline", "-p", &package(side)])
    }

    fn run(&self, args: &[&str]) -> io::Result<()> {
        let status = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
            .args(args)
            .current_dir(&self.root)
            .env("CARGO_TARGET_DIR", &self.target)
            // The crates' manifest decides about incremental compilation.
            .env_remove("CARGO_INCREMENTAL")
            .stdin(Stdio::null())
            .status()?;
        if status.success() { Ok(()) } else { Err(io::Error::other(format!("cargo {args:?} failed"))) }
    }
}

fn package(side: &str) -> String {
    format!("cost-{side}")
}

/// Processor time of the child processes that have ended, from `/proc`, in ticks of 10 ms.
fn processor_seconds() -> f64 {
    let Ok(stat) = fs::read_to_string("/proc/self/stat") else { return 0.0 };
    // The second field is the program's name in parentheses; the 16th and 17th are the children's.
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let ticks = after_name.split_whitespace().skip(13).take(2).filter_map(|field| field.parse::<f64>().ok());
    ticks.sum::<f64>() / 100.0
}

pub(crate) fn median(of: &[Spent], by: fn(&Spent) -> f64) -> f64 {
    let mut values: Vec<f64> = of.iter().map(by).collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
