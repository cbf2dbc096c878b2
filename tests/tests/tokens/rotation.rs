//! Keys that change while the service runs.

use auth_core::Context;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use auth_core::Login;
use auth_core::token::{EdDsa, Es256, KeyError, KeySet, KeyState, SigningKey};

use crate::forge::SECRET;
use crate::service::{EMAIL, PASSWORD, Service};

fn ed25519() -> SigningKey<EdDsa> {
    SigningKey::<EdDsa>::generate().unwrap()
}

async fn login(service: &Service) -> String {
    let tokens = service.auth.login(&Context::system("test"), Login::new(EMAIL, PASSWORD.to_owned())).await.unwrap();
    tokens.access.expose().to_owned()
}

#[tokio::test]
async fn a_rotated_key_still_verifies_and_a_retired_one_does_not() {
    let old = ed25519();
    let old_kid = old.kid().to_owned();
    let service = Service::start(old).await;
    let new = SigningKey::<Es256>::generate().unwrap();
    let new_kid = new.kid().to_owned();
    service.auth.rotate_key(&Context::system("test"), new).unwrap();
    let fresh = login(&service).await;
    assert_eq!(crate::service::part(&fresh, 0)["kid"], *new_kid);
    assert_eq!((service.me(&service.token).await, service.me(&fresh).await), (200, 200));
    let states =
        |service: &Service| service.auth.keys().into_iter().map(|key| (key.kid, key.state)).collect::<Vec<_>>();
    assert_eq!(states(&service), [(new_kid.clone(), KeyState::Signing), (old_kid.clone(), KeyState::Verifying)]);

    service.auth.retire_key(&Context::system("test"), &old_kid).unwrap();
    assert_eq!((service.me(&service.token).await, service.me(&fresh).await), (401, 200));
    assert_eq!(states(&service), [(new_kid.clone(), KeyState::Signing), (old_kid, KeyState::Retired)]);
    assert_eq!(service.auth.retire_key(&Context::system("test"), &new_kid), Err(KeyError::StillSigning));
    assert_eq!(service.auth.retire_key(&Context::system("test"), "no such"), Err(KeyError::UnknownKid));
}

#[tokio::test]
async fn a_retired_key_cannot_be_added_again() {
    let old = ed25519();
    let (old_kid, verifying) = (old.kid().to_owned(), old.verifying_key());
    let service = Service::start(old).await;
    service.auth.rotate_key(&Context::system("test"), ed25519()).unwrap();
    service.auth.retire_key(&Context::system("test"), &old_kid).unwrap();
    assert_eq!(service.auth.accept_key(&Context::system("test"), verifying.clone()), Err(KeyError::Retired));
    service.auth.rotate_key(&Context::system("test"), KeySet::from(ed25519()).accept(verifying).unwrap()).unwrap();
    assert_eq!(service.me(&service.token).await, 401);
}

#[tokio::test]
async fn two_keys_cannot_share_a_kid() {
    let named = |secret: &str| {
        use base64::Engine;
        let k = base64::prelude::BASE64_URL_SAFE_NO_PAD.encode(secret);
        let jwk = format!(r#"{{"kty":"oct","kid":"one","k":"{k}"}}"#);
        SigningKey::<auth_core::token::Hs256>::from_jwk(&jwk.into()).unwrap()
    };
    let service = Service::start(named(SECRET)).await;
    assert_eq!(
        service.auth.rotate_key(&Context::system("test"), named("another secret of the tests: 4Wq8Zt1xY")),
        Err(KeyError::DuplicateKid)
    );
    assert_eq!(service.me(&service.token).await, 200);
    // The same key again is not a second one.
    service.auth.rotate_key(&Context::system("test"), named(SECRET)).unwrap();
    assert_eq!(service.auth.keys().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_valid_token_is_refused_while_keys_rotate() {
    let service = Arc::new(Service::start(ed25519()).await);
    let done = Arc::new(AtomicBool::new(false));
    let callers: Vec<_> = (0..4)
        .map(|_| {
            let (service, done) = (Arc::clone(&service), Arc::clone(&done));
            tokio::spawn(async move {
                let mut calls = 0;
                while !done.load(Ordering::SeqCst) || calls < 20 {
                    assert_eq!(service.me(&service.token).await, 200);
                    calls += 1;
                }
            })
        })
        .collect();
    for _ in 0..50 {
        service.auth.rotate_key(&Context::system("test"), ed25519()).unwrap();
        let fresh = login(&service).await;
        assert_eq!(service.me(&fresh).await, 200);
    }
    done.store(true, Ordering::SeqCst);
    for caller in callers {
        caller.await.unwrap();
    }
    assert_eq!(service.auth.keys().len(), 51);
}
