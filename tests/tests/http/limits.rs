//! Rate limits of the ready routes.

use auth_tests::{ADMIN_EMAIL, ADMIN_PASSWORD, Answer, Client, Node};
use reqwest::Method;
use serde_json::{Value, json};

use crate::{NODE, OTHER_PASSWORD, PASSWORD, node};

const WRONG: &str = "not the password of anyone";

/// Guesses until the limit of the account is used up for some seconds, and returns the answer to the next login with
/// `password`.
async fn after_ten_guesses(client: &Client, name: &str, password: &str) -> Answer {
    use_up(10, || client.try_login(name, WRONG)).await;
    client.try_login(name, password).await
}

/// Repeats a wrong request until it is limited for some seconds: on a busy machine the quota refills meanwhile.
async fn use_up<F: Future<Output = Answer>>(quota: usize, wrong: impl Fn() -> F) {
    let mut answered = 0;
    loop {
        let answer = wrong().await;
        if answer.status != 429 {
            answered += 1;
            assert!([401, 403].contains(&answer.status.as_u16()) && answered < 10 * quota, "{}", answer.text);
        } else if answer.header("retry-after").unwrap().parse::<u64>().unwrap() > 1 {
            assert!(answered >= quota, "the limit was used up by {answered}");
            break;
        }
    }
}

/// Asserts the status and the headers of a used up limit of ten per minute.
#[track_caller]
fn is_used_up(answer: &Answer, name: &str) {
    let header = |name| answer.header(name).unwrap();
    let secs: u64 = header("retry-after").parse().unwrap();
    assert!((1..=6).contains(&secs), "{secs}");
    assert_eq!(header("ratelimit"), format!("\"{name}\";r=0;t={secs}"));
    assert_eq!(header("ratelimit-policy"), format!("\"{name}\";q=10;w=60"));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
}

#[tokio::test]
async fn a_setting_changes_one_limit_and_leaves_the_others() {
    let node =
        Node::start_with(NODE, &[("AUTH_RATE_LIMIT", "login failures account 2/h, registration attempts address off")]);
    let client = node.client();
    for status in [401, 401, 429] {
        assert_eq!(client.try_login("unknown@example.com", WRONG).await.status, status);
    }
    let limited = client.try_login("unknown@example.com", WRONG).await;
    assert_eq!(limited.header("ratelimit-policy"), Some("\"login-account\";q=2;w=3600"));
    let change = json!({ "current_password": WRONG, "new_password": PASSWORD });
    let admin = client.admin().await;
    let guess = || client.json_as(&admin.access, Method::POST, "/auth/password", &change);
    for _ in 0..3 {
        assert_eq!(guess().await.status, 403, "the limit of another operation");
    }
}

#[tokio::test]
async fn guesses_at_an_account_are_limited_and_a_right_one_is_not_answered() {
    let node = node();
    let client = node.client();
    let known = after_ten_guesses(&client, ADMIN_EMAIL, ADMIN_PASSWORD).await;
    let other_spelling = client.try_login("ADMIN@example.com", WRONG).await;
    is_used_up(other_spelling.is_problem(429), "login-account");
    let unknown = after_ten_guesses(&client, "unknown@example.com", PASSWORD).await;
    for answer in [&known, &unknown] {
        is_used_up(answer.is_problem(429), "login-account");
        assert_eq!(answer.text, known.text, "the answer tells which accounts exist");
        assert_eq!(answer.headers.keys().collect::<Vec<_>>(), known.headers.keys().collect::<Vec<_>>());
    }
    // Other accounts go on.
    client.register("ada@example.com", PASSWORD).await;
    client.login("ada@example.com", PASSWORD).await;
}

/// Each asks the store whether the device is a known one.
#[tokio::test]
async fn attempts_at_an_account_without_guesses_left_count_by_their_address() {
    let node = Node::start_with(NODE, &[("AUTH_RATE_LIMIT", "login failures account 1/h, login attempts address 5/h")]);
    let client = node.client();
    assert_eq!(client.try_login("unknown@example.com", WRONG).await.status, 401);
    for (n, name, quota) in [(4, "account", 1), (2, "address", 5)] {
        for _ in 0..n {
            let refused = client.try_login("unknown@example.com", WRONG).await;
            let policy = format!("\"login-{name}\";q={quota};w=3600");
            assert_eq!(refused.is_problem(429).header("ratelimit-policy"), Some(policy.as_str()));
        }
    }
}

