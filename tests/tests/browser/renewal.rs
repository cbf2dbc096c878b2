//! Sliding renewal: a browser stays logged in while its session lives.

use std::time::Duration;

use auth_core::limits::{By, Limited, Quota, RateLimits};
use auth_core::store::Page;
use reqwest::Method;

use crate::service::{PASSWORD, SAME_ORIGIN, Service, changed};

const ALL: [&str; 3] = ["__Host-access", "__Host-refresh", "__Host-csrf"];

#[tokio::test]
async fn an_ended_access_token_is_renewed_by_the_way() {
    let service = Service::start().await;
    let mut browser = service.logged_in().await;
    // Longer than a refresh token lives: each renewal slides.
    for _ in 0..6 {
        service.clock.advance(Duration::from_hours(48));
        browser.end("__Host-access");
        let answer = browser.get("/me").await;
        assert_eq!((answer.status.as_u16(), changed(&answer)), (200, ALL.map(str::to_owned).to_vec()));
        assert_eq!(changed(&browser.get("/me").await), Vec::<String>::new());
        // Also of a request that may change something, from a page of the service.
        browser.end("__Host-access");
        assert_eq!(browser.post("/me", &[SAME_ORIGIN]).await.status, 200);
    }
    // A request of another site renews nothing.
    browser.end("__Host-access");
    let refused = browser.post("/me", &[("sec-fetch-site", "cross-site")]).await;
    assert_eq!(changed(refused.is_problem(403)), Vec::<String>::new());
}

#[tokio::test]
async fn no_cache_keeps_a_response_that_renews_a_login() {
    let service = Service::start().await;
    let mut browser = service.logged_in().await;
    let kept = browser.get("/page").await;
    assert_eq!((kept.header("cache-control"), changed(&kept)), (Some("public, max-age=3600"), Vec::new()));
    service.after_access();
    browser.end("__Host-access");
    let renewed = browser.get("/page").await;
    assert_eq!((renewed.text.as_str(), changed(&renewed)), ("page", ALL.map(str::to_owned).to_vec()));
    assert_eq!((renewed.header("cache-control"), renewed.header("cdn-cache-control")), (Some("no-store"), None));
    // Nor one that ends a login.
    browser.cookies.insert("__Host-refresh".to_owned(), "unknown".to_owned());
    browser.end("__Host-access");
    let ended = browser.get("/page").await;
    assert_eq!(changed(&ended), ALL.map(|name| format!("-{name}")));
    assert_eq!(ended.header("cache-control"), Some("no-store"));
}

