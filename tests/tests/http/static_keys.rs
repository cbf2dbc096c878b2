//! API keys of the configuration.

use auth_tests::{Client, Node};
use reqwest::Method;
use serde_json::json;

use crate::{NODE, node};

const KEY: &str = "w8Jp-2vQm.Zt4xKc7RyN1sHd6Gj0PaE5";
/// `printf %s w8Jp-2vQm.Zt4xKc7RyN1sHd6Gj0PaE5 | sha256sum`
const HASH: &str = "111de3b59a6b0ca41eed70e2eb26be126caed08106ae663016cc07961b928112";
const NARROW: &str = "another-key-9d2f0c71b6e84a35";
/// `printf %s another-key-9d2f0c71b6e84a35 | sha256sum`
const NARROW_HASH: &str = "36b42f22178fb7188100a0c9693c0b4e34552438fb041d380271e632b63430fb";

async fn with(client: &Client, name: &str, value: &str, path: &str) -> (u16, String) {
    let answer = client.send(client.request(Method::GET, path).header(name, value)).await;
    (answer.status.as_u16(), answer.text)
}

async fn check(node: &Node) {
    let client = node.client();
    let (status, body) = with(&client, "x-api-key", KEY, "/reports").await;
    assert_eq!((status, body.contains("\"made_for\":\"ci\"")), (200, true), "{body}");
    assert_eq!(with(&client, "authorization", &format!("ApiKey {KEY}"), "/reports").await.0, 200);
    assert_eq!(with(&client, "x-api-key", NARROW, "/reports").await.0, 403, "without the scope");
    for wrong in [&KEY[1..], &format!("{KEY}x"), &KEY.to_lowercase(), HASH, "ci", "static:ci", "ak_static:ci_x"] {
        assert_eq!(with(&client, "x-api-key", wrong, "/reports").await.0, 401, "{wrong}");
    }
    // No access token, and not in the list of keys, which the store holds.
    assert_eq!(with(&client, "authorization", &format!("Bearer {KEY}"), "/users/me").await.0, 401);
    assert_eq!(with(&client, "x-api-key", KEY, "/users/me").await.0, 401);
    let admin = client.admin().await;
    assert_eq!(client.get_as(&admin.access, "/auth/api-keys").await.json(), json!([]));
    let revoked = client.call_as(&admin.access, Method::DELETE, "/auth/api-keys/static:ci").await;
    assert_eq!(revoked.status, 404);

    let log = std::fs::read_to_string(node.path("log")).unwrap();
    assert!(!log.contains(KEY) && !log.contains(HASH), "a secret is in the log");
}

#[tokio::test]
async fn keys_of_the_configuration_are_programs_with_a_name_and_scopes() {
    let json = json!([
        { "name": "ci", "sha256": HASH, "scopes": ["reports:read", "introspect"] },
        { "name": "narrow", "sha256": NARROW_HASH.to_uppercase() },
    ]);
    check(&Node::start_with(NODE, &[("AUTH_API_KEYS", &json.to_string())])).await;
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), json.to_string()).unwrap();
    check(&Node::start_with(NODE, &[("AUTH_API_KEYS_FILE", file.path().to_str().unwrap())])).await;
    // Without the setting the same text is no key.
    assert_eq!(with(&node().client(), "x-api-key", KEY, "/reports").await.0, 401);
}

#[test]
fn invalid_keys_are_refused_at_start() {
    let one = |name: &str, hash: &str| format!(r#"{{"name": "{name}", "sha256": "{hash}"}}"#);
    let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    let changeme = "057ba03d6c44104863dc7361fe4578965d1887360f90a0895882e58a6248fc86";
    for (json, remedy) in [
        (one("ci", HASH), "write `[{"),
        (format!("[{}]", one("ci", "abc")), "64 hexadecimal digits"),
        (format!("[{}]", one("ci", &format!("+{}", &HASH[1..]))), "64 hexadecimal digits"),
        (format!("[{}]", one("", HASH)), "1 to 100 bytes"),
        (format!("[{}]", one("ci", empty)), "can be guessed"),
        (format!("[{}]", one("ci", changeme)), "can be guessed"),
        (format!(r#"[{{"name": "ci", "key": "{KEY}"}}]"#), "sha256"),
        (format!("[{}, {}]", one("ci", HASH), one("ci", NARROW_HASH)), "a unique name"),
        (format!("[{}, {}]", one("a", HASH), one("b", HASH)), "a unique key"),
    ] {
        let refused = Node::refuse_to_start(NODE, &[("AUTH_API_KEYS", &json)]);
        let said = String::from_utf8(refused.stderr).unwrap();
        assert!(said.contains("AUTH_API_KEYS") && said.contains(remedy), "{json}: {said}");
        assert!(!said.contains(KEY) && !said.contains(&HASH[1..]), "what may be a secret was printed: {said}");
    }
}
