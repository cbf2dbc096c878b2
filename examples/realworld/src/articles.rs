//! Articles, their tags and favorites.

use auth_core::http::{Json, Path};
use auth_core::prelude::*;
use axum::extract::rejection::QueryRejection;
use axum::extract::{FromRequestParts, Query, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use serde::{Deserialize, Serialize};
use sqlx::sqlite::SqliteRow;
use sqlx::{Row as _, SqlitePool, query, query_as, query_scalar};

use crate::App;
use crate::errors::{Error, Result, not_blank};
use crate::profiles::Profile;

/// An article's row, as conditions need it.
#[derive(Clone, Debug)]
pub(crate) struct Article {
    pub(crate) id: i64,
    author: String,
}

impl Article {
    /// For conditions: whether the caller is the author, or else the error in this API's form.
    fn by(&self, viewer: &Identity) -> Result<bool> {
        if self.author == viewer.subject().as_str() { Ok(true) } else { Err(Error::Forbidden("article")) }
    }
}

/// Loads the article of the path; 404 when there is none.
impl FromRequestParts<App> for Article {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        let Path(slug) = Path::<Slug>::from_request_parts(parts, app).await.map_err(|_| Error::NotFound("article"))?;
        let row = query_as("SELECT id, author FROM articles WHERE slug = ?1").bind(slug.slug);
        let (id, author) = row.fetch_optional(&app.pool).await?.ok_or(Error::NotFound("article"))?;
        Ok(Self { id, author })
    }
}

#[derive(Deserialize)]
struct Slug {
    slug: String,
}

/// An article as clients see one.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct View {
    slug: String,
    title: String,
    description: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<String>,
    tag_list: Vec<String>,
    created_at: String,
    updated_at: String,
    favorited: bool,
    favorites_count: i64,
    author: Profile,
}

