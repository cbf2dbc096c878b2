//! The first screen of the README, compiled and called. `readme.rs` is its block, whole: it compiles when it is copied.

#[allow(clippy::unused_async, missing_docs, unreachable_pub, reason = "as the README shows it")]
mod readme;

use auth_core::testing::{TestAuth, TestCredential, serve};
use reqwest::Method;

use readme::{Role, app};

const NO_CREDENTIAL: &str = r#"Bearer realm="api""#;
const INSUFFICIENT: &str = r#"Bearer realm="api", error="insufficient_scope""#;

#[tokio::test]
async fn the_first_screen_does_what_it_says() {
    let test = TestAuth::new();
    let client = auth_tests::Client::new(&serve(app(test.auth())).await);
    let ada = test.as_user("ada").role(Role::User).sign_in().await;
    let root = test.as_user("root").role(Role::Admin).scope("duty").sign_in().await;
    let bob = test.as_user("bob").sign_in().await;
    let program = test.as_user("ada").role(Role::User).scope("reports:read").api_key().await;
    let send = async |credential: &TestCredential, method: Method, path: &str, body: Option<&str>| {
        let (name, value) = credential.header();
        let mut request = client.request(method, path).header(name, value);
        if let Some(body) = body {
            request = request.header("content-type", "application/json").body(body.to_owned());
        }
        client.send(request).await
    };

    assert_eq!(client.get("/health").await.text, "ok");
    client.get("/users/me").await.is_challenge(401, NO_CREDENTIAL);
    assert_eq!(send(&ada, Method::GET, "/users/me", None).await.text, "ada");
    assert_eq!(client.get("/reports").await.status, 401);
    assert_eq!(send(&program, Method::GET, "/reports", None).await.text, "made for test");

    send(&ada, Method::DELETE, "/users/bob", None).await.is_challenge(403, INSUFFICIENT);
    assert_eq!(send(&root, Method::DELETE, "/users/bob", None).await.status, 200);
    assert_eq!(send(&root, Method::DELETE, "/users/unknown", None).await.status, 404);
    assert_eq!(send(&bob, Method::GET, "/users/me", None).await.status, 401);

    let address = Some(r#""ada@example.org""#);
    assert_eq!(send(&ada, Method::PATCH, "/users/ada", address).await.text, "ada@example.org");
    assert_eq!(send(&root, Method::PATCH, "/users/ada", Some(r#""ada@example.com""#)).await.status, 200);
    // Refused before the body, which is no JSON, is read.
    send(&ada, Method::PATCH, "/users/root", Some("{")).await.is_challenge(403, INSUFFICIENT);

    assert_eq!(send(&root, Method::POST, "/purge", None).await.text, "gone");
    assert_eq!(send(&ada, Method::POST, "/purge", None).await.status, 403);
}
