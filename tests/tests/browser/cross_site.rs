//! Requests of other sites: a browser adds the cookies of the service to them as well.

use auth_core::prelude::*;
use auth_core::testing::{in_memory, sign_in};
use auth_core::{BrowserMode, Context, CredentialSource, NewApiKey, Part, Registration, Settings, SignIn};
use auth_tests::{Client, serve};
use axum::http::HeaderValue;
use axum::middleware::map_response;
use axum::response::Response;
use reqwest::Method;

use crate::service::{EMAIL, PASSWORD, SAME_ORIGIN, Service, changed};

const CROSS_SITE: (&str, &str) = ("sec-fetch-site", "cross-site");
const UNKNOWN: &str = "neither `Sec-Fetch-Site` nor `Origin` is there, and no valid `X-CSRF-Token`";

#[tokio::test]
async fn a_request_of_another_site_is_refused_and_recorded() {
    let service = Service::start().await;
    let mut browser = service.logged_in().await;
    let before = browser.cookies.clone();
    let own = browser.request(Method::GET, "/me", &[]).build().unwrap();
    let origin = format!("http://{}", own.url().authority());
    for (headers, reason) in [
        (&[CROSS_SITE][..], "`Sec-Fetch-Site` names another site or origin"),
        (&[("sec-fetch-site", "same-site")], "`Sec-Fetch-Site` names another site or origin"),
        (&[CROSS_SITE, ("origin", &origin)], "`Sec-Fetch-Site` names another site or origin"),
        (&[("origin", "https://evil.example")], "`Origin` is not an origin of this service"),
        (&[("origin", "null")], "`Origin` is not an origin of this service"),
        (&[SAME_ORIGIN, CROSS_SITE], "a header about the sender is there twice"),
        (&[], UNKNOWN),
    ] {
        for (method, path) in [
            ("POST", "/me"),
            ("DELETE", "/me"),
            ("POST", "/open"),
            ("POST", "/greet"),
            ("POST", "/auth/refresh"),
            ("POST", "/auth/logout"),
        ] {
            let answer = browser.send(browser.request(method.parse().unwrap(), path, headers)).await;
            let problem = answer.is_problem(403).json();
            assert_eq!(problem["type"], "urn:auth-core:problem:cross-site", "{method} {path} {headers:?}");
            assert_eq!(service.reasons(), [reason], "{method} {path} {headers:?}");
        }
        // A WebSocket has the cookies of the service, whatever page opens it.
        let upgrade = [headers, &[("connection", "upgrade"), ("upgrade", "websocket")]].concat();
        browser.send(browser.request(Method::GET, "/me", &upgrade)).await.is_problem(403);
        assert_eq!(service.reasons(), [reason], "a WebSocket, {headers:?}");
        assert_eq!(browser.send(browser.request(Method::GET, "/me", headers)).await.status, 200);
    }
    for headers in [&[SAME_ORIGIN][..], &[("sec-fetch-site", "none")], &[("origin", &origin)]] {
        for path in ["/me", "/open", "/greet"] {
            assert_eq!(browser.post(path, headers).await.status, 200, "{path} {headers:?}");
        }
        let upgrade = [headers, &[("connection", "upgrade"), ("upgrade", "websocket")]].concat();
        assert_eq!(browser.send(browser.request(Method::GET, "/me", &upgrade)).await.status, 200, "{headers:?}");
    }
    assert_eq!(browser.cookies, before);
}

