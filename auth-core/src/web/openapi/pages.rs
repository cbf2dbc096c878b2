//! The handlers of the document and of Swagger UI.

use std::sync::LazyLock;

use auth_macros::public;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::archive;
use crate::service::Auth;
use crate::web::http::{Path, Rejection, accepts_coding};
use crate::web::router::Wired;
use crate::web::{BodyError, Refusal};

/// Scripts, styles and requests of this origin alone; the page cannot be framed, and posts no form.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
    connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The files of Swagger UI that the page loads, and their media types.
const FILES: [(&str, &str); 3] = [
    ("swagger-ui.css", "text/css; charset=utf-8"),
    ("swagger-ui-bundle.js", "text/javascript; charset=utf-8"),
    ("favicon-32x32.png", "image/png"),
];

/// They are half a megabyte, which a request of any caller must not copy.
static GZIPPED: LazyLock<[Option<Bytes>; 3]> = LazyLock::new(|| FILES.map(|(name, _)| archive::gzip(name)));

/// Copies of a file that the binary contains are valid for an hour.
const CACHE_CONTROL: &str = "public, max-age=3600";

#[public]
pub(super) async fn document(State(auth): State<Auth>, parts: Parts) -> Response {
    match Wired::document(&parts.extensions, &auth) {
        Some(json) => {
            ([(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-cache")], json).into_response()
        }
        None => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

#[public]
pub(super) async fn docs(parts: Parts) -> Response {
    let paths = Wired::documentation_paths(&parts.extensions);
    let folder = paths.map(|(docs, _)| docs.rsplit('/').next().unwrap_or_default().to_owned()).unwrap_or_default();
    let page = format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, \
         initial-scale=1\">\n<title>API</title>\n<link rel=\"icon\" type=\"image/png\" href=\"{folder}/favicon-32x32.png\">\n\
         <link rel=\"stylesheet\" href=\"{folder}/swagger-ui.css\">\n<div id=\"swagger-ui\"></div>\n\
         <script src=\"{folder}/swagger-ui-bundle.js\"></script>\n<script src=\"{folder}/start.js\"></script>\n</html>\n"
    );
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CACHE_CONTROL, "no-cache"),
    ];
    (headers, page).into_response()
}

#[public]
pub(super) async fn file(
    Path(name): Path<String>,
    State(auth): State<Auth>,
    parts: Parts,
) -> Result<Response, Refusal> {
    if name == "start.js" {
        return Ok(start(&parts));
    }
    let at = FILES.iter().position(|(known, _)| *known == name);
    let file = at.and_then(|at| GZIPPED[at].clone().zip(Some(FILES[at].1)));
    let (file, kind) = file.ok_or(Refusal::NotFound { what: "file" })?;
    let vary = (header::VARY, "Accept-Encoding");
    if !accepts_coding(&parts.headers, "gzip") {
        // The binary has the file in this form alone.
        let refused =
            BodyError::new(StatusCode::NOT_ACCEPTABLE, "The file is there with `Content-Encoding: gzip` alone.");
        return Ok(([vary], Rejection::new(refused, &auth)).into_response());
    }
    let headers = [
        vary,
        (header::CONTENT_TYPE, kind),
        (header::CONTENT_ENCODING, "gzip"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CACHE_CONTROL, CACHE_CONTROL),
    ];
    Ok((headers, file).into_response())
}

/// The script that starts Swagger UI for the document of this application. The page would list `/` as a server of each
/// operation, which is no choice.
fn start(parts: &Parts) -> Response {
    let url = Wired::documentation_paths(&parts.extensions).map(|(docs, document)| relative(&docs, &document));
    let url = serde_json::Value::from(url.unwrap_or_default());
    let script = format!(
        "window.ui = SwaggerUIBundle({{ url: {url}, dom_id: '#swagger-ui', deepLinking: true, \
         persistAuthorization: false, validatorUrl: null, layout: 'BaseLayout', docExpansion: 'list', \
         tagsSorter: 'alpha', syntaxHighlight: {{ activated: false }}, \
         plugins: [() => ({{ wrapComponents: {{ OperationServers: () => () => null }} }})] }});\n"
    );
    let headers = [
        (header::CONTENT_TYPE, "text/javascript; charset=utf-8"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CACHE_CONTROL, "no-cache"),
    ];
    (headers, script).into_response()
}

/// The address of `to` on the page `from`, whatever prefix a proxy puts in front of both.
fn relative(from: &str, to: &str) -> String {
    let depth = from.matches('/').count().saturating_sub(1);
    format!("{}{}", if depth == 0 { "./".to_owned() } else { "../".repeat(depth) }, to.trim_start_matches('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_finds_the_document_below_any_prefix() {
        assert_eq!(relative("/docs", "/openapi.json"), "./openapi.json");
        assert_eq!(relative("/api/docs", "/openapi.json"), "../openapi.json");
        assert_eq!(relative("/api/docs", "/api/v1/openapi.json"), "../api/v1/openapi.json");
    }

    #[test]
    fn the_archive_has_each_file_of_the_page() {
        for (file, (name, _)) in GZIPPED.iter().zip(FILES) {
            assert!(file.as_ref().is_some_and(|file| file.starts_with(&[0x1f, 0x8b])), "{name}");
        }
        assert!(archive::gzip("index.txt").is_none());
        assert!(archive::gzip("../package.json").is_none());
    }
}