#[tokio::test]
async fn the_password_grant_and_the_login_share_their_limit() {
    let node = node();
    let client = node.client();
    after_ten_guesses(&client, ADMIN_EMAIL, WRONG).await;
    let form = [("grant_type", "password"), ("username", ADMIN_EMAIL), ("password", ADMIN_PASSWORD)];
    let answer = client.post_form("/auth/token", &form).await;
    assert_eq!((answer.status.as_u16(), &answer.json()["error"]), (429, &json!("temporarily_unavailable")));
    is_used_up(&answer, "login-account");
}

#[tokio::test]
async fn logins_with_the_right_password_use_nothing_up() {
    let node = node();
    let client = node.client();
    for _ in 0..15 {
        client.admin().await;
    }
    let mut logins: tokio::task::JoinSet<_> = (0..20)
        .map(|_| {
            let client = client.clone();
            async move { client.admin().await }
        })
        .collect();
    while let Some(login) = logins.join_next().await {
        login.unwrap();
    }
}

#[tokio::test]
async fn guesses_at_the_current_password_are_limited() {
    let node = node();
    let client = node.client();
    let admin = client.admin().await;
    let change = |current: &str| json!({ "current_password": current, "new_password": PASSWORD });
    let wrong = change(WRONG);
    // At the address of the login, which is a known device.
    use_up(20, || client.json_as(&admin.access, Method::POST, "/auth/password", &wrong)).await;
    let answer = client.json_as(&admin.access, Method::POST, "/auth/password", &change(ADMIN_PASSWORD)).await;
    assert_eq!(answer.is_problem(429).header("ratelimit-policy"), Some(r#""current_password-device";q=20;w=60"#));
}

#[tokio::test]
async fn registrations_and_refreshes_of_an_address_are_limited() {
    let node = node();
    let client = node.client();
    let body = json!({ "email": "ada@example.com", "password": "short" });
    let register = || client.send(client.request(Method::POST, "/auth/register").json(&body));
    for _ in 0..20 {
        assert_eq!(register().await.status, 422);
    }
    assert_eq!(
        register().await.is_problem(429).header("ratelimit-policy"),
        Some(r#""registration-account";q=10;w=3600"#)
    );
    let mut others = 0..1_000;
    let answer = loop {
        let n = others.next().unwrap();
        let body = json!({ "email": format!("no address {n}"), "password": PASSWORD });
        let answer = client.send(client.request(Method::POST, "/auth/register").json(&body)).await;
        if answer.status != 422 {
            break answer;
        }
    };
    assert!(others.start >= 279, "{others:?}");
    assert_eq!(answer.header("ratelimit-policy"), Some(r#""registration-address";q=60;w=60"#));
    let answer = loop {
        let answer = client.try_refresh("no token").await;
        if answer.status != 401 {
            break answer;
        }
    };
    assert_eq!(answer.is_problem(429).header("ratelimit-policy"), Some(r#""refresh-address";q=100;w=60"#));
}

#[tokio::test]
async fn no_limit_applies_when_they_are_off() {
    let node = Node::start_with(NODE, &[("AUTH_RATE_LIMIT", "off")]);
    let client = node.client();
    for _ in 0..20 {
        assert_eq!(client.try_login(ADMIN_EMAIL, WRONG).await.status, 401);
    }
}

#[tokio::test]
async fn the_address_of_an_event_is_that_of_the_client_behind_trusted_proxies() {
    for (proxies, header, value, expected) in [
        ("127.0.0.0/8", "x-forwarded-for", "203.0.113.9, 192.0.2.1", "192.0.2.1"),
        ("127.0.0.1,198.51.100.7", "forwarded", "for=203.0.113.9, for=192.0.2.1, for=198.51.100.7", "192.0.2.1"),
        ("10.0.0.0/8", "x-forwarded-for", "192.0.2.1", "127.0.0.1"),
    ] {
        let node = Node::start_with(NODE, &[("AUTH_TRUSTED_PROXIES", proxies)]);
        let client = node.client();
        let login = client.request(Method::POST, "/auth/login").header(header, value);
        let login = login.form(&[("username", ADMIN_EMAIL), ("password", ADMIN_PASSWORD)]);
        let tokens = client.send(login).await.tokens();
        let events = client.get_as(&tokens.access, "/auth/events/mine?kind=login_succeeded&limit=1").await;
        assert_eq!(events.json()["events"][0]["address"], expected, "{proxies}: {header}: {value}");
    }
}

/// A login from an address that a trusted proxy reports.
async fn login_from(client: &Client, address: &str, name: &str, password: &str) -> Answer {
    let login = client.request(Method::POST, "/auth/login").header("x-forwarded-for", address);
    client.send(login.form(&[("username", name), ("password", password)])).await
}

#[tokio::test]
async fn an_attacker_cannot_lock_an_owner_out() {
    let node = Node::start_with(NODE, &[("AUTH_TRUSTED_PROXIES", "127.0.0.1")]);
    let client = node.client();
    let (ada, home) = ("ada@example.com", "2001:db8:1:2::7");
    client.register(ada, PASSWORD).await;
    let tokens = login_from(&client, home, ada, PASSWORD).await.tokens();
    let mut refused = Vec::new();
    for name in [ada, "unknown@example.com"] {
        use_up(10, || login_from(&client, "203.0.113.10", name, WRONG)).await;
        refused.push(login_from(&client, "203.0.113.10", name, PASSWORD).await);
    }
    for answer in &refused {
        is_used_up(answer.is_problem(429), "login-account");
        assert_eq!(answer.text, refused[0].text, "the answer tells which accounts exist");
    }
    // Another address of the owner's site, and the owner's session.
    let again = login_from(&client, "2001:db8:1:2:ffff::9", ada, PASSWORD).await.tokens();
    assert_eq!(client.get_as(&tokens.access, "/users/me").await.status, 200);
    assert_eq!(client.try_refresh(&tokens.refresh).await.status, 200);
    // A known address is another one's known address.
    assert_eq!(login_from(&client, home, "unknown@example.com", PASSWORD).await.status, 429);

    // The event follows the answers, so that they take the same time for every name.
    let slowed = async {
        loop {
            let events = client.get_as(&again.access, "/auth/events/mine?kind=login_slowed").await.json();
            if events["events"].as_array().is_some_and(|events| !events.is_empty()) {
                return events["events"].clone();
            }
        }
    };
    let slowed = tokio::time::timeout(std::time::Duration::from_mins(1), slowed).await.unwrap();
    assert_eq!((slowed.as_array().unwrap().len(), &slowed[0]["address"]), (1, &json!("203.0.113.10")));
}

/// A link or code makes the device of its user known, and so does a reset, which makes all others unknown.
#[tokio::test]
async fn an_attacker_cannot_lock_out_an_owner_who_authenticated_by_a_message() {
    let node = Node::start_with(NODE, &[("AUTH_TRUSTED_PROXIES", "127.0.0.1")]);
    let client = node.client();
    let home = "192.0.2.7";
    let post = async |address: &str, path: &str, body: Value| {
        client.send(client.request(Method::POST, path).header("x-forwarded-for", address).json(&body)).await
    };
    for (kind, path, used_at) in [
        ("magic_link", "/auth/magic-link", "/auth/magic-link/login"),
        ("login_code", "/auth/login-code", "/auth/login-code/login"),
        ("password_reset", "/auth/password/forgot", "/auth/password/reset"),
    ] {
        let ada = &format!("{}@example.com", kind.replace('_', "-"));
        client.register(ada, PASSWORD).await;
        let requested = post(home, path, json!({ "email": ada })).await;
        let token = node.message(kind, ada).await;
        let mut body = json!({ "token": token, "new_password": PASSWORD });
        if kind == "login_code" {
            body = json!({ "challenge": requested.json()["challenge"], "code": token });
        }
        assert!(post(home, used_at, body).await.status.is_success(), "{kind}");
        use_up(10, || login_from(&client, "203.0.113.10", ada, WRONG)).await;
        while post("203.0.113.10", path, json!({ "email": ada })).await.status != 429 {}
        assert_eq!(login_from(&client, home, ada, PASSWORD).await.status, 200, "{kind}");
        assert_eq!(post(home, path, json!({ "email": ada })).await.status, 202, "{kind}");
    }
}

#[tokio::test]
async fn a_known_device_is_forgotten_with_the_sessions() {
    let node = Node::start_with(NODE, &[("AUTH_TRUSTED_PROXIES", "127.0.0.1")]);
    let client = node.client();
    let (home, away) = ("192.0.2.7", "192.0.2.8");
    for path in ["/auth/logout-all", "/auth/password"] {
        let ada = &format!("{}@example.com", path.len());
        client.register(ada, PASSWORD).await;
        assert_eq!(login_from(&client, home, ada, PASSWORD).await.status, 200);
        use_up(10, || login_from(&client, "203.0.113.10", ada, WRONG)).await;
        let tokens = login_from(&client, home, ada, PASSWORD).await.tokens();
        let change = client.request(Method::POST, path).bearer_auth(&tokens.access).header("x-forwarded-for", away);
        let change = change.json(&json!({ "current_password": PASSWORD, "new_password": OTHER_PASSWORD }));
        assert!(client.send(change).await.status.is_success(), "{path}");
        let is_changed = path == "/auth/password";
        let password = if is_changed { OTHER_PASSWORD } else { PASSWORD };
        while login_from(&client, "203.0.113.10", ada, WRONG).await.status != 429 {}
        assert_eq!(login_from(&client, home, ada, password).await.status, 429, "{path}");
        // The device of the session that goes on stays known.
        assert_eq!(login_from(&client, away, ada, password).await.status == 200, is_changed, "{path}");
    }
}

/// A thief of an access token guesses the password with it.
#[tokio::test]
async fn a_stolen_token_cannot_lock_its_owner_out_of_a_new_password() {
    let node = Node::start_with(NODE, &[("AUTH_TRUSTED_PROXIES", "127.0.0.1")]);
    let client = node.client();
    let home = "192.0.2.7";
    let tokens = login_from(&client, home, ADMIN_EMAIL, ADMIN_PASSWORD).await.tokens();
    let change = |address: &'static str, current: &'static str| {
        let change = client.request(Method::POST, "/auth/password").bearer_auth(&tokens.access);
        let change = change.header("x-forwarded-for", address);
        client.send(change.json(&json!({ "current_password": current, "new_password": PASSWORD })))
    };
    use_up(10, || change("203.0.113.10", WRONG)).await;
    is_used_up(change("203.0.113.10", ADMIN_PASSWORD).await.is_problem(429), "current_password-account");
    // At home there is a limit, too.
    use_up(20, || change(home, WRONG)).await;
    let refused = change(home, ADMIN_PASSWORD).await;
    assert_eq!(refused.is_problem(429).header("ratelimit-policy"), Some(r#""current_password-device";q=20;w=60"#));
    let tokens = login_from(&client, home, ADMIN_EMAIL, ADMIN_PASSWORD).await.tokens();
    let other_home = "192.0.2.9";
    assert_eq!(login_from(&client, other_home, ADMIN_EMAIL, ADMIN_PASSWORD).await.status, 200);
    let change = client.request(Method::POST, "/auth/password").bearer_auth(&tokens.access);
    let change = change.header("x-forwarded-for", other_home);
    let change = change.json(&json!({ "current_password": ADMIN_PASSWORD, "new_password": PASSWORD }));
    assert_eq!(client.send(change).await.status, 200);
}

#[tokio::test]
async fn a_known_device_has_a_limit_of_its_own() {
    let node = Node::start_with(NODE, &[("AUTH_TRUSTED_PROXIES", "127.0.0.1")]);
    let client = node.client();
    let home = "192.0.2.7";
    assert_eq!(login_from(&client, home, ADMIN_EMAIL, ADMIN_PASSWORD).await.status, 200);
    use_up(20, || login_from(&client, home, ADMIN_EMAIL, WRONG)).await;
    let refused = login_from(&client, home, ADMIN_EMAIL, ADMIN_PASSWORD).await;
    assert_eq!(refused.is_problem(429).header("ratelimit-policy"), Some(r#""login-device";q=20;w=60"#));
    // Its failures are not those of other devices.
    assert_eq!(login_from(&client, "192.0.2.8", ADMIN_EMAIL, ADMIN_PASSWORD).await.status, 200);
}
