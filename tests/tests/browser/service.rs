//! A service in browser mode, and a client that keeps cookies as a browser does.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use auth_core::event::{Event, EventKind, EventSink};
use auth_core::prelude::*;
use auth_core::testing::TestClock;
use auth_core::{AuthBuilder, BrowserMode, Context, Registration, Timestamp};
use auth_tests::{Answer, Client};
use reqwest::{Method, RequestBuilder};

pub(crate) const EMAIL: &str = "ada@example.com";
pub(crate) const PASSWORD: &str = "three words and a comma";
pub(crate) const SAME_ORIGIN: (&str, &str) = ("sec-fetch-site", "same-origin");

#[require_auth]
async fn me(identity: Identity) -> String {
    identity.subject().to_string()
}

#[public]
async fn open() -> &'static str {
    "open"
}

/// A page that caches may keep.
#[public]
async fn page() -> ([(&'static str, &'static str); 2], &'static str) {
    ([("cache-control", "public, max-age=3600"), ("cdn-cache-control", "max-age=3600")], "page")
}

#[api_key]
async fn keyed() {}

#[require_auth(optional)]
async fn greet(identity: Option<Identity>) -> &'static str {
    identity.map_or("hello", |_| "welcome back")
}

/// `/me`, `/open`, `/page`, `/greet` and `/keyed` with the ready routes in browser mode, and the same under `/api` without.
fn router(auth: &Auth) -> GuardedRouter<Auth> {
    let routes = || {
        GuardedRouter::new()
            .route("/me", get(me).post(me).delete(me))
            .route("/open", get(open).post(open))
            .route("/page", get(page))
            .route("/greet", post(greet))
            .route("/keyed", get(keyed))
    };
    let browser = routes().browser().merge(auth.routes().browser());
    GuardedRouter::new().merge(browser).nest("/api", routes().merge(auth.routes().prefix("")))
}

/// The reasons of refused requests of other sites.
#[derive(Clone, Default)]
struct Reasons(Arc<Mutex<Vec<String>>>);

#[async_trait]
impl EventSink for Reasons {
    async fn record(&self, event: Event) {
        if let EventKind::CrossSiteRefused { reason } = event.kind {
            self.0.lock().unwrap().push(reason);
        }
    }
}

pub(crate) struct Service {
    pub(crate) auth: Auth,
    pub(crate) clock: TestClock,
    pub(crate) client: Client,
    reasons: Reasons,
}

impl Service {
    pub(crate) async fn start() -> Self {
        Self::start_with(|builder| builder).await
    }

    pub(crate) async fn start_with(set: impl FnOnce(AuthBuilder) -> AuthBuilder) -> Self {
        let (clock, reasons) = (TestClock::at(Timestamp::from_secs(1_800_000_000)), Reasons::default());
        let builder = auth_core::testing::in_memory().clock(clock.clone()).events(reasons.clone());
        let builder = builder.browser(BrowserMode::new().login_page("/login"));
        let auth = set(builder).build().unwrap();
        auth.register(&Context::system("test"), Registration::new(EMAIL, PASSWORD)).await.unwrap();
        let client = Client::new(&auth_tests::serve(router(&auth).with_state(auth.clone())).await);
        Self { auth, clock, client, reasons }
    }

    /// The reasons since the last call.
    pub(crate) fn reasons(&self) -> Vec<String> {
        std::mem::take(&mut *self.reasons.0.lock().unwrap())
    }

    pub(crate) fn browser(&self) -> Browser {
        Browser { client: self.client.clone(), cookies: BTreeMap::new() }
    }

    /// A browser that has logged in.
    pub(crate) async fn logged_in(&self) -> Browser {
        let mut browser = self.browser();
        let answer = browser.login(&[SAME_ORIGIN]).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        browser
    }

    /// So late that access cookies have ended, and refresh cookies have not.
    pub(crate) fn after_access(&self) {
        self.clock.advance(Duration::from_mins(16));
    }
}

/// A client with cookies. It does not know the time: [`end`](Self::end) is the end of a cookie.
#[derive(Clone)]
pub(crate) struct Browser {
    client: Client,
    pub(crate) cookies: BTreeMap<String, String>,
}

impl Browser {
    pub(crate) fn request(&self, method: Method, path: &str, headers: &[(&str, &str)]) -> RequestBuilder {
        let cookies: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request = self.client.request(method, path);
        let request = if cookies.is_empty() { request } else { request.header("cookie", cookies.join("; ")) };
        headers.iter().fold(request, |request, (name, value)| request.header(*name, *value))
    }

    pub(crate) async fn send(&mut self, request: RequestBuilder) -> Answer {
        let answer = self.client.send(request).await;
        for (name, value, ends) in set_cookies(&answer) {
            if ends {
                self.cookies.remove(&name)
            } else {
                self.cookies.insert(name, value)
            };
        }
        answer
    }

    pub(crate) async fn get(&mut self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path, &[])).await
    }

    pub(crate) async fn post(&mut self, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.send(self.request(Method::POST, path, headers)).await
    }

    pub(crate) async fn login(&mut self, headers: &[(&str, &str)]) -> Answer {
        let form = [("username", EMAIL), ("password", PASSWORD)];
        self.send(self.request(Method::POST, "/auth/login", headers).form(&form)).await
    }

    /// The end of a cookie's time.
    pub(crate) fn end(&mut self, name: &str) {
        assert!(self.cookies.remove(name).is_some(), "no cookie {name} in {:?}", self.cookies.keys());
    }
}

/// Name, value, and whether it ends the cookie.
fn set_cookies(answer: &Answer) -> impl Iterator<Item = (String, String, bool)> {
    answer.headers.get_all("set-cookie").iter().map(|cookie| {
        let cookie = cookie.to_str().unwrap();
        let (name, rest) = cookie.split_once('=').unwrap();
        let (value, attributes) = rest.split_once(';').unwrap();
        (name.to_owned(), value.to_owned(), attributes.contains("Max-Age=0;"))
    })
}

/// The names of set and of ended cookies.
pub(crate) fn changed(answer: &Answer) -> Vec<String> {
    set_cookies(answer).map(|(name, _, ends)| if ends { format!("-{name}") } else { name }).collect()
}
