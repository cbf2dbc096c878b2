//! Users of a `FastAPI` application log in by their bcrypt hashes, over HTTP.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use auth_core::Auth;
use auth_core::recovery::{Delivery, DeliveryError, Message, Purpose};
use auth_core::store::{MemoryStore, SqliteStore};
use auth_core::testing::{laws, role};
use auth_core::token::SigningKey;
use auth_tests::{Client, serve};
use reqwest::Method;
use serde_json::json;
use sqlx::SqlitePool;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};

/// `passlib`'s hashes of `U*U` and `U*U*`, with a low cost.
const ADA: &str = "$2b$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW";
const GRACE: &str = "$2y$05$CCCCCCCCCCCCCCCCCCCCC.VGOzA784oUp/Z0DY336zx7pLYAy0lwK";

/// The tokens that were sent.
#[derive(Clone, Default)]
struct Outbox(Arc<Mutex<Vec<(Purpose, String)>>>);

#[async_trait]
impl Delivery for Outbox {
    async fn send(&self, message: Message) -> Result<(), DeliveryError> {
        self.0.lock().unwrap().push((message.kind.purpose(), message.token().to_owned()));
        Ok(())
    }
}

async fn service() -> (Client, SqlitePool, Outbox) {
    let options = SqliteConnectOptions::new().in_memory(true).foreign_keys(true);
    let pool = SqlitePoolOptions::new().max_connections(1).idle_timeout(None).max_lifetime(None);
    let pool = pool.connect_with(options).await.unwrap();
    // The table as SQLAlchemy creates it.
    let table = "CREATE TABLE users (
                     id INTEGER NOT NULL PRIMARY KEY, email VARCHAR NOT NULL UNIQUE, hashed_password VARCHAR NOT NULL,
                     is_active BOOLEAN NOT NULL, is_admin BOOLEAN NOT NULL)";
    sqlx::raw_sql(table).execute(&pool).await.unwrap();
    let users = [
        (1, "ada@example.com", ADA, true, true),
        (2, "grace@example.com", GRACE, true, false),
        (3, "gone@example.com", ADA, false, false),
    ];
    for (id, email, hash, active, admin) in users {
        let insert = sqlx::query("INSERT INTO users VALUES (?1, ?2, ?3, ?4, ?5)");
        insert.bind(id).bind(email).bind(hash).bind(active).bind(admin).execute(&pool).await.unwrap();
    }
    let key = SigningKey::hs256(&"b7Qm-2xVfL9zT4kWc8RyN1sHd6Gj0PaE".to_owned().into()).unwrap();
    let builder = Auth::builder(key, "https://api.example.com", "existing-users");
    let outbox = Outbox::default();
    let store = SqliteStore::with_pool(pool.clone()).await.unwrap();
    let app = existing_users::app(store, builder, outbox.clone()).await.unwrap();
    let client = Client::new(&serve(app).await);
    (client, pool, outbox)
}

async fn hash(pool: &SqlitePool, id: i64) -> String {
    sqlx::query_scalar("SELECT hashed_password FROM users WHERE id = ?1").bind(id).fetch_one(pool).await.unwrap()
}

#[tokio::test]
async fn users_log_in_by_their_bcrypt_hashes_which_are_replaced_one_by_one() {
    let (client, pool, _) = service().await;
    client.try_login("ada@example.com", "U*U?").await.is_problem(401);
    assert_eq!(hash(&pool, 1).await, ADA, "a wrong password replaced a hash");
    client.try_login("gone@example.com", "U*U").await.is_problem(401);

    let ada = client.login("Ada@example.com", "U*U").await;
    assert!(hash(&pool, 1).await.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "the hash was not replaced");
    assert_eq!(hash(&pool, 2).await, GRACE, "another user's hash was changed");
    assert_eq!(client.get_as(&ada.access, "/me").await.text, "1");
    assert_eq!(client.get_as(&ada.access, "/admin").await.status, 200);
    client.login("ada@example.com", "U*U").await;
    client.try_login("ada@example.com", "U*U?").await.is_problem(401);

    let grace = client.login("grace@example.com", "U*U*").await;
    client.get_as(&grace.access, "/admin").await.is_problem(403);
}

