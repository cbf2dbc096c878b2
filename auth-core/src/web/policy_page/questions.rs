//! Questions that a reader of the page asks by a form, and their answers.

use std::collections::BTreeSet;
use std::fmt::{self, Write as _};

use serde::Deserialize;

use super::html::escape;
use crate::policy::{OwnedRequirement, PolicySnapshot, PolicyTable, Reach};
use crate::service::Auth;

/// A longer question is not answered: its work grows with it, and each reader of the page can ask.
const MOST_BYTES: usize = 200;

/// The fields of the form.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Questions {
    /// A pattern of routes: who can call them?
    who: String,
    /// A requirement: what can those who meet it call?
    what: String,
    /// `redundant`: what is said twice, or never.
    review: String,
}

/// The names that the service knows beside those of its requirements.
#[derive(Clone, Debug, Default)]
pub(super) struct Names {
    /// Of [`AuthBuilder::roles`](crate::AuthBuilder::roles).
    roles: Vec<&'static str>,
    /// Of the service's own client and the others.
    scopes: Vec<Box<str>>,
}

impl From<&Auth> for Names {
    fn from(auth: &Auth) -> Self {
        Self { roles: auth.verifier().lookups.known_roles.names().to_vec(), scopes: auth.client_scopes() }
    }
}

impl PolicyTable {
    /// The form, and answers to what was asked.
    pub(super) fn answers(&self, asked: &Questions, names: &Names) -> String {
        let mut text = form(asked);
        let table = self.snapshot();
        if let Some(route) = question(&asked.who) {
            section(&mut text, &format!("Who can call {route}"), route, |text| who(text, &table, route));
        }
        if let Some(caller) = question(&asked.what) {
            section(&mut text, &format!("What a caller with {caller} can call"), caller, |text| {
                what(text, &table, caller)
            });
        }
        if !asked.review.is_empty() {
            review(&mut text, &table, names);
        }
        text.push_str("</section>\n");
        text
    }
}

fn question(text: &str) -> Option<&str> {
    Some(text.trim()).filter(|text| !text.is_empty())
}

fn form(asked: &Questions) -> String {
    format!(
        "<section id=\"questions\"><h2>Questions</h2>\n<form method=\"get\" action=\"#questions\">\
         <label>Who can call <input name=\"who\" placeholder=\"DELETE /users/{{id}}\" maxlength=\"{MOST_BYTES}\" value=\"{}\"></label>\
         <label>What can a caller call with <input name=\"what\" placeholder=\"role(moderator)\" maxlength=\"{MOST_BYTES}\" \
         value=\"{}\"></label><button>Ask</button>\
         <button name=\"review\" value=\"yes\">Find equivalent, unused and redundant</button></form>\n",
        escape(&asked.who),
        escape(&asked.what),
    )
}

/// A heading and the answer to `question`, or why there is none.
fn section(text: &mut String, heading: &str, question: &str, answer: impl FnOnce(&mut String) -> Result<(), String>) {
    let _ = writeln!(text, "<h3>{}</h3>", escape(heading));
    let answered = if question.len() > MOST_BYTES {
        Err(format!("A question has at most {MOST_BYTES} bytes."))
    } else {
        answer(text)
    };
    if let Err(why) = answered {
        let _ = writeln!(text, "<p>{}</p>", escape(&why));
    }
}

fn item(text: &mut String, route: &str, requirement: &str) {
    let _ = write!(text, "<li><code>{}</code>: <code>{}</code>", escape(route), escape(requirement));
}

fn who(text: &mut String, table: &PolicySnapshot, route: &str) -> Result<(), String> {
    let routes = table.who_can(route).map_err(in_words)?;
    text.push_str("<ul>\n");
    for callers in routes {
        item(text, &callers.route, &callers.requirement);
        let sets = callers.sets.iter().map(|set| escape(&set.to_string()));
        let sets: Vec<String> = sets.chain((!callers.is_all).then(|| "and others".to_owned())).collect();
        let sets = if sets.is_empty() { "no caller".to_owned() } else { sets.join("<br>") };
        let _ = writeln!(text, "<br>{sets}</li>");
    }
    text.push_str("</ul>\n");
    Ok(())
}

fn what(text: &mut String, table: &PolicySnapshot, caller: &str) -> Result<(), String> {
    let caller: OwnedRequirement = caller.parse().map_err(in_words)?;
    let routes = table.what_can(&caller).map_err(in_words)?;
    text.push_str("<ul>\n");
    for route in routes {
        let (class, sign) = match route.reach {
            Reach::All => ("yes", "● all of them"),
            Reach::Some => ("more", "◐ some of them"),
            Reach::None => continue,
        };
        item(text, &route.route, &route.requirement);
        let example = route.allowed.filter(|_| route.reach == Reach::Some);
        let example = example.map(|witness| format!(", such as {}", escape(&witness.to_string()))).unwrap_or_default();
        let _ = writeln!(text, "<br><span class=\"{class}\">{sign}</span>{example}</li>");
    }
    text.push_str("</ul>\n");
    Ok(())
}

fn review(text: &mut String, table: &PolicySnapshot, names: &Names) {
    let list = |text: &mut String, items: Vec<String>| {
        if items.is_empty() {
            text.push_str("<p>None.</p>\n");
            return;
        }
        text.push_str("<ul>\n");
        for item in &items {
            text.extend(["<li>", item, "</li>\n"]);
        }
        text.push_str("</ul>\n");
    };
    section(text, "Routes that let in the same callers", "", |text| {
        let groups = table.equivalent().map_err(in_words)?;
        let joined = |routes: &Vec<String>| routes.iter().map(|route| code(route)).collect::<Vec<_>>().join(", ");
        list(text, groups.iter().map(joined).collect());
        Ok(())
    });
    section(text, "Roles that no requirement names", "", |text| {
        let roles: BTreeSet<&str> = table.known_roles().into_iter().chain(names.roles.iter().copied()).collect();
        list(text, table.unused_role_names(roles).into_iter().map(code).collect());
        Ok(())
    });
    section(text, "Scopes that no requirement names", "", |text| {
        let scopes: BTreeSet<&str> = names.scopes.iter().map(|scope| &**scope).collect();
        list(text, table.unused_scopes(scopes).into_iter().map(code).collect());
        Ok(())
    });
    section(text, "Requirements that a stricter guard makes redundant", "", |text| {
        let redundant = table.redundant().map_err(in_words)?;
        let line = redundant.iter().map(|it| {
            let [route, own, guard] = [&it.route, &it.own, &it.guard].map(|text| escape(text));
            format!("<code>{route}</code>: <code>{own}</code> behind <code>{guard}</code>")
        });
        list(text, line.collect());
        Ok(())
    });
}

fn code(name: &str) -> String {
    format!("<code>{}</code>", escape(name))
}

fn in_words(error: impl fmt::Display) -> String {
    error.to_string()
}