#[tokio::test]
async fn clients_that_are_no_browsers_use_the_endpoints_of_oauth() {
    let service = Service::start().await;
    let login = [("grant_type", "password"), ("username", EMAIL), ("password", PASSWORD)];
    let issued = service.client.post_form("/auth/token", &login).await;
    assert_eq!(changed(&issued), Vec::<String>::new());
    let tokens = issued.tokens();
    let refresh = [("grant_type", "refresh_token"), ("refresh_token", &*tokens.refresh)];
    let tokens = service.client.post_form("/auth/token", &refresh).await.tokens();
    let revoked = service.client.post_form("/auth/revoke", &[("token", &*tokens.refresh)]).await;
    assert_eq!(revoked.status, 200, "{}", revoked.text);
    assert_eq!(service.client.get_as(&tokens.access, "/me").await.status, 401);
    // A browser's cookies are none of theirs.
    let mut browser = service.logged_in().await;
    service.after_access();
    browser.end("__Host-access");
    let keys = browser.get("/.well-known/jwks.json").await;
    assert_eq!((keys.status.as_u16(), changed(&keys)), (200, Vec::new()));
    let form = browser.request(Method::POST, "/auth/token", &[SAME_ORIGIN]).form(&[("grant_type", "refresh_token")]);
    assert_eq!(browser.send(form).await.status, 400);
}

guard!(Staff = all(api_key, scope("staff")));

async fn marked(mut response: Response) -> Response {
    response.headers_mut().append("x-layer", HeaderValue::from_static("1"));
    response
}

#[tokio::test]
async fn layers_and_guards_cover_the_endpoints_of_oauth_beside_browser_mode() {
    let (auth, system) = (in_memory().build().unwrap(), Context::system("test"));
    let (ada, _) = auth.register(&system, Registration::new(EMAIL, PASSWORD)).await.unwrap();
    let routes: GuardedRouter<Auth> = auth.routes().browser().into_router();
    let layered = routes.layer(map_response(marked)).route_layer(map_response(marked));
    let client = Client::new(&serve(layered.with_state(auth.clone())).await);
    for path in ["/.well-known/jwks.json", "/auth/sessions"] {
        let marks = client.get(path).await.headers.get_all("x-layer").iter().count();
        assert_eq!(marks, 2, "{path}");
    }
    let routes: GuardedRouter<Auth> = auth.routes().browser().only([Part::Introspection]).into_router();
    let client = Client::new(&serve(routes.guard::<Staff>().with_state(auth.clone())).await);
    for (scopes, status) in [(&["introspect"][..], 403), (&["introspect", "staff"], 200)] {
        let scopes = scopes.iter().map(|&scope| scope.into()).collect();
        let new = NewApiKey { scopes, ..NewApiKey::new("gateway") };
        let key = auth.create_api_key(&system, &ada, new).await.unwrap().key;
        let asked = client.request(Method::POST, "/auth/introspect").header("x-api-key", key.expose());
        assert_eq!(client.send(asked.form(&[("token", "unknown")])).await.status, status);
    }
}

#[tokio::test]
async fn another_site_cannot_log_a_user_in() {
    let service = Service::start().await;
    let mut browser = service.browser();
    for headers in [&[CROSS_SITE][..], &[("origin", "https://evil.example")], &[]] {
        let answer = browser.login(headers).await;
        assert_eq!(changed(answer.is_problem(403)), Vec::<String>::new(), "{headers:?}");
        assert_eq!(service.reasons().len(), 1);
    }
    assert_eq!(browser.login(&[SAME_ORIGIN]).await.status, 200);
}

#[tokio::test]
async fn a_credential_in_a_header_needs_no_check() {
    let service = Service::start().await;
    let id = service
        .auth
        .register(&Context::system("test"), auth_core::Registration::new("bob@example.com", "three words and a comma"))
        .await
        .unwrap()
        .0;
    let token = sign_in(&service.auth, &id, "pwd", "").await.unwrap();
    let bearer = format!("Bearer {}", token.expose());
    let mut browser = service.browser();
    assert_eq!(browser.post("/me", &[CROSS_SITE, ("authorization", &bearer)]).await.status, 200);
    // `Basic` credentials are sent by browsers automatically, as cookies are.
    browser.post("/open", &[CROSS_SITE, ("authorization", "Basic eDp5")]).await.is_problem(403);
}

