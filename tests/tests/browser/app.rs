//! `examples/browser-app` in Chromium, and pages of another site that attack it.

use auth_core::prelude::*;
use auth_core::testing::{auth as known, laws};
use auth_core::{Context, CredentialSource, Registration, Settings, SignIn};
use auth_tests::{Client, chromium, serve};
use axum::Router;
use axum::extract::{Query, State};
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use reqwest::Method;
use serde::Deserialize;
use serde_json::json;

use crate::chromium::script;

/// The address that the browser is to use: `localhost` is another site than `127.0.0.1`.
fn at(host: &str, url: &str) -> String {
    url.replace("127.0.0.1", host)
}

/// A page of another site: a form and a request by a script, both to `target`.
async fn attack(Query(attack): Query<Attack>) -> Html<String> {
    let Attack { target, body } = attack;
    Html(format!(
        r#"<!doctype html><title>Another site</title>
<form method="post" action="{target}"><input name="attack" value="{body}"><button>A prize</button></form>
<script>
const send = (mode) => fetch("{target}", {{ method: "POST", mode, credentials: "include", body: new URLSearchParams("{body}") }})
  .then((response) => response.type + " " + response.status, (error) => "refused: " + error.name);
</script>"#
    ))
}

#[derive(Deserialize)]
struct Attack {
    target: String,
    #[serde(default)]
    body: String,
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_logs_in_sees_the_sessions_and_logs_out_without_scripts() {
    let folder = tempfile::tempdir().unwrap();
    let database = format!("sqlite://{}", folder.path().join("app.db").display());
    let settings = Settings::from_env().unwrap().or_issuer("http://localhost").or_audience("browser-app");
    let app = browser_app::app(&database, settings.or_secret_beside(&database).unwrap()).await.unwrap();
    let url = at("localhost", &serve(app).await);
    let Some(printed) = chromium::run(&script("app.cjs"), json!({ "url": url })).await else { return };
    assert_eq!(printed, "logged out\n");
}

/// The page after the login is the word of a link, which another site may have made.
#[tokio::test(flavor = "multi_thread")]
async fn a_login_leads_to_pages_of_the_service_alone() {
    let settings = Settings::from_env().unwrap().or_issuer("http://localhost").or_audience("browser-app");
    let folder = tempfile::tempdir().unwrap();
    let database = format!("sqlite://{}", folder.path().join("app.db").display());
    let app = browser_app::app(&database, settings.or_secret_beside(&database).unwrap()).await.unwrap();
    let client = Client::new(&serve(app).await);
    let submit = async |path: &str, next: &str| {
        let form = [("email", "ada@example.com"), ("password", "three words and a comma"), ("next", next)];
        client.send(client.request(Method::POST, path).header("sec-fetch-site", "same-origin").form(&form)).await
    };
    let registered = submit("/register", "/sessions?of=me").await;
    assert_eq!((registered.status.as_u16(), registered.header("location")), (303, Some("/sessions?of=me")));
    for (elsewhere, encoded) in [
        ("https://evil.example", "https%3A%2F%2Fevil.example"),
        ("//evil.example", "%2F%2Fevil.example"),
        (r"/\evil.example", "%2F%5Cevil.example"),
        ("/\t/evil.example", "%2F%09%2Fevil.example"),
        ("evil", "evil"),
    ] {
        let page = client.get(&format!("/login?next={encoded}")).await;
        assert!(page.status.is_client_error() && !page.text.contains("evil"), "{elsewhere}: {page:?}");
        let login = submit("/login", elsewhere).await;
        assert!(login.status.is_client_error() && login.header("location").is_none(), "{elsewhere}: {login:?}");
        assert!(login.header("set-cookie").is_none(), "{elsewhere}: {login:?}");
    }
    assert_eq!(submit("/login", "/").await.header("location"), Some("/"));
}

/// Counts what was changed, with a cookie that browsers send to every site's requests: `SameSite=None`. That attribute alone
/// would otherwise refuse these attacks.
#[tokio::test(flavor = "multi_thread")]
async fn chromium_cannot_be_made_to_change_anything_from_another_site() {
    #[require_auth]
    async fn change() -> &'static str {
        "changed"
    }
    #[require_auth]
    async fn page() -> Html<&'static str> {
        Html("<title>Own page</title><form method=post action=/change><button>Change</button></form>")
    }
    #[public]
    async fn start(State(auth): State<Auth>) -> Response {
        let system = Context::system("test");
        let registered = auth.register(&system, Registration::new("ada@example.com", "three words and a comma")).await;
        let tokens = auth.sign_in(&system, SignIn::subject(&registered.unwrap().0)).await.unwrap();
        let cookie = format!("__Host-access={}; Path=/; Secure; HttpOnly; SameSite=None", tokens.access.expose());
        (StatusCode::OK, [(header::SET_COOKIE, cookie)], "started").into_response()
    }
    let auth = auth_core::testing::in_memory().credential_source(CredentialSource::cookie("__Host-access"));
    let auth = auth.build().unwrap();
    let app = GuardedRouter::new().route("/start", get(start)).route("/page", get(page)).route("/change", post(change));
    let own = at("localhost", &serve(app.with_state(auth)).await);
    let other = serve(Router::new().route("/", axum::routing::get(attack))).await;
    // Another port of one host is the same site and another origin.
    let input = json!({ "own": own, "cross_site": other, "same_site": at("localhost", &other) });
    let Some(printed) = chromium::run(&script("cross_site.cjs"), input).await else { return };
    let cross_site = |fetch| format!("cross_site form: 403\ncross_site fetch: opaque {fetch}\n");
    let (own, same_site) =
        ("own form: 200 changed\nown fetch: basic 200\n", "same_site form: 403\nsame_site fetch: opaque 403\n");
    let expected = ["without a cookie", "403"].map(|fetch| format!("{own}{}{same_site}", cross_site(fetch)));
    assert!(expected.contains(&printed), "{printed}");
}

/// The login form of another site, which would log the user in as the attacker.
#[tokio::test(flavor = "multi_thread")]
async fn chromium_cannot_be_logged_in_from_another_site() {
    let auth = auth_core::testing::in_memory().build().unwrap();
    let mallory = Registration::new("mallory@example.com", "three words and a comma");
    auth.register(&Context::system("test"), mallory).await.unwrap();
    let app: Router = GuardedRouter::new().merge(auth.routes().browser()).with_state(auth);
    let own = at("localhost", &serve(app).await);
    let other = serve(Router::new().route("/", axum::routing::get(attack))).await;
    let Some(printed) = chromium::run(&script("login.cjs"), json!({ "own": own, "other": other })).await else {
        return;
    };
    assert_eq!(printed, "from another site: 403, 0 cookies\nown: 200, 3 cookies\n");
}

#[test]
fn laws_of_the_policy_hold() {
    laws(&browser_app::routes().policy())
        .only("/", known())
        .only("/sessions/**", known())
        .never_public("/logout")
        .no_unchecked_except([]);
}
