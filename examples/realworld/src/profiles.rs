//! Profiles, and who follows whom.

use auth_core::http::{Json, Path};
use auth_core::prelude::*;
use axum::extract::State;
use serde::Serialize;
use sqlx::{SqlitePool, query, query_as};

use crate::errors::{Error, Result};

/// A user as other users see one.
#[derive(Serialize)]
pub(crate) struct Profile {
    pub(crate) username: String,
    pub(crate) bio: Option<String>,
    pub(crate) image: Option<String>,
    pub(crate) following: bool,
}

#[derive(Serialize)]
pub(crate) struct ProfileBody {
    profile: Profile,
}

async fn profile(pool: &SqlitePool, username: &str, viewer: Option<&Identity>) -> Result<Json<ProfileBody>> {
    let sql = "SELECT username, bio, image, EXISTS (SELECT 1 FROM follows WHERE followed = id AND follower = ?2)
               FROM users WHERE username = ?1";
    let row = query_as(sql).bind(username).bind(viewer.map(|viewer| viewer.subject().as_str()));
    let row: Option<(String, Option<String>, Option<String>, bool)> = row.fetch_optional(pool).await?;
    let (username, bio, image, following) = row.ok_or(Error::NotFound("profile"))?;
    Ok(Json(ProfileBody { profile: Profile { username, bio, image, following } }))
}

#[require_auth(optional)]
pub(crate) async fn show(
    viewer: Option<Identity>,
    Path(username): Path<String>,
    State(pool): State<SqlitePool>,
) -> Result<Json<ProfileBody>> {
    profile(&pool, &username, viewer.as_ref()).await
}

#[require_auth]
pub(crate) async fn follow(
    viewer: Identity,
    Path(username): Path<String>,
    State(pool): State<SqlitePool>,
) -> Result<Json<ProfileBody>> {
    let sql = "INSERT OR IGNORE INTO follows SELECT ?2, id FROM users WHERE username = ?1";
    query(sql).bind(&username).bind(viewer.subject().as_str()).execute(&pool).await?;
    profile(&pool, &username, Some(&viewer)).await
}

#[require_auth]
pub(crate) async fn unfollow(
    viewer: Identity,
    Path(username): Path<String>,
    State(pool): State<SqlitePool>,
) -> Result<Json<ProfileBody>> {
    let sql = "DELETE FROM follows WHERE follower = ?2 AND followed = (SELECT id FROM users WHERE username = ?1)";
    query(sql).bind(&username).bind(viewer.subject().as_str()).execute(&pool).await?;
    profile(&pool, &username, Some(&viewer)).await
}
