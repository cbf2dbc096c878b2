//! The requests of the API's public collection, in its order, with the form of each answer; then the errors.

use reqwest::Method;
use serde_json::{Value, json};

use super::{Api, Is as _, on_each_engine, token};

const USER: &[&str] = &["bio", "email", "image", "token", "username"];
const PROFILE: &[&str] = &["bio", "following", "image", "username"];
const COMMENT: &[&str] = &["author", "body", "createdAt", "id", "updatedAt"];
/// Of a list. An article alone has its `body` as well.
const LISTED: &[&str] =
    &["author", "createdAt", "description", "favorited", "favoritesCount", "slug", "tagList", "title", "updatedAt"];

/// Fails unless `value` is an object with these members and no others.
#[track_caller]
fn has(value: &Value, members: &[&str]) {
    let mut names: Vec<_> = value.as_object().unwrap_or_else(|| panic!("{value} is no object")).keys().collect();
    names.sort();
    assert_eq!(names, members, "{value}");
}

/// The times of `value` in RFC 3339 with a fraction of a second, as JavaScript writes them.
#[track_caller]
fn has_times(value: &Value) {
    for name in ["createdAt", "updatedAt"] {
        let time = value[name].as_str().unwrap();
        assert!(time.len() == "2027-01-31T12:00:00.000Z".len() && time.ends_with('Z'), "{name}: {time}");
        assert!(time.parse::<auth_core::Timestamp>().is_ok(), "{name}: {time}");
    }
}

#[track_caller]
fn article(body: &Value) -> &Value {
    let article = &body["article"];
    let mut members = LISTED.to_vec();
    members.insert(1, "body");
    has(article, &members);
    has_times(article);
    has(&article["author"], PROFILE);
    article
}

