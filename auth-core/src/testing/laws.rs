//! Laws of a policy table, in tests.

use std::panic::Location;

use crate::policy::{OwnedRequirement, Pattern, PolicyTable, Row, Witness, law_beside, law_open};

/// States what must hold for every caller of these routes, whatever their requirements are made of. When the value is
/// dropped, at the end of the statement, every broken law fails the test at once, with the route, its place in the source,
/// and a caller who shows it.
///
/// A law is about the routes that match a pattern, `METHOD /path` or a path alone: `*` is any segment, `**` any number of
/// them. A pattern that matches no route is broken as well. A plain router that may answer a request of the pattern breaks a
/// law unless its guards keep it, or [`no_unchecked_except`](Laws::no_unchecked_except) names it. A guarded fallback answers what no
/// route does: only the pattern `*` is about it.
///
/// ```
/// use auth_core::prelude::*;
/// use auth_core::testing::{laws, role};
///
/// #[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
/// enum Role {
///     User,
///     #[role(includes(User))]
///     Admin,
/// }
///
/// # #[require_role(User)]
/// # async fn show() {}
/// # #[require_role(Admin)]
/// # async fn remove() {}
/// fn router() -> GuardedRouter<Auth> {
///     GuardedRouter::new().route("/users/{id}", get(show).delete(remove))
/// }
///
/// # fn main() {
/// laws(&router().policy())
///     .only("DELETE /**", role(Role::Admin))
///     .never_public("/users/**")
///     .no_unchecked_except([]);
/// # }
/// ```
///
/// # Panics
///
/// The returned value panics when it is dropped and a law is broken.
#[expect(clippy::must_use_candidate, reason = "laws are checked when they are dropped")]
#[track_caller]
pub fn laws(table: &PolicyTable) -> Laws {
    let rows = table.snapshot().into_rows();
    Laws { rows, exceptions: Vec::new(), stated: Vec::new(), place: Location::caller(), is_read: false }
}

/// Laws about a policy table, made by [`laws`].
#[derive(Debug)]
pub struct Laws {
    rows: Vec<Row>,
    /// Paths of plain routers that were reviewed.
    exceptions: Vec<String>,
    stated: Vec<Law>,
    place: &'static Location<'static>,
    is_read: bool,
}

#[derive(Debug)]
enum Law {
    /// Only callers who meet the requirement.
    Only {
        routes: String,
        requirement: OwnedRequirement,
    },
    NeverPublic {
        routes: String,
    },
    NoUnchecked,
}

#[expect(clippy::return_self_not_must_use, reason = "laws are checked when they are dropped")]
impl Laws {
    /// Every caller that these routes let in meets `requirement`, as in `.only("DELETE /**", role(Admin))`.
    pub fn only(mut self, routes: &str, requirement: impl Into<OwnedRequirement>) -> Self {
        self.stated.push(Law::Only { routes: routes.to_owned(), requirement: requirement.into() });
        self
    }

    /// Every caller that these routes let in meets `requirement`, as in `.needs("/billing/**", fresh("10m"))`: another word
    /// for [`only`](Self::only), for what a caller must do rather than be.
    pub fn needs(self, routes: &str, requirement: impl Into<OwnedRequirement>) -> Self {
        self.only(routes, requirement)
    }

    /// No caller without `requirement` calls these routes, as in
    /// `.nobody_without(scope("reports:read"), "GET /reports")`: [`only`](Self::only) the other way round.
    pub fn nobody_without(self, requirement: impl Into<OwnedRequirement>, routes: &str) -> Self {
        self.only(routes, requirement)
    }

    /// These routes let in no caller without credentials.
    #[expect(clippy::must_use_candidate, reason = "laws are checked when they are dropped")]
    pub fn never_public(mut self, routes: &str) -> Self {
        self.stated.push(Law::NeverPublic { routes: routes.to_owned() });
        self
    }

