//! Argon2id off the async threads, by a bounded number of threads.

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

/// How many callers may wait for a hashing thread before more are turned away. Each holds a request open and will take
/// some 15 ms of a core.
const MAX_WAITING: usize = 256;

/// A password could not be hashed or checked.
///
/// ```
/// use auth_core::AccountError;
/// use auth_core::password::PasswordError;
///
/// assert_eq!(AccountError::from(PasswordError::Busy), AccountError::Overloaded); // 503 with `Retry-After`
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PasswordError {
    /// Too many are waiting already; try again later.
    #[error("too many password checks are waiting; try again later")]
    Busy,
    /// The stored hash is not one that this crate can verify.
    #[error("the stored password hash is in no known format")]
    UnknownFormat,
    /// The hashing itself failed (no memory, no randomness).
    #[error("the password could not be hashed")]
    Failed,
}

/// The outcome of a verification that could be carried out.
pub(crate) enum Verified {
    Wrong,
    Right {
        /// The same password hashed with today's parameters, when the stored hash has others.
        upgraded: Option<PasswordHash>,
    },
}

/// Hashes and verifies passwords; at most as many at a time as there are cores.
pub(crate) struct Hasher {
    running: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
    /// Verified when there is no user, so that this takes the same time.
    decoy: PasswordHash,
    /// The highest cost of a bcrypt hash seen so far; 0 while there was none.
    bcrypt_cost: Arc<AtomicU32>,
}

impl Hasher {
    pub(crate) fn new() -> Result<Self, PasswordError> {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let mut nobody = [0; 32];
        aws_lc_rs::rand::fill(&mut nobody).map_err(|_| PasswordError::Failed)?;
        Ok(Self {
            running: Arc::new(Semaphore::new(cores)),
            waiting: Arc::new(Semaphore::new(cores + MAX_WAITING)),
            decoy: hash(&nobody)?,
            bcrypt_cost: Arc::default(),
        })
    }

    /// Hashes a new password.
    pub(crate) async fn hash(&self, password: SecretString) -> Result<PasswordHash, PasswordError> {
        self.run(move || hash(password.expose_secret().as_bytes())).await
    }

    /// Checks `password` against `stored`; without one against a decoy, in the same time and never right.
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
        // Owned by the thread: a caller who goes away does not free a place whose work still runs.
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

/// A password that is wrong costs the same whoever was asked for: once a bcrypt hash was seen, the work of both kinds.
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
