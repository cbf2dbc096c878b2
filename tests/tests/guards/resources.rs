//! A row that an extractor loads, and conditions and rules over it that answer 403, 404 or 503.

use auth_core::http::{Json, Path};
use auth_core::prelude::*;
use auth_core::store::StoreError;
use auth_core::{AccessError, Refusal, Rule};
use axum::extract::{FromRef, FromRequestParts, State};
use axum::http::request::Parts;
use reqwest::Method;
use serde::Deserialize;
use sqlx::{Row as _, SqlitePool};
use tempfile::TempDir;

use crate::service::{Answer, INSUFFICIENT, NOTHING, Service, let_in, refused};

#[derive(Clone, FromRef)]
struct App {
    auth: Auth,
    pool: SqlitePool,
}

struct Article {
    slug: String,
    author: String,
    published: bool,
}

impl Article {
    async fn find(pool: &SqlitePool, slug: &str) -> Result<Self, Refusal> {
        let row = sqlx::query("SELECT slug, author, published FROM articles WHERE slug = $1").bind(slug);
        let row = row.fetch_optional(pool).await.map_err(StoreError::unavailable)?;
        let row = row.ok_or(Refusal::NotFound { what: "article" })?;
        Ok(Self { slug: row.get(0), author: row.get(1), published: row.get(2) })
    }

    /// A draft does not exist for others.
    fn is_visible_to(&self, identity: &Identity) -> Result<bool, Refusal> {
        if self.published || self.author == identity.subject().as_str() {
            return Ok(true);
        }
        Err(Refusal::NotFound { what: "article" })
    }
}

impl FromRequestParts<App> for Article {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Refusal> {
        let Path(slug) = Path::<String>::from_request_parts(parts, app).await?;
        Self::find(&app.pool, &slug).await
    }
}

#[derive(Deserialize)]
struct Edit {
    #[expect(dead_code, reason = "the tests look at the status")]
    title: String,
}

#[require_auth]
#[authorize(article.author == identity.subject().as_str())]
async fn edit(article: Article, identity: Identity, Json(_): Json<Edit>) -> String {
    article.slug
}

#[require_auth]
#[authorize(article.is_visible_to(&identity))]
async fn read(article: Article, identity: Identity) -> String {
    format!("{} for {}", article.slug, identity.subject())
}

/// The same by a rule.
struct Visible<'a>(&'a SqlitePool, &'a str);

impl Rule for Visible<'_> {
    async fn allows(&self, caller: &Principal) -> Result<bool, Refusal> {
        let Principal::Subject(identity) = caller else { return Ok(false) };
        Article::find(self.0, self.1).await?.is_visible_to(identity)
    }
}

#[require_auth]
#[authorize(Visible(&pool, &slug))]
async fn by_rule(State(pool): State<SqlitePool>, Path(slug): Path<String>) -> String {
    slug
}

#[derive(Deserialize)]
struct Answers {
    with: String,
}

/// Each error that a condition may have.
#[require_auth]
#[authorize(decided(&with))]
async fn decides(Path(Answers { with }): Path<Answers>) -> String {
    with
}

fn decided(with: &str) -> Result<bool, AccessError> {
    match with {
        "yes" => Ok(true),
        "no" => Ok(false),
        "step-up" => Err(AccessError::StepUp { max_age: None, amr: vec!["mfa"] }),
        _ => Err(AccessError::Unavailable),
    }
}

/// For the tests that load articles: the statements are those of the whole process.
static LOADS: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

async fn start() -> (Service, SqlitePool, TempDir) {
    let folder = TempDir::new().unwrap();
    let url = format!("sqlite://{}?mode=rwc", folder.path().join("articles.db").display());
    let pool = SqlitePool::connect(&url).await.unwrap();
    sqlx::query("CREATE TABLE articles (slug TEXT PRIMARY KEY, author TEXT, published BOOLEAN)")
        .execute(&pool)
        .await
        .unwrap();
    let state = |auth: &Auth| App { auth: auth.clone(), pool: pool.clone() };
    let routes = GuardedRouter::new()
        .route("/articles/{slug}", get(read).put(edit))
        .route("/by-rule/{slug}", get(by_rule))
        .route("/decides/{with}", get(decides));
    let service = Service::start(|auth| routes.with_state(state(auth))).await;
    (service, pool, folder)
}

