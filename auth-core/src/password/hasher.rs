//! Hashing and verification on a bounded number of blocking threads.

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Instant;

use secrecy::{ExposeSecret, SecretString};
use tokio::sync::{OnceCell, OwnedSemaphorePermit, Semaphore};
use unicode_normalization::UnicodeNormalization;

use super::PasswordHash;
use super::foreign::ForeignHash;
use super::format::{Argon2, Format};
use super::rules::{Password, PasswordRules, WeakPassword};
use super::threads;
use crate::base::meter::{self, Counter, Entered, Gauge, Histogram};

/// The number of callers that may wait for each hashing thread; others get [`PasswordError::Busy`]. Each takes about 15 ms
/// of a core, so that the last one waits for two seconds.
const MAX_WAITING: usize = 128;

/// The hashing threads of a service: one core is left to the requests that need no hash.
pub(super) fn thread_count() -> usize {
    std::thread::available_parallelism().map_or(1, |cores| cores.get().saturating_sub(1).max(1))
}

/// The number of formats whose work a failed login does.
const MAX_FORMATS: usize = 64;

/// An error in hashing or checking a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PasswordError {
    /// Too many password checks are waiting: 503 with `Retry-After`.
    #[error("too many password checks are waiting; try again later")]
    Busy,
    /// Hashing failed: no memory or no randomness.
    #[error("the password could not be hashed")]
    Failed,
}

/// The outcome of a verification.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Verified {
    Wrong {
        /// The stored hash has a format that cannot be verified, so that no password is right.
        is_unreadable: bool,
    },
    Right {
        /// The same password with the current format, if the stored hash is weaker.
        upgraded: Option<PasswordHash>,
    },
}

/// A place among the callers whose hashes are computed or wait.
struct Place {
    _waiting: OwnedSemaphorePermit,
    _queue: Entered,
}

/// The turn of a caller: a hashing thread is its own.
pub(crate) struct Turn {
    running: OwnedSemaphorePermit,
    _place: Place,
}

/// Hashes and verifies passwords on one thread fewer than there are cores, which gives way to others: guarded requests are
/// answered meanwhile.
pub(crate) struct Hasher {
    running: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
    formats: Arc<Formats>,
    /// Set when the formats in the store are known.
    learned: OnceCell<()>,
    queue: Gauge,
    seconds: Histogram,
    rejected: Counter,
}

/// The formats of stored hashes as far as they are known. A failed login does the work of each of them once, whatever
/// the stored hash is and whether there is one, so that its time does not tell which users exist.
struct Formats {
    known: RwLock<Vec<Format>>,
    foreign: Vec<Box<dyn ForeignHash>>,
}

impl Formats {
    fn new(foreign: Vec<Box<dyn ForeignHash>>) -> Self {
        Self { known: RwLock::new(vec![Format::CURRENT]), foreign }
    }

    fn of(&self, stored: &PasswordHash) -> Option<Format> {
        Format::of(stored, &self.foreign)
    }

    fn learn(&self, format: Format) {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        if known.iter_mut().any(|known| known.includes(&format)) {
            return;
        }
        if known.len() < MAX_FORMATS {
            known.push(format);
        } else {
            tracing::warn!(
                target: "auth",
                "the stored password hashes have over {MAX_FORMATS} formats; the time of a failed login tells users with others apart"
            );
        }
    }

