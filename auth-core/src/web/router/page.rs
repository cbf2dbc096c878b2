//! The policy table over HTTP.

use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};

use super::router_state::Wired;
use crate::policy::{Policy, PolicyTable};
use crate::web::guard::Guard;
use crate::web::http::Json;

pub(crate) async fn show<P: Policy>(_: Guard<P>, parts: Parts) -> Response {
    match Wired::table(&parts.extensions) {
        Some(table) if wants_html(&parts.headers) => Html(table.html()).into_response(),
        Some(table) => Json(&*table).into_response(),
        None => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

fn wants_html(headers: &HeaderMap) -> bool {
    headers.get(header::ACCEPT).is_some_and(|accept| accept.as_bytes().starts_with(b"text/html"))
}

impl PolicyTable {
    /// The table as an HTML page without scripts and external resources.
    ///
    /// ```
    /// use auth_core::prelude::*;
    ///
    /// # #[public]
    /// # async fn health() {}
    /// let app: GuardedRouter<Auth> = GuardedRouter::new().route("/health", get(health));
    /// assert!(app.policy().html().contains("<td>/health</td><td>public</td>"));
    /// ```
    #[must_use]
    pub fn html(&self) -> String {
        let row = |tag: &str, cells: &[String]| {
            let cells = cells.iter().map(|cell| format!("<{tag}>{}</{tag}>", escape(cell)));
            format!("<tr>{}</tr>\n", cells.collect::<String>())
        };
        let mut rows = row("th", &crate::policy::HEADINGS.map(str::to_owned));
        for cells in self.cells() {
            rows.push_str(&row("td", &cells));
        }
        format!(
            "<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\"><title>Policy</title>\n\
             <style>body{{font:14px system-ui}}table{{border-collapse:collapse}}\
             th,td{{text-align:left;padding:.3em .8em;border-bottom:1px solid #ccc}}</style>\n\
             <h1>Policy</h1>\n<table>\n{rows}</table></html>\n"
        )
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