#[tokio::test]
async fn requests_at_the_same_time_are_renewed_alike() {
    let service = Service::start().await;
    let mut first = service.logged_in().await;
    service.after_access();
    first.end("__Host-access");
    let mut tabs = [first.clone(), first.clone(), first.clone()];
    let [a, b, c] = &mut tabs;
    let answers = tokio::join!(a.get("/me"), b.get("/me"), c.post("/me", &[SAME_ORIGIN]));
    assert_eq!([answers.0.status, answers.1.status, answers.2.status].map(|status| status.as_u16()), [200; 3]);
    let refresh = tabs.each_ref().map(|tab| tab.cookies["__Host-refresh"].clone());
    assert!(refresh.iter().all(|token| *token == refresh[0]), "the tabs have different tokens");
    for tab in &mut tabs {
        assert_eq!(tab.get("/me").await.status, 200);
    }
    let subject = tabs[0].get("/me").await.text.parse().unwrap();
    assert_eq!(service.auth.sessions(&subject, Page::first(10)).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_copied_refresh_cookie_ends_the_session() {
    let service = Service::start().await;
    let mut browser = service.logged_in().await;
    let mut thief = browser.clone();
    service.after_access();
    browser.end("__Host-access");
    assert_eq!(browser.get("/me").await.status, 200);
    service.clock.advance(Duration::from_secs(11));
    thief.end("__Host-access");
    let refused = thief.get("/me").await;
    assert_eq!(changed(refused.is_problem(401)), ALL.map(|name| format!("-{name}")));
    browser.get("/me").await.is_problem(401);
    browser.get("/me").await.is_problem(401);
    assert!(browser.cookies.is_empty());
}

#[tokio::test]
async fn a_refresh_by_cookie_spends_one_token_and_not_two() {
    // Without a leeway a second use is theft.
    let service = Service::start_with(|builder| builder.refresh_leeway(Duration::ZERO)).await;
    let mut browser = service.logged_in().await;
    for ends in [false, true, false, true] {
        if ends {
            browser.end("__Host-access");
        }
        let before = browser.cookies["__Host-refresh"].clone();
        let answer = browser.post("/auth/refresh", &[SAME_ORIGIN]).await;
        assert_eq!(
            (answer.status.as_u16(), changed(&answer)),
            (200, ALL.map(str::to_owned).to_vec()),
            "{}",
            answer.text
        );
        assert_eq!(answer.json(), serde_json::json!({ "expires_in": 900, "scope": "" }));
        assert_ne!(browser.cookies["__Host-refresh"], before);
    }
    // A client that is no browser sends the token in the body.
    let token = browser.cookies["__Host-refresh"].clone();
    let mut other = service.browser();
    let by_body = other.request(Method::POST, "/auth/refresh", &[SAME_ORIGIN]).form(&[("refresh_token", &token)]);
    assert_eq!(other.send(by_body).await.status, 200);
    other.cookies.clear();
    other.post("/auth/refresh", &[SAME_ORIGIN, ("content-type", "application/json")]).await.is_problem(400);
}

#[tokio::test]
async fn a_renewal_that_cannot_be_decided_is_neither_a_login_nor_a_logout() {
    let one = RateLimits::new().attempts(Limited::Refresh, By::Address, Quota::per_hour(1));
    let service = Service::start_with(|builder| builder.rate_limits(one)).await;
    let (mut first, mut second) = (service.logged_in().await, service.logged_in().await);
    service.after_access();
    first.end("__Host-access");
    second.end("__Host-access");
    assert_eq!(first.get("/me").await.status, 200);
    let limited = second.get("/me").await;
    assert_eq!(changed(limited.is_problem(429)), Vec::<String>::new());
    // A public page needs no login.
    assert_eq!(second.get("/open").await.status, 200);
    service.clock.advance(Duration::from_hours(2));
    assert_eq!(second.get("/me").await.status, 200);
}

/// The browser's own refresh token is spent by the renewal: one that is not replaced would count as stolen.
#[tokio::test]
async fn a_renewal_sets_its_refresh_token_whatever_the_handler_answers() {
    let service = Service::start().await;
    let mut browser = service.logged_in().await;
    for handler in ["step-up", "refusal"] {
        service.after_access();
        browser.end("__Host-access");
        let before = browser.cookies["__Host-refresh"].clone();
        let (status, access) = if handler == "step-up" {
            let request = browser.request(Method::POST, "/auth/step-up", &[SAME_ORIGIN]);
            let answer = browser.send(request.form(&[("password", PASSWORD)])).await;
            (answer.status, changed(&answer))
        } else {
            let answer = browser.get("/keyed").await;
            (answer.status, changed(&answer))
        };
        let first = if handler == "step-up" { "__Host-access" } else { "-__Host-access" };
        let expected = [first, "__Host-refresh", "__Host-csrf"].map(str::to_owned).to_vec();
        assert_eq!((status.as_u16(), access), (if handler == "step-up" { 200 } else { 401 }, expected), "{handler}");
        assert_ne!(browser.cookies["__Host-refresh"], before, "{handler}");
        // Later than the leeway, within which a second use of the spent token is answered.
        service.clock.advance(Duration::from_mins(16));
        browser.cookies.remove("__Host-access");
        assert_eq!(browser.get("/me").await.status, 200, "{handler}");
    }
    let subject = browser.get("/me").await.text.parse().unwrap();
    assert_eq!(service.auth.sessions(&subject, Page::first(10)).await.unwrap().len(), 1);
}
