//! A database for each test.

use std::sync::OnceLock;

use sqlx::{AssertSqlSafe, Connection, PgConnection};

use super::{Postgres, named};

/// An empty PostgreSQL database, removed on drop.
pub struct Database {
    name: String,
    server: String,
}

impl Database {
    /// A new database on the server of `DATABASE_URL`, or on this test binary's server; leaves the suite out when there
    /// is neither.
    pub async fn create(suite: &str) -> Option<Self> {
        Self::create_encoded(suite, "UTF8").await
    }

    /// As [`create`](Self::create), with this encoding.
    pub async fn create_encoded(suite: &str, encoding: &str) -> Option<Self> {
        Some(Self::create_with(&server(suite)?, encoding).await)
    }

    /// A new database on the server with this URL.
    pub async fn create_on(server: &str) -> Self {
        Self::create_with(server, "UTF8").await
    }

    async fn create_with(server: &str, encoding: &str) -> Self {
        let name = format!("auth_test_{}", uuid::Uuid::new_v4().simple());
        execute(
            server,
            &format!("CREATE DATABASE {name} ENCODING '{encoding}' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0"),
        )
        .await
        .expect("a database");
        Self { name, server: server.to_owned() }
    }

    /// Its URL.
    #[must_use]
    pub fn url(&self) -> String {
        let (server, parameters) = self.server.split_once('?').unwrap_or((&self.server, ""));
        let (server, _) = server.rsplit_once('/').expect("DATABASE_URL names a database");
        format!("{server}/{}?{parameters}", self.name)
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let (server, sql) = (self.server.clone(), format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name));
        // A runtime cannot be entered on another runtime's thread. The server may be stopped; then the database is gone
        // too.
        let dropped = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.map(|runtime| runtime.block_on(execute(&server, &sql)))
        });
        let _ = dropped.join();
    }
}

async fn execute(server: &str, sql: &str) -> Result<(), sqlx::Error> {
    let mut connection = PgConnection::connect(server).await?;
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut connection).await?;
    connection.close().await
}

/// This test binary's server.
fn server(suite: &str) -> Option<String> {
    static OWN: OnceLock<Option<Postgres>> = OnceLock::new();
    if let Some(url) = named("DATABASE_URL", &["postgres://", "postgresql://"]) {
        return Some(url);
    }
    let Some(server) = OWN.get_or_init(|| Postgres::start(suite)) else {
        super::leave_out(suite, "there is no PostgreSQL");
        return None;
    };
    Some(server.url("postgres"))
}
