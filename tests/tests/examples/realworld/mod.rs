//! The requests of the `RealWorld` API, on SQLite and on PostgreSQL.

mod collection;

use auth_core::testing::{auth, laws};
use auth_tests::servers::Database;
use auth_tests::{Answer, Client, serve};
use reqwest::Method;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::{database, settings};

struct Api {
    client: Client,
}

/// Runs a test on a new database of each engine.
async fn on_each_engine(test: impl AsyncFn(Api)) {
    let folder = TempDir::new().unwrap();
    test(Api::start(&database(&folder)).await).await;
    if let Some(postgres) = Database::create("the RealWorld API on PostgreSQL").await {
        test(Api::start(&postgres.url()).await).await;
    }
}

impl Api {
    async fn start(url: &str) -> Self {
        let app = realworld::app(url, settings()).await.unwrap();
        Self { client: Client::new(&serve(app).await) }
    }

    async fn call(&self, token: Option<&str>, method: Method, path: &str, body: Option<Value>) -> Answer {
        let mut request = self.client.request(method, &format!("/api{path}"));
        if let Some(token) = token {
            request = request.header("authorization", format!("Token {token}"));
        }
        if let Some(body) = body {
            request = request.json(&body);
        }
        self.client.send(request).await
    }

    async fn get(&self, token: Option<&str>, path: &str) -> Answer {
        self.call(token, Method::GET, path, None).await
    }

    /// Registers a user and returns its token.
    async fn register(&self, username: &str) -> String {
        let email = format!("{username}@example.com");
        let user = json!({ "user": { "username": username, "email": email, "password": "jakejake" } });
        token(&self.call(None, Method::POST, "/users", Some(user)).await.is(201))
    }

    async fn login(&self, email: &str, password: &str) -> Answer {
        let user = json!({ "user": { "email": email, "password": password } });
        self.call(None, Method::POST, "/users/login", Some(user)).await
    }

    async fn article(&self, token: &str, title: &str) -> String {
        let article = json!({ "article": { "title": title, "description": "d", "body": "b", "tagList": ["x", "y"] } });
        let answer = self.call(Some(token), Method::POST, "/articles", Some(article)).await.is(201);
        answer["article"]["slug"].as_str().unwrap().to_owned()
    }
}

trait Is {
    fn is(&self, status: u16) -> Value;
    fn is_error(&self, status: u16, field: &str, text: &str);
}

impl Is for Answer {
    #[track_caller]
    fn is(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text);
        if self.text.is_empty() { Value::Null } else { self.json() }
    }

    #[track_caller]
    fn is_error(&self, status: u16, field: &str, text: &str) {
        assert_eq!(self.is(status)["errors"][field], json!([text]), "{}", self.text);
    }
}

