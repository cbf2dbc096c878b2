//! The application of FastAPI's tutorial: its requests and their answers.

use auth_core::testing::{all, laws, scope};
use auth_tests::{Answer, Client, serve};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::{database, settings};

async fn example() -> (Client, TempDir) {
    let folder = TempDir::new().unwrap();
    let app = fastapi_tutorial::app(&database(&folder), settings()).await.unwrap();
    (Client::new(&serve(app).await), folder)
}

async fn token(client: &Client, scope: &str) -> String {
    let form = [("grant_type", "password"), ("username", "johndoe"), ("password", "secret"), ("scope", scope)];
    let answer = client.post_form("/token", &form).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(answer.json().as_object().unwrap().len(), 2);
    assert_eq!(answer.json()["token_type"], "bearer");
    answer.json()["access_token"].as_str().unwrap().to_owned()
}

#[track_caller]
fn is(answer: &Answer, status: u16, body: &Value) {
    assert_eq!((answer.status.as_u16(), &answer.json()), (status, body));
}

fn detail(text: &str) -> Value {
    json!({ "detail": text })
}

#[tokio::test]
async fn a_token_opens_what_its_scopes_cover() {
    let (client, _folder) = example().await;
    let user =
        json!({ "username": "johndoe", "email": "johndoe@example.com", "full_name": "John Doe", "disabled": false });
    let items = json!([{ "item_id": "Foo", "owner": "johndoe" }]);
    let status = json!({ "status": "ok" });
    let refused = detail("Not enough permissions");

    let both = token(&client, "me items").await;
    is(&client.get_as(&both, "/users/me/").await, 200, &user);
    is(&client.get_as(&both, "/users/me/items/").await, 200, &items);
    is(&client.get_as(&both, "/status/").await, 200, &status);

    let me = token(&client, "me").await;
    is(&client.get_as(&me, "/users/me/").await, 200, &user);
    let answer = client.get_as(&me, "/users/me/items/").await;
    is(&answer, 403, &refused);
    assert_eq!(answer.challenges(), [r#"Bearer realm="api", error="insufficient_scope", scope="me items""#]);

    for scope in ["", "items"] {
        is(&client.get_as(&token(&client, scope).await, "/users/me/items/").await, 403, &refused);
    }
    is(&client.get_as(&token(&client, "").await, "/status/").await, 200, &status);
}

#[tokio::test]
async fn refusals_have_the_words_of_the_tutorial() {
    let (client, _folder) = example().await;
    is(&client.get("/users/me/").await, 401, &detail("Not authenticated"));
    is(&client.get_as("abc", "/status/").await, 401, &detail("Could not validate credentials"));
    for (username, password) in [("johndoe", "secret2"), ("unknown", "secret"), ("alice", "secret2")] {
        let answer = client.post_form("/token", &[("username", username), ("password", password)]).await;
        is(&answer, 400, &detail("Incorrect username or password"));
    }
    let missing = |name| json!({ "type": "missing", "loc": ["body", name], "msg": "Field required" });
    let answer = client.post_form("/token", &[("scope", "me")]).await;
    is(&answer, 422, &json!({ "detail": [missing("username"), missing("password")] }));
    is(&client.get("/token").await, 405, &detail("Method Not Allowed"));
    is(&client.get("/nothing").await, 404, &detail("Not Found"));
    let redirect = client.get("/status").await;
    assert_eq!((redirect.status.as_u16(), redirect.header("location")), (307, Some("/status/")));
}

#[test]
fn laws_of_the_policy_hold() {
    laws(&fastapi_tutorial::routes().policy())
        .only("/users/me/**", scope("me"))
        .only("/users/me/items/", all([scope("me"), scope("items")]))
        .never_public("/status/")
        .except_fallbacks("*")
        .no_unchecked_except([]);
}
