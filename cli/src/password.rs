//! `auth-core password`: hashes, and what one costs on this machine.

use std::time::{Duration, Instant};

use auth_core::password::PasswordHash;
use auth_core::store::MemoryStore;
use auth_core::token::{SigningKey, random_secret};
use auth_core::{AccountError, Auth};
use clap::Subcommand;
use indicatif::{ProgressBar, ProgressStyle};
use secrecy::ExposeSecret as _;
use serde::Serialize;

use crate::Answer;
use crate::error::Error;
use crate::input::{new_password, secret};
use crate::output::Output;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Hash a password, which is a line of standard input, by the rules for new passwords.
    Hash,
    /// Check a password against a stored hash: two lines of standard input, first the hash. Exit code 1 if it is wrong.
    Check,
    /// Measure what a login costs on this machine.
    Calibrate {
        /// Hashes to measure one after the other, and as many again at once.
        #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=10_000))]
        hashes: u32,
    },
}

#[derive(Serialize)]
struct Hashed<'a> {
    hash: &'a str,
}

#[derive(Serialize)]
struct Checked {
    matches: bool,
}

#[derive(Serialize)]
struct Calibrated {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
    milliseconds: u64,
    logins_per_second: f64,
    threads: usize,
    memory_mib: usize,
    debug_build: bool,
}

pub(crate) fn run(command: &Command, output: &mut Output) -> Result<Answer, Error> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        match command {
            Command::Hash => {
                let hash = auth()?.hash_password(new_password()?, &[]).await?;
                output.show(&Hashed { hash: hash.as_str() }, hash.as_str())?;
                Ok(Answer::Done)
            }
            Command::Check => {
                let hash = PasswordHash::from_stored(secret("Stored hash")?.expose_secret().trim());
                let matches = auth()?.verify_password(&hash, secret("Password")?).await?;
                output.show(
                    &Checked { matches },
                    if matches { "the password matches" } else { "the password is wrong" },
                )?;
                Ok(if matches { Answer::Done } else { Answer::No })
            }
            Command::Calibrate { hashes } => calibrate(*hashes, output).await,
        }
    })
}

/// Only its hashing threads are used.
fn auth() -> Result<Auth, Error> {
    let key = SigningKey::hs256(&random_secret()?).map_err(|error| Error::Failed(error.to_string()))?;
    Ok(Auth::builder(key, "https://command-line.invalid", "command-line").store(MemoryStore::new()).build()?)
}

async fn hash(auth: &Auth) -> Result<PasswordHash, AccountError> {
    auth.hash_password("three words and a comma".into(), &[]).await
}

async fn calibrate(hashes: u32, output: &mut Output) -> Result<Answer, Error> {
    let auth = auth()?;
    // To standard error, and only to a terminal.
    let bar = ProgressBar::new(u64::from(hashes) * 2);
    if let Ok(style) = ProgressStyle::with_template("{msg} [{bar:30}] {pos}/{len}") {
        bar.set_style(style);
    }
    bar.set_message("one at a time");
    let mut times: Vec<Duration> = Vec::new();
    let mut sample = hash(&auth).await?;
    for _ in 0..hashes {
        let began = Instant::now();
        sample = hash(&auth).await?;
        times.push(began.elapsed());
        bar.inc(1);
    }
    times.sort_unstable();
    let median = times.get(times.len() / 2).copied().unwrap_or_default();

    bar.set_message("all at once  ");
    let began = Instant::now();
    let running: Vec<_> = (0..hashes)
        .map(|_| {
            let (auth, bar) = (auth.clone(), bar.clone());
            tokio::spawn(async move {
                let hashed = hash(&auth).await;
                bar.inc(1);
                hashed
            })
        })
        .collect();
    for one in running {
        one.await.map_err(|error| Error::Failed(error.to_string()))??;
    }
    let per_second = f64::from(hashes) / began.elapsed().as_secs_f64();
    bar.finish_and_clear();

    let [memory_kib, passes, lanes] = parameters(&sample).unwrap_or_default();
    let threads = std::thread::available_parallelism().map_or(1, |cores| cores.get().saturating_sub(1).max(1));
    let measured = Calibrated {
        memory_kib,
        passes,
        lanes,
        milliseconds: u64::try_from(median.as_millis()).unwrap_or(u64::MAX),
        logins_per_second: (per_second * 10.0).round() / 10.0,
        threads,
        memory_mib: threads * memory_kib as usize / 1024,
        debug_build: cfg!(debug_assertions),
    };
    let mut text = format!(
        "Argon2id m={memory_kib} KiB, t={passes}, p={lanes}: the parameters of every new hash\n\
         one hash       {} ms (median of {hashes})\n\
         logins         {:.1} in a second, on {threads} hashing threads\n\
         memory         {} MiB while all of them work\n",
        measured.milliseconds, measured.logins_per_second, measured.memory_mib,
    );
    if cfg!(debug_assertions) {
        text.push_str("This is a debug build, which hashes more slowly than a release.\n");
    }
    output.show(&measured, text)?;
    Ok(Answer::Done)
}

/// Memory, passes and lanes of a hash in PHC's form.
fn parameters(hash: &PasswordHash) -> Option<[u32; 3]> {
    let parameters = hash.as_str().split('$').nth(3)?;
    let mut values = parameters.split(',').map(|parameter| parameter.split_once('=')?.1.parse().ok());
    Some([values.next()??, values.next()??, values.next()??])
}
