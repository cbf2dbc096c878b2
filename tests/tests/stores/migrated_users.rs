//! Users of a `FastAPI` application log in by their bcrypt hashes, over HTTP.

use auth_tests::{Client, serve};
use reqwest::Method;
use serde_json::json;
use sqlx::SqlitePool;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};

/// `passlib`'s hashes of `U*U` and `U*U*`, with a low cost.
const ADA: &str = "$2b$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW";
const GRACE: &str = "$2y$05$CCCCCCCCCCCCCCCCCCCCC.VGOzA784oUp/Z0DY336zx7pLYAy0lwK";

async fn service() -> (Client, SqlitePool) {
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
    let secret = "b7Qm-2xVfL9zT4kWc8RyN1sHd6Gj0PaE".to_owned().into();
    let app = taken_over_users::app(pool.clone(), &secret, None).await.unwrap();
    let client = Client::new(&serve(app).await);
    (client, pool)
}

async fn hash(pool: &SqlitePool, id: i64) -> String {
    sqlx::query_scalar("SELECT hashed_password FROM users WHERE id = ?1").bind(id).fetch_one(pool).await.unwrap()
}

#[tokio::test]
async fn users_log_in_by_their_bcrypt_hashes_which_are_replaced_one_by_one() {
    let (client, pool) = service().await;
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
async fn a_password_change_ends_sessions_of_the_old_one() {
    let (client, pool) = service().await;
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

#[test]
fn the_user_store_takes_less_than_40_lines() {
    let source = include_str!("../../../examples/taken-over-users/src/users.rs");
    let store = source.split_once("#[async_trait]\n").unwrap().1.split_once("\n}\n").unwrap().0;
    assert!(store.lines().count() < 40, "{} lines", store.lines().count());
}