    fn known(&self) -> Vec<Format> {
        self.known.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Hasher {
    pub(crate) fn new(foreign: Vec<Box<dyn ForeignHash>>) -> Self {
        let threads = thread_count();
        Self {
            running: Arc::new(Semaphore::new(threads)),
            waiting: Arc::new(Semaphore::new(threads * (1 + MAX_WAITING))),
            formats: Arc::new(Formats::new(foreign)),
            learned: OnceCell::new(),
            queue: Gauge::new(meter::HASH_QUEUE),
            seconds: Histogram::new(meter::HASH_SECONDS),
            rejected: Counter::new(meter::HASH_REJECTED, &[]),
        }
    }

    /// Learns the formats of these hashes, once; after an error the next call does. The first verification must come after
    /// it.
    async fn learn<E>(&self, samples: impl Future<Output = Result<Vec<PasswordHash>, E>>) -> Result<(), E> {
        let learn = async {
            let (samples, formats) = (samples.await?, Arc::clone(&self.formats));
            // Also recognising a hash may be the application's code.
            let learnt = tokio::task::spawn_blocking(move || {
                samples.iter().filter_map(|stored| formats.of(stored)).for_each(|format| formats.learn(format));
            });
            let _ = learnt.await;
            Ok(())
        };
        self.learned.get_or_try_init(|| learn).await?;
        Ok(())
    }

    #[cfg(test)]
    pub(crate) fn formats(&self) -> usize {
        self.formats.known().len()
    }

    /// Hashes a new password.
    pub(crate) async fn hash(&self, password: SecretString) -> Result<PasswordHash, PasswordError> {
        self.run(move || hash(&normalized(password.expose_secret()))).await
    }

    /// Checks a new password by rules that take long.
    pub(crate) async fn check(
        &self,
        rules: PasswordRules,
        password: SecretString,
        words: Vec<String>,
    ) -> Result<Result<Password, WeakPassword>, PasswordError> {
        self.run(move || {
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            Ok(rules.check(password, &words))
        })
        .await
    }

    /// Checks `password` against `stored`. Every wrong one takes the same time, also without a stored hash.
    pub(crate) async fn verify(
        &self,
        password: SecretString,
        stored: Option<PasswordHash>,
    ) -> Result<Verified, PasswordError> {
        self.verify_in(self.turn(self.place()?).await?, password, stored, true).await
    }

    /// Waits for a turn to verify a password of users whose formats `samples` has: the first call learns them. Callers that
    /// wait for the samples of a slow store have places, so that those beyond the bound are refused. A caller that is dropped
    /// has no place any more.
    pub(crate) async fn turn_after<E: fmt::Display>(
        &self,
        samples: impl Future<Output = Result<Vec<PasswordHash>, E>>,
    ) -> Result<Turn, PasswordError> {
        let place = self.place()?;
        if let Err(error) = self.learn(samples).await {
            tracing::warn!(
                target: "auth",
                %error,
                "cannot read the formats of stored password hashes; until the next login reads them, the time of a failed \
                 login tells which names exist"
            );
        }
        self.turn(place).await
    }

    /// As [`verify`](Self::verify), by a caller whose turn it is. Unless `is_usable`, the right password is a wrong one.
    pub(crate) async fn verify_in(
        &self,
        turn: Turn,
        password: SecretString,
        stored: Option<PasswordHash>,
        is_usable: bool,
    ) -> Result<Verified, PasswordError> {
        let formats = Arc::clone(&self.formats);
        self.run_in(turn, move || check(&password, stored.as_ref(), is_usable, &formats)).await
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, PasswordError> + Send + 'static,
    ) -> Result<T, PasswordError> {
        self.run_in(self.turn(self.place()?).await?, work).await
    }

    fn place(&self) -> Result<Place, PasswordError> {
        let Ok(waiting) = Arc::clone(&self.waiting).try_acquire_owned() else {
            self.rejected.add();
            return Err(PasswordError::Busy);
        };
        Ok(Place { _waiting: waiting, _queue: self.queue.entered() })
    }

    async fn turn(&self, place: Place) -> Result<Turn, PasswordError> {
        let running = Arc::clone(&self.running).acquire_owned().await.map_err(|_| PasswordError::Failed)?;
        Ok(Turn { running, _place: place })
    }

    async fn run_in<T: Send + 'static>(
        &self,
        turn: Turn,
        work: impl FnOnce() -> Result<T, PasswordError> + Send + 'static,
    ) -> Result<T, PasswordError> {
        // The thread owns the permit: a cancelled caller must not free it while the work still runs.
        let Turn { running, _place } = turn;
        let seconds = self.seconds.clone();
        threads::run(move || {
            let began = Instant::now();
            let outcome = work();
            seconds.record(began.elapsed());
            drop(running);
            outcome
        })
        .await?
    }
}

/// A password with each space as U+0020, in NFC (RFC 8265 section 4.2.2): keyboards compose accents differently, and some
/// write a no-break space.
pub(super) fn normalized(password: &str) -> SecretString {
    // The general category Zs.
    let is_space =
        |c: char| matches!(c, '\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}');
    password.chars().map(|c| if is_space(c) { ' ' } else { c }).nfc().collect::<String>().into()
}

fn hash(password: &SecretString) -> Result<PasswordHash, PasswordError> {
    let hash = Argon2::hash(password.expose_secret().as_bytes()).ok_or(PasswordError::Failed)?;
    Ok(PasswordHash::from_stored(hash))
}

fn check(
    password: &SecretString,
    stored: Option<&PasswordHash>,
    is_usable: bool,
    formats: &Formats,
) -> Result<Verified, PasswordError> {
    let raw = password.expose_secret();
    let normal = normalized(raw);
    // Hashes of other applications may be of the form that the keyboard sent.
    let forms = if normal.expose_secret() == raw { vec![&normal] } else { vec![&normal, password] };
    let format = stored.and_then(|stored| formats.of(stored));
    let mut is_unreadable = stored.is_some() && format.is_none();
    for form in &forms {
        let form = form.expose_secret();
        let mut done = None;
        if let (Some(format), Some(stored)) = (&format, stored) {
            match format.verify(form, stored, &formats.foreign) {
                Some(true) if is_usable => {
                    let is_old = format.is_weaker_than_current() || form != normal.expose_secret();
                    return Ok(Verified::Right { upgraded: is_old.then(|| hash(&normal)).transpose()? });
                }
                Some(_) => {
                    formats.learn(format.clone());
                    done = Some(format);
                }
                None => is_unreadable = true,
            }
        }
        let others = formats.known().into_iter();
        let left = others.filter_map(|known| match done {
            Some(done) => known.without(done),
            None => Some(known),
        });
        for format in left {
            std::hint::black_box(format.verify(form, &format.sample(), &formats.foreign));
        }
    }
    Ok(Verified::Wrong { is_unreadable })
}

#[cfg(test)]
mod tests {
    use std::future::pending;
    use std::sync::mpsc::channel;
    use std::task::{Context, Poll, Waker};

