//! Handlers that must compile: parameters of one state or several, generic ones, and names that other code uses too.

use auth_core::prelude::*;
use auth_core::store::StoreError;
use axum::extract::*;
use axum::http::{Extensions, HeaderMap, Method, StatusCode, Uri, request::Parts};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::{Extension, Form, Json};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::borrow::Cow;

#[derive(Clone)]
struct AppState {
    auth: Auth,
    db: Db,
}
#[derive(Clone)]
struct Db;
impl FromRef<AppState> for Auth {
    fn from_ref(s: &AppState) -> Auth {
        s.auth.clone()
    }
}
impl FromRef<AppState> for Db {
    fn from_ref(s: &AppState) -> Db {
        s.db.clone()
    }
}
struct Tenant;
impl FromRequestParts<AppState> for Tenant {
    type Rejection = StatusCode;
    async fn from_request_parts(_: &mut Parts, _: &AppState) -> Result<Self, StatusCode> {
        Ok(Tenant)
    }
}
struct Two;
#[derive(Clone)]
struct OtherState;
impl FromRequestParts<AppState> for Two {
    type Rejection = StatusCode;
    async fn from_request_parts(_: &mut Parts, _: &AppState) -> Result<Self, StatusCode> {
        Ok(Two)
    }
}
impl FromRequestParts<OtherState> for Two {
    type Rejection = StatusCode;
    async fn from_request_parts(_: &mut Parts, _: &OtherState) -> Result<Self, StatusCode> {
        Ok(Two)
    }
}
struct Body2;
impl FromRequest<AppState> for Body2 {
    type Rejection = StatusCode;
    async fn from_request(_: Request, _: &AppState) -> Result<Self, StatusCode> {
        Ok(Body2)
    }
}
struct Semi;
impl<S: Send + Sync> FromRequestParts<S> for Semi
where
    Db: FromRef<S>,
{
    type Rejection = StatusCode;
    async fn from_request_parts(_: &mut Parts, _: &S) -> Result<Self, StatusCode> {
        Ok(Semi)
    }
}
#[derive(Deserialize, Serialize)]
struct Note {
    id: u32,
}
struct User;
impl FromSubject<AppState> for User {
    async fn from_subject(_: &Identity, _: &AppState) -> Result<Option<Self>, StoreError> {
        Ok(None)
    }
}
impl FromSubject<OtherState> for User {
    async fn from_subject(_: &Identity, _: &OtherState) -> Result<Option<Self>, StoreError> {
        Ok(None)
    }
}
type Answer<T> = Result<Json<T>, Refusal2>;
struct Refusal2;
impl IntoResponse for Refusal2 {
    fn into_response(self) -> Response {
        unimplemented!()
    }
}
use auth_core::Refusal;

