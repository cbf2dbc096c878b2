//! Cookies instead of tokens: a login sets them, a logout removes them, scripts cannot read them.

use auth_core::BrowserMode;
use reqwest::Method;
use serde_json::json;

use crate::service::{EMAIL, PASSWORD, SAME_ORIGIN, Service, changed};

const ALL: [&str; 3] = ["__Host-access", "__Host-refresh", "__Host-csrf"];

#[tokio::test]
async fn a_login_sets_cookies_and_gives_scripts_no_token() {
    let service = Service::start().await;
    let mut browser = service.browser();
    let answer = browser.login(&[SAME_ORIGIN]).await;
    assert_eq!((answer.status.as_u16(), answer.json()), (200, json!({ "expires_in": 900, "scope": "" })));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let cookies: Vec<_> = answer.headers.get_all("set-cookie").iter().map(|cookie| cookie.to_str().unwrap()).collect();
    let attributes = |cookie: &str| cookie.split_once("; ").unwrap().1.to_owned();
    assert_eq!(
        cookies.iter().map(|cookie| attributes(cookie)).collect::<Vec<_>>(),
        [
            "Path=/; Max-Age=895; Secure; HttpOnly; SameSite=Lax",
            "Path=/; Max-Age=604800; Secure; HttpOnly; SameSite=Lax",
            "Path=/; Max-Age=604800; Secure; SameSite=Lax",
        ]
    );
    assert_eq!(changed(&answer), ALL);
    let me = browser.get("/me").await;
    assert_eq!((me.status.as_u16(), me.header("cache-control")), (200, Some("no-store")));
    assert_eq!(changed(&me), Vec::<String>::new());
}

#[tokio::test]
async fn access_tokens_in_headers_are_accepted_as_before() {
    let service = Service::start().await;
    let token = service.client.post_form("/api/login", &[("username", EMAIL), ("password", PASSWORD)]).await.tokens();
    assert_eq!(service.client.get_as(&token.access, "/me").await.status, 200);
    assert_eq!(service.client.call_as(&token.access, Method::POST, "/me").await.status, 200);
    // A header takes precedence over the cookie.
    let mut browser = service.logged_in().await;
    assert_eq!(browser.post("/me", &[SAME_ORIGIN, ("authorization", "Bearer forged")]).await.status, 401);
}

#[tokio::test]
async fn cookies_are_no_credential_outside_of_browser_mode() {
    let service = Service::start().await;
    let mut browser = service.logged_in().await;
    assert_eq!(browser.get("/me").await.status, 200);
    browser.get("/api/me").await.is_problem(401);
    browser.post("/api/me", &[SAME_ORIGIN]).await.is_problem(401);
    browser.end("__Host-access");
    browser.get("/api/me").await.is_problem(401);
    assert!(browser.cookies.contains_key("__Host-refresh"), "a router without browser mode changed cookies");
}

#[tokio::test]
async fn a_logout_removes_the_cookies_and_ends_the_session() {
    let service = Service::start().await;
    for path in ["/auth/logout", "/auth/logout-all"] {
        let mut browser = service.logged_in().await;
        let before = browser.clone();
        let answer = browser.post(path, &[SAME_ORIGIN]).await;
        assert_eq!(answer.status, 204, "{path}: {}", answer.text);
        assert_eq!(changed(&answer), ALL.map(|name| format!("-{name}")));
        assert!(browser.cookies.is_empty());
        let mut copy = before;
        // The access cookie is removed first; the refresh token is refused with the next request.
        assert_eq!(changed(copy.get("/me").await.is_problem(401)), ["-__Host-access"]);
        assert_eq!(changed(copy.get("/me").await.is_problem(401)), ALL.map(|name| format!("-{name}")));
    }
}

#[tokio::test]
async fn a_new_password_and_a_step_up_replace_the_cookies() {
    let service = Service::start().await;
    let mut browser = service.logged_in().await;
    let before = browser.cookies.clone();
    let step_up = browser.request(Method::POST, "/auth/step-up", &[SAME_ORIGIN]).form(&[("password", PASSWORD)]);
    let stepped_up = browser.send(step_up).await;
    assert_eq!((stepped_up.status.as_u16(), changed(&stepped_up)), (200, vec!["__Host-access".to_owned()]));
    assert!(!stepped_up.text.contains("token"), "{}", stepped_up.text);
    let body = json!({ "current_password": PASSWORD, "new_password": "four words and no comma" });
    let change = browser.request(Method::POST, "/auth/password", &[SAME_ORIGIN]).json(&body);
    let answer = browser.send(change).await;
    assert_eq!((answer.status.as_u16(), changed(&answer)), (200, ALL.map(str::to_owned).to_vec()));
    assert!(!answer.text.contains("token"), "{}", answer.text);
    for name in ALL {
        assert_ne!(browser.cookies[name], before[name], "{name}");
    }
    assert_eq!(browser.get("/me").await.status, 200);
}

#[tokio::test]
async fn a_page_without_a_login_leads_to_the_login_page() {
    let service = Service::start().await;
    let mut browser = service.browser();
    let page = ("accept", "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8");
    let led = browser.send(browser.request(Method::GET, "/me?a=b&c=//d", &[page])).await;
    assert_eq!(led.status, 303);
    assert_eq!(led.header("location"), Some("/login?next=%2Fme%3Fa%3Db%26c%3D%2F%2Fd"));
    browser.get("/me").await.is_problem(401);
    browser.post("/me", &[SAME_ORIGIN, page]).await.is_problem(401);
    let forged = browser.request(Method::GET, "/me", &[page, ("authorization", "Bearer forged")]);
    browser.send(forged).await.is_problem(401);
    browser.send(browser.request(Method::GET, "/api/me", &[page])).await.is_problem(401);
}

#[tokio::test]
async fn the_cookies_have_the_attributes_that_are_set() {
    let mode = BrowserMode::new().name("shop").strict().plain_http();
    let service = Service::start_with(|builder| builder.browser(mode)).await;
    let mut browser = service.browser();
    let answer = browser.login(&[SAME_ORIGIN]).await;
    assert_eq!(changed(&answer), ["shop-access", "shop-refresh", "shop-csrf"]);
    let access = answer.header("set-cookie").unwrap();
    assert!(access.ends_with("; Path=/; Max-Age=895; HttpOnly; SameSite=Strict"), "{access}");
    assert_eq!(browser.get("/me").await.status, 200);
}

#[tokio::test]
async fn a_token_that_is_too_long_for_a_cookie_is_no_silent_failure() {
    #[derive(serde::Serialize)]
    struct Long {
        text: String,
    }
    let long = |_| async { Ok(Long { text: "0123456789".repeat(190) }) };
    // Of 4096 bytes a signature and the claims leave this little room.
    let mode = BrowserMode::new().name(&"n".repeat(1_200));
    let service = Service::start_with(|builder| builder.token_claims(long).browser(mode)).await;
    let answer = service.browser().login(&[SAME_ORIGIN]).await;
    assert_eq!(answer.status, 500, "{}", answer.text);
}
