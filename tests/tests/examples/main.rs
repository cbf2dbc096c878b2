//! The examples over HTTP, each on its own SQLite file.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking, its helpers, too")]

use auth_core::Settings;

mod cluster;
mod commands;
mod fastapi_tutorial;
mod own_tables;
mod realworld;
mod resource_server;

fn settings() -> Settings {
    let settings = Settings::from_env().unwrap().or_issuer("http://127.0.0.1").or_audience("api");
    settings.or_secret_beside("sqlite::memory:").unwrap()
}

fn database(folder: &tempfile::TempDir) -> String {
    format!("sqlite://{}", folder.path().join("example.db").display())
}
