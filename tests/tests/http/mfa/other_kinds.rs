//! Factors of a kind that this release does not know.

use auth_core::store::{Audit, FactorKind, NewFactor};
use auth_core::{AccountError, Clock as _};
use reqwest::Method;

use super::{Scene, is, system};
use crate::PASSWORD;

/// Ada's passkey, which a newer release has kept.
async fn add_passkey(scene: &Scene) {
    let subject = scene.auth.accounts(None, 10).await.unwrap().remove(0).id;
    let id = "factor-of-a-newer-release".to_owned().try_into().unwrap();
    let kind = FactorKind::from("webauthn".to_owned());
    let passkey = NewFactor { id, subject, kind, secret: b"a public key".to_vec(), created_at: scene.clock.now() };
    assert!(scene.place.factors().enrol_factor(passkey.clone(), Audit::none()).await.unwrap());
    assert!(scene.place.factors().confirm_factor(&passkey.id, 0, scene.clock.now(), &[], Audit::none()).await.unwrap());
}

#[tokio::test]
async fn a_factor_of_an_unknown_kind_is_asked_for_and_is_no_authenticator() {
    let scene = Scene::new().await;
    let before = scene.client.login("ada@example.com", PASSWORD).await;
    add_passkey(&scene).await;
    // A release that cannot check it does not log in without it.
    is(&scene.client.try_login("ada@example.com", PASSWORD).await, 401, "second-factor-required");
    is(&scene.login("000000").await, 401, "wrong-second-factor");
    is(&scene.client.call_as(&before.access, Method::DELETE, "/auth/mfa/totp").await, 401, "step-up");
    // An authenticator is enrolled beside it.
    let secret = scene.enrol(&before).await;
    let confirmed = scene.confirm(&before, &scene.code(&secret)).await;
    let recovery = confirmed.json()["recovery_codes"][0].as_str().unwrap().to_owned();
    scene.clock.advance(super::STEP);
    scene.login(&scene.code(&secret)).await.tokens();
    // With the authenticator gone, the passkey is still asked for, and a recovery code still works.
    assert_eq!(scene.remove(&before.access, Some(&scene.code_at(&secret, 1))).await.status, 204);
    is(&scene.client.try_login("ada@example.com", PASSWORD).await, 401, "second-factor-required");
    scene.login(&recovery).await.tokens();
}

#[tokio::test]
async fn an_administrator_removes_factors_of_every_kind() {
    let (scene, ..) = Scene::enrolled().await;
    add_passkey(&scene).await;
    let ada = scene.auth.accounts(None, 10).await.unwrap().remove(0).id;
    scene.auth.reset_second_factors(&system(), &ada).await.unwrap();
    assert!(!scene.auth.has_second_factor(&ada).await.unwrap());
    scene.client.login("ada@example.com", PASSWORD).await;
    let again = scene.auth.reset_second_factors(&system(), &ada).await;
    assert_eq!(again, Err(AccountError::NotFound { what: "second factor" }));
    let events = scene.auth.events(&auth_core::store::AuditFilter::default(), 100).await.unwrap();
    let removed = events.iter().filter(|event| event.kind.name() == "second_factor_removed");
    let removed: Vec<_> = removed.map(|event| serde_json::to_value(event).unwrap()["factor"].clone()).collect();
    assert_eq!(removed.len(), 2, "{removed:?}");
    assert!(removed.contains(&"webauthn".into()) && removed.contains(&"totp".into()), "{removed:?}");
}
