//! Every route called by every caller, and the answers checked against the policy table.

mod caller;
mod expected;
mod target;

use std::collections::BTreeSet;

pub use caller::TestCaller;
use expected::{Expected, expected, roles_named};
pub use target::Target;
use target::{Answer, Outcome};

use crate::policy::{PolicyTable, RoutePolicy};

/// Calls every route of a policy table as every caller that it is given and without credentials, over HTTP, and checks
/// each answer against the route's requirement. None is left out: the calls are made from the table.
///
/// "Let in" is every answer but a guard's refusal, which its problem type shows; so the application under test has
/// the default error body. A handler's own 404 or 422, and the 403 of an `#[authorize(..)]`, come after its guard and
/// count as let in; any 5xx counts as neither. Path parameters are filled with `1`, bodies are empty.
///
/// Handlers that let the caller in do run: give it an application on a store that is thrown away, and callers that sign
/// in for each call, since a route may well end their session.
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
#[must_use = "nothing is called before `hold`"]
pub struct AccessMatrix {
    table: PolicyTable,
    callers: Vec<TestCaller>,
}

impl AccessMatrix {
    /// The routes of this table, called without credentials.
    pub fn new(table: PolicyTable) -> Self {
        Self { table, callers: vec![TestCaller::anonymous()] }
    }

    /// Also calls every route as `caller`.
    pub fn caller(mut self, caller: TestCaller) -> Self {
        self.callers.push(caller);
        self
    }

    /// Makes all calls and returns how many there were.
    ///
    /// # Panics
    ///
    /// With every answer that is not what the table says; and when the callers do not suffice: a role that a
    /// requirement names is held by none, or a route could be entered by none.
    pub async fn hold(&self, target: &Target) -> usize {
        let mut wrong = self.missing_callers();
        let mut calls = 0;
        for row in self.table.routes() {
            for (method, path) in self.requests(row) {
                for caller in &self.callers {
                    calls += 1;
                    let answer = target.call(method, &path, caller.headers().await).await;
                    if let Some(why) = mismatch(row, caller, &answer) {
                        wrong.push(format!("{method} {path} as {}: {why}", caller.name));
                    }
                }
            }
        }
        assert!(wrong.is_empty(), "{} of {calls} calls disagree with the policy:\n{}", wrong.len(), wrong.join("\n"));
        calls
    }

    /// Both outcomes of every row are to be seen.
    fn missing_callers(&self) -> Vec<String> {
        let mut missing = Vec::new();
        let held: BTreeSet<&str> = self.callers.iter().flat_map(|caller| caller.roles.iter().copied()).collect();
        for row in self.table.routes() {
            let route = format!("{} {}", row.method, row.path);
            let unheld = roles_named(&row.requirement).into_iter().filter(|role| !held.contains(role));
            missing.extend(unheld.map(|role| format!("{route} names the role `{role}`, which no caller has")));
            if !self.callers.iter().any(|caller| expected(&row.requirement, caller) == Expected::LetIn) {
                missing.push(format!("{route} requires `{}`, which no caller meets", row.requirement));
            }
        }
        missing
    }

    /// The requests that belong to a row; more than one where it answers several methods.
    fn requests(&self, row: &RoutePolicy) -> Vec<(&'static str, String)> {
        match row.method {
            "ANY" => ["GET", "POST", "PUT", "PATCH", "DELETE"].map(|method| (method, filled(&row.path))).into(),
            // A method that no handler knows, on a path that has handlers.
            "OTHER" => {
                let prefix = row.path.trim_end_matches('*');
                let paths = self.table.routes().iter().map(|row| &row.path);
                let path = paths.into_iter().find(|path| path.starts_with(prefix) && !path.ends_with('*'));
                path.map(|path| ("ACCESS-MATRIX", filled(path))).into_iter().collect()
            }
            method => vec![(method, filled(&row.path))],
        }
    }
}

/// Axum's path with its parameters filled, a fallback's with what matches no route.
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

fn mismatch(row: &RoutePolicy, caller: &TestCaller, answer: &Answer) -> Option<String> {
    let expected = expected(&row.requirement, caller);
    let right = match (expected, answer.outcome) {
        (Expected::LetIn, Outcome::LetIn) => true,
        (Expected::Unknown, Outcome::Refused) => answer.status == 401,
        (Expected::Insufficient, Outcome::Refused) => true,
        _ => false,
    };
    (!right).then(|| format!("expected {expected}, since it requires `{}`; got {answer}", row.requirement))
}

#[cfg(test)]
mod tests {
    use super::filled;

    #[test]
    fn paths_are_filled() {
        for (path, whole) in
            [("/a", "/a"), ("/a/{id}/b/{*rest}", "/a/1/b/1"), ("/a/*", "/a/access-matrix-no-such-route")]
        {
            assert_eq!(filled(path), whole);
        }
    }
}
