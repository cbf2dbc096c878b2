//! Tables of an application beside the built-in users, on SQLite and on PostgreSQL.

use auth_core::testing::{auth as known, in_memory, laws};
use auth_tests::servers::Database;
use auth_tests::{Client, serve};
use reqwest::Method;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::{database, settings};

const PASSWORD: &str = "three words and a comma";

async fn register(client: &Client, email: &str, name: &str) -> u16 {
    let body = json!({ "email": email, "password": PASSWORD, "name": name });
    client.post_json("/register", &body).await.status.as_u16()
}

async fn profiles(client: &Client, token: &str) -> Value {
    client.get_as(token, "/profiles").await.json()
}

async fn check(url: &str) {
    let app = own_tables::app(url, settings()).await.unwrap();
    let client = Client::new(&serve(app).await);
    assert_eq!(register(&client, "ada@example.com", "Ada").await, 201);
    assert_eq!(register(&client, "ada@example.com", "Another").await, 409);
    // The name is taken, so there is no user either.
    assert_eq!(register(&client, "bob@example.com", "Ada").await, 409);
    client.try_login("bob@example.com", PASSWORD).await.is_problem(401);
    assert_eq!(register(&client, "bob@example.com", "Bob").await, 201);
    assert_eq!(client.post_json("/auth/register", &json!({})).await.status, 404);

    let (ada, bob) = (client.login("ada@example.com", PASSWORD).await, client.login("bob@example.com", PASSWORD).await);
    for text in ["one", "two"] {
        let added = client.json_as(&ada.access, Method::POST, "/notes", &json!({ "text": text })).await;
        assert_eq!(added.status, 201, "{}", added.text);
    }
    assert_eq!(client.get_as(&ada.access, "/notes").await.json(), json!(["one", "two"]));
    assert_eq!(client.get_as(&bob.access, "/notes").await.json(), json!([]));
    client.get("/profiles").await.is_problem(401);
    let of_bob = json!({ "name": "Bob", "email": "bob@example.com", "notes": 0 });
    let of_ada = json!({ "name": "Ada", "email": "ada@example.com", "notes": 2 });
    assert_eq!(profiles(&client, &bob.access).await, json!([of_ada, of_bob]));

    assert_eq!(client.call_as(&ada.access, Method::DELETE, "/me").await.status, 204);
    client.get_as(&ada.access, "/notes").await.is_problem(401);
    assert_eq!(profiles(&client, &bob.access).await, json!([of_bob]));
    // The name and the address are free again, and the notes are gone.
    assert_eq!(register(&client, "ada@example.com", "Ada").await, 201);
    let again = client.login("ada@example.com", PASSWORD).await;
    assert_eq!(client.get_as(&again.access, "/notes").await.json(), json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn own_tables_are_joined_with_the_users_and_follow_them() {
    let folder = TempDir::new().unwrap();
    check(&database(&folder)).await;
    if let Some(postgres) = Database::create("own tables on PostgreSQL").await {
        check(&postgres.url()).await;
    }
}

#[test]
fn laws_of_the_policy_hold() {
    laws(&own_tables::routes(&in_memory().build().unwrap()).policy())
        .only("/notes", known())
        .only("/profiles", known())
        .never_public("/me")
        .never_public("DELETE /**")
        .no_unchecked_except([]);
}
