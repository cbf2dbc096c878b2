//! Subjects of another issuer that have the id of a user of the service.

use auth_core::recovery::LogDelivery;
use auth_core::store::{MemoryStore, Page};
use auth_core::testing::in_memory;
use auth_core::token::{MfaKey, random_secret};
use auth_core::{Context, Login, NewApiKey, Registration};
use reqwest::Method;

use super::*;
use crate::service::{EMAIL, PASSWORD};

guard!(AnySubject = auth);

#[api_key]
async fn by_key(key: ApiKeyIdentity) -> String {
    key.owner().map(ToString::to_string).unwrap_or_default()
}

#[tokio::test]
async fn a_subject_of_another_issuer_is_no_user_of_the_service_even_with_the_id_of_one() {
    let system = Context::system("test");
    let (store, clock) = (MemoryStore::new(), TestClock::at(Timestamp::from_secs(NOW)));
    let builder = || in_memory().store(store.clone()).clock(clock.clone());
    let new = Registration::new(EMAIL, PASSWORD.to_owned());
    let (ada, _) = builder().build().unwrap().register(&system, new).await.unwrap();

    // A prefix is there to keep ids apart; an application that chooses ids can undo that.
    let (prefix, sub) = ada.as_str().split_at(8);
    let server = IssuerServer::start(&[("k", &Forger::es256())]).await;
    let auth = builder()
        .trust(trust(&server).subject_prefix(prefix))
        .scopes(["reports:read"])
        .delivery(LogDelivery)
        .mfa_key(MfaKey::new(&random_secret().unwrap()).unwrap())
        .build()
        .unwrap();
    let mut claims = claims(&server.url);
    claims.extend([("sub".to_owned(), json!(sub)), ("scope".to_owned(), json!("reports:read"))]);
    claims.insert("auth_time".into(), json!(NOW));
    let foreign = token(&Forger::es256(), "k", claims);

    let login = || Login::new(EMAIL, PASSWORD.to_owned());
    let (other, ours) = (auth.login(&system, login()).await.unwrap(), auth.login(&system, login()).await.unwrap());
    let sessions = auth.sessions(&ada, Page::first(9)).await.unwrap();
    let new = NewApiKey { scopes: vec!["reports:read".into()], ..NewApiKey::new("of ada") };
    let key = auth.create_api_key(&system, &ada, new).await.unwrap();
    let routes = auth.routes().own_api_keys::<AnySubject>().api_keys::<AnySubject>().events::<AnySubject>();
    let routes = GuardedRouter::new().route("/me", get(me)).route("/key", get(by_key)).merge(routes);
    let (url, http) = (auth_tests::serve(routes.with_state(auth.clone())).await, reqwest::Client::new());
    let call = async |method: Method, path: &str, token: &str, body: Option<Value>| {
        let request = http.request(method, format!("{url}{path}")).bearer_auth(token);
        let request = if let Some(body) = body { request.json(&body) } else { request };
        let response = request.send().await.unwrap();
        (response.status().as_u16(), response.text().await.unwrap())
    };

    assert_eq!(call(Method::GET, "/me", &foreign, None).await, (200, ada.to_string()), "the ids are the same");
    let (id, narrow) = (key.record.id.to_string(), json!({ "name": "theirs", "scopes": ["reports:read"] }));
    let code = json!({ "code": "123456" });
    for (method, path, body) in [
        (Method::POST, "/auth/api-keys/mine".to_owned(), Some(&narrow)),
        (Method::GET, "/auth/api-keys/mine".to_owned(), None),
        (Method::POST, format!("/auth/api-keys/mine/{id}/rotate"), None),
        (Method::POST, format!("/auth/api-keys/mine/{id}/derive"), Some(&narrow)),
        (Method::DELETE, format!("/auth/api-keys/mine/{id}"), None),
        (Method::POST, "/auth/api-keys".to_owned(), Some(&narrow)),
        (Method::GET, "/auth/events/mine".to_owned(), None),
        (Method::GET, "/auth/sessions".to_owned(), None),
        (Method::DELETE, format!("/auth/sessions/{}", sessions[0].id), None),
        (Method::POST, "/auth/logout".to_owned(), None),
        (Method::POST, "/auth/logout-all".to_owned(), None),
        (Method::POST, "/auth/email/verification".to_owned(), None),
        (Method::POST, "/auth/step-up".to_owned(), Some(&json!({ "password": PASSWORD }))),
        (Method::POST, "/auth/mfa/totp".to_owned(), None),
        (Method::POST, "/auth/mfa/totp/confirm".to_owned(), Some(&code)),
        (Method::DELETE, "/auth/mfa/totp".to_owned(), None),
    ] {
        let (status, text) = call(method.clone(), &path, &foreign, body.cloned()).await;
        assert_eq!(status, 404, "{method} {path}: {text}");
    }
    let passwords = json!({ "current_password": PASSWORD, "new_password": "four words and no comma" });
    let (status, _) = call(Method::POST, "/auth/password", &foreign, Some(passwords)).await;
    assert!((400..500).contains(&status), "{status}");

    // Ada and what is hers stand.
    for token in [&other.access, &ours.access] {
        assert_eq!(call(Method::GET, "/me", token.expose(), None).await, (200, ada.to_string()));
    }
    assert_eq!(auth.sessions(&ada, Page::first(9)).await.unwrap().len(), 2);
    let keys = auth.api_keys(Page::first(9)).await.unwrap();
    assert_eq!((keys.len(), &keys[0].hash, keys[0].previous), (1, &key.record.hash, None));
    let used = http.get(format!("{url}/key")).header("x-api-key", key.key.expose()).send().await.unwrap();
    assert_eq!(used.text().await.unwrap(), ada.to_string());
    auth.login(&system, login()).await.unwrap();
    // The same calls by her own token pass.
    for path in ["/auth/api-keys/mine", "/auth/events/mine", "/auth/sessions"] {
        assert_eq!(call(Method::GET, path, ours.access.expose(), None).await.0, 200, "{path}");
    }
}