#[tokio::test]
async fn a_client_without_both_headers_needs_the_token_of_its_session() {
    let service = Service::start().await;
    let (mut browser, other) = (service.logged_in().await, service.logged_in().await);
    let (own, foreign) = (browser.cookies["__Host-csrf"].clone(), other.cookies["__Host-csrf"].clone());
    for path in ["/me", "/open"] {
        assert_eq!(browser.post(path, &[("x-csrf-token", &own)]).await.status, 200, "{path}");
        for token in [foreign.as_str(), "", "forged"] {
            browser.post(path, &[("x-csrf-token", token)]).await.is_problem(403);
            assert_eq!(service.reasons(), [UNKNOWN]);
        }
        browser.post(path, &[("x-csrf-token", &own), ("x-csrf-token", &own)]).await.is_problem(403);
        // The token does not outweigh the browser's word.
        browser.post(path, &[("x-csrf-token", &own), CROSS_SITE]).await.is_problem(403);
        assert_eq!(service.reasons().len(), 2);
    }
    assert_eq!(browser.post("/auth/logout", &[("x-csrf-token", &own)]).await.status, 204);
}

#[tokio::test]
async fn named_origins_and_the_same_site_are_accepted_when_set() {
    let mode = BrowserMode::new().origin("https://front.example").allow_same_site();
    let service = Service::start_with(|builder| builder.browser(mode)).await;
    let mut browser = service.logged_in().await;
    for headers in [
        &[("origin", "https://front.example")][..],
        &[CROSS_SITE, ("origin", "https://front.example")],
        &[("sec-fetch-site", "same-site")],
    ] {
        assert_eq!(browser.post("/me", headers).await.status, 200, "{headers:?}");
    }
    browser.post("/me", &[CROSS_SITE, ("origin", "https://front.example.evil.example")]).await.is_problem(403);
}

#[tokio::test]
async fn origins_of_the_settings_are_accepted_beside_those_of_the_program() {
    let mut settings = Settings::from_env().unwrap();
    settings.browser_origins = vec!["https://deployed.example".into()];
    let mode = BrowserMode::new().origin("https://front.example");
    // The order of the calls must not matter.
    let service = Service::start_with(|builder| settings.give_to(builder).browser(mode)).await;
    let mut browser = service.logged_in().await;
    for origin in ["https://front.example", "https://deployed.example"] {
        assert_eq!(browser.post("/me", &[CROSS_SITE, ("origin", origin)]).await.status, 200, "{origin}");
    }
    browser.post("/me", &[CROSS_SITE, ("origin", "https://evil.example")]).await.is_problem(403);
}

/// Without browser mode, and on a router that knows nothing of it.
#[tokio::test]
async fn no_cookie_source_is_without_the_check() {
    #[require_auth]
    async fn by_token() {}
    #[api_key]
    async fn by_key() {}
    let auth = auth_core::testing::in_memory()
        .credential_source(CredentialSource::cookie("access"))
        .credential_source(CredentialSource::cookie("key").api_key())
        .build()
        .unwrap();
    let system = Context::system("test");
    let ada = auth_core::Registration::new("ada@example.com", "three words and a comma");
    let (ada, _) = auth.register(&system, ada).await.unwrap();
    let token = auth.sign_in(&system, SignIn::subject(&ada)).await.unwrap();
    let key = auth.create_api_key(&system, &ada, NewApiKey::new("a key")).await.unwrap();
    let cookie = format!("access={}; key={}", token.access.expose(), key.key.expose());
    let app = GuardedRouter::new().route("/token", any(by_token)).route("/key", any(by_key));
    let client = Client::new(&serve(app.with_state(auth)).await);
    for path in ["/token", "/key"] {
        let request = |method| client.request(method, path).header("cookie", &cookie);
        assert_eq!(client.send(request(Method::GET)).await.status, 200);
        for (name, value) in [CROSS_SITE, ("origin", "https://evil.example"), ("accept", "*/*")] {
            client.send(request(Method::POST).header(name, value)).await.is_problem(403);
            let upgrade = request(Method::GET).header("connection", "upgrade").header("upgrade", "websocket");
            client.send(upgrade.header(name, value)).await.is_problem(403);
        }
        assert_eq!(client.send(request(Method::POST).header(SAME_ORIGIN.0, SAME_ORIGIN.1)).await.status, 200);
    }
}
