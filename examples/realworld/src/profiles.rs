//! Profiles, and who follows whom.

use auth_core::http::{Json, Path};
use auth_core::prelude::*;
use axum::extract::State;
use serde::Serialize;
use sqlx::{query, query_as};

use crate::database::{Database, with_pool};
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

async fn profile(database: &Database, username: &str, viewer: Option<&Identity>) -> Result<Json<ProfileBody>> {
    let sql = "SELECT username, bio, image, EXISTS (SELECT 1 FROM follows WHERE followed = id AND follower = $2)
               FROM users WHERE lower(username) = lower($1)";
    let viewer = viewer.map(|viewer| viewer.subject().as_str());
    let row: Option<(String, Option<String>, Option<String>, bool)> =
        with_pool!(database, pool => query_as(sql).bind(username).bind(viewer).fetch_optional(pool).await)?;
    let (username, bio, image, following) = row.ok_or(Error::NotFound("profile"))?;
    Ok(Json(ProfileBody { profile: Profile { username, bio, image, following } }))
}

#[require_auth(optional)]
pub(crate) async fn show(
    viewer: Option<Identity>,
    Path(username): Path<String>,
    State(database): State<Database>,
) -> Result<Json<ProfileBody>> {
    profile(&database, &username, viewer.as_ref()).await
}

#[require_auth]
pub(crate) async fn follow(
    viewer: Identity,
    Path(username): Path<String>,
    State(database): State<Database>,
) -> Result<Json<ProfileBody>> {
    let sql = "INSERT INTO follows SELECT $2, id FROM users WHERE lower(username) = lower($1) ON CONFLICT DO NOTHING";
    let follower = viewer.subject().as_str();
    with_pool!(&database, pool => query(sql).bind(&username).bind(follower).execute(pool).await.map(|_| ()))?;
    profile(&database, &username, Some(&viewer)).await
}

#[require_auth]
pub(crate) async fn unfollow(
    viewer: Identity,
    Path(username): Path<String>,
    State(database): State<Database>,
) -> Result<Json<ProfileBody>> {
    let sql = "DELETE FROM follows
               WHERE follower = $2 AND followed = (SELECT id FROM users WHERE lower(username) = lower($1))";
    let follower = viewer.subject().as_str();
    with_pool!(&database, pool => query(sql).bind(&username).bind(follower).execute(pool).await.map(|_| ()))?;
    profile(&database, &username, Some(&viewer)).await
}
