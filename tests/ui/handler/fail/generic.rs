use auth_core::prelude::*;
use axum::Json;
use axum::extract::Path;
use serde::de::DeserializeOwned;

// wrong:

#[require_auth]
async fn add<T: DeserializeOwned>(Json(note): Json<T>, Path(id): Path<u32>) {}

// right:
//
// #[require_auth]
// async fn add<T: DeserializeOwned>(Path(id): Path<u32>, Json(note): Json<T>) {}

fn main() {}