async fn write(pool: &SqlitePool, slug: &str, author: &SubjectId, published: bool) {
    let insert = sqlx::query("INSERT INTO articles VALUES ($1, $2, $3)").bind(slug).bind(author.as_str());
    insert.bind(published).execute(pool).await.unwrap();
}

async fn put_title(service: &Service, path: &str, token: &str, body: &'static str) -> Answer {
    let request = service.request(Method::PUT, path).bearer_auth(token).header("content-type", "application/json");
    Answer::of(&request.body(body).send().await.unwrap())
}

#[tokio::test]
async fn a_loaded_row_costs_one_query_and_a_refused_caller_none() {
    let _alone = LOADS.lock().await;
    let (service, pool, _folder) = start().await;
    let author = service.user(&[]).await;
    write(&pool, "own", &author, true).await;
    let (own, other) = (service.token_of(&author, "pwd", "").await, service.token(&[]).await);
    auth_tests::statements::watch();
    let loads = || {
        let sent = auth_tests::statements::sent();
        let here = sent.iter().filter(|(statement, _)| statement.contains("FROM articles WHERE"));
        here.map(|(_, count)| count).sum::<usize>()
    };
    let body = r#"{"title":"new"}"#;
    let before = loads();
    assert_eq!(put_title(&service, "/articles/own", &own, body).await, let_in());
    assert_eq!(loads() - before, 1);
    assert_eq!(put_title(&service, "/articles/own", &other, body).await, refused(403, INSUFFICIENT));
    assert_eq!(loads() - before, 2);
    assert_eq!(service.request(Method::PUT, "/articles/own").send().await.unwrap().status(), 401);
    assert_eq!(loads() - before, 2, "a refused caller costs a query");
    // The body is read after the condition.
    assert_eq!(put_title(&service, "/articles/own", &other, "{").await, refused(403, INSUFFICIENT));
    assert_eq!(put_title(&service, "/articles/own", &own, "{").await.status, 400);
    assert_eq!(put_title(&service, "/articles/none", &own, "{").await.status, 404);
}

#[tokio::test]
async fn a_condition_and_a_rule_hide_what_a_caller_may_not_see() {
    let _alone = LOADS.lock().await;
    let (service, pool, _folder) = start().await;
    let author = service.user(&[]).await;
    write(&pool, "draft", &author, false).await;
    write(&pool, "public", &author, true).await;
    let (own, other) = (service.token_of(&author, "pwd", "").await, service.token(&[]).await);
    for at in ["/articles", "/by-rule"] {
        assert_eq!(service.with_token(&format!("{at}/draft"), &own).await, let_in());
        assert_eq!(service.with_token(&format!("{at}/public"), &other).await, let_in());
        assert_eq!(service.anonymously(&format!("{at}/none")).await, refused(401, NOTHING));
        // A hidden article and a missing one get one and the same answer.
        let mut answers = Vec::new();
        for slug in ["draft", "none"] {
            let answer = service.get(&format!("{at}/{slug}")).bearer_auth(&other).send().await.unwrap();
            assert_eq!(answer.status(), 404, "{at}/{slug}");
            assert_eq!(answer.headers()["content-type"], "application/problem+json");
            assert_eq!(answer.headers()["cache-control"], "no-store");
            assert!(!answer.headers().contains_key("www-authenticate"));
            answers.push(answer.text().await.unwrap());
        }
        assert_eq!(answers[0], answers[1]);
    }
    pool.close().await;
    for at in ["/articles/public", "/by-rule/public"] {
        assert_eq!(service.with_token(at, &own).await.status, 503, "{at}");
    }
}

#[tokio::test]
async fn a_condition_of_type_result_answers_what_its_error_says() {
    let (service, _pool, _folder) = start().await;
    let token = service.token(&[]).await;
    assert_eq!(service.with_token("/decides/yes", &token).await, let_in());
    assert_eq!(service.with_token("/decides/no", &token).await, refused(403, INSUFFICIENT));
    assert_eq!(service.with_token("/decides/else", &token).await.status, 503);
    let stronger = r#"error="insufficient_user_authentication", acr_values="mfa""#;
    assert_eq!(service.with_token("/decides/step-up", &token).await, refused(401, stronger));
    assert_eq!(service.anonymously("/decides/yes").await, refused(401, NOTHING), "the guard comes first");
}