#[tokio::test]
async fn users_of_django_flask_and_passlib_log_in_and_get_this_services_hash() {
    let (client, pool, _) = service().await;
    let password = "three words and a comma";
    for stored in [
        "$scrypt$ln=8,r=8,p=1$6z3HGAMAIASAcC4F4Nw7Zw$S039euNVGepLk3ettPM3MceEVDO//dKoIr05AxfT9U0",
        "$pbkdf2-sha256$290$LUUoJYQQgvB.j1EqZQxBqA$1uuvGC/0p9wyBWcEcXlJF2WlMBxLm.5FGJgCKly71Os",
        "pbkdf2_sha256$720$seasaltseasaltseasalt2$iJsJuy/Ot5F8T9DYOo+q5voX3A9oFlx+ID4yG35t4+4=",
        "scrypt$256$seasaltseasaltseasalt2$8$1$0p5Fv7vbSv1tmEu4WIy5J1JRrSZQ4ViT0fM8adXhHNLIy3yfedQJlno6V1j1DVkAy9kaybHCpLgShO+7XDdBJg==",
        "bcrypt_sha256$$2b$04$oGZjT8POt9hN.IOO/MtmG.BG2NuhxOQZm.xooRaGue.mbshv3mtb.",
        "argon2$argon2id$v=19$m=512,t=2,p=2$QVR6TmE5V2g5SWQyOGtUYU9Qa2wyNA$HBC9TQki6qZci8u75wGK1p6ccpfkYIKNjEi0rIh7aX8",
        "pbkdf2:sha256:600$ubvMPPpUsODiFlQh$2adc75f1f82d5774f5ec2913ec49dfa4fcd5955e565ff226b9666772d643a3d5",
    ] {
        let set = sqlx::query("UPDATE users SET hashed_password = ?1 WHERE id = 2").bind(stored);
        set.execute(&pool).await.unwrap();
        client.try_login("grace@example.com", "three words and a comma!").await.is_problem(401);
        assert_eq!(hash(&pool, 2).await, stored, "a wrong password replaced a hash");
        client.login("grace@example.com", password).await;
        assert!(hash(&pool, 2).await.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored} was not replaced");
        client.login("grace@example.com", password).await;
    }
}

#[tokio::test]
async fn a_password_change_ends_sessions_of_the_old_one() {
    let (client, pool, _) = service().await;
    let (here, there) = (client.login("ada@example.com", "U*U").await, client.login("ada@example.com", "U*U").await);
    let change = json!({ "current_password": "U*U", "new_password": "another horse for the stable" });
    let next = client.json_as(&here.access, Method::POST, "/auth/password", &change).await.tokens();
    for dead in [&here, &there] {
        client.get_as(&dead.access, "/me").await.is_problem(401);
    }
    assert_eq!(client.get_as(&next.access, "/me").await.status, 200);
    let version: i64 = sqlx::query_scalar("SELECT version FROM users WHERE id = 1").fetch_one(&pool).await.unwrap();
    assert_eq!(version, 1);
}

