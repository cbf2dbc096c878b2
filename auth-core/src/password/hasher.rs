//! Argon2id on a bounded number of blocking threads.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use argon2::password_hash::phc;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Semaphore;

use super::PasswordHash;
use super::legacy::{self, Bcrypt};

/// OWASP's recommendation: 19 MiB, 2 passes, 1 lane.
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// The number of callers that may wait for a hashing thread; others get [`PasswordError::Busy`]. Each holds a request
/// open and takes about 15 ms of a core.
const MAX_WAITING: usize = 256;

/// An error in hashing or checking a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PasswordError {
    /// Too many password checks are waiting: 503 with `Retry-After`.
    #[error("too many password checks are waiting; try again later")]
    Busy,
    /// The stored hash has a format that this crate cannot verify.
    #[error("unknown format of the stored password hash")]
    UnknownFormat,
    /// Hashing failed: no memory or no randomness.
    #[error("the password could not be hashed")]
    Failed,
}

/// The outcome of a verification.
pub(crate) enum Verified {
    Wrong,
    Right {
        /// The same password hashed with the current parameters, if the stored hash has others.
        upgraded: Option<PasswordHash>,
    },
}

/// Hashes and verifies passwords; at most one at a time for each core.
pub(crate) struct Hasher {
    running: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
    /// Verified in place of the hash of an unknown user, so that both cases take the same time.
    decoy: PasswordHash,
    /// The highest bcrypt cost seen so far; 0 if none.
    bcrypt_cost: Arc<AtomicU32>,
}

impl Hasher {
    pub(crate) fn new() -> Result<Self, PasswordError> {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let mut random = [0; 32];
        aws_lc_rs::rand::fill(&mut random).map_err(|_| PasswordError::Failed)?;
        Ok(Self {
            running: Arc::new(Semaphore::new(cores)),
            waiting: Arc::new(Semaphore::new(cores + MAX_WAITING)),
            decoy: hash(&random)?,
            bcrypt_cost: Arc::default(),
        })
    }

    /// Hashes a new password.
    pub(crate) async fn hash(&self, password: SecretString) -> Result<PasswordHash, PasswordError> {
        self.run(move || hash(password.expose_secret().as_bytes())).await
    }

    /// Checks `password` against `stored`. Without a stored hash the outcome is `Wrong`, after the same time.
    pub(crate) async fn verify(
        &self,
        password: SecretString,
        stored: Option<PasswordHash>,
    ) -> Result<Verified, PasswordError> {
        let (decoy, bcrypt_cost) = (self.decoy.clone(), Arc::clone(&self.bcrypt_cost));
        self.run(move || check(password.expose_secret().as_bytes(), stored.as_ref(), &decoy, &bcrypt_cost)).await
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, PasswordError> + Send + 'static,
    ) -> Result<T, PasswordError> {
        let _place = self.waiting.try_acquire().map_err(|_| PasswordError::Busy)?;
        // The thread owns the permit: a cancelled caller must not free it while the work still runs.
        let turn = Arc::clone(&self.running).acquire_owned().await.map_err(|_| PasswordError::Failed)?;
        let done = tokio::task::spawn_blocking(move || {
            let outcome = work();
            drop(turn);
            outcome
        });
        done.await.map_err(|_| PasswordError::Failed)?
    }
}

fn argon2() -> Result<Argon2<'static>, PasswordError> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(|_| PasswordError::Failed)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn hash(password: &[u8]) -> Result<PasswordHash, PasswordError> {
    let hash: phc::PasswordHash = argon2()?.hash_password(password).map_err(|_| PasswordError::Failed)?;
    Ok(PasswordHash::from_stored(hash.to_string()))
}

/// A wrong password costs the same for every user name, known or not, so that timing does not reveal accounts: after
/// the first bcrypt hash, the work of both kinds.
fn check(
    password: &[u8],
    stored: Option<&PasswordHash>,
    decoy: &PasswordHash,
    bcrypt_cost: &AtomicU32,
) -> Result<Verified, PasswordError> {
    if let Some(bcrypt) = stored.and_then(Bcrypt::parse) {
        let is_right = bcrypt.verify(password)?;
        bcrypt_cost.fetch_max(bcrypt.cost, Ordering::Relaxed);
        if is_right {
            return Ok(Verified::Right { upgraded: Some(hash(password)?) });
        }
        verify(password, decoy)?;
        return Ok(Verified::Wrong);
    }
    let verified = verify(password, stored.unwrap_or(decoy))?;
    if stored.is_some() && matches!(verified, Verified::Right { .. }) {
        return Ok(verified);
    }
    match bcrypt_cost.load(Ordering::Relaxed) {
        0 => {}
        cost => legacy::spend(password, cost),
    }
    Ok(Verified::Wrong)
}

fn verify(password: &[u8], stored: &PasswordHash) -> Result<Verified, PasswordError> {
    let parsed = phc::PasswordHash::new(stored.as_str()).map_err(|_| PasswordError::UnknownFormat)?;
    let argon2 = argon2()?;
    match argon2.verify_password(password, &parsed) {
        Ok(()) => {}
        Err(argon2::password_hash::Error::PasswordInvalid) => return Ok(Verified::Wrong),
        Err(_) => return Err(PasswordError::UnknownFormat),
    }
    let upgraded = if is_current(&parsed, argon2.params()) { None } else { Some(hash(password)?) };
    Ok(Verified::Right { upgraded })
}

fn is_current(stored: &phc::PasswordHash, params: &Params) -> bool {
    stored.algorithm == Algorithm::Argon2id.ident()
        && stored.version == Some(Version::V0x13.into())
        && Params::try_from(stored).is_ok_and(|stored| {
            (stored.m_cost(), stored.t_cost(), stored.p_cost()) == (params.m_cost(), params.t_cost(), params.p_cost())
        })
}
