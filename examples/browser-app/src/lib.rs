//! Pages without scripts. A user logs in by a form, sees the sessions, ends one of them, and logs out.
//!
//! Nothing here handles cookies or tokens against CSRF: `GuardedRouter::browser` does.

mod pages;

use auth_core::http::{ClearTokens, Form, LocalPath, Path, SetTokens};
use auth_core::prelude::*;
use auth_core::store::{Page, SqliteStore};
use auth_core::{AccountError, BrowserMode, Context, Login, Refusal, Registration, SessionId, Settings};
use axum::Router;
use axum::extract::{Query, State};
use axum::http::{HeaderName, header};
use axum::middleware::map_response;
use axum::response::{Html, IntoResponse, Redirect, Response};
use secrecy::SecretString;
use serde::Deserialize;

/// What a page may load and where its forms may send: nothing of another origin, no script.
const POLICY: &str =
    "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

const HEADERS: [(HeaderName, &str); 3] = [
    (header::CONTENT_SECURITY_POLICY, POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "same-origin"),
];

/// The application, with its users and sessions in this database.
///
/// # Errors
///
/// An invalid setting, or a database that cannot be opened.
pub async fn app(url: &str, settings: Settings) -> Result<Router, Box<dyn std::error::Error>> {
    let store = SqliteStore::open(url).await?;
    let browser = BrowserMode::new().login_page("/login");
    let auth = Auth::from_settings(settings)?.store(store).browser(browser).build()?;
    Ok(routes().with_state(auth))
}

/// Every page and form, and who may open or send it.
pub fn routes() -> GuardedRouter<Auth> {
    GuardedRouter::new()
        .route("/", get(sessions))
        .route("/login", get(login_page).post(login))
        .route("/register", post(register))
        .route("/logout", post(logout))
        .route("/sessions/{id}/end", post(end))
        .route("/style.css", get(style))
        .layer(map_response(async |response: Response| (HEADERS, response)))
        .browser()
}

#[derive(Deserialize)]
struct Next {
    #[serde(default)]
    next: LocalPath,
}

#[derive(Deserialize)]
struct Credentials {
    email: String,
    password: SecretString,
    #[serde(default)]
    next: LocalPath,
}

#[require_auth]
async fn sessions(identity: Identity, State(auth): State<Auth>) -> Result<Html<String>, Refusal> {
    let sessions = auth.sessions(identity.subject(), Page::first(100)).await?;
    Ok(pages::sessions(&sessions, identity.session()))
}

#[public]
async fn login_page(Query(query): Query<Next>) -> Html<String> {
    pages::login(&query.next, None)
}

#[public]
async fn login(State(auth): State<Auth>, context: Context, Form(form): Form<Credentials>) -> Response {
    match auth.login(&context, Login::new(form.email, form.password)).await {
        Ok(tokens) => (SetTokens(tokens), Redirect::to(form.next.as_str())).into_response(),
        Err(error) => again(&form.next, error),
    }
}

#[public]
async fn register(State(auth): State<Auth>, context: Context, Form(form): Form<Credentials>) -> Response {
    let registration = Registration::new(form.email.clone(), form.password.clone());
    let registered = match auth.register(&context, registration).await {
        Ok(_) => auth.login(&context, Login::new(form.email, form.password)).await,
        Err(error) => Err(error),
    };
    match registered {
        Ok(tokens) => (SetTokens(tokens), Redirect::to(form.next.as_str())).into_response(),
        Err(error) => again(&form.next, error),
    }
}

/// The form once more, with what is wrong.
fn again(next: &LocalPath, error: AccountError) -> Response {
    let message = error.to_string();
    (Refusal::from(error).status(), pages::login(next, Some(&message))).into_response()
}

#[require_auth]
async fn logout(
    identity: Identity,
    context: Context,
    State(auth): State<Auth>,
) -> Result<(ClearTokens, Redirect), Refusal> {
    auth.logout(&context, &identity).await?;
    Ok((ClearTokens, Redirect::to("/login")))
}

#[require_auth]
async fn end(
    identity: Identity,
    context: Context,
    State(auth): State<Auth>,
    Path(id): Path<SessionId>,
) -> Result<Redirect, Refusal> {
    auth.end_session(&context, identity.subject(), &id).await?;
    Ok(Redirect::to("/"))
}

#[public]
async fn style() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], include_str!("style.css"))
}
