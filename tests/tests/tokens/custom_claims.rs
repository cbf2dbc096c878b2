//! Claims of the application in the service's own tokens.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use auth_core::http::Json;
use auth_core::prelude::*;
use auth_core::store::{SqliteStore, StoreError};
use auth_core::token::{SigningKey, random_secret};
use auth_core::{Context, Refusal, Registration, TokenContext};
use auth_tests::{Answer, Client};
use axum::extract::State;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::service::{EMAIL, PASSWORD, part};

/// What the application answers, or nothing when its database does not answer.
type Said = Arc<Mutex<Option<Value>>>;

#[require(claim("tenant", "acme"))]
async fn acme(claims: Claims) -> Json<BTreeMap<&'static str, Value>> {
    let seats: Option<u32> = claims.get("plan.seats");
    Json(BTreeMap::from([("tenant", json!(claims.get::<String>("tenant"))), ("seats", json!(seats))]))
}

#[require(auth, not(claim("tenant", "acme")))]
async fn others() {}

#[require_auth]
async fn renew(identity: Identity, State(auth): State<Auth>) -> Result<String, Refusal> {
    Ok(auth.access_token(&identity).await?.expose().to_owned())
}

struct Service {
    client: Client,
    said: Said,
    asked: Arc<Mutex<Vec<TokenContext>>>,
    subject: SubjectId,
    _folder: TempDir,
}

impl Service {
    async fn start(said: Value) -> Self {
        let (said, asked) = (Said::new(Mutex::new(Some(said))), Arc::<Mutex<Vec<TokenContext>>>::default());
        let folder = TempDir::new().unwrap();
        let url = format!("sqlite://{}", folder.path().join("claims.db").display());
        let (answers, questions) = (Arc::clone(&said), Arc::clone(&asked));
        let auth = Auth::builder(SigningKey::hs256(&random_secret().unwrap()).unwrap(), "https://a.example", "api")
            .store(SqliteStore::open(&url).await.unwrap())
            .scopes(["read", "write"])
            .token_claims(move |token: TokenContext| {
                questions.lock().unwrap().push(token);
                let answer = answers.lock().unwrap().clone();
                async move { answer.ok_or(StoreError::unavailable("no tenants")) }
            })
            .build()
            .unwrap();
        let registration = Registration::new(EMAIL, PASSWORD.to_owned());
        let (subject, _) = auth.register(&Context::system("test"), registration).await.unwrap();
        let app = GuardedRouter::new()
            .route("/acme", get(acme))
            .route("/others", get(others))
            .route("/renew", post(renew))
            .merge(auth.routes());
        let client = Client::new(&auth_tests::serve(app.with_state(auth.clone())).await);
        Self { client, said, asked, subject, _folder: folder }
    }

    fn says(&self, said: impl Into<Option<Value>>) {
        *self.said.lock().unwrap() = said.into();
    }

    async fn try_login(&self) -> Answer {
        self.client
            .post_form("/auth/login", &[("username", EMAIL), ("password", PASSWORD), ("scope", "read write")])
            .await
    }

    async fn status(&self, token: &str, path: &str) -> u16 {
        self.client.get_as(token, path).await.status.as_u16()
    }
}

#[tokio::test]
async fn a_login_a_refresh_and_a_renewal_carry_the_claims_of_their_time() {
    let service = Service::start(json!({ "tenant": "acme", "plan": { "seats": 7 }, "none": null })).await;
    let first = service.try_login().await.tokens();
    let claims = part(&first.access, 1);
    assert_eq!((&claims["tenant"], &claims["plan"]), (&json!("acme"), &json!({ "seats": 7 })));
    assert!(!claims.contains_key("none") && claims["sub"] == json!(service.subject), "{claims:?}");
    // Twice: the second request takes the token from the cache.
    for _ in 0..2 {
        let answer = service.client.get_as(&first.access, "/acme").await;
        assert_eq!((answer.status.as_u16(), answer.json()), (200, json!({ "tenant": "acme", "seats": 7 })));
        assert_eq!(service.status(&first.access, "/others").await, 403);
    }

    service.says(json!({ "tenant": "other" }));
    let second = service.client.try_refresh(&first.refresh).await.tokens();
    assert_eq!(
        (service.status(&second.access, "/acme").await, service.status(&second.access, "/others").await),
        (403, 200)
    );
    service.says(json!({ "tenant": ["x", "acme"] }));
    let renewed =
        service.client.send(service.client.request(reqwest::Method::POST, "/renew").bearer_auth(&second.access));
    assert_eq!(service.status(&renewed.await.text, "/acme").await, 200);
    assert_eq!(service.status(&first.access, "/acme").await, 200, "a token has the claims of its issue");

    let asked = service.asked.lock().unwrap();
    let [login, refresh, renewal] = asked.as_slice() else { panic!("{asked:?}") };
    assert_eq!((&login.subject, &login.session), (&service.subject, &refresh.session));
    assert_eq!(
        (&renewal.session, &*renewal.scope, &renewal.amr),
        (&refresh.session, "read write", &vec!["pwd".to_owned()])
    );
}

#[tokio::test]
async fn an_unavailable_application_costs_neither_session_nor_refresh_token() {
    let service = Service::start(json!({ "tenant": "acme" })).await;
    let first = service.try_login().await.tokens();
    service.says(None);
    service.try_login().await.is_problem(503);
    let sessions = service.client.get_as(&first.access, "/auth/sessions").await.json();
    assert_eq!(sessions.as_array().map(Vec::len), Some(1), "the refused login left a session");
    service.client.try_refresh(&first.refresh).await.is_problem(503);
    service.says(json!({ "tenant": "acme" }));
    let second = service.client.try_refresh(&first.refresh).await.tokens();
    // It was not used before: this is the second use, and would be answered by the same successor.
    let retried = service.client.try_refresh(&first.refresh).await.tokens();
    assert_eq!(second.refresh, retried.refresh);
}

#[tokio::test]
async fn reserved_names_long_claims_and_other_shapes_issue_no_token() {
    let service = Service::start(json!({})).await;
    let access = service.try_login().await.tokens().access;
    assert_eq!((service.status(&access, "/acme").await, service.status(&access, "/others").await), (403, 200));
    for refused in [
        json!({ "tenant": "acme", "sub": "another" }),
        json!({ "scope": "admin" }),
        json!({ "roles": ["admin"] }),
        json!({ "exp": 9_999_999_999_u64 }),
        json!({ "cnf": {} }),
        json!({ "tenant": "x".repeat(3000) }),
        json!(["tenant"]),
        json!("acme"),
    ] {
        service.says(refused);
        let answer = service.try_login().await;
        answer.is_problem(500);
        assert!(!answer.text.contains("tenant") && !answer.text.contains("another"), "{}", answer.text);
    }
}