    use argon2::PasswordHasher as _;
    use argon2::password_hash::phc;

    use super::super::format::tests::{RUN, summed};
    use super::*;

    const PASSWORD: &str = "three words and a comma";

    #[test]
    fn callers_that_wait_for_the_formats_of_a_slow_store_are_bounded() {
        let hasher = Hasher::new(Vec::new());
        let turn = || Box::pin(hasher.turn_after(pending::<Result<_, PasswordError>>()));
        let mut waiting: Vec<_> = (0..thread_count() * (1 + MAX_WAITING)).map(|_| turn()).collect();
        let cx = &mut Context::from_waker(Waker::noop());
        assert!(waiting.iter_mut().all(|login| login.as_mut().poll(cx).is_pending()));
        assert!(matches!(turn().as_mut().poll(cx), Poll::Ready(Err(PasswordError::Busy))));
        waiting.pop();
        assert!(turn().as_mut().poll(cx).is_pending(), "the place of a client that hung up is free");
    }

    #[tokio::test]
    async fn a_thread_is_busy_until_its_work_ends_also_without_its_caller() {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        assert!(thread_count() == 1 || thread_count() < cores, "no core is left to requests without a hash");
        let hasher = Hasher::new(Vec::new());
        let turn = || async { hasher.turn(hasher.place()?).await };
        let mut others = Vec::new();
        for _ in 1..thread_count() {
            others.push(turn().await.unwrap());
        }
        let ((start, started), (end, ended)) = (channel(), channel());
        let work = move || Ok((start.send(()).unwrap(), ended.recv().unwrap()));
        let mut caller = Box::pin(hasher.run_in(turn().await.unwrap(), work));
        let cx = &mut Context::from_waker(Waker::noop());
        assert!(caller.as_mut().poll(cx).is_pending());
        started.recv().unwrap();
        drop(caller);
        let mut next = Box::pin(turn());
        assert!(next.as_mut().poll(cx).is_pending(), "more hashes at once than threads");
        end.send(()).unwrap();
        next.await.unwrap();
    }