    /// There is no plain router but at these paths, as the policy table has them: `"/metrics"`, `"/static/*"`, `"*"` for
    /// those that were merged. The other laws leave them out. A path without a plain router is an error.
    pub fn no_unchecked_except<'a>(mut self, paths: impl Paths<'a>) -> Self {
        self.exceptions.extend(paths.paths().into_iter().map(str::to_owned));
        self.stated.push(Law::NoUnchecked);
        self
    }

    /// What is broken, a line for each route, instead of a panic.
    #[must_use]
    pub fn failures(mut self) -> Vec<String> {
        self.is_read = true;
        self.broken()
    }

    fn broken(&self) -> Vec<String> {
        let mut broken = Vec::new();
        for law in &self.stated {
            match law {
                Law::Only { routes, requirement } => {
                    let law = format!("only {requirement}");
                    self.each(routes, &law, &mut broken, |row| law_beside(row.access(), requirement.into()));
                }
                Law::NeverPublic { routes } => {
                    self.each(routes, "never public", &mut broken, |row| law_open(row.access()));
                }
                Law::NoUnchecked => self.unchecked(&mut broken),
            }
        }
        broken
    }

    /// Adds a line for each route of the pattern for which `check` has a caller.
    fn each<E: std::fmt::Display>(
        &self,
        routes: &str,
        law: &str,
        broken: &mut Vec<String>,
        check: impl Fn(&Row) -> Result<Option<Witness>, E>,
    ) {
        let pattern = match Pattern::parse(routes) {
            Ok(pattern) => pattern,
            Err(error) => return broken.push(error.to_string()),
        };
        let rows = pattern.find(&self.rows);
        if rows.iter().all(|row| row.is_unchecked()) {
            broken.push(format!("`{routes}`: {law}: no route matches, so the law says nothing"));
        }
        for row in rows.into_iter().filter(|row| !self.is_reviewed(row)) {
            let why = match check(row) {
                Ok(None) => continue,
                Ok(Some(witness)) => format!("it also lets in {witness}"),
                Err(error) => error.to_string(),
            };
            broken.push(format!("`{routes}`: {law}: {}, but {why}", described(row)));
        }
    }

    fn unchecked(&self, broken: &mut Vec<String>) {
        for row in self.rows.iter().filter(|row| row.is_unchecked() && !self.is_reviewed(row)) {
            broken.push(format!("no unchecked routes: {}", described(row)));
        }
        for path in &self.exceptions {
            if !self.rows.iter().any(|row| row.is_unchecked() && row.path == *path) {
                broken.push(format!("no unchecked routes except `{path}`: there is none at this path"));
            }
        }
    }

    fn is_reviewed(&self, row: &Row) -> bool {
        row.is_unchecked() && self.exceptions.contains(&row.path)
    }
}

/// Route, requirement and place in the source.
fn described(row: &Row) -> String {
    let place = row.place.as_ref().map(|(file, line)| format!(" ({file}:{line})")).unwrap_or_default();
    format!("{} requires `{}`{place}", row.route(), row.words())
}

impl Drop for Laws {
    fn drop(&mut self) {
        if self.is_read || std::thread::panicking() {
            return;
        }
        let broken = self.broken();
        assert!(
            broken.is_empty(),
            "{}:{}: {} of the policy's laws {} broken:\n{}",
            self.place.file(),
            self.place.line(),
            broken.len(),
            if broken.len() == 1 { "is" } else { "are" },
            broken.join("\n")
        );
    }
}

/// One path, or several.
pub trait Paths<'a> {
    #[doc(hidden)]
    fn paths(self) -> Vec<&'a str>;
}

impl<'a> Paths<'a> for &'a str {
    fn paths(self) -> Vec<&'a str> {
        vec![self]
    }
}

impl<'a, const N: usize> Paths<'a> for [&'a str; N] {
    fn paths(self) -> Vec<&'a str> {
        self.into()
    }
}

impl<'a> Paths<'a> for &'a [&'a str] {
    fn paths(self) -> Vec<&'a str> {
        self.to_vec()
    }
}
