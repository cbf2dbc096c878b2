//! The policy table over HTTP: JSON, and for browsers a page without scripts.

mod filter;
mod html;
mod questions;

use aws_lc_rs::digest::{SHA256, digest};
use axum::extract::Query;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use tokio::task::spawn_blocking;

use self::filter::Filter;
use self::questions::{Names, Questions};
use crate::policy::{Policy, PolicyTable};
use crate::web::guard::Guard;
use crate::web::http::{JSON, Json, preferred};
use crate::web::router::Wired;

const HTML: &str = "text/html";

/// The page's style, in the page itself: it needs no other address.
const STYLE: &str = include_str!("style.css");

pub(crate) async fn show<P: Policy>(_: Guard<P>, parts: Parts) -> Response {
    let mut response = answer(parts).await;
    response.headers_mut().append(header::VARY, HeaderValue::from_static("Accept"));
    response
}

async fn answer(parts: Parts) -> Response {
    match Wired::table(&parts.extensions) {
        Some(table) if wants_html(&parts.headers) => {
            // A query that cannot be read filters nothing.
            let filter = Query::<Filter>::try_from_uri(&parts.uri).map(|Query(filter)| filter).unwrap_or_default();
            let questions = Query::<Questions>::try_from_uri(&parts.uri).map(|Query(asked)| asked).unwrap_or_default();
            let names = Wired::auth(&parts.extensions).as_ref().map(Names::from).unwrap_or_default();
            // An answer takes up to half a second of a processor, in which other requests would wait.
            match spawn_blocking(move || table.page(&filter, &questions, &names)).await {
                Ok(page) => {
                    ([(header::CONTENT_SECURITY_POLICY, content_security_policy())], Html(page)).into_response()
                }
                Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
            }
        }
        Some(table) => Json(&*table).into_response(),
        None => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

/// Nothing but the page's own style, and its form.
fn content_security_policy() -> String {
    let style = BASE64_STANDARD.encode(digest(&SHA256, STYLE.as_bytes()));
    format!(
        "default-src 'none'; style-src 'sha256-{style}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
}

fn wants_html(headers: &HeaderMap) -> bool {
    preferred(headers, &[JSON, HTML]) == Some(HTML)
}

impl PolicyTable {
    /// The table as an HTML page without scripts and external resources: a row for each route, a column for each role.
    ///
    /// As [`GuardedRouter::policy_route`](crate::GuardedRouter::policy_route) serves it, its forms answer questions: who can call a
    /// route, what a caller can call, which routes are equivalent, which roles and scopes of the
    /// service no route names, which requirements are redundant.
    ///
    /// ```
    /// use auth_core::prelude::*;
    ///
    /// # #[public]
    /// # async fn health() {}
    /// let app: GuardedRouter<Auth> = GuardedRouter::new().route("/health", get(health));
    /// assert!(app.policy().html().contains("<code>/health</code>"));
    /// ```
    #[must_use]
    pub fn html(&self) -> String {
        self.page(&Filter::default(), &Questions::default(), &Names::default())
    }
}