    fn argon2(algorithm: argon2::Algorithm, memory: u32, passes: u32, password: &str) -> PasswordHash {
        let params = argon2::Params::new(memory, passes, 1, None).unwrap();
        let hasher = argon2::Argon2::new(algorithm, argon2::Version::V0x13, params);
        let hash: phc::PasswordHash = hasher.hash_password(password.as_bytes()).unwrap();
        PasswordHash::from_stored(hash.to_string())
    }

    /// What a password's check runs, in some order.
    fn work(password: &str, stored: Option<&PasswordHash>, formats: &Formats) -> (Verified, Vec<String>) {
        RUN.take();
        let verified = check(&password.to_owned().into(), stored, true, formats).unwrap();
        (verified, summed(RUN.take()))
    }

    /// `reversed:` and the password backwards. One user's hash panics.
    struct Reversed;

    impl ForeignHash for Reversed {
        fn format(&self, stored: &str) -> Option<String> {
            assert_ne!(stored, "reversed:panic at its format");
            stored.starts_with("reversed:").then(|| "reversed".to_owned())
        }

        fn verify(&self, password: &str, stored: &str) -> Option<bool> {
            assert_ne!(stored, "reversed:panic at its verification");
            let hash = stored.strip_prefix("reversed:").filter(|hash| *hash != "unreadable")?;
            Some(password.chars().rev().eq(hash.chars()))
        }
    }

    fn formats() -> Formats {
        Formats::new(vec![Box::new(Reversed)])
    }

    fn stored() -> (Vec<PasswordHash>, Vec<PasswordHash>) {
        #[cfg_attr(not(feature = "foreign-hashes"), expect(unused_mut))]
        let mut readable = vec![
            hash(&PASSWORD.to_owned().into()).unwrap(),
            argon2(argon2::Algorithm::Argon2id, 65_536, 3, PASSWORD),
            argon2(argon2::Algorithm::Argon2i, 512, 2, PASSWORD),
            PasswordHash::from_stored("reversed:ammoc a dna sdrow eerht"),
        ];
        #[cfg(feature = "foreign-hashes")]
        {
            use super::super::format::tests::of_others::PASSWORDS;
            // Two scrypt formats, the three digests of PBKDF2 and bcrypt.
            let of_others = [0, 1, 2, 3, 4, 8];
            readable.extend(of_others.map(|n| PasswordHash::from_stored(PASSWORDS[0].1[n])));
        }
        let unreadable = [
            "!",
            "",
            "pbkdf2_sha256$50000000$seasalt$6Wl8SNqHQ9Y0YzB2d4vPQUkXS7m1tI3yV1G9mN5QxJk=",
            "$scrypt$ln=24,r=8,p=1$aM15713r3Xsvxbi31lqr1Q$nFNh2CVHVjNldFVKDHDlm4CbdRSCdEBsjjJxD+iCs5E",
            "reversed:panic at its format",
            "reversed:panic at its verification",
            "reversed:unreadable",
            "$argon2id$v=19$m=4194304,t=3,p=4$wagCPXjifgvUFBzq4hqe3w$CYaIb8sB+wtD+Vu/P4uod1+Qof8h+1g7bbDlBID48Rc",
            "$2b$04$short",
            "$2b$05$short",
        ];
        (readable, unreadable.map(PasswordHash::from_stored).into())
    }

