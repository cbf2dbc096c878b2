//! A service in full use: every operation that has an event, with every kind of credential.

use std::time::{SystemTime, UNIX_EPOCH};

use auth_tests::{Answer, Client, Node, Tokens};
use reqwest::Method;
use serde_json::{Value, json};

use crate::{NODE, OTHER_PASSWORD, PASSWORD};

const ADA: &str = "ada@example.com";
pub(crate) const STATIC_KEY: &str = "w8Jp-2vQm.Zt4xKc7RyN1sHd6Gj0PaE5";
/// `printf %s w8Jp-2vQm.Zt4xKc7RyN1sHd6Gj0PaE5 | sha256sum`
const STATIC_HASH: &str = "111de3b59a6b0ca41eed70e2eb26be126caed08106ae663016cc07961b928112";
pub(crate) const AUDIT_KEY: &str = "q4Lw-8nTz.Vb2xRk6MsC9eYf3Hd7GuJ1";
pub(crate) const MFA_KEY: &str = "t7Np-3kXy.Wd9vQa5ZrB2hLg8Sj4FmE6";

pub(crate) struct Story {
    pub(crate) node: Node,
    pub(crate) admin: Tokens,
    /// Every password, token, key and code that was used.
    pub(crate) secrets: Vec<String>,
    /// The bodies of answers that give out no credential.
    pub(crate) bodies: Vec<String>,
}

impl Story {
    fn spent(&mut self, secret: impl Into<String>) -> String {
        let secret = secret.into();
        self.secrets.push(secret.clone());
        secret
    }

    fn tokens(&mut self, answer: &Answer) -> Tokens {
        let tokens = answer.tokens();
        self.secrets.extend([tokens.access.clone(), tokens.refresh.clone()]);
        tokens
    }

    fn is(&mut self, answer: &Answer, status: u16) {
        assert_eq!(answer.status, status, "{}", answer.text);
        self.bodies.push(answer.text.clone());
    }
}

/// The code of `steps` time steps from now.
fn code(secret: &str, steps: i64) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    auth_tests::totp(secret, i64::try_from(now).unwrap() + 30 * steps)
}

pub(crate) async fn story() -> Story {
    let keys = json!([{ "name": "ci", "sha256": STATIC_HASH, "scopes": ["reports:read"] }]).to_string();
    let env = [
        ("AUTH_API_KEYS", keys.as_str()),
        ("AUTH_AUDIT_KEY", AUDIT_KEY),
        ("AUTH_MFA_KEY", MFA_KEY),
        ("AUTH_AUDIT_USES", "1"),
    ];
    let node = Node::start_with(NODE, &env);
    let client = node.client();
    let admin = client.admin().await;
    let secrets = [PASSWORD, OTHER_PASSWORD, STATIC_KEY, AUDIT_KEY, MFA_KEY, auth_tests::AUTH_SECRET];
    let secrets = secrets.into_iter().chain([auth_tests::ADMIN_PASSWORD]).map(str::to_owned).collect();
    let mut story = Story { node, admin, secrets, bodies: Vec::new() };
    let admin = story.admin.access.clone();
    story.secrets.extend([admin.clone(), story.admin.refresh.clone()]);
    let id = client.register(ADA, PASSWORD).await;

    messages(&mut story, &client).await;
    sessions(&mut story, &client).await;
    second_factor(&mut story, &client).await;
    api_keys(&mut story, &client).await;
    refusals(&mut story, &client).await;

    for change in [json!({ "role": "moderator" }), json!({ "is_active": false })] {
        let answer = client.json_as(&admin, Method::PATCH, &format!("/users/{id}"), &change).await;
        story.is(&answer, 200);
    }
    let removed = client.call_as(&admin, Method::DELETE, &format!("/users/{id}")).await;
    story.is(&removed, 204);
    story
}

/// Verification of the address, a reset back and forth, a magic link, a code.
async fn messages(story: &mut Story, client: &Client) {
    let token = story.node.message("email_verification", ADA).await;
    let token = story.spent(token);
    let verified = client.post_json("/auth/email/verify", &json!({ "token": token })).await;
    story.is(&verified, 204);
    let asked = client.post_json("/auth/password/forgot", &json!({ "email": ADA })).await;
    story.is(&asked, 202);
    let token = story.node.message("password_reset", ADA).await;
    let token = story.spent(token);
    let body = json!({ "token": token, "new_password": OTHER_PASSWORD });
    for status in [204, 401] {
        let reset = client.post_json("/auth/password/reset", &body).await;
        story.is(&reset, status);
    }
    let asked = client.post_json("/auth/magic-link", &json!({ "email": ADA })).await;
    story.is(&asked, 202);
    let token = story.node.message("magic_link", ADA).await;
    let token = story.spent(token);
    let body = json!({ "token": token });
    let answer = client.post_json("/auth/magic-link/login", &body).await;
    story.tokens(&answer);
    let again = client.post_json("/auth/magic-link/login", &body).await;
    story.is(&again, 401);
    let asked = client.post_json("/auth/login-code", &json!({ "email": ADA })).await;
    let challenge = story.spent(asked.json()["challenge"].as_str().unwrap());
    let code = story.node.message("login_code", ADA).await;
    let body = json!({ "challenge": challenge, "code": story.spent(code) });
    let answer = client.post_json("/auth/login-code/login", &body).await;
    story.tokens(&answer);
    let again = client.post_json("/auth/login-code/login", &body).await;
    story.is(&again, 401);
}

