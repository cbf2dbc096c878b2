//! Calls every route as every caller, and compares the responses with the policy table.

mod caller;
mod expected;
mod replay;
mod target;
mod witnesses;

use std::collections::BTreeSet;

pub use caller::TestCaller;
use expected::{Expected, expected, roles_named};
pub use replay::Replay;
pub use target::Target;
use target::{Answer, Outcome};
use witnesses::Unsent;

use crate::policy::{PolicyTable, RoutePolicy};

/// Calls every route of a policy table over HTTP, without a credential and as each given caller, and compares the
/// response with the requirement of the route.
///
/// Every response except the refusal of a guard or a condition counts as allowed, a handler's own 404 or 422 among them; a
/// 5xx counts as a failure. Path parameters are `1`, bodies are empty. A caller meets the conditions of
/// `#[authorize(..)]` that [`TestCaller::meets`] names. One that it does not meet must answer 403, or 400, 413, 415 or 422
/// where it is over a parameter that cannot be read.
///
/// The application's error body does not matter where [`Target::router`] calls it. At an address a body other than
/// problem details leaves the challenge to recognize a refusal by, so a handler's own 401 or 403 with one counts as a
/// guard's.
///
/// Handlers of allowed calls run: use an application with a disposable store, and callers that sign in again for each
/// call, since a route may end their session.
///
/// ```no_run
/// # use auth_core::{prelude::*, testing::{AccessMatrix, Target, TestCaller, sign_in}};
/// # #[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
/// # enum Role { Admin }
/// # async fn test(auth: Auth, router: GuardedRouter<Auth>, admin: SubjectId) {
/// let token = {
///     let auth = auth.clone();
///     move || {
///         let (auth, admin) = (auth.clone(), admin.clone());
///         async move { sign_in(&auth, &admin, "pwd", "").await.unwrap().expose().to_owned() }
///     }
/// };
/// AccessMatrix::new(router.policy())
///     .caller(TestCaller::subject("an admin", token).role(Role::Admin).amr("pwd"))
///     .hold(&Target::router(router.with_state(auth)))
///     .await;
/// # }
/// ```
#[derive(Debug)]
#[must_use = "routes are only called by `hold`"]
pub struct AccessMatrix {
    table: PolicyTable,
    callers: Vec<TestCaller>,
    undetermined: Vec<String>,
    unsent: Vec<Unsent>,
    left_out: Vec<String>,
}

impl AccessMatrix {
    /// A matrix with the routes of this table, and calls without a credential.
    pub fn new(table: PolicyTable) -> Self {
        let (callers, undetermined) = (vec![TestCaller::anonymous()], Vec::new());
        Self { table, callers, undetermined, unsent: Vec::new(), left_out: Vec::new() }
    }

    /// Adds a caller; [`TestCaller::anonymous`] takes the place of the one without conditions.
    pub fn caller(mut self, caller: TestCaller) -> Self {
        if caller.is_anonymous() {
            self.callers.retain(|other| !other.is_anonymous());
        }
        self.callers.push(caller);
        self
    }

    /// Names a condition that depends on more than the caller, such as one over the method or the body: a caller that
    /// does not [meet](TestCaller::meets) it may be accepted or refused.
    pub fn undetermined(mut self, condition: impl Into<String>) -> Self {
        self.undetermined.push(condition.into());
        self
    }

    /// Makes all calls and returns their number.
    ///
    /// # Panics
    ///
    /// Lists every response that differs from the policy. Also when the callers are not sufficient: no caller has a
    /// role that a requirement names, no caller is allowed on a route, or every caller that a guard lets in meets a
    /// condition. When a condition is named that no route has. And when a witness of
    /// [`witnesses`](Self::witnesses) has no caller.
    pub async fn hold(&self, target: &Target) -> usize {
        let mut wrong = self.missing_callers();
        wrong.extend(self.unsent());
        let mut calls = 0;
        for row in self.table.routes() {
            for (method, path) in self.requests(row) {
                for caller in &self.callers {
                    calls += 1;
                    let answer = target.call(method, &path, caller.headers().await).await;
                    if let Some(why) = self.mismatch(row, caller, &answer) {
                        wrong.push(format!("{method} {path} as {}: {why}", caller.name));
                    }
                }
            }
        }
        assert!(wrong.is_empty(), "{} of {calls} calls disagree with the policy:\n{}", wrong.len(), wrong.join("\n"));
        calls
    }

