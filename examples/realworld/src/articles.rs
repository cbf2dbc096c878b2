//! Articles, their tags and favorites.

use auth_core::http::{Json, Path};
use auth_core::prelude::*;
use axum::extract::rejection::QueryRejection;
use axum::extract::{FromRequestParts, Query, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use serde::{Deserialize, Serialize};
use sqlx::{AssertSqlSafe, query, query_as, query_scalar};

use crate::App;
use crate::database::{Database, with_pool};
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
        let sql = "SELECT id, author FROM articles WHERE slug = $1";
        let row = with_pool!(&app.database, pool => query_as(sql).bind(slug.slug).fetch_optional(pool).await)?;
        let (id, author) = row.ok_or(Error::NotFound("article"))?;
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

/// Between the tags of a row. It is no part of a tag.
const SEPARATOR: char = '\u{1f}';

/// `$1` is the viewer.
const VIEW: &str = "
    SELECT a.slug, a.title, a.description, a.body, a.created_at, a.updated_at, u.username, u.bio, u.image,
        (SELECT string_agg(tag, '\u{1f}' ORDER BY tag) FROM tags WHERE article = a.id),
        EXISTS (SELECT 1 FROM favorites WHERE article = a.id AND reader = $1),
        (SELECT count(*) FROM favorites WHERE article = a.id),
        EXISTS (SELECT 1 FROM follows WHERE follower = $1 AND followed = u.id)
    FROM articles a JOIN users u ON u.id = a.author";

/// A row of [`VIEW`].
type Row = (
    String,
    String,
    String,
    String,
    String,
    String,
    String,
    Option<String>,
    Option<String>,
    Option<String>,
    bool,
    i64,
    bool,
);

impl From<Row> for View {
    #[rustfmt::skip]
    fn from(row: Row) -> Self {
        let (slug, title, description, body, created_at, updated_at, username, bio, image, tags, favorited, favorites_count, following) = row;
        let tag_list = tags.iter().flat_map(|tags| tags.split(SEPARATOR)).map(str::to_owned).collect();
        let author = Profile { username, bio, image, following };
        Self { slug, title, description, body: Some(body), tag_list, created_at, updated_at, favorited, favorites_count, author }
    }
}

async fn view(database: &Database, id: i64, viewer: Option<&Identity>) -> Result<Json<ArticleBody>> {
    let sql = format!("{VIEW} WHERE a.id = $2");
    let viewer = viewer.map(|viewer| viewer.subject().as_str());
    let row: Option<Row> = with_pool!(database, pool => {
        query_as(AssertSqlSafe(sql)).bind(viewer).bind(id).fetch_optional(pool).await
    })?;
    Ok(Json(ArticleBody { article: row.ok_or(Error::NotFound("article"))?.into() }))
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

async fn page(database: &Database, viewer: Option<&Identity>, filter: Filter) -> Result<Json<ArticlesBody>> {
    const WHERE: &str = "
        WHERE ($2 IS NULL OR EXISTS (SELECT 1 FROM tags WHERE article = a.id AND tag = $2))
        AND ($3 IS NULL OR lower(u.username) = lower($3))
        AND ($4 IS NULL OR EXISTS (SELECT 1 FROM favorites f JOIN users v ON v.id = f.reader
                                   WHERE f.article = a.id AND lower(v.username) = lower($4)))
        AND (NOT $5 OR EXISTS (SELECT 1 FROM follows WHERE follower = $1 AND followed = u.id))";
    let viewer = viewer.map(|viewer| viewer.subject().as_str());
    let list = format!("{VIEW} {WHERE} ORDER BY a.id DESC LIMIT $6 OFFSET $7");
    let count = format!("SELECT count(*) FROM articles a JOIN users u ON u.id = a.author {WHERE}");
    let Filter { tag, author, favorited, limit, offset, followed } = filter;
    let (limit, offset) = (i64::from(limit.unwrap_or(20).min(100)), i64::from(offset.unwrap_or(0)));
    let (rows, articles_count): (Vec<Row>, i64) = with_pool!(database, pool => {
        let list = query_as(AssertSqlSafe(list)).bind(viewer).bind(&tag).bind(&author).bind(&favorited).bind(followed);
        let rows = list.bind(limit).bind(offset).fetch_all(pool).await?;
        let count = query_scalar(AssertSqlSafe(count)).bind(viewer).bind(&tag).bind(&author).bind(&favorited);
        (rows, count.bind(followed).fetch_one(pool).await?)
    });
    let without_body = |row: Row| View { body: None, ..row.into() };
    Ok(Json(ArticlesBody { articles: rows.into_iter().map(without_body).collect(), articles_count }))
}

type FilterQuery = Result<Query<Filter>, QueryRejection>;

fn filter(query: FilterQuery) -> Result<Filter> {
    query.map(|Query(filter)| filter).map_err(|_| Error::Invalid(vec![("query", "is invalid")]))
}

#[require_auth(optional)]
pub(crate) async fn list(
    viewer: Option<Identity>,
    query: FilterQuery,
    State(database): State<Database>,
) -> Result<Json<ArticlesBody>> {
    page(&database, viewer.as_ref(), filter(query)?).await
}

#[require_auth]
pub(crate) async fn feed(
    viewer: Identity,
    query: FilterQuery,
    State(database): State<Database>,
) -> Result<Json<ArticlesBody>> {
    let Filter { limit, offset, .. } = filter(query)?;
    page(&database, Some(&viewer), Filter { limit, offset, followed: true, ..Filter::default() }).await
}

#[require_auth(optional)]
pub(crate) async fn show(
    viewer: Option<Identity>,
    article: Article,
    State(database): State<Database>,
) -> Result<Json<ArticleBody>> {
    view(&database, article.id, viewer.as_ref()).await
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
    State(database): State<Database>,
    Json(NewArticleBody { article: new }): Json<NewArticleBody>,
) -> Result<(StatusCode, Json<ArticleBody>)> {
    not_blank(&[("title", &new.title), ("description", &new.description), ("body", &new.body)])?;
    check_tags(&new.tag_list)?;
    let sql = "INSERT INTO articles (slug, title, description, body, author) VALUES ($1, $2, $3, $4, $5) RETURNING id";
    let id: i64 = with_pool!(&database, pool => {
        let mut tx = pool.begin().await?;
        let id = query_scalar(sql).bind(slug(&new.title)).bind(&new.title).bind(&new.description).bind(&new.body);
        let id = id.bind(viewer.subject().as_str()).fetch_one(&mut *tx).await.map_err(taken)?;
        for tag in &new.tag_list {
            query(ADD_TAG).bind(id).bind(tag).execute(&mut *tx).await?;
        }
        tx.commit().await?;
        id
    });
    Ok((StatusCode::CREATED, view(&database, id, Some(&viewer)).await?))
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
    State(database): State<Database>,
    Json(PatchBody { article: patch }): Json<PatchBody>,
) -> Result<Json<ArticleBody>> {
    let fields = [("title", &patch.title), ("description", &patch.description), ("body", &patch.body)];
    let given: Vec<_> = fields.iter().filter_map(|(name, text)| Some((*name, text.as_deref()?))).collect();
    not_blank(&given)?;
    check_tags(patch.tag_list.as_deref().unwrap_or_default())?;
    let sql = format!(
        "UPDATE articles SET slug = coalesce($2, slug), title = coalesce($3, title),
         description = coalesce($4, description), body = coalesce($5, body), updated_at = {} WHERE id = $1",
        database.now()
    );
    with_pool!(&database, pool => {
        let mut tx = pool.begin().await?;
        let update = query(AssertSqlSafe(sql)).bind(article.id).bind(patch.title.as_deref().map(slug));
        let update = update.bind(&patch.title).bind(&patch.description).bind(&patch.body);
        update.execute(&mut *tx).await.map_err(taken)?;
        if let Some(tags) = &patch.tag_list {
            query("DELETE FROM tags WHERE article = $1").bind(article.id).execute(&mut *tx).await?;
            for tag in tags {
                query(ADD_TAG).bind(article.id).bind(tag).execute(&mut *tx).await?;
            }
        }
        tx.commit().await?;
    });
    view(&database, article.id, Some(&viewer)).await
}

#[require_auth]
#[authorize(article.by(&viewer)?)]
pub(crate) async fn remove(viewer: Identity, article: Article, State(database): State<Database>) -> Result<StatusCode> {
    let sql = "DELETE FROM articles WHERE id = $1";
    with_pool!(&database, pool => query(sql).bind(article.id).execute(pool).await.map(|_| ()))?;
    Ok(StatusCode::NO_CONTENT)
}

#[require_auth]
pub(crate) async fn favorite(
    viewer: Identity,
    article: Article,
    State(database): State<Database>,
) -> Result<Json<ArticleBody>> {
    let sql = "INSERT INTO favorites VALUES ($1, $2) ON CONFLICT DO NOTHING";
    let reader = viewer.subject().as_str();
    with_pool!(&database, pool => query(sql).bind(article.id).bind(reader).execute(pool).await.map(|_| ()))?;
    view(&database, article.id, Some(&viewer)).await
}

#[require_auth]
pub(crate) async fn unfavorite(
    viewer: Identity,
    article: Article,
    State(database): State<Database>,
) -> Result<Json<ArticleBody>> {
    let sql = "DELETE FROM favorites WHERE article = $1 AND reader = $2";
    let reader = viewer.subject().as_str();
    with_pool!(&database, pool => query(sql).bind(article.id).bind(reader).execute(pool).await.map(|_| ()))?;
    view(&database, article.id, Some(&viewer)).await
}

#[derive(Serialize)]
pub(crate) struct TagsBody {
    tags: Vec<String>,
}

#[public]
pub(crate) async fn tags(State(database): State<Database>) -> Result<Json<TagsBody>> {
    let sql = "SELECT DISTINCT tag FROM tags ORDER BY tag LIMIT 1000";
    let tags = with_pool!(&database, pool => query_scalar(sql).fetch_all(pool).await)?;
    Ok(Json(TagsBody { tags }))
}

const ADD_TAG: &str = "INSERT INTO tags VALUES ($1, $2) ON CONFLICT DO NOTHING";

/// `How to train your dragon` becomes `how-to-train-your-dragon`.
fn slug(title: &str) -> String {
    let words = title.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect::<Vec<_>>().join("-")
}

fn check_tags(tags: &[String]) -> Result<()> {
    let is_tag = |tag: &String| !tag.trim().is_empty() && !tag.contains(char::is_control);
    if tags.iter().all(is_tag) { Ok(()) } else { Err(Error::Invalid(vec![("tagList", "is invalid")])) }
}

/// A title whose slug another article has.
fn taken(error: sqlx::Error) -> Error {
    match error.as_database_error() {
        Some(database) if database.is_unique_violation() => Error::Taken("title"),
        _ => error.into(),
    }
}