    #[test]
    fn every_wrong_password_costs_the_work_of_every_known_format_once() {
        let (readable, unreadable) = stored();
        let formats = formats();
        readable.iter().filter_map(|stored| formats.of(stored)).for_each(|format| formats.learn(format));
        // The second password is not in NFC, so that each format is tried for both of its forms.
        for password in ["not the password of ada", "not the passwo\u{72}\u{30c}d of ada"] {
            let (verified, of_unknown) = work(password, None, &formats);
            assert_eq!(verified, Verified::Wrong { is_unreadable: false });
            if password.is_ascii() {
                assert_eq!(of_unknown.len(), readable.len(), "{of_unknown:?}");
            }
            for (hashes, is_unreadable) in [(&readable, false), (&unreadable, true)] {
                for hash in hashes {
                    let (verified, run) = work(password, Some(hash), &formats);
                    assert_eq!(verified, Verified::Wrong { is_unreadable }, "{}", hash.as_str());
                    assert_eq!(run, of_unknown, "{}", hash.as_str());
                }
            }
        }
    }

    #[test]
    fn the_right_password_of_a_user_who_may_not_use_it_costs_as_much_as_a_wrong_one() {
        let (readable, _) = stored();
        let formats = formats();
        readable.iter().filter_map(|stored| formats.of(stored)).for_each(|format| formats.learn(format));
        let (_, of_unknown) = work(PASSWORD, None, &formats);
        for hash in &readable {
            RUN.take();
            let verified = check(&PASSWORD.to_owned().into(), Some(hash), false, &formats).unwrap();
            assert_eq!(verified, Verified::Wrong { is_unreadable: false }, "{}", hash.as_str());
            assert_eq!(summed(RUN.take()), of_unknown, "{}", hash.as_str());
        }
    }

    #[test]
    fn a_format_that_was_not_in_the_store_is_learnt_from_a_login() {
        let formats = formats();
        let small = argon2(argon2::Algorithm::Argon2i, 512, 2, PASSWORD);
        work("not the password of ada", Some(&small), &formats);
        assert_eq!(work("not the password of ada", None, &formats).1.len(), 2);
    }

    #[tokio::test]
    async fn formats_that_could_not_be_read_are_read_at_the_next_login() {
        let hasher = Hasher::new(Vec::new());
        assert_eq!(hasher.learn(async { Err("no answer") }).await, Err("no answer"));
        let stored = vec![argon2(argon2::Algorithm::Argon2i, 512, 2, PASSWORD)];
        assert_eq!(hasher.learn(async { Ok::<_, &str>(stored) }).await, Ok(()));
        assert_eq!(hasher.formats(), 2);
        assert_eq!(hasher.learn(async { Err("read again") }).await, Ok(()));
    }

    #[test]
    fn the_right_password_of_every_format_verifies_and_only_a_weaker_hash_is_replaced() {
        let formats = formats();
        for (n, hash) in stored().0.iter().enumerate() {
            let (Verified::Right { upgraded }, _) = work(PASSWORD, Some(hash), &formats) else {
                panic!("{} is refused", hash.as_str());
            };
            assert_eq!(upgraded.is_some(), n >= 2, "{}", hash.as_str());
            assert!(upgraded.is_none_or(|new| formats.of(&new) == Some(Format::CURRENT)));
        }
    }

    #[test]
    fn a_password_is_one_password_in_every_composition() {
        let formats = formats();
        let (composed, decomposed) = ("caf\u{e9} au lait, s'il vous plait", "cafe\u{301} au lait, s'il vous plait");
        let new = hash(&normalized(decomposed)).unwrap();
        for form in [composed, decomposed] {
            assert_eq!(work(form, Some(&new), &formats).0, Verified::Right { upgraded: None });
        }
        // Of an application that hashed what the keyboard sent: replaced by the hash of the normal form.
        let old = hash(&decomposed.to_owned().into()).unwrap();
        let (Verified::Right { upgraded: Some(new) }, _) = work(decomposed, Some(&old), &formats) else {
            panic!("the raw form is refused");
        };
        assert_eq!(work(composed, Some(&new), &formats).0, Verified::Right { upgraded: None });
    }
}