    /// The roles, conditions and routes that no caller covers.
    fn missing_callers(&self) -> Vec<String> {
        let mut missing = Vec::new();
        let held: BTreeSet<&str> =
            self.callers.iter().flat_map(|caller| caller.roles.iter().map(String::as_str)).collect();
        for row in self.table.routes() {
            let route = format!("{} {}", row.method, row.path);
            let unheld = row.requirement.parts().flat_map(roles_named).filter(|role| !held.contains(role));
            missing.extend(unheld.map(|role| format!("{route} names the role `{role}`, which no caller has")));
            let let_in: Vec<_> =
                self.callers.iter().filter(|caller| guard_of(row, caller) == Expected::Allowed).collect();
            let allowed = |caller| matches!(self.expected(row, caller), Expected::Allowed | Expected::Undetermined);
            if !self.callers.iter().any(allowed) {
                missing.push(format!("{route} requires `{}`, which no caller meets", row.words()));
            }
            for condition in row.conditions.iter().filter(|condition| !names(&self.undetermined, condition)) {
                if !let_in.is_empty() && let_in.iter().all(|caller| names(&caller.conditions, condition)) {
                    missing.push(format!("{route} has the condition `{condition}`, which every caller meets"));
                }
            }
        }
        let named = self.callers.iter().flat_map(|caller| &caller.conditions).chain(&self.undetermined);
        let known: BTreeSet<_> =
            self.table.routes().iter().flat_map(|row| &row.conditions).map(|it| bare(it)).collect();
        missing.extend(
            named.filter(|it| !known.contains(&bare(it))).map(|it| format!("no route has the condition `{it}`")),
        );
        missing
    }

    fn expected(&self, row: &RoutePolicy, caller: &TestCaller) -> Expected {
        let mut unmet = row.conditions.iter().filter(|condition| !names(&caller.conditions, condition)).peekable();
        match guard_of(row, caller) {
            Expected::Allowed if unmet.peek().is_none() => Expected::Allowed,
            Expected::Allowed if unmet.all(|condition| names(&self.undetermined, condition)) => Expected::Undetermined,
            Expected::Allowed => Expected::Forbidden,
            refused => refused,
        }
    }

    fn mismatch(&self, row: &RoutePolicy, caller: &TestCaller, answer: &Answer) -> Option<String> {
        let expected = self.expected(row, caller);
        let by_condition = match answer.outcome {
            Outcome::Forbidden => true,
            // A rule has nothing to ask about a caller without a credential.
            Outcome::Refused => answer.status == 403 || caller.is_anonymous(),
            _ => false,
        };
        let right = match (expected, answer.outcome) {
            (Expected::Allowed | Expected::Undetermined, Outcome::Allowed) => true,
            // The handler's own.
            (Expected::Allowed, Outcome::Forbidden) => row.conditions.is_empty(),
            (Expected::Unknown, Outcome::Refused) => answer.status == 401,
            (Expected::Insufficient, Outcome::Refused) => true,
            (Expected::Forbidden, Outcome::Allowed) => matches!(answer.status, 400 | 413 | 415 | 422),
            (Expected::Forbidden | Expected::Undetermined, _) => by_condition,
            _ => false,
        };
        (!right).then(|| format!("expected {expected}, since it requires `{}`; got {answer}", row.words()))
    }

    /// The requests of a row; several if it has several methods.
    fn requests(&self, row: &RoutePolicy) -> Vec<(&'static str, String)> {
        match row.method {
            "ANY" => {
                // Other handlers of the path answer their own methods.
                let rows = self.table.routes().iter().filter(|other| other.path == row.path);
                let taken: BTreeSet<&str> = rows.map(|other| other.method).collect();
                let methods = ["GET", "POST", "PUT", "PATCH", "DELETE"].into_iter().filter(|it| !taken.contains(it));
                methods.map(|method| (method, filled(&row.path))).collect()
            }
            // A method without a handler, on a path with handlers.
            "OTHER" => path_below(&self.table, &row.path).map(|path| ("ACCESS-MATRIX", path)).into_iter().collect(),
            method => vec![(method, filled(&row.path))],
        }
    }
}

/// A path with handlers that this one of a method fallback covers.
fn path_below(table: &PolicyTable, path: &str) -> Option<String> {
    let prefix = path.trim_end_matches('*');
    let mut paths = table.routes().iter().map(|row| &row.path);
    paths.find(|path| path.starts_with(prefix) && !path.ends_with('*')).map(|path| filled(path))
}

/// The path with its parameters filled; for a fallback a path that matches no route.
fn filled(path: &str) -> String {
    let mut filled = String::new();
    let mut rest = path;
    while let Some((before, parameter)) = rest.split_once('{') {
        filled.push_str(before);
        match parameter.split_once('}') {
            Some((_, after)) => {
                filled.push('1');
                rest = after;
            }
            None => rest = "",
        }
    }
    filled.push_str(rest);
    match filled.strip_suffix('*') {
        Some(prefix) => format!("{}/access-matrix-no-such-route", prefix.trim_end_matches('/')),
        None => filled,
    }
}

/// The first part that refuses the caller decides.
fn guard_of(row: &RoutePolicy, caller: &TestCaller) -> Expected {
    let mut parts = row.requirement.parts().map(|part| expected(part, caller));
    parts.find(|expected| *expected != Expected::Allowed).unwrap_or(Expected::Allowed)
}

/// Whether a condition is among these, in whatever layout.
fn names(conditions: &[String], condition: &str) -> bool {
    conditions.iter().any(|named| bare(named) == bare(condition))
}

fn bare(condition: &str) -> String {
    condition.split_whitespace().collect()
}

#[cfg(test)]
mod tests {
    use super::filled;

    #[test]
    fn paths_are_filled() {
        assert_eq!(filled("/a/{id}/b/{*rest}"), "/a/1/b/1");
        assert_eq!(filled("/a/*"), "/a/access-matrix-no-such-route");
    }
}
