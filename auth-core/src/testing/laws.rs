//! Laws of a policy table, in tests.

use std::panic::Location;

use crate::policy::{OwnedRequirement, Pattern, PolicyTable, Row, Witness, law_beside, law_open};

/// States what must hold for every caller of these routes, whatever their requirements are made of. When the value is
/// dropped, at the end of the statement, every broken law fails the test at once, with the route, its place in the source,
/// and a caller who shows it.
///
/// A law is about the requests of a pattern, `METHOD /path` or a path alone: `*` is any segment, `**` any number of them, `{id}`
/// any value for which no route has a literal. It must be kept by everything that can answer such a request, as axum chooses
/// it:
///
/// - The path chooses the route, the most literal one that matches: `/files/{*rest}` answers `/files/secret/**`, where no route
///   is nearer.
/// - The method chooses its handler: `get` also answers HEAD, [`any`](crate::routing::any) and a method router's fallback what no
///   other handler of the path does, then the router's `method_not_allowed_fallback`.
/// - A path without a route is answered by the innermost fallback. So a public page for unknown paths breaks
///   `never_public("/users/**")`, unless [`except_fallbacks`](Laws::except_fallbacks) names it.
/// - A plain router may answer whatever is below its path. It breaks a law unless its guards keep it, or
///   [`no_unchecked_except`](Laws::no_unchecked_except) names it.
///
/// A law whose pattern matches no route is broken as well: it would say nothing. A fallback or plain router is enough only where
/// the pattern is its own path, such as `/metrics/**`. The pattern `*` is what no route answers.
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
    let (unchecked, fallbacks) = (Vec::new(), Vec::new());
    Laws { rows, unchecked, fallbacks, stated: Vec::new(), place: Location::caller(), is_read: false }
}

/// Laws about a policy table, made by [`laws`].
#[derive(Debug)]
pub struct Laws {
    rows: Vec<Row>,
    /// Paths of plain routers that were reviewed.
    unchecked: Vec<String>,
    /// Paths of fallbacks that were reviewed.
    fallbacks: Vec<String>,
    stated: Vec<Law>,
    place: &'static Location<'static>,
    is_read: bool,
}

/// A broken law of one route.
struct Broken {
    line: String,
    /// The route, and the caller that it lets in.
    shown: Option<(String, Witness)>,
}

impl From<String> for Broken {
    fn from(line: String) -> Self {
        Self { line, shown: None }
    }
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
        self.unchecked.extend(paths.paths().into_iter().map(str::to_owned));
        self.stated.push(Law::NoUnchecked);
        self
    }

    /// The other laws leave out the fallbacks at these paths, as the policy table has them: `"*"` for those of the whole router,
    /// `"/api/*"` for those of a nested one. They were reviewed: they give no caller more than that there is no such route or
    /// method. A path without a fallback is an error.
    ///
    /// ```
    /// use auth_core::prelude::*;
    /// use auth_core::testing::laws;
    ///
    /// # #[require_auth]
    /// # async fn list() {}
    /// #[public]
    /// async fn not_found() {}
    ///
    /// let app: GuardedRouter<Auth> = GuardedRouter::new().route("/users", get(list)).fallback(not_found);
    /// let broken = laws(&app.policy()).never_public("/**").failures();
    /// assert!(broken[0].contains("the fallback ANY * requires `public`"));
    /// laws(&app.policy()).never_public("/**").except_fallbacks("*");
    /// ```
    pub fn except_fallbacks<'a>(mut self, paths: impl Paths<'a>) -> Self {
        self.fallbacks.extend(paths.paths().into_iter().map(str::to_owned));
        self
    }

    /// What is broken, a line for each route, instead of a panic.
    #[must_use]
    pub fn failures(mut self) -> Vec<String> {
        self.is_read = true;
        self.broken()
    }

    /// The callers that break a law, each with a route that lets it in: [`Replay`](super::Replay) sends them as requests.
    ///
    /// ```
    /// use auth_core::prelude::*;
    /// use auth_core::testing::{laws, scope};
    ///
    /// # #[require_auth]
    /// # async fn list() {}
    /// let app: GuardedRouter<Auth> = GuardedRouter::new().route("/users", get(list));
    /// let (route, caller) = laws(&app.policy()).only("/users", scope("users:read")).witnesses().remove(0);
    /// assert_eq!((route.as_str(), caller.to_string().as_str()), ("GET /users", "a subject without scope `users:read`"));
    /// ```
    #[must_use]
    pub fn witnesses(mut self) -> Vec<(String, Witness)> {
        self.is_read = true;
        self.all_broken().into_iter().filter_map(|broken| broken.shown).collect()
    }

    fn broken(&self) -> Vec<String> {
        self.all_broken().into_iter().map(|broken| broken.line).collect()
    }

    fn all_broken(&self) -> Vec<Broken> {
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
        self.without_exception(&mut broken);
        broken
    }

    /// Adds a line for each route of the pattern for which `check` has a caller.
    fn each<E: std::fmt::Display>(
        &self,
        routes: &str,
        law: &str,
        broken: &mut Vec<Broken>,
        check: impl Fn(&Row) -> Result<Option<Witness>, E>,
    ) {
        let pattern = match Pattern::parse(routes) {
            Ok(pattern) => pattern,
            Err(error) => return broken.push(error.to_string().into()),
        };
        let mut rows = pattern.find(&self.rows);
        rows.retain(|row| !self.is_reviewed(row));
        let is_about = |row: &&Row| !(row.is_fallback() || row.is_unchecked()) || pattern.is_of(row);
        if !rows.iter().any(is_about) {
            broken.push(format!("`{routes}`: {law}: no route matches, so the law says nothing").into());
        }
        for row in rows {
            let (why, shown) = match check(row) {
                Ok(None) => continue,
                Ok(Some(witness)) => (format!("it also lets in {witness}"), Some((row.route(), witness))),
                Err(error) => (error.to_string(), None),
            };
            let line = format!("`{routes}`: {law}: {}, but {why}{}", described(row), remedy(row));
            broken.push(Broken { line, shown });
        }
    }

    fn unchecked(&self, broken: &mut Vec<Broken>) {
        for row in self.rows.iter().filter(|row| row.is_unchecked() && !self.is_reviewed(row)) {
            broken.push(format!("no unchecked routes: {}", described(row)).into());
        }
    }

    /// Exceptions of nothing.
    fn without_exception(&self, broken: &mut Vec<Broken>) {
        let has = |path: &String, is: fn(&Row) -> bool| self.rows.iter().any(|row| is(row) && row.path == *path);
        for path in self.unchecked.iter().filter(|path| !has(path, Row::is_unchecked)) {
            broken.push(format!("no unchecked routes except `{path}`: there is none at this path").into());
        }
        for path in self.fallbacks.iter().filter(|path| !has(path, Row::is_fallback)) {
            broken.push(format!("except the fallbacks of `{path}`: there is none at this path").into());
        }
    }

    fn is_reviewed(&self, row: &Row) -> bool {
        (row.is_unchecked() && self.unchecked.contains(&row.path))
            || (row.is_fallback() && self.fallbacks.contains(&row.path))
    }
}

/// Route, requirement and place in the source.
fn described(row: &Row) -> String {
    let place = row.place.as_ref().map(|(file, line)| format!(" ({file}:{line})")).unwrap_or_default();
    let what = if row.is_fallback() { "the fallback " } else { "" };
    format!("{what}{} requires `{}`{place}", row.route(), row.words())
}

fn remedy(row: &Row) -> &'static str {
    if row.is_fallback() { "; once it is reviewed, name its path in `except_fallbacks`" } else { "" }
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
