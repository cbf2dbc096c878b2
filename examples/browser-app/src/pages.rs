//! The pages.

use auth_core::SessionId;
use auth_core::http::LocalPath;
use auth_core::store::Session;
use axum::response::Html;

pub(crate) fn login(next: &LocalPath, message: Option<&str>) -> Html<String> {
    let message = message.map(|text| format!("<p role=\"alert\">{}</p>\n", escape(text))).unwrap_or_default();
    let next = escape(next.as_str());
    page(
        "Log in",
        &format!(
            r#"{message}<form method="post" action="/login">
<input type="hidden" name="next" value="{next}">
<label>E-mail <input name="email" type="email" autocomplete="username" required autofocus></label>
<label>Password <input name="password" type="password" autocomplete="current-password" required></label>
<button>Log in</button>
<button class="second" formaction="/register">Register</button>
</form>"#
        ),
    )
}

pub(crate) fn sessions(sessions: &[Session], current: Option<&SessionId>) -> Html<String> {
    let rows: String = sessions.iter().map(|session| row(session, current == Some(&session.id))).collect();
    page(
        "Sessions",
        &format!(
            r#"<table>
<tr><th>Device<th>Since<th>Last used<th></tr>
{rows}</table>
<form method="post" action="/logout"><button>Log out</button></form>"#
        ),
    )
}

fn row(session: &Session, is_current: bool) -> String {
    let agent = escape(session.agent.as_deref().unwrap_or("unknown"));
    let (since, used) = (session.created_at, session.last_used_at);
    let last = if is_current {
        "this browser".to_owned()
    } else {
        let id = escape(session.id.as_str());
        format!(r#"<form method="post" action="/sessions/{id}/end"><button class="second">End</button></form>"#)
    };
    format!("<tr><td>{agent}<td><time>{since}</time><td><time>{used}</time><td>{last}</tr>\n")
}

fn page(title: &str, content: &str) -> Html<String> {
    Html(format!(
        r#"<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{title}</title>
<link rel="stylesheet" href="/style.css">
<main>
<h1>{title}</h1>
{content}
</main>
</html>
"#
    ))
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}