/// Refreshes, a replay, logout, logout of all, a new password.
async fn sessions(story: &mut Story, client: &Client) {
    let login = client.try_login(ADA, OTHER_PASSWORD).await;
    let first = story.tokens(&login);
    let next = client.try_refresh(&first.refresh).await;
    let next = story.tokens(&next);
    let last = client.try_refresh(&next.refresh).await;
    story.tokens(&last);
    let replay = client.try_refresh(&first.refresh).await;
    story.is(&replay, 401);
    for path in ["/auth/logout", "/auth/logout-all"] {
        let login = client.try_login(ADA, OTHER_PASSWORD).await;
        let tokens = story.tokens(&login);
        let ended = client.call_as(&tokens.access, Method::POST, path).await;
        story.is(&ended, 204);
    }
    let login = client.try_login(ADA, OTHER_PASSWORD).await;
    let tokens = story.tokens(&login);
    let change = json!({ "current_password": OTHER_PASSWORD, "new_password": PASSWORD });
    let changed = client.json_as(&tokens.access, Method::POST, "/auth/password", &change).await;
    story.tokens(&changed);
}

async fn second_factor(story: &mut Story, client: &Client) {
    let login = client.try_login(ADA, PASSWORD).await;
    let tokens = story.tokens(&login);
    let enrolment = client.call_as(&tokens.access, Method::POST, "/auth/mfa/totp").await.json();
    let secret = story.spent(enrolment["secret"].as_str().unwrap());
    let confirm = json!({ "code": code(&secret, -1) });
    let confirmed = client.json_as(&tokens.access, Method::POST, "/auth/mfa/totp/confirm", &confirm).await;
    assert_eq!(confirmed.status, 200, "{}", confirmed.text);
    let confirmed = confirmed.json();
    let codes = confirmed["recovery_codes"].as_array().unwrap().iter().map(|code| code.as_str().unwrap().to_owned());
    let codes: Vec<_> = codes.collect();
    story.secrets.extend(codes.clone());
    let login = async |otp: &str| {
        client.post_form("/auth/login", &[("username", ADA), ("password", PASSWORD), ("otp", otp)]).await
    };
    let wrong = login("000000").await;
    story.is(&wrong, 401);
    let by_code = login(&codes[0]).await;
    let strong = story.tokens(&by_code);
    let body = json!({ "password": PASSWORD, "otp": code(&secret, 0) });
    let stepped_up = client.json_as(&strong.access, Method::POST, "/auth/step-up", &body).await;
    assert_eq!(stepped_up.status, 200, "{}", stepped_up.text);
    let access = story.spent(stepped_up.json()["access_token"].as_str().unwrap());
    let body = json!({ "code": code(&secret, 1) });
    let removed = client.json_as(&access, Method::DELETE, "/auth/mfa/totp", &body).await;
    story.is(&removed, 204);
}

async fn api_keys(story: &mut Story, client: &Client) {
    let admin = story.admin.access.clone();
    let new = json!({ "name": "reports", "scopes": ["reports:read"] });
    let made: Value = client.json_as(&admin, Method::POST, "/auth/api-keys", &new).await.json();
    let key = story.spent(made["key"].as_str().unwrap());
    let path = format!("/auth/api-keys/{}", made["id"].as_str().unwrap());
    let rotated = client.call_as(&admin, Method::POST, &format!("{path}/rotate")).await.json();
    let rotated = story.spent(rotated["key"].as_str().unwrap());
    for key in [&*key, &rotated, STATIC_KEY] {
        let used = client.send(client.request(Method::GET, "/reports").header("x-api-key", key)).await;
        story.is(&used, 200);
    }
    let revoked = client.call_as(&admin, Method::DELETE, &path).await;
    story.is(&revoked, 204);
    let used = client.get_as(&key, "/reports").await;
    story.is(&used, 401);
}

/// Guards, credentials, clients and limits, with secrets where they do not belong.
async fn refusals(story: &mut Story, client: &Client) {
    let login = client.try_login(ADA, PASSWORD).await;
    let tokens = story.tokens(&login);
    let refused = client.get_as(&tokens.access, "/users").await;
    story.is(&refused, 403);
    for secret in story.secrets.clone() {
        let cut = secret[..secret.len() - 2].to_owned();
        for answer in [
            client.get_as(&cut, "/users").await,
            client.try_refresh(&cut).await,
            client.send(client.request(Method::GET, "/reports").header("x-api-key", &cut)).await,
            client.get(&format!("/users/{cut}")).await,
            client.post_json("/auth/password/reset", &json!({ "token": cut, "new_password": PASSWORD })).await,
            client.post_json("/auth/magic-link/login", &json!({ "token": cut })).await,
        ] {
            assert!(answer.status.is_client_error(), "{}", answer.text);
            story.bodies.push(answer.text);
        }
    }
    let unknown = [("grant_type", "refresh_token"), ("client_id", STATIC_KEY), ("client_secret", PASSWORD)];
    let unknown = client.post_form("/auth/token", &unknown).await;
    story.is(&unknown, 401);
    let mut statuses = Vec::new();
    for _ in 0..30 {
        let guess = client.try_login(ADA, "a guess at the password").await;
        statuses.push(guess.status.as_u16());
        story.bodies.push(guess.text);
    }
    assert!(statuses.contains(&401) && statuses.contains(&429), "{statuses:?}");
    // The account's limit refuses other addresses alone; this one is known, and has a limit of its own.
}
