//! The page: a form, and a matrix of routes and callers.

use std::fmt::Write as _;

use super::STYLE;
use super::filter::{Filter, Show};
use super::questions::{Names, Questions};
use crate::policy::{Admission, PolicyTable, Requirement, RoutePolicy, Sender, Unchecked};

impl PolicyTable {
    pub(super) fn page(&self, filter: &Filter, questions: &Questions, names: &Names) -> String {
        let roles = self.all_roles();
        let rows: Vec<&RoutePolicy> = self.routes().iter().filter(|row| filter.takes(row)).collect();
        let unchecked: Vec<&Unchecked> = self.unchecked().iter().filter(|row| filter.takes_unchecked(row)).collect();
        let public = rows.iter().filter(|row| *row.requirement.own() == Requirement::Public).count();
        let mut page = format!(
            "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" \
             content=\"width=device-width, initial-scale=1\">\n<title>Policy</title>\n<style>{STYLE}</style>\n\
             <header><h1>Policy</h1><p>{} of {} routes; <b class=\"public\">{public} public</b> \
             <b class=\"unchecked\">{} unchecked</b></p>\n{}</header>\n",
            rows.len() + unchecked.len(),
            self.routes().len() + self.unchecked().len(),
            unchecked.len(),
            form(filter, &roles),
        );
        page.push_str(
            "<table>\n<thead><tr><th>Route<th>Requirement<th class=\"who\">Anyone<th class=\"who\">Signed in",
        );
        for role in &roles {
            let _ = write!(page, "<th class=\"who\">{}", escape(role));
        }
        page.push_str("<th class=\"who\">API key<th>Scopes<th>Declared at</tr></thead>\n<tbody>\n");
        for row in unchecked {
            page.push_str(&unchecked_row(row, roles.len()));
        }
        for row in rows {
            page.push_str(&route_row(row, &roles));
        }
        page.push_str("</tbody>\n</table>\n");
        page.push_str(&self.answers(questions, names));
        page.push_str(
            "<footer><p><i class=\"yes\">●</i> is let in; <i class=\"more\">◐</i> is let in with more: a scope, \
             a permission, a recent authentication, a second credential, under a condition; <i class=\"no\">·</i> is \
             refused.</p></footer>\n</html>\n",
        );
        page
    }
}

fn form(filter: &Filter, roles: &[&str]) -> String {
    let option = |value: &str, text: &str, chosen: bool| {
        let chosen = if chosen { " selected" } else { "" };
        format!("<option value=\"{}\"{chosen}>{}</option>", escape(value), escape(text))
    };
    let of_role = |role: &&str| option(role, role, filter.role == **role);
    let by_role: String = roles.iter().map(of_role).collect();
    let shown: String = Show::ALL.iter().map(|(show, value, text)| option(value, text, *show == filter.show)).collect();
    format!(
        "<form method=\"get\"><label>Contains <input type=\"search\" name=\"q\" value=\"{}\"></label>\
         <label>Show <select name=\"show\">{shown}</select></label>\
         <label>Open to <select name=\"role\">{}{by_role}</select></label><button>Filter</button></form>\n",
        escape(&filter.q),
        option("", "any role", filter.role.is_empty()),
    )
}

fn route_row(row: &RoutePolicy, roles: &[&str]) -> String {
    let is_public = *row.requirement.own() == Requirement::Public;
    let class = if is_public { " class=\"public\"" } else { "" };
    let badge = if is_public { "<b class=\"public\">public</b>" } else { "" };
    let mut text = format!(
        "<tr{class}><th scope=\"row\"><span class=\"method\">{}</span> <code>{}</code>{badge}<td data-is=\"Requirement\"><code>{}</code>",
        escape(row.method),
        escape(&row.path),
        escape(&row.requirement.to_string()),
    );
    for condition in &row.conditions {
        let _ = write!(text, "<br><span class=\"condition\">if <code>{}</code></span>", escape(condition));
    }
    for limit in &row.limits {
        let _ = write!(text, "<br><span class=\"condition\">at most <code>{}</code></span>", escape(limit));
    }
    text.push_str(&who("Anyone", row.admits(Sender::Anyone)));
    text.push_str(&who("Signed in", row.admits(Sender::Subject(None))));
    for role in roles {
        text.push_str(&who(role, row.admits(Sender::Subject(Some(role)))));
    }
    text.push_str(&who("API key", row.admits(Sender::ApiKey)));
    let scopes = row.requirement.all_scopes();
    let scopes: Vec<String> = scopes.iter().map(|scope| format!("<code>{}</code>", escape(scope))).collect();
    let _ = write!(text, "<td data-is=\"Scopes\">{}", scopes.join(" "));
    let place = format!("{}:{}", row.declared.file, row.declared.line);
    let _ = writeln!(
        text,
        "<td data-is=\"Declared at\" class=\"place\">{}<br><small>{}</small></tr>",
        breakable(&row.handler(), "::"),
        breakable(&place, "/"),
    );
    text
}

fn unchecked_row(row: &Unchecked, roles: usize) -> String {
    let guards = match row.guards.as_slice() {
        [] => "a plain router: no guard of its own".to_owned(),
        guards => format!("a plain router behind <code>{}</code>", escape(&guards.join(", "))),
    };
    let unknown = "<td class=\"who\">?".repeat(roles + 3);
    format!(
        "<tr class=\"unchecked\"><th scope=\"row\"><code>{}</code><b class=\"unchecked\">unchecked</b>\
         <td data-is=\"Requirement\">{guards}{unknown}<td data-is=\"Scopes\"><td data-is=\"Declared at\" \
         class=\"place\"><small>{}:{}</small></tr>\n",
        escape(&row.path),
        breakable(row.file, "/"),
        row.line
    )
}

/// The cell of a kind of caller.
fn who(name: &str, admission: Admission) -> String {
    let (class, sign, text) = match admission {
        Admission::Always => ("yes", "●", "is let in"),
        Admission::WithMore => ("more", "◐", "is let in with more"),
        Admission::Never => ("no", "·", "is refused"),
    };
    let name = escape(name);
    format!(
        "<td class=\"who {class}\" data-is=\"{name}\"><span title=\"{name} {text}\" aria-label=\"{text}\">{sign}</span>"
    )
}

/// Text whose lines may break after each `separator`.
fn breakable(text: &str, separator: &str) -> String {
    escape(text).replace(separator, &format!("{separator}<wbr>"))
}

/// Text for an element or a quoted attribute.
pub(super) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}
