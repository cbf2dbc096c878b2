//! Comments on articles.

use auth_core::http::{Json, Path};
use auth_core::prelude::*;
use axum::extract::{FromRequestParts, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use serde::{Deserialize, Serialize};
use sqlx::{query, query_as, query_scalar};

use crate::App;
use crate::articles::Article;
use crate::database::{Database, with_pool};
use crate::errors::{Error, Result, not_blank};
use crate::profiles::Profile;

/// A comment's row, as conditions need it.
pub(crate) struct Comment {
    id: i64,
    author: String,
}

impl Comment {
    /// For conditions: whether the caller is the author, or else the error in this API's form.
    fn by(&self, viewer: &Identity) -> Result<bool> {
        if self.author == viewer.subject().as_str() { Ok(true) } else { Err(Error::Forbidden("comment")) }
    }
}

#[derive(Deserialize)]
struct CommentPath {
    slug: String,
    id: i64,
}

/// Loads the comment of the path; 404 when the article has none with this id.
impl FromRequestParts<App> for Comment {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        let path = Path::<CommentPath>::from_request_parts(parts, app).await;
        let Path(CommentPath { slug, id }) = path.map_err(|_| Error::NotFound("comment"))?;
        let sql = "SELECT a.id, c.author FROM articles a LEFT JOIN comments c ON c.article = a.id AND c.id = $2
                   WHERE a.slug = $1";
        let row: Option<(i64, Option<String>)> =
            with_pool!(&app.database, pool => query_as(sql).bind(slug).bind(id).fetch_optional(pool).await)?;
        let (_, author) = row.ok_or(Error::NotFound("article"))?;
        Ok(Self { id, author: author.ok_or(Error::NotFound("comment"))? })
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct View {
    id: i64,
    created_at: String,
    updated_at: String,
    body: String,
    author: Profile,
}

#[derive(Serialize)]
pub(crate) struct CommentBody {
    comment: View,
}

#[derive(Serialize)]
pub(crate) struct CommentsBody {
    comments: Vec<View>,
}

type Row = (i64, String, String, String, Option<String>, Option<String>, bool);

/// The comments of an article, or the one with this id.
async fn views(database: &Database, article: i64, id: Option<i64>, viewer: Option<&Identity>) -> Result<Vec<View>> {
    let sql = "SELECT c.id, c.created_at, c.body, u.username, u.bio, u.image,
                   EXISTS (SELECT 1 FROM follows WHERE follower = $1 AND followed = u.id)
               FROM comments c JOIN users u ON u.id = c.author
               WHERE c.article = $2 AND ($3 IS NULL OR c.id = $3) ORDER BY c.id";
    let viewer = viewer.map(|viewer| viewer.subject().as_str());
    let rows: Vec<Row> =
        with_pool!(database, pool => query_as(sql).bind(viewer).bind(article).bind(id).fetch_all(pool).await)?;
    let view = |(id, created_at, body, username, bio, image, following): Row| {
        let author = Profile { username, bio, image, following };
        View { id, updated_at: created_at.clone(), created_at, body, author }
    };
    Ok(rows.into_iter().map(view).collect())
}

#[require_auth(optional)]
pub(crate) async fn list(
    viewer: Option<Identity>,
    article: Article,
    State(database): State<Database>,
) -> Result<Json<CommentsBody>> {
    Ok(Json(CommentsBody { comments: views(&database, article.id, None, viewer.as_ref()).await? }))
}

#[derive(Deserialize)]
pub(crate) struct NewCommentBody {
    comment: NewComment,
}

#[derive(Deserialize)]
struct NewComment {
    #[serde(default)]
    body: String,
}

#[require_auth]
pub(crate) async fn create(
    viewer: Identity,
    article: Article,
    State(database): State<Database>,
    Json(NewCommentBody { comment: new }): Json<NewCommentBody>,
) -> Result<(StatusCode, Json<CommentBody>)> {
    not_blank(&[("body", &new.body)])?;
    let sql = "INSERT INTO comments (article, author, body) VALUES ($1, $2, $3) RETURNING id";
    let author = viewer.subject().as_str();
    let id: i64 = with_pool!(&database, pool => {
        query_scalar(sql).bind(article.id).bind(author).bind(&new.body).fetch_one(pool).await
    })?;
    let comment = views(&database, article.id, Some(id), Some(&viewer)).await?.pop();
    Ok((StatusCode::CREATED, Json(CommentBody { comment: comment.ok_or(Error::NotFound("comment"))? })))
}

#[require_auth]
#[authorize(comment.by(&viewer)?)]
pub(crate) async fn remove(viewer: Identity, comment: Comment, State(database): State<Database>) -> Result<StatusCode> {
    let sql = "DELETE FROM comments WHERE id = $1";
    with_pool!(&database, pool => query(sql).bind(comment.id).execute(pool).await.map(|_| ()))?;
    Ok(StatusCode::NO_CONTENT)
}
