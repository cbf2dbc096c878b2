//! Removal of a second factor: what it takes, and what becomes of sessions that authenticated by it.

use std::time::Duration;

use async_trait::async_trait;
use auth_core::prelude::*;
use auth_core::store::{Audit, Factor, FactorKind, MemoryStore, NewFactor, Removable, SecondFactors, StoreError};
use auth_core::token::TokenHash;
use auth_core::{FactorId, Registration, Timestamp};
use reqwest::Method;
use serde_json::json;

use super::{STEP, Scene, access, claims, client, is, system};
use crate::PASSWORD;

impl Scene {
    /// The methods of the next token of a session.
    async fn methods(&self, refresh: &str) -> serde_json::Value {
        claims(&self.client.try_refresh(refresh).await.tokens().access)["amr"].clone()
    }
}

#[tokio::test]
async fn a_removed_second_factor_takes_the_sessions_that_used_it_along() {
    let (scene, secret, codes, owner) = Scene::enrolled().await;
    let thief = scene.login(&scene.code(&secret)).await.tokens();
    assert_eq!(scene.status(&thief.access, "/strong").await, 200);
    assert_eq!(scene.remove(&owner.access, Some(&codes[0])).await.status, 204);
    assert_eq!(scene.status(&thief.access, "/strong").await, 401);
    scene.client.try_refresh(&thief.refresh).await.is_problem(401);
    // The session of the removal goes on.
    assert_eq!(scene.status(&owner.access, "/recent").await, 200);
    assert_eq!(scene.methods(&owner.refresh).await, json!(["pwd"]));
}

#[tokio::test]
async fn the_session_of_a_removal_loses_the_second_factor_with_its_next_token() {
    let (scene, secret, ..) = Scene::enrolled().await;
    let strong = scene.login(&scene.code(&secret)).await.tokens();
    assert_eq!(scene.remove(&strong.access, None).await.status, 204);
    let next = scene.client.try_refresh(&strong.refresh).await.tokens();
    assert_eq!(claims(&next.access)["amr"], json!(["pwd"]));
    assert_eq!(claims(&next.access)["auth_time"], claims(&strong.access)["auth_time"]);
    assert_eq!((scene.status(&next.access, "/recent").await, scene.status(&next.access, "/strong").await), (200, 401));
}

#[tokio::test]
async fn an_unconfirmed_enrolment_that_is_removed_ends_no_session() {
    let scene = Scene::new().await;
    let (session, other) =
        (scene.client.login("ada@example.com", PASSWORD).await, scene.client.login("ada@example.com", PASSWORD).await);
    scene.enrol(&session).await;
    assert_eq!(scene.remove(&session.access, None).await.status, 204);
    assert_eq!(scene.status(&other.access, "/recent").await, 200);
}

/// Its token still says `mfa`, which is not by the factor of now.
#[tokio::test]
async fn a_session_from_before_a_second_factor_does_not_remove_it() {
    let (scene, secret, ..) = Scene::enrolled().await;
    let before = scene.login(&scene.code(&secret)).await.tokens();
    assert_eq!(scene.remove(&before.access, None).await.status, 204);
    scene.clock.advance(STEP);
    let owner = scene.client.login("ada@example.com", PASSWORD).await;
    let next = scene.enrol(&owner).await;
    assert_eq!(scene.confirm(&owner, &scene.code(&next)).await.status, 200);
    is(&scene.remove(&before.access, None).await, 401, "step-up");
    // A session that authenticated by it does.
    scene.clock.advance(STEP);
    let strong = scene.login(&scene.code(&next)).await.tokens();
    assert_eq!(scene.remove(&strong.access, None).await.status, 204);
}

#[tokio::test]
async fn an_administrators_reset_ends_the_sessions_of_the_second_factor() {
    let (scene, secret, _, owner) = Scene::enrolled().await;
    let thief = scene.login(&scene.code(&secret)).await.tokens();
    let ada = scene.auth.accounts(None, 10).await.unwrap().remove(0).id;
    scene.auth.reset_second_factors(&system(), &ada).await.unwrap();
    for session in [&thief, &owner] {
        assert_eq!(scene.status(&session.access, "/recent").await, 401);
        scene.client.try_refresh(&session.refresh).await.is_problem(401);
    }
    scene.client.login("ada@example.com", PASSWORD).await;
}