#[require_auth]
async fn a(t: Tenant, w: Two, s: Semi, b: Body2) {}
#[require_auth]
async fn b(
    State(db): State<Db>,
    CurrentUser(u): CurrentUser<User>,
    q: Option<Path<u32>>,
    j: Option<Json<Note>>,
) -> Answer<Note> {
    Err(Refusal2)
}
#[require_auth]
async fn c(
    q: Result<Query<Note>, rejection::QueryRejection>,
    j: Result<Json<Note>, rejection::JsonRejection>,
) -> Response {
    unimplemented!()
}
#[require_auth]
async fn d(r: Request) -> impl IntoResponse {
    "x"
}
#[require_auth]
async fn e(
    h: HeaderMap,
    m: Method,
    u: Uri,
    i: Identity,
    x: Extension<Db>,
    c: auth_core::Context,
    Form(n): Form<Note>,
) -> Result<impl IntoResponse, Refusal> {
    Ok("x")
}
#[require_auth]
async fn f<T: DeserializeOwned + Serialize + Send + 'static>(Path(id): Path<u32>, Json(t): Json<T>) -> Json<T> {
    Json(t)
}
#[require_auth]
async fn g<S>(State(s): State<S>, Path(id): Path<(u32, String)>) -> (StatusCode, HeaderMap, Cow<'static, str>)
where
    S: Send + Sync + 'static,
{
    unimplemented!()
}
#[require_auth]
async fn h(n: auth_core::http::Json<Note>) -> Result<(), axum::response::ErrorResponse> {
    Ok(())
}
#[require_auth]
async fn i(n: auth_core::http::FormOrJson<Note>) -> axum::response::Result<Json<Note>> {
    unimplemented!()
}
#[require_auth(optional)]
async fn j(
    n: Option<Identity>,
    u: Option<CurrentUser<User>>,
) -> Result<Html<&'static str>, (StatusCode, &'static str)> {
    Ok(Html(""))
}
#[require_auth]
#[authorize(id == 7)]
async fn k(Path(id): Path<u32>, Json(n): Json<Note>) -> Result<Json<Note>, Refusal> {
    Ok(Json(n))
}
#[require_auth]
#[authorize([1u32].iter().any(|user| *user == id) && { let identity = 1; identity == 1 })]
async fn l(Path(id): Path<u32>, body: axum::body::Bytes) -> &'static str {
    ""
}
struct Api<T>(T);
#[require_auth]
impl<T: Send + Sync + Clone + 'static> Api<T> {
    pub async fn list(State(t): State<T>, n: Json<Note>) -> Json<Note> {
        n
    }
}
struct Desk;
#[require_auth]
impl Desk {
    pub async fn list(State(t): State<Db>, n: Json<Note>) -> Json<Note> {
        n
    }
    async fn own(s: State<Self>) {}
}
impl Clone for Desk {
    fn clone(&self) -> Self {
        Desk
    }
}
#[require_auth]
mod m {
    use super::*;
    pub async fn load(Path(id): Path<u32>) {}
    pub async fn other() -> String {
        let load = |x: u32| x;
        load(7).to_string()
    }
    fn plain(load: impl Fn(u32) -> u32) -> u32 {
        load(7)
    }
    pub async fn third() -> String {
        super::helper::load(7);
        serde_json::json!({"a": 1}).to_string()
    }
    pub fn routes() -> GuardedRouter<AppState> {
        GuardedRouter::new().route("/a", get(load)).route("/b", get(other))
    }
}
mod helper {
    pub fn load(_: u32) {}
}
#[require_auth]
async fn n(ws: OriginalUri, RawQuery(q): RawQuery, s: String) -> Redirect {
    unimplemented!()
}
#[require_auth]
async fn o(_: Note2) -> Result<Note2, Note2> {
    unimplemented!()
}
struct Note2;
impl FromRequest<AppState> for Note2 {
    type Rejection = StatusCode;
    async fn from_request(_: Request, _: &AppState) -> Result<Self, StatusCode> {
        Ok(Note2)
    }
}
impl IntoResponse for Note2 {
    fn into_response(self) -> Response {
        unimplemented!()
    }
}
fn app() -> GuardedRouter<AppState> {
    GuardedRouter::new()
        .route("/a", post(a))
        .route("/b", post(b))
        .route("/c", post(c))
        .route("/d", post(d))
        .route("/e", post(e))
        .route("/f", post(f::<Note>))
        .route("/g", get(g::<Db>))
        .route("/h", post(h))
        .route("/i", post(i))
        .route("/j", get(j))
        .route("/k", get(k))
        .route("/l", get(l))
        .route("/m", get(Desk::list))
        .route("/n", get(n))
        .route("/o", get(o))
        .route("/api", get(Api::<Db>::list))
}

/// Helpers beside handlers that give no handler.
#[require_auth]
mod with_helpers {
    use std::collections::BTreeMap;
    use std::fmt::Display;
    use std::sync::{LazyLock, OnceLock};

    use auth_core::{GuardedMethodRouter, GuardedRouter, prelude::*};

    use super::{AppState, Db, Note};