#[tokio::test]
async fn new_users_register_in_the_table_and_forgotten_passwords_are_reset() {
    let (client, pool, outbox) = service().await;
    let id = client.register("Bob@example.com", "a staple for the fourth horse").await;
    let row: (i64, String, bool) =
        sqlx::query_as("SELECT id, email, is_admin FROM users WHERE email = 'bob@example.com'")
            .fetch_one(&pool)
            .await
            .unwrap();
    assert_eq!(row, (id.parse().unwrap(), "bob@example.com".to_owned(), false));
    let taken = json!({ "email": "ada@example.com", "password": "a staple for the fourth horse" });
    client.send(client.request(Method::POST, "/auth/register").json(&taken)).await.is_problem(409);

    // Ada has a bcrypt hash.
    let ada = client.login("ada@example.com", "U*U").await;
    let forgot = client.request(Method::POST, "/auth/password/forgot").json(&json!({ "email": "ada@example.com" }));
    assert_eq!(client.send(forgot).await.status, 202);
    let sent =
        || outbox.0.lock().unwrap().iter().rev().find(|(purpose, _)| *purpose == Purpose::PasswordReset).cloned();
    let token = async {
        loop {
            if let Some((_, token)) = sent() {
                return token;
            }
            tokio::task::yield_now().await;
        }
    };
    let token = tokio::time::timeout(std::time::Duration::from_secs(10), token).await.unwrap();
    let reset = json!({ "token": token, "new_password": "five horses and a comma" });
    let reset = client.send(client.request(Method::POST, "/auth/password/reset").json(&reset)).await;
    assert_eq!(reset.status, 204, "{}", reset.text);
    client.get_as(&ada.access, "/me").await.is_problem(401);
    client.try_login("ada@example.com", "U*U").await.is_problem(401);
    client.login("ada@example.com", "five horses and a comma").await;
}

#[tokio::test]
async fn a_hash_that_cannot_be_verified_is_answered_as_an_unknown_user() {
    let (client, pool, _) = service().await;
    let strong = "$argon2id$v=19$m=65536,t=3,p=4$wagCPXjifgvUFBzq4hqe3w$CYaIb8sB+wtD+Vu/P4uod1+Qof8h+1g7bbDlBID48Rc";
    let unreadable = [
        "!",
        "",
        "pbkdf2_sha224$720$seasalt$6Wl8SNqHQ9Y0YzB2d4vPQUkXS7m1tI3yV1G9mN5QxJk=",
        "pbkdf2_sha256$50000000$seasalt$6Wl8SNqHQ9Y0YzB2d4vPQUkXS7m1tI3yV1G9mN5QxJk=",
        "$scrypt$ln=24,r=8,p=1$aM15713r3Xsvxbi31lqr1Q$nFNh2CVHVjNldFVKDHDlm4CbdRSCdEBsjjJxD+iCs5E",
        &strong.replace("m=65536", "m=4194304"),
    ];
    for (n, hash) in unreadable.iter().enumerate() {
        let insert =
            sqlx::query("INSERT INTO users VALUES (?1, ?2, ?3, true, false, 0)").bind(10 + i64::try_from(n).unwrap());
        insert.bind(format!("user{n}@example.com")).bind(*hash).execute(&pool).await.unwrap();
    }
    let unknown = client.try_login("unknown@example.com", "secret").await;
    for (n, hash) in unreadable.iter().enumerate() {
        let answer = client.try_login(&format!("user{n}@example.com"), "secret").await;
        assert_eq!(answer.is_problem(401).text, unknown.text, "{hash}");
        assert_eq!(answer.challenges(), unknown.challenges(), "{hash}");
    }
    // FastAPI's own parameters are stronger than this service's, and stay.
    sqlx::query("UPDATE users SET hashed_password = ?1 WHERE id = 2").bind(strong).execute(&pool).await.unwrap();
    client.try_login("grace@example.com", "wrong").await.is_problem(401);
    client.login("grace@example.com", "secret").await;
    assert_eq!(hash(&pool, 2).await, strong, "a stronger hash was replaced by a weaker one");
}

#[test]
fn an_application_with_its_own_table_takes_40_lines() {
    let source = include_str!("../../../examples/existing-users/src/lib.rs");
    let lines = source.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("//"));
    let lines = lines.take_while(|line| !line.starts_with("async fn add_version")).count();
    assert!(lines <= 40, "{lines} lines");
}

#[test]
fn laws_of_the_policy_hold() {
    let key = SigningKey::hs256(&"b7Qm-2xVfL9zT4kWc8RyN1sHd6Gj0PaE".to_owned().into()).unwrap();
    let auth =
        Auth::builder(key, "https://api.example.com", "existing-users").store(MemoryStore::new()).build().unwrap();
    laws(&existing_users::routes(&auth).policy())
        .only("/admin", role(existing_users::Role::Admin))
        .never_public("/me")
        .never_public("DELETE /**")
        .no_unchecked_except([]);
}
