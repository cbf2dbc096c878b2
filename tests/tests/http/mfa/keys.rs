//! Keys of second factors, replaced as docs/recipes/key-rotation.md says, by restarts on one database.

use std::io;
use std::sync::{Arc, Mutex};

use auth_core::token::KeySet;
use auth_core::{AccountError, Login};

use super::*;

/// What a service with this subscriber logs.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Log {
    /// For this thread, on which the service runs as well.
    fn install(&self) -> tracing::subscriber::DefaultGuard {
        let writer = self.clone();
        let lines = tracing_subscriber::fmt().with_writer(move || writer.clone()).with_ansi(false).finish();
        tracing::subscriber::set_default(lines)
    }

    fn errors(&self) -> Vec<String> {
        let log = String::from_utf8(std::mem::take(&mut *self.0.lock().unwrap())).unwrap();
        log.lines().filter(|line| line.contains("ERROR auth: ")).map(str::to_owned).collect()
    }
}

fn mfa_key() -> MfaKey {
    MfaKey::new(&"a-key-for-second-factors-of-48-bytes-0123-wxyz".into()).unwrap()
}

fn asymmetric() -> SigningKey<EdDsa> {
    SigningKey::<EdDsa>::generate().unwrap()
}

/// `AUTH_SIGNING_KEY_FILE` beside `AUTH_SECRET`.
fn file_and_secret() -> KeySet {
    KeySet::from(asymmetric()).accept(hs256().verifying_key()).unwrap()
}

impl Scene {
    /// The nodes after a restart with these keys, a step of the codes later.
    fn restart(&self, keys: impl Into<KeySet>, key: Option<&MfaKey>) -> Vec<Auth> {
        self.clock.advance(STEP);
        let keys = keys.into();
        let builder = || {
            let builder = Auth::builder(keys.clone(), "https://issuer.example.com", "quickstart");
            key.into_iter().cloned().fold(builder.clock(self.clock.clone()), AuthBuilder::mfa_key)
        };
        self.place.nodes(builder)
    }

    async fn log_in(&self, nodes: &[Auth], otp: &str) -> Result<(), AccountError> {
        let mut login = Login::new("ada@example.com", PASSWORD);
        login.otp = Some(otp.into());
        nodes[0].login(&system(), login).await.map(|_| ())
    }
}

#[tokio::test]
async fn a_key_file_beside_the_secret_locks_no_user_out() {
    let (scene, secret, ..) = Scene::enrolled().await;
    let nodes = scene.restart(file_and_secret(), None);
    assert_eq!(scene.log_in(&nodes, &scene.code(&secret)).await, Ok(()));
    // The secret is about to be removed, so nothing new is encrypted with it.
    let client = client(&nodes).await;
    nodes[0].register(&system(), Registration::new("bob@example.com", PASSWORD)).await.unwrap();
    let bob = client.login("bob@example.com", PASSWORD).await;
    let enrolment = client.call_as(&bob.access, Method::POST, "/auth/mfa/totp").await;
    assert_eq!((enrolment.status.as_u16(), &enrolment.headers["allow"]), (405, &"DELETE".parse().unwrap()));
}

#[tokio::test]
async fn a_use_encrypts_the_secret_with_the_present_key() {
    for keys in [KeySet::from(hs256()), file_and_secret()] {
        let (scene, secret, codes, _) = Scene::enrolled().await;
        let both = scene.restart(keys, Some(&mfa_key()));
        // Of the user who logs in meanwhile; a code that is wrong or was used changes nothing.
        assert_eq!(scene.log_in(&both, "000000").await, Err(AccountError::WrongSecondFactor));
        let before = scene.restart(asymmetric(), Some(&mfa_key()));
        assert_eq!(scene.log_in(&before, &scene.code(&secret)).await, Err(AccountError::WrongSecondFactor));
        assert_eq!(scene.log_in(&both, &scene.code(&secret)).await, Ok(()));
        // The secret is gone, and another key file signs.
        let nodes = scene.restart(asymmetric(), Some(&mfa_key()));
        assert_eq!(scene.log_in(&nodes, &scene.code(&secret)).await, Ok(()));
        assert_eq!(scene.log_in(&nodes, &scene.code(&secret)).await, Err(AccountError::WrongSecondFactor), "a replay");
        assert_eq!(scene.log_in(&nodes, &codes[0]).await, Ok(()));
        let again = scene.restart(hs256(), None);
        assert_eq!(scene.log_in(&again, &scene.code(&secret)).await, Err(AccountError::WrongSecondFactor));
    }
}

#[tokio::test]
async fn a_secret_that_no_key_opens_has_no_codes_and_names_the_variables() {
    let (scene, secret, codes, _) = Scene::enrolled().await;
    let log = Log::default();
    let _logging = log.install();
    for key in [None, Some(&mfa_key())] {
        let has_key = key.is_some();
        let lost = scene.restart(asymmetric(), key);
        settled(&lost).await;
        let at_start = log.errors();
        assert_eq!(at_start.is_empty(), has_key, "{at_start:?}");
        assert!(at_start.iter().all(|line| line.contains("AUTH_MFA_KEY")), "{at_start:?}");
        let answer = client(&lost).await;
        let form = [("username", "ada@example.com"), ("password", PASSWORD), ("otp", &*scene.code(&secret))];
        is(&answer.post_form("/auth/login", &form).await, 401, "wrong-second-factor");
        let errors = log.errors();
        let is_named = |line: &String| line.contains("AUTH_MFA_KEY or AUTH_SECRET") && line.contains("factor=");
        assert!(errors.len() == 1 && errors.iter().all(is_named), "{errors:?}");
        // A recovery code needs no key.
        assert_eq!(scene.log_in(&lost, &codes[usize::from(has_key)]).await, Ok(()));
    }
}

#[tokio::test]
async fn a_service_without_second_factors_starts_without_an_error() {
    let scene = Scene::new().await;
    let log = Log::default();
    let _logging = log.install();
    settled(&scene.restart(asymmetric(), None)).await;
    assert_eq!(log.errors(), Vec::<String>::new());
}
