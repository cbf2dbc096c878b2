//! The application decides which scopes a subject may have.

use std::sync::{Arc, Mutex};

use auth_core::prelude::*;
use auth_core::store::StoreError;
use auth_core::{AccountError, Context, Keep, NewApiKey, ScopeRequest, SignIn};

use crate::service::{Answer, EMAIL, PASSWORD, Service};

/// The scopes that the subject may have; `None` when the application's database does not answer.
#[derive(Clone)]
struct Allowed(Arc<Mutex<Option<Vec<&'static str>>>>);

impl Allowed {
    fn set(&self, scopes: impl Into<Option<Vec<&'static str>>>) {
        *self.0.lock().unwrap() = scopes.into();
    }

    async fn serve(scopes: &[&'static str]) -> (Service, Self) {
        let allowed = Self(Arc::new(Mutex::new(Some(scopes.to_vec()))));
        let asked = allowed.clone();
        let hook = move |request: ScopeRequest| {
            let allowed = asked.0.lock().unwrap().clone();
            assert!(!request.scopes.is_empty(), "asked for no scope");
            async move {
                let allowed = allowed.ok_or_else(|| StoreError::unavailable("no rights"))?;
                // More than was asked for is not granted.
                Ok(allowed.into_iter().map(Into::into).chain(["introspect".into()]).collect())
            }
        };
        (Service::on_sqlite(|builder| builder.grant_scopes(hook)).await, allowed)
    }
}

async fn login(service: &Service, scope: &str) -> Answer {
    service.post("/auth/login", &[("username", EMAIL), ("password", PASSWORD), ("scope", scope)]).await
}

#[tokio::test]
async fn a_login_goes_on_without_scopes_that_the_subject_may_not_have() {
    let (service, allowed) = Allowed::serve(&["profile"]).await;
    let tokens = login(&service, "profile reports:read").await;
    assert_eq!(tokens.text("scope"), "profile");
    assert_eq!(service.get("/reports", &tokens.text("access_token")).await.status, 403);
    let context = Context::system("test");
    let signed_in =
        service.auth.sign_in(&context, SignIn::subject(&service.subject).scope("reports:read profile")).await;
    assert_eq!(signed_in.unwrap().scope, "profile");
    assert_eq!(login(&service, "").await.text("scope"), "");

    allowed.set(None);
    assert_eq!(login(&service, "profile").await.status, 503);
    assert_eq!(login(&service, "").await.status, 200, "the application is asked for no scope");
}

#[tokio::test]
async fn the_token_endpoint_refuses_scopes_that_the_subject_may_not_have() {
    let (service, _) = Allowed::serve(&["profile"]).await;
    assert_eq!(service.password(&[("scope", "profile")]).await.text("scope"), "profile");
    let refused = service.password(&[("scope", "profile reports:read")]).await;
    assert_eq!((refused.status, refused.json()["error"].as_str()), (400, Some("invalid_scope")));
}

#[tokio::test]
async fn a_refresh_narrows_to_what_the_subject_may_have_now() {
    let (service, allowed) = Allowed::serve(&["profile", "reports:read"]).await;
    let first = login(&service, "profile reports:read").await;
    let access = first.text("access_token");
    assert_eq!(service.get("/reports", &access).await.status, 200);

    allowed.set(vec!["profile"]);
    let second = service.refresh(&first.text("refresh_token"), &[]).await;
    assert_eq!(second.text("scope"), "profile");
    assert_eq!(service.get("/reports", &second.text("access_token")).await.status, 403);
    // A scope that is asked for by name is refused, and a failure does not spend the token.
    let refresh = second.text("refresh_token");
    assert_eq!(service.refresh(&refresh, &[("scope", "reports:read")]).await.status, 400);
    allowed.set(None);
    assert_eq!(service.refresh(&refresh, &[]).await.status, 503);

    // The session keeps its scopes: the right may come back.
    allowed.set(vec!["profile", "reports:read"]);
    let third = service.refresh(&refresh, &[]).await;
    assert_eq!(third.text("scope"), "profile reports:read");
}

#[tokio::test]
async fn a_password_change_and_a_renewal_narrow_as_well() {
    let (service, allowed) = Allowed::serve(&["profile", "reports:read"]).await;
    let access = login(&service, "profile reports:read").await.text("access_token");
    let identity = service.identity(&access).await;
    allowed.set(vec!["profile"]);
    let renewed = service.auth.access_token(&identity).await.unwrap();
    assert_eq!(service.get("/reports", renewed.expose()).await.status, 403);
    let context = Context::system("test");
    let kept = Keep::Session(&identity);
    let tokens = service.auth.set_password(&context, &service.subject, "four words and no comma".into(), kept).await;
    assert_eq!(tokens.unwrap().unwrap().scope, "profile");
}

#[api_key(scope = "reports:read")]
async fn by_key() {}

#[tokio::test]
async fn a_key_by_self_service_has_at_most_the_scopes_of_its_owner() {
    let (service, allowed) = Allowed::serve(&["reports:read"]).await;
    let url = auth_tests::serve(GuardedRouter::new().route("/", get(by_key)).with_state(service.auth.clone())).await;
    let status = async |key: &str| {
        let sent = service.http.get(&url).header("x-api-key", key).send().await.unwrap();
        sent.status().as_u16()
    };
    let context = Context::system("test");
    let identity = service.identity(&login(&service, "reports:read").await.text("access_token")).await;
    let new = || NewApiKey { scopes: vec!["reports:read".into()], ..NewApiKey::new("mine") };
    let own = service.auth.create_own_api_key(&context, &identity, new()).await.unwrap().key;
    let made = service.auth.create_api_key(&context, &service.subject, new()).await.unwrap().key;
    assert_eq!((status(own.expose()).await, status(made.expose()).await), (200, 200));

    allowed.set(vec![]);
    assert_eq!((status(own.expose()).await, status(made.expose()).await), (403, 200));
    let refused = service.auth.create_own_api_key(&context, &identity, new()).await.unwrap_err();
    assert_eq!(refused, AccountError::InvalidScope);
    allowed.set(None);
    assert_eq!(status(own.expose()).await, 503);
}