/// A store whose factors another request confirms just before they are removed.
struct Beaten(MemoryStore);

#[async_trait]
impl SecondFactors for Beaten {
    async fn enrol_factor(&self, factor: NewFactor, audit: Audit<'_, bool>) -> Result<bool, StoreError> {
        self.0.enrol_factor(factor, audit).await
    }

    async fn factors(&self, subject: &SubjectId) -> Result<Vec<Factor>, StoreError> {
        self.0.factors(subject).await
    }

    async fn has_factors(&self) -> Result<bool, StoreError> {
        self.0.has_factors().await
    }

    async fn confirm_factor(
        &self,
        id: &FactorId,
        counter: u64,
        now: Timestamp,
        codes: &[TokenHash],
        audit: Audit<'_, bool>,
    ) -> Result<bool, StoreError> {
        self.0.confirm_factor(id, counter, now, codes, audit).await
    }

    async fn use_factor(
        &self,
        id: &FactorId,
        counter: u64,
        now: Timestamp,
        secret: Option<&[u8]>,
        audit: Audit<'_, bool>,
    ) -> Result<bool, StoreError> {
        self.0.use_factor(id, counter, now, secret, audit).await
    }

    async fn use_recovery_code(
        &self,
        subject: &SubjectId,
        code: &TokenHash,
        audit: Audit<'_, bool>,
    ) -> Result<bool, StoreError> {
        self.0.use_recovery_code(subject, code, audit).await
    }

    async fn remove_factors(
        &self,
        subject: &SubjectId,
        kind: FactorKind,
        removable: Removable,
        audit: Audit<'_, bool>,
    ) -> Result<bool, StoreError> {
        for factor in self.0.factors(subject).await? {
            self.0.confirm_factor(&factor.id, 1, super::NOW, &[], Audit::none()).await?;
        }
        self.0.remove_factors(subject, kind, removable, audit).await
    }

    async fn forget_factors(&self, subject: &SubjectId) -> Result<(), StoreError> {
        self.0.forget_factors(subject).await
    }
}

#[tokio::test]
async fn a_factor_that_is_confirmed_during_a_removal_without_a_code_stays() {
    let store = MemoryStore::new();
    let builder = auth_core::testing::in_memory().store(store.clone()).second_factors(Beaten(store));
    let auth = builder.build().unwrap();
    let (ada, _) = auth.register(&system(), Registration::new("ada@example.com", PASSWORD)).await.unwrap();
    let client = client(std::slice::from_ref(&auth)).await;
    let session = client.login("ada@example.com", PASSWORD).await;
    assert_eq!(client.call_as(&session.access, Method::POST, "/auth/mfa/totp").await.status, 200);
    is(&client.call_as(&session.access, Method::DELETE, "/auth/mfa/totp").await, 401, "step-up");
    assert!(auth.has_second_factor(&ada).await.unwrap());
}

#[tokio::test]
async fn a_renewed_access_token_does_not_gain_the_step_up_of_its_session() {
    let (scene, secret, _, session) = Scene::enrolled().await;
    let stolen = session.access;
    scene.clock.advance(Duration::from_mins(11));
    let stepped_up = access(&scene.step_up(&stolen, json!({ "otp": scene.code(&secret) })).await);
    assert_eq!(scene.status(&stepped_up, "/strong").await, 200);
    let renewed = scene.client.call_as(&stolen, Method::POST, "/renew").await.text;
    for claim in ["amr", "auth_time", "sid"] {
        assert_eq!(claims(&renewed)[claim], claims(&stolen)[claim], "{claim}");
    }
    assert_eq!((scene.status(&renewed, "/recent").await, scene.status(&renewed, "/strong").await), (401, 401));
    // Of a token of the step-up it has that one's.
    let renewed = scene.client.call_as(&stepped_up, Method::POST, "/renew").await.text;
    assert_eq!((scene.status(&renewed, "/recent").await, scene.status(&renewed, "/strong").await), (200, 200));
}
