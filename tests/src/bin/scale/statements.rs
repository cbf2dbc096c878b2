//! The statements that each request sends to the database, counted as the driver sends them, and the request's time.

use auth_core::Context;
use std::time::{Duration, Instant};

use auth_core::Registration;
use auth_core::store::{AccountPatch, PostgresStore, SqliteStore};
use auth_tests::servers::Database;
use auth_tests::{Answer, Tokens, statements};
use quickstart::Role;
use reqwest::Method;
use serde_json::json;

use crate::scene::Scene;

const ADMIN: &str = "ada@example.com";
const PASSWORD: &str = "correct staple in a battery";
const OTHER_PASSWORD: &str = "another horse for the stable";

/// Counted separately: the begin and end of a transaction. SQLite has them too, but does not send them anywhere.
const AROUND: [&str; 3] = ["BEGIN", "COMMIT", "ROLLBACK"];

/// A kind of request.
struct Row {
    name: &'static str,
    statements: usize,
    transactions: usize,
    messages: usize,
    took: Vec<Duration>,
}

struct Meter<'a> {
    scene: &'a Scene,
    rows: Vec<Row>,
}

fn counted() -> (usize, usize) {
    let (mut statements, mut transactions) = (0, 0);
    for (sql, times) in statements::sent() {
        if sql.starts_with("BEGIN") {
            transactions += times;
        }
        if !AROUND.iter().any(|around| sql.starts_with(around)) {
            statements += times;
        }
    }
    (statements, transactions)
}

impl Meter<'_> {
    /// Measures one request and checks its status.
    async fn of(&mut self, name: &'static str, status: u16, request: impl Future<Output = Answer>) -> Answer {
        let (before, said) = (counted(), self.scene.messages.count());
        let began = Instant::now();
        let answer = request.await;
        let took = began.elapsed();
        // The row of an event outside a transaction is written after the answer.
        self.scene.auth.settled().await;
        assert_eq!(answer.status, status, "{name}: {}", answer.text);
        let after = counted();
        let (statements, transactions) = (after.0 - before.0, after.1 - before.1);
        let messages = self.scene.messages.count() - said;
        let known = self.rows.iter().position(|row| row.name == name);
        let known = known.unwrap_or_else(|| {
            self.rows.push(Row { name, statements, transactions, messages, took: Vec::new() });
            self.rows.len() - 1
        });
        let row = &mut self.rows[known];
        assert_eq!((row.statements, row.transactions, row.messages), (statements, transactions, messages), "{name}");
        row.took.push(took);
        answer
    }
}

/// Every kind of request once. Guards are measured on `/policy` and `/reports`, whose handlers do not read the store.
async fn round(meter: &mut Meter<'_>, number: usize) {
    let Scene { auth, client, .. } = meter.scene;
    let (admin, login) = (client.login(ADMIN, PASSWORD).await.access, client.try_login(ADMIN, PASSWORD));
    let Tokens { access, refresh } = meter.of("login", 200, login).await.tokens();
    let policy = || client.get_as(&access, "/policy");
    client.get_as(&admin, "/policy").await;
    meter.of("guarded, the session not cached", 200, policy()).await;
    meter.of("guarded, all of it cached", 200, policy()).await;
    let ada = auth_core::SubjectId::try_from(subject(client, &access).await).unwrap();
    auth.update_account(&Context::system("test"), &ada, AccountPatch::default()).await.unwrap();
    meter.of("guarded, the subject not cached", 200, policy()).await;
    meter.of("guarded, and the handler takes the user", 200, client.get_as(&access, "/users/me")).await;

    let rotated = meter.of("refresh", 200, client.try_refresh(&refresh)).await.tokens();
    meter.of("refresh, again within the leeway", 200, client.try_refresh(&refresh)).await;
    policy().await;
    let sessions = client.get_as(&rotated.access, "/auth/sessions");
    meter.of("list of sessions", 200, sessions).await;
    meter.of("logout", 204, client.call_as(&access, Method::POST, "/auth/logout")).await;
    meter.of("guarded, the session ended", 401, policy()).await;

    let new = json!({ "name": "reports", "scopes": ["reports:read"] });
    let made = meter.of("API key made", 201, client.json_as(&admin, Method::POST, "/auth/api-keys", &new)).await.json();
    let (key, id) = (made["key"].as_str().unwrap(), made["id"].as_str().unwrap());
    meter.of("API key, first use within a minute", 200, client.get_as(key, "/reports")).await;
    client.get_as(key, "/reports").await;
    meter.of("API key, cached", 200, client.get_as(key, "/reports")).await;
    let path = format!("/auth/api-keys/{id}");
    meter.of("API key revoked", 204, client.call_as(&admin, Method::DELETE, &path)).await;

    let email = format!("user{number}@example.com");
    let body = json!({ "email": email, "password": PASSWORD });
    let register = client.send(client.request(Method::POST, "/auth/register").json(&body));
    let user = meter.of("registration", 201, register).await.json()["id"].as_str().unwrap().to_owned();
    let access = client.login(&email, PASSWORD).await.access;
    client.get_as(&access, "/users/me").await;
    let change = json!({ "current_password": PASSWORD, "new_password": OTHER_PASSWORD });
    meter.of("password change", 200, client.json_as(&access, Method::POST, "/auth/password", &change)).await;
    let path = format!("/users/{user}");
    let disable = json!({ "is_active": false });
    meter.of("user disabled", 200, client.json_as(&admin, Method::PATCH, &path, &disable)).await;
    meter.of("user removed", 204, client.call_as(&admin, Method::DELETE, &path)).await;
}

async fn subject(client: &auth_tests::Client, access: &str) -> String {
    client.get_as(access, "/users/me").await.json()["id"].as_str().unwrap().to_owned()
}

async fn rows(scene: &Scene, rounds: usize) -> Vec<Row> {
    let admin = Registration::new(ADMIN, PASSWORD.to_owned()).with_roles([Role::Admin]);
    scene.auth.register(&Context::system("test"), admin).await.unwrap();
    let mut meter = Meter { scene, rows: Vec::new() };
    for number in 0..rounds {
        round(&mut meter, number).await;
    }
    meter.rows
}

fn median(row: &Row) -> f64 {
    let mut took = row.took.clone();
    took.sort_unstable();
    took[took.len() / 2].as_secs_f64() * 1e3
}

pub(crate) async fn print(rounds: usize) {
    statements::watch();
    // One connection: it reports each statement before it takes the next.
    let sqlite = SqliteStore::open("sqlite::memory:").await.unwrap();
    let sqlite = rows(&Scene::on(sqlite).await, rounds).await;
    let Some(database) = Database::create("statements sent to PostgreSQL").await else { return };
    let store = PostgresStore::open(&database.url()).await.unwrap();
    let postgres = rows(&Scene::on(store.clone()).await, rounds).await;
    store.close().await;
    println!("| request | SQLite | PostgreSQL | transactions | messages | SQLite, ms | PostgreSQL, ms |");
    println!("| --- | --- | --- | --- | --- | --- | --- |");
    for (sqlite, postgres) in sqlite.iter().zip(&postgres) {
        assert_eq!((sqlite.name, sqlite.messages), (postgres.name, postgres.messages));
        println!(
            "| {} | {} | {} | {} | {} | {:.1} | {:.1} |",
            sqlite.name,
            sqlite.statements,
            postgres.statements,
            postgres.transactions,
            postgres.messages,
            median(sqlite),
            median(postgres),
        );
    }
}