    const LIMIT: usize = 20;
    const NAMES: &[&str] = &["a", "b"];
    const PARSE: fn(&str) -> Option<u32> = |text| text.parse().ok();
    const DOUBLE: fn(u32) -> u32 = |n| n * 2;
    static TABLE: LazyLock<BTreeMap<&str, fn(u32) -> u32>> = LazyLock::new(|| BTreeMap::from([("double", DOUBLE)]));
    static ONCE: OnceLock<String> = OnceLock::new();
    static mut COUNT: u64 = 0;
    const ROUTES: fn() -> GuardedRouter<AppState> = routes;

    type Job = fn(Db) -> std::pin::Pin<Box<dyn Future<Output = ()>>>;

    struct Page<const N: usize = 3> {
        rows: [u32; N],
        job: Option<Job>,
    }

    impl<const N: usize> Page<N> {
        const ROWS: usize = N;
        const EMPTY: Option<Self> = None;

        const fn len(&self) -> usize {
            self.rows.len()
        }

        fn new(rows: [u32; N]) -> Self {
            #![allow(unused)]
            Self { rows, job: None }
        }

        async fn load(&self, ids: Vec<u32>) -> Vec<u32> {
            let all: Vec<_> = ids.into_iter().map(|id| async move { id + 1 }).collect();
            let mut loaded = Vec::new();
            for one in all {
                loaded.push(one.await);
            }
            loaded
        }
    }

    impl Default for Page {
        fn default() -> Self {
            Self::new([0; 3])
        }
    }

    impl<const N: usize> Display for Page<N> {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            fn joined(rows: &[u32]) -> String {
                format!("{rows:?}")
            }
            f.write_str(&joined(&self.rows))
        }
    }

    trait Shown: Display {
        const MARK: char = '*';

        fn shown(&self) -> String {
            format!("{}{self}", Self::MARK)
        }

        fn twice(self) -> [Self; 2]
        where
            Self: Sized + Clone,
        {
            [self.clone(), self]
        }
    }

    impl<T: Display> Shown for T {}

    fn evens(limit: u32) -> impl Iterator<Item = u32> {
        fn is_even(n: u32) -> bool {
            n % 2 == 0
        }
        (0..limit).filter(|n| is_even(*n))
    }

    fn or_default<T: Default>(value: Option<T>) -> T {
        value.unwrap_or_default()
    }

    fn adder(n: u32) -> impl Fn(u32) -> u32 {
        move |m| n + m
    }

    fn compare(by: for<'a> fn(&'a Note) -> &'a u32) -> Box<dyn for<'a> Fn(&'a Note, &'a Note) -> std::cmp::Ordering> {
        Box::new(move |a, b| by(a).cmp(by(b)))
    }

    fn first_word<'a>(text: &'a str) -> Option<&'a str> {
        text.split(' ').next()
    }

    fn start() {
        std::thread::spawn(|| ());
        let _job = async { 1 };
        let _closure = |n: u32| async move { n };
    }

    pub(super) async fn listed() -> String {
        #[derive(Default)]
        struct Sum(u32);

        impl Sum {
            fn add(mut self, n: u32) -> Self {
                self.0 += n;
                self
            }
        }

        async fn step(n: u32) -> u32 {
            n
        }

        let n = step(LIMIT as u32).await;
        Sum::default().add(n).0.shown()
    }

    pub(super) fn one() -> GuardedMethodRouter<AppState> {
        get(listed)
    }

    pub(super) fn routes() -> GuardedRouter<AppState> {
        GuardedRouter::new().route("/listed", one())
    }
}

struct Shelf;

#[require_auth]
impl Shelf {
    const SIZE: usize = 3;
    const NAME: fn(u8) -> String = |n| n.to_string();

    async fn list() {}

    fn label(self) -> String {
        Self::NAME(3)
    }

    fn routes() -> GuardedRouter<AppState> {
        GuardedRouter::new().route("/shelf", get(Self::list))
    }
}