/// The articles of a list, and how many there are in all.
#[track_caller]
fn articles(body: &Value) -> (&[Value], u64) {
    has(body, &["articles", "articlesCount"]);
    let list = body["articles"].as_array().unwrap();
    for article in list {
        has(article, LISTED);
        has_times(article);
        has(&article["author"], PROFILE);
    }
    (list, body["articlesCount"].as_u64().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_public_collection_gets_its_answers() {
    on_each_engine(async |api| {
        let john = users(&api).await;
        let celeb = token(&register(&api, "celeb", "celeb@example.com").await);
        let slug = articles_of(&api, &john).await;
        lists(&api, &john, &slug).await;
        comments(&api, &john, &slug).await;
        profiles(&api, &john, &celeb).await;
        let tags = api.get(None, "/tags").await.is(200);
        assert_eq!(tags, json!({ "tags": ["dragons", "training"] }));
        assert_eq!(
            api.call(Some(&john), Method::DELETE, &format!("/articles/{slug}"), None).await.is(204),
            Value::Null
        );
        assert_eq!(api.get(None, "/tags").await.is(200), json!({ "tags": [] }));
    })
    .await;
}

async fn register(api: &Api, username: &str, email: &str) -> Value {
    let user = json!({ "user": { "email": email, "password": "jake the password", "username": username } });
    let registered = api.call(None, Method::POST, "/users", Some(user)).await.is(201);
    has(&registered["user"], USER);
    registered
}

async fn users(api: &Api) -> String {
    let registered = register(api, "johnjacob", "john@jacob.com").await;
    assert_eq!((&registered["user"]["bio"], &registered["user"]["image"]), (&Value::Null, &Value::Null));
    let login = api.login("john@jacob.com", "jake the password").await.is(200);
    has(&login["user"], USER);
    let john = token(&login);
    let current = api.get(Some(&john), "/user").await.is(200);
    has(&current["user"], USER);
    assert_eq!(current["user"]["username"], "johnjacob");
    let patch = json!({ "user": { "email": "jacob@john.com", "bio": "writes", "image": "https://example.com/j.png" } });
    let updated = api.call(Some(&john), Method::PUT, "/user", Some(patch)).await.is(200);
    has(&updated["user"], USER);
    assert_eq!(updated["user"]["email"], "jacob@john.com");
    assert_eq!(updated["user"]["image"], "https://example.com/j.png");
    api.login("john@jacob.com", "jake the password").await.is_error(401, "credentials", "invalid");
    token(&api.login("JACOB@john.com", "jake the password").await.is(200))
}

async fn articles_of(api: &Api, john: &str) -> String {
    assert_eq!(articles(&api.get(None, "/articles").await.is(200)), (&[][..], 0));
    assert_eq!(articles(&api.get(Some(john), "/articles/feed").await.is(200)), (&[][..], 0));
    let new = json!({ "article": {
        "title": "How to train your dragon", "description": "Ever wonder how?", "body": "Very carefully.",
        "tagList": ["training", "dragons"],
    }});
    let created = api.call(Some(john), Method::POST, "/articles", Some(new)).await.is(201);
    let (slug, author) = (article(&created)["slug"].as_str().unwrap(), &created["article"]["author"]);
    assert_eq!(created["article"]["tagList"], json!(["dragons", "training"]));
    assert_eq!((&author["username"], &author["following"]), (&json!("johnjacob"), &json!(false)));
    assert_eq!(article(&api.get(None, &format!("/articles/{slug}")).await.is(200))["body"], "Very carefully.");

    let path = format!("/articles/{slug}");
    let patch = json!({ "article": { "body": "With two hands", "tagList": ["dragons", "training", "dragons"] } });
    let updated = api.call(Some(john), Method::PUT, &path, Some(patch)).await.is(200);
    assert_eq!(article(&updated)["body"], "With two hands");
    assert_eq!(updated["article"]["tagList"], json!(["dragons", "training"]));
    assert_eq!(updated["article"]["createdAt"], created["article"]["createdAt"]);
    let (before, after) = (&created["article"]["updatedAt"], &updated["article"]["updatedAt"]);
    assert!(before.as_str() <= after.as_str(), "{before} {after}");
    let renamed = json!({ "article": { "title": "How to feed your dragon" } });
    let renamed = api.call(Some(john), Method::PUT, &path, Some(renamed)).await.is(200);
    assert_eq!(article(&renamed)["slug"], "how-to-feed-your-dragon");
    api.get(None, &path).await.is_error(404, "article", "not found");
    "how-to-feed-your-dragon".to_owned()
}

async fn lists(api: &Api, john: &str, slug: &str) {
    let favorite = format!("/articles/{slug}/favorite");
    for _ in 0..2 {
        let favorited = api.call(Some(john), Method::POST, &favorite, None).await.is(200);
        let favorited = article(&favorited);
        assert_eq!((&favorited["favorited"], &favorited["favoritesCount"]), (&json!(true), &json!(1)), "once");
    }
    for token in [None, Some(john)] {
        for (query, count) in [
            ("", 1),
            ("?author=johnjacob", 1),
            ("?author=unknown", 0),
            ("?favorited=johnjacob", 1),
            ("?favorited=celeb", 0),
            ("?tag=dragons", 1),
            ("?tag=dragon", 0),
            ("?tag=dragons&author=johnjacob&favorited=johnjacob", 1),
            ("?tag=dragons&author=celeb", 0),
        ] {
            let body = api.get(token, &format!("/articles{query}")).await.is(200);
            let (list, all) = articles(&body);
            assert_eq!((list.len(), all), (count, count as u64), "{query}");
            assert!(list.iter().all(|article| article["favorited"] == json!(token.is_some())), "{query}");
        }
    }
    for n in 0..3 {
        api.article(john, &format!("Page {n}")).await;
    }
    for (query, titles) in [
        ("?limit=2", &["Page 2", "Page 1"][..]),
        ("?limit=2&offset=2", &["Page 0", "How to feed your dragon"]),
        ("?offset=3", &["How to feed your dragon"]),
        ("?limit=2&offset=4", &[]),
        ("?limit=0", &[]),
    ] {
        let body = api.get(None, &format!("/articles{query}")).await.is(200);
        let (list, all) = articles(&body);
        assert_eq!(
            (list.iter().map(|article| article["title"].as_str().unwrap()).collect::<Vec<_>>(), all),
            (titles.to_vec(), 4),
            "{query}"
        );
    }
    for n in 0..3 {
        api.call(Some(john), Method::DELETE, &format!("/articles/page-{n}"), None).await.is(204);
    }
    for _ in 0..2 {
        let body = api.call(Some(john), Method::DELETE, &favorite, None).await.is(200);
        assert_eq!((&article(&body)["favorited"], &article(&body)["favoritesCount"]), (&json!(false), &json!(0)));
    }
}

async fn comments(api: &Api, john: &str, slug: &str) {
    let path = format!("/articles/{slug}/comments");
    assert_eq!(api.get(Some(john), &path).await.is(200), json!({ "comments": [] }));
    let new = json!({ "comment": { "body": "Thank you so much!" } });
    let created = api.call(Some(john), Method::POST, &path, Some(new)).await.is(201);
    has(&created["comment"], COMMENT);
    has_times(&created["comment"]);
    has(&created["comment"]["author"], PROFILE);
    for token in [None, Some(john)] {
        assert_eq!(api.get(token, &path).await.is(200), json!({ "comments": [created["comment"]] }));
    }
    let one = format!("{path}/{}", created["comment"]["id"]);
    assert_eq!(api.call(Some(john), Method::DELETE, &one, None).await.is(204), Value::Null);
    assert_eq!(api.get(None, &path).await.is(200), json!({ "comments": [] }));
}

async fn profiles(api: &Api, john: &str, celeb: &str) {
    let profile = api.get(None, "/profiles/celeb").await.is(200);
    has(&profile["profile"], PROFILE);
    assert_eq!(profile["profile"]["following"], false);
    for _ in 0..2 {
        let followed = api.call(Some(john), Method::POST, "/profiles/celeb/follow", None).await.is(200);
        assert_eq!(followed["profile"]["following"], true);
    }
    assert_eq!(api.get(Some(john), "/profiles/celeb").await.is(200)["profile"]["following"], true);
    assert_eq!(api.get(Some(celeb), "/profiles/celeb").await.is(200)["profile"]["following"], false);

    let slug = api.article(celeb, "News").await;
    let feed = api.get(Some(john), "/articles/feed").await.is(200);
    let (list, all) = articles(&feed);
    assert_eq!((list[0]["title"].as_str(), all), (Some("News"), 1));
    assert_eq!(list[0]["author"]["following"], true);
    assert_eq!(articles(&api.get(Some(john), "/articles/feed?offset=1").await.is(200)), (&[][..], 1));
    api.call(Some(celeb), Method::DELETE, &format!("/articles/{slug}"), None).await.is(204);

    for _ in 0..2 {
        let left = api.call(Some(john), Method::DELETE, "/profiles/celeb/follow", None).await.is(200);
        assert_eq!(left["profile"]["following"], false);
    }
}

/// Each error, its status and its body.
#[tokio::test(flavor = "multi_thread")]
async fn errors_have_the_form_of_the_api() {
    on_each_engine(async |api| {
        let jake = api.register("jake").await;
        let slug = api.article(&jake, "One").await;
        unauthenticated(&api, &slug).await;
        for (method, path, what) in [
            (Method::GET, "/articles/none", "article"),
            (Method::PUT, "/articles/none", "article"),
            (Method::DELETE, "/articles/none", "article"),
            (Method::POST, "/articles/none/favorite", "article"),
            (Method::DELETE, "/articles/none/favorite", "article"),
            (Method::GET, "/articles/none/comments", "article"),
            (Method::POST, "/articles/none/comments", "article"),
            (Method::DELETE, "/articles/none/comments/1", "article"),
            (Method::DELETE, "/articles/one/comments/1", "comment"),
            (Method::DELETE, "/articles/one/comments/first", "comment"),
            (Method::GET, "/profiles/none", "profile"),
            (Method::POST, "/profiles/none/follow", "profile"),
            (Method::DELETE, "/profiles/none/follow", "profile"),
            (Method::GET, "/none", "resource"),
        ] {
            let body = json!({ "article": {}, "comment": { "body": "b" } });
            api.call(Some(&jake), method, path, Some(body)).await.is_error(404, what, "not found");
        }
        invalid(&api, &jake).await;
    })
    .await;
}

async fn unauthenticated(api: &Api, slug: &str) {
    for (method, path) in [
        (Method::GET, "/user".to_owned()),
        (Method::PUT, "/user".to_owned()),
        (Method::GET, "/articles/feed".to_owned()),
        (Method::POST, "/articles".to_owned()),
        (Method::PUT, format!("/articles/{slug}")),
        (Method::DELETE, format!("/articles/{slug}")),
        (Method::POST, format!("/articles/{slug}/favorite")),
        (Method::DELETE, format!("/articles/{slug}/favorite")),
        (Method::POST, format!("/articles/{slug}/comments")),
        (Method::DELETE, format!("/articles/{slug}/comments/1")),
        (Method::POST, "/profiles/jake/follow".to_owned()),
        (Method::DELETE, "/profiles/jake/follow".to_owned()),
    ] {
        let answer = api.call(None, method.clone(), &path, None).await;
        answer.is_error(401, "token", "is missing");
        assert!(answer.challenges().iter().any(|challenge| challenge.starts_with("Token ")), "{method} {path}");
        api.call(Some("abc"), method, &path, None).await.is_error(401, "token", "is invalid");
    }
}

async fn invalid(api: &Api, jake: &str) {
    let text = |text: &str| json!(text);
    for (method, path, body, field, error) in [
        (Method::POST, "/users/login", json!({ "user": { "email": "", "password": "p" } }), "email", "can't be blank"),
        (
            Method::POST,
            "/users/login",
            json!({ "user": { "email": "a@b.c", "password": "" } }),
            "password",
            "can't be blank",
        ),
        (
            Method::POST,
            "/users/login",
            json!({ "user": { "email": "a\0@b.c", "password": "p" } }),
            "email",
            "is invalid",
        ),
        (
            Method::POST,
            "/articles",
            json!({ "article": { "title": "", "description": "d", "body": "b" } }),
            "title",
            "can't be blank",
        ),
        (
            Method::POST,
            "/articles",
            json!({ "article": { "title": "t", "description": "d\0", "body": "b" } }),
            "description",
            "is invalid",
        ),
        (
            Method::POST,
            "/articles",
            json!({ "article": { "title": "t", "description": "d", "body": "b", "tagList": ["a\u{1f}b"] } }),
            "tagList",
            "is invalid",
        ),
        (Method::PUT, "/articles/one", json!({ "article": { "body": " " } }), "body", "can't be blank"),
        (Method::POST, "/articles/one/comments", json!({ "comment": {} }), "body", "can't be blank"),
        (Method::PUT, "/user", json!({ "user": { "email": null } }), "email", "can't be blank"),
        (Method::PUT, "/user", json!({ "user": { "email": "no address" } }), "email", "is invalid"),
        (
            Method::PUT,
            "/user",
            json!({ "user": { "password": "short" } }),
            "password",
            "is too short or too easy to guess",
        ),
    ] {
        let answer = api.call(Some(jake), method, path, Some(body.clone())).await;
        assert_eq!(answer.status, 422, "{path} {body}: {}", answer.text);
        assert_eq!(answer.json()["errors"][field][0], text(error), "{path} {body}: {}", answer.text);
    }
    // A title whose slug is taken.
    let taken = json!({ "article": { "title": "ONE!", "description": "d", "body": "b" } });
    api.call(Some(jake), Method::POST, "/articles", Some(taken)).await.is_error(409, "title", "has already been taken");
    // A body that is none: in the same form, and never a 500.
    for body in [json!([]), json!({}), json!({ "article": [] }), json!({ "article": { "title": 7 } })] {
        let answer = api.call(Some(jake), Method::POST, "/articles", Some(body.clone())).await;
        assert_eq!(answer.status, 422, "{body}: {}", answer.text);
        assert!(answer.json()["errors"]["body"][0].is_string(), "{body}: {}", answer.text);
    }
    for query in ["limit=-1", "offset=x", "limit=4294967296"] {
        api.get(None, &format!("/articles?{query}")).await.is_error(422, "query", "is invalid");
    }
    for path in ["/articles/%00", "/profiles/%00", "/articles?tag=%00", "/articles?author=%00"] {
        let status = api.get(None, path).await.status.as_u16();
        assert!([200, 404, 422].contains(&status), "{path}: {status}");
    }
}