#[derive(Serialize)]
pub(crate) struct ArticleBody {
    article: View,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ArticlesBody {
    articles: Vec<View>,
    articles_count: i64,
}

/// `?1` is the viewer.
const VIEW: &str = "
    SELECT a.slug, a.title, a.description, a.body, a.created_at, a.updated_at, u.username, u.bio, u.image,
        (SELECT json_group_array(tag) FROM tags WHERE article = a.id) AS tags,
        EXISTS (SELECT 1 FROM favorites WHERE article = a.id AND user = ?1) AS favorited,
        (SELECT count(*) FROM favorites WHERE article = a.id) AS favorites_count,
        EXISTS (SELECT 1 FROM follows WHERE follower = ?1 AND followed = u.id) AS following
    FROM articles a JOIN users u ON u.id = a.author";

impl View {
    fn read(row: &SqliteRow) -> Result<Self, sqlx::Error> {
        let tags: String = row.try_get("tags")?;
        Ok(Self {
            slug: row.try_get("slug")?,
            title: row.try_get("title")?,
            description: row.try_get("description")?,
            body: Some(row.try_get("body")?),
            tag_list: serde_json::from_str(&tags).map_err(|error| sqlx::Error::Decode(error.into()))?,
            created_at: row.try_get("created_at")?,
            updated_at: row.try_get("updated_at")?,
            favorited: row.try_get("favorited")?,
            favorites_count: row.try_get("favorites_count")?,
            author: Profile {
                username: row.try_get("username")?,
                bio: row.try_get("bio")?,
                image: row.try_get("image")?,
                following: row.try_get("following")?,
            },
        })
    }
}

async fn view(pool: &SqlitePool, id: i64, viewer: Option<&Identity>) -> Result<Json<ArticleBody>> {
    let sql = format!("{VIEW} WHERE a.id = ?2");
    let row = query(sqlx::AssertSqlSafe(sql)).bind(viewer.map(|viewer| viewer.subject().as_str())).bind(id);
    let row = row.fetch_optional(pool).await?.ok_or(Error::NotFound("article"))?;
    Ok(Json(ArticleBody { article: View::read(&row)? }))
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Filter {
    tag: Option<String>,
    author: Option<String>,
    favorited: Option<String>,
    limit: Option<u32>,
    offset: Option<u32>,
    #[serde(skip)]
    followed: bool,
}

async fn page(pool: &SqlitePool, viewer: Option<&Identity>, filter: Filter) -> Result<Json<ArticlesBody>> {
    const WHERE: &str = "
        WHERE (?2 IS NULL OR EXISTS (SELECT 1 FROM tags WHERE article = a.id AND tag = ?2))
        AND (?3 IS NULL OR u.username = ?3)
        AND (?4 IS NULL OR EXISTS (SELECT 1 FROM favorites f JOIN users v ON v.id = f.user
                                   WHERE f.article = a.id AND v.username = ?4))
        AND (NOT ?5 OR EXISTS (SELECT 1 FROM follows WHERE follower = ?1 AND followed = u.id))";
    let viewer = viewer.map(|viewer| viewer.subject().as_str());
    let list = format!("{VIEW} {WHERE} ORDER BY a.id DESC LIMIT ?6 OFFSET ?7");
    let list = query(sqlx::AssertSqlSafe(list)).bind(viewer).bind(&filter.tag).bind(&filter.author);
    let list = list.bind(&filter.favorited).bind(filter.followed);
    let list = list.bind(filter.limit.unwrap_or(20).min(100)).bind(filter.offset.unwrap_or(0));
    let rows = list.fetch_all(pool).await?;
    let count = format!("SELECT count(*) FROM articles a JOIN users u ON u.id = a.author {WHERE}");
    let count = query_scalar(sqlx::AssertSqlSafe(count)).bind(viewer).bind(&filter.tag).bind(&filter.author);
    let articles_count = count.bind(&filter.favorited).bind(filter.followed).fetch_one(pool).await?;
    let without_body = |row| View::read(row).map(|view| View { body: None, ..view });
    Ok(Json(ArticlesBody { articles: rows.iter().map(without_body).collect::<Result<_, _>>()?, articles_count }))
}

type FilterQuery = Result<Query<Filter>, QueryRejection>;

fn filter(query: FilterQuery) -> Result<Filter> {
    query.map(|Query(filter)| filter).map_err(|_| Error::Invalid(vec![("query", "is invalid")]))
}

#[require_auth(optional)]
pub(crate) async fn list(
    viewer: Option<Identity>,
    query: FilterQuery,
    State(pool): State<SqlitePool>,
) -> Result<Json<ArticlesBody>> {
    page(&pool, viewer.as_ref(), filter(query)?).await
}

#[require_auth]
pub(crate) async fn feed(
    viewer: Identity,
    query: FilterQuery,
    State(pool): State<SqlitePool>,
) -> Result<Json<ArticlesBody>> {
    let Filter { limit, offset, .. } = filter(query)?;
    page(&pool, Some(&viewer), Filter { limit, offset, followed: true, ..Filter::default() }).await
}

#[require_auth(optional)]
pub(crate) async fn show(
    viewer: Option<Identity>,
    article: Article,
    State(pool): State<SqlitePool>,
) -> Result<Json<ArticleBody>> {
    view(&pool, article.id, viewer.as_ref()).await
}

#[derive(Deserialize)]
pub(crate) struct NewArticleBody {
    article: NewArticle,
}

#[derive(Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[derive(Default)]
struct NewArticle {
    title: String,
    description: String,
    body: String,
    tag_list: Vec<String>,
}

#[require_auth]
pub(crate) async fn create(
    viewer: Identity,
    State(pool): State<SqlitePool>,
    Json(NewArticleBody { article: new }): Json<NewArticleBody>,
) -> Result<(StatusCode, Json<ArticleBody>)> {
    not_blank(&[("title", &new.title), ("description", &new.description), ("body", &new.body)])?;
    let mut tx = pool.begin().await?;
    let sql = "INSERT INTO articles (slug, title, description, body, author) VALUES (?1, ?2, ?3, ?4, ?5) RETURNING id";
    let id = query_scalar(sql).bind(slug(&new.title)).bind(&new.title).bind(&new.description).bind(&new.body);
    let id: i64 = id.bind(viewer.subject().as_str()).fetch_one(&mut *tx).await.map_err(taken)?;
    for tag in &new.tag_list {
        query("INSERT OR IGNORE INTO tags VALUES (?1, ?2)").bind(id).bind(tag).execute(&mut *tx).await?;
    }
    tx.commit().await?;
    Ok((StatusCode::CREATED, view(&pool, id, Some(&viewer)).await?))
}

#[derive(Deserialize)]
pub(crate) struct PatchBody {
    article: Patch,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Patch {
    title: Option<String>,
    description: Option<String>,
    body: Option<String>,
    tag_list: Option<Vec<String>>,
}

#[require_auth]
#[authorize(article.by(&viewer)?)]
pub(crate) async fn update(
    viewer: Identity,
    article: Article,
    State(pool): State<SqlitePool>,
    Json(PatchBody { article: patch }): Json<PatchBody>,
) -> Result<Json<ArticleBody>> {
    let fields = [("title", &patch.title), ("description", &patch.description), ("body", &patch.body)];
    let given: Vec<_> = fields.iter().filter_map(|(name, text)| Some((*name, text.as_deref()?))).collect();
    not_blank(&given)?;
    let sql = "UPDATE articles SET slug = coalesce(?2, slug), title = coalesce(?3, title),
               description = coalesce(?4, description), body = coalesce(?5, body),
               updated_at = strftime('%Y-%m-%dT%H:%M:%fZ') WHERE id = ?1";
    let mut tx = pool.begin().await?;
    let update = query(sql).bind(article.id).bind(patch.title.as_deref().map(slug)).bind(&patch.title);
    update.bind(&patch.description).bind(&patch.body).execute(&mut *tx).await.map_err(taken)?;
    if let Some(tags) = &patch.tag_list {
        query("DELETE FROM tags WHERE article = ?1").bind(article.id).execute(&mut *tx).await?;
        for tag in tags {
            query("INSERT OR IGNORE INTO tags VALUES (?1, ?2)").bind(article.id).bind(tag).execute(&mut *tx).await?;
        }
    }
    tx.commit().await?;
    view(&pool, article.id, Some(&viewer)).await
}

#[require_auth]
#[authorize(article.by(&viewer)?)]
pub(crate) async fn remove(viewer: Identity, article: Article, State(pool): State<SqlitePool>) -> Result<StatusCode> {
    query("DELETE FROM articles WHERE id = ?1").bind(article.id).execute(&pool).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[require_auth]
pub(crate) async fn favorite(
    viewer: Identity,
    article: Article,
    State(pool): State<SqlitePool>,
) -> Result<Json<ArticleBody>> {
    let sql = "INSERT OR IGNORE INTO favorites VALUES (?1, ?2)";
    query(sql).bind(article.id).bind(viewer.subject().as_str()).execute(&pool).await?;
    view(&pool, article.id, Some(&viewer)).await
}

#[require_auth]
pub(crate) async fn unfavorite(
    viewer: Identity,
    article: Article,
    State(pool): State<SqlitePool>,
) -> Result<Json<ArticleBody>> {
    let sql = "DELETE FROM favorites WHERE article = ?1 AND user = ?2";
    query(sql).bind(article.id).bind(viewer.subject().as_str()).execute(&pool).await?;
    view(&pool, article.id, Some(&viewer)).await
}

#[derive(Serialize)]
pub(crate) struct TagsBody {
    tags: Vec<String>,
}

#[public]
pub(crate) async fn tags(State(pool): State<SqlitePool>) -> Result<Json<TagsBody>> {
    let tags = query_scalar("SELECT DISTINCT tag FROM tags ORDER BY tag LIMIT 1000").fetch_all(&pool).await?;
    Ok(Json(TagsBody { tags }))
}

/// `How to train your dragon` becomes `how-to-train-your-dragon`.
fn slug(title: &str) -> String {
    let words = title.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect::<Vec<_>>().join("-")
}

/// A title whose slug another article has.
fn taken(error: sqlx::Error) -> Error {
    match error.as_database_error() {
        Some(database) if database.is_unique_violation() => Error::Taken("title"),
        _ => error.into(),
    }
}