#[track_caller]
fn token(body: &Value) -> String {
    body["user"]["token"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_registers_logs_in_and_changes_the_account() {
    on_each_engine(async |api| {
        let registered = api.register("jake").await;
        let taken = json!({ "user": { "username": "jake", "email": "j@example.com", "password": "jakejake" } });
        api.call(None, Method::POST, "/users", Some(taken)).await.is_error(409, "username", "has already been taken");
        let taken = json!({ "user": { "username": "j", "email": "jake@example.com", "password": "jakejake" } });
        api.call(None, Method::POST, "/users", Some(taken)).await.is_error(409, "email", "has already been taken");
        let blank = json!({ "user": { "username": "", "email": "j@example.com", "password": "jakejake" } });
        api.call(None, Method::POST, "/users", Some(blank)).await.is_error(422, "username", "can't be blank");

        api.login("jake@example.com", "jakejak").await.is_error(401, "credentials", "invalid");
        api.login("jon@example.com", "jakejake").await.is_error(401, "credentials", "invalid");
        token(&api.login("jake@example.com", "jakejake").await.is(200));

        api.get(None, "/user").await.is_error(401, "token", "is missing");
        api.get(Some("abc"), "/user").await.is_error(401, "token", "is invalid");
        let current = api.get(Some(&registered), "/user").await.is(200);
        assert_eq!(current["user"]["email"], "jake@example.com");
        assert_eq!(current["user"]["bio"], Value::Null);
        api.get(Some(&token(&current)), "/user").await.is(200);

        let patch = json!({ "user": { "bio": "I like to skateboard", "password": "another door" } });
        let changed = api.call(Some(&registered), Method::PUT, "/user", Some(patch)).await.is(200);
        assert_eq!(changed["user"]["bio"], "I like to skateboard");
        // Every earlier token is revoked; the answer has the next one.
        api.get(Some(&registered), "/user").await.is_error(401, "token", "is invalid");
        api.get(Some(&token(&current)), "/user").await.is_error(401, "token", "is invalid");
        api.login("jake@example.com", "jakejake").await.is_error(401, "credentials", "invalid");
        api.login("jake@example.com", "another door").await.is(200);

        let jake = token(&changed);
        let cleared =
            api.call(Some(&jake), Method::PUT, "/user", Some(json!({ "user": { "bio": null } }))).await.is(200);
        assert_eq!((&cleared["user"]["bio"], &cleared["user"]["username"]), (&Value::Null, &json!("jake")));
        // A refused patch changes nothing, the password included.
        api.register("kim").await;
        let refused = json!({ "user": { "username": "kim", "password": "yet another door" } });
        api.call(Some(&jake), Method::PUT, "/user", Some(refused)).await.is_error(
            409,
            "username",
            "has already been taken",
        );
        api.login("jake@example.com", "another door").await.is(200);
        api.get(Some(&jake), "/user").await.is(200);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn articles_belong_to_their_authors() {
    on_each_engine(async |api| {
        let (jake, kim) = (api.register("jake").await, api.register("kim").await);
        let slug = api.article(&jake, "How to train your dragon").await;
        assert_eq!(slug, "how-to-train-your-dragon");
        let path = format!("/articles/{slug}");

        let patch = json!({ "article": { "body": "with two hands" } });
        api.call(None, Method::PUT, &path, Some(patch.clone())).await.is_error(401, "token", "is missing");
        api.call(Some(&kim), Method::PUT, &path, Some(patch.clone())).await.is_error(403, "article", "forbidden");
        api.call(Some(&kim), Method::DELETE, &path, None).await.is_error(403, "article", "forbidden");
        let changed = api.call(Some(&jake), Method::PUT, &path, Some(patch)).await.is(200);
        assert_eq!(changed["article"]["body"], "with two hands");
        assert_eq!(changed["article"]["tagList"], json!(["x", "y"]));
        api.get(None, "/articles/nothing").await.is_error(404, "article", "not found");
        // The caller is refused before the article is looked for.
        api.call(None, Method::DELETE, "/articles/nothing", None).await.is_error(401, "token", "is missing");
        api.call(Some(&kim), Method::DELETE, "/articles/nothing", None).await.is_error(404, "article", "not found");

        let comment = json!({ "comment": { "body": "It takes a Jacobian" } });
        let comments = format!("{path}/comments");
        let made = api.call(Some(&kim), Method::POST, &comments, Some(comment)).await.is(201);
        assert_eq!(api.get(None, &comments).await.is(200)["comments"][0]["author"]["username"], "kim");
        let one = format!("{comments}/{}", made["comment"]["id"]);
        api.call(Some(&jake), Method::DELETE, &one, None).await.is_error(403, "comment", "forbidden");
        api.call(Some(&kim), Method::DELETE, &one, None).await.is(204);
        api.call(Some(&kim), Method::DELETE, &one, None).await.is_error(404, "comment", "not found");

        api.call(Some(&jake), Method::DELETE, &path, None).await.is(204);
        api.get(None, &path).await.is_error(404, "article", "not found");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_are_filtered_and_know_their_viewer() {
    on_each_engine(async |api| {
        let (jake, kim) = (api.register("jake").await, api.register("kim").await);
        let slug = api.article(&jake, "One").await;
        api.article(&kim, "Two").await;

        let favorite = format!("/articles/{slug}/favorite");
        let liked = api.call(Some(&kim), Method::POST, &favorite, None).await.is(200);
        assert_eq!((&liked["article"]["favorited"], &liked["article"]["favoritesCount"]), (&json!(true), &json!(1)));
        let followed = api.call(Some(&kim), Method::POST, "/profiles/jake/follow", None).await.is(200);
        assert_eq!(followed["profile"]["following"], true);
        assert_eq!(api.get(None, "/profiles/jake").await.is(200)["profile"]["following"], false);
        api.get(None, "/profiles/jon").await.is_error(404, "profile", "not found");

        let count = |body: Value| body["articlesCount"].as_u64().unwrap();
        for (query, expected) in
            [("", 2), ("?author=jake", 1), ("?favorited=kim", 1), ("?favorited=jake", 0), ("?tag=x", 2), ("?tag=z", 0)]
        {
            assert_eq!(count(api.get(None, &format!("/articles{query}")).await.is(200)), expected, "{query}");
        }
        let newest = api.get(None, "/articles?limit=1").await.is(200);
        assert_eq!((newest["articles"].as_array().unwrap().len(), count(newest.clone())), (1, 2));
        assert_eq!(newest["articles"][0]["title"], "Two");
        api.get(None, "/articles?limit=many").await.is_error(422, "query", "is invalid");
        assert_eq!(count(api.get(Some(&kim), "/articles/feed").await.is(200)), 1);
        api.get(None, "/articles/feed").await.is_error(401, "token", "is missing");
        // Optional authentication: none is anonymous, an invalid one is refused.
        assert_eq!(api.get(Some(&kim), &format!("/articles/{slug}")).await.is(200)["article"]["favorited"], true);
        assert_eq!(api.get(None, &format!("/articles/{slug}")).await.is(200)["article"]["favorited"], false);
        api.get(Some("abc"), "/articles").await.is_error(401, "token", "is invalid");

        api.call(Some(&kim), Method::DELETE, &favorite, None).await.is(200);
        api.call(Some(&kim), Method::DELETE, "/profiles/jake/follow", None).await.is(200);
        assert_eq!(count(api.get(Some(&kim), "/articles/feed").await.is(200)), 0);
        assert_eq!(api.get(None, "/tags").await.is(200), json!({ "tags": ["x", "y"] }));
    })
    .await;
}

#[test]
fn laws_of_the_policy_hold() {
    laws(&realworld::routes().policy())
        .never_public("/api/user")
        .never_public("DELETE /**")
        .never_public("PUT /**")
        .never_public("POST /api/articles/**")
        .never_public("POST /api/profiles/**")
        .only("/api/articles/feed", auth())
        .except_fallbacks("*")
        .no_unchecked_except([]);
}
