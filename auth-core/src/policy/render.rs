//! The policy table as text, for people and for a lock file.

use std::fmt::{self, Write as _};

use super::{PolicyTable, RoutePolicy, Unchecked};

pub(crate) const HEADINGS: [&str; 5] = ["METHOD", "PATH", "REQUIREMENT", "HANDLER", "DECIDED AT"];

/// The cells of one row.
type Cells = [String; 5];

impl RoutePolicy {
    /// The handler's name with its module; `handler by Policy` where its guard is a policy that is declared elsewhere.
    #[must_use]
    pub fn handler(&self) -> String {
        self.function.map_or_else(|| self.declared.path(), |function| format!("{function} by {}", self.declared.name))
    }

    /// What a caller must meet, in the words of the attributes.
    pub(crate) fn words(&self) -> String {
        let conditions = self.conditions.iter().map(|condition| format!(", authorize({condition})"));
        let limits = self.limits.iter().map(|limit| format!(", rate_limit({limit})"));
        std::iter::once(self.requirement.to_string()).chain(conditions).chain(limits).collect()
    }

    fn cells(&self) -> Cells {
        let place = format!("{}:{}", self.declared.file, self.declared.line);
        [self.method.to_owned(), self.path.clone(), self.words(), self.handler(), place]
    }
}

impl Unchecked {
    /// `unchecked`, and the guards around it.
    fn words(&self) -> String {
        let guards = self.guards.iter().map(|guard| format!(" behind {guard}"));
        std::iter::once("unchecked".to_owned()).chain(guards).collect()
    }

    fn cells(&self) -> Cells {
        let place = format!("{}:{}", self.file, self.line);
        ["ANY".to_owned(), self.path.clone(), self.words(), "a plain router or service".to_owned(), place]
    }
}

impl PolicyTable {
    /// The table in Markdown.
    ///
    /// ```
    /// use auth_core::prelude::*;
    ///
    /// # #[public]
    /// # async fn health() {}
    /// let app: GuardedRouter<Auth> = GuardedRouter::new().route("/health", get(health));
    /// assert!(app.policy().markdown().contains("| `GET` | `/health` | `public` |"));
    /// ```
    #[must_use]
    pub fn markdown(&self) -> String {
        let mut text = format!("| {} |\n|{}\n", HEADINGS.join(" | ").to_lowercase(), " --- |".repeat(HEADINGS.len()));
        for cells in self.cells() {
            let cells = cells.map(|cell| format!("`{}`", cell.replace('|', "\\|")));
            // Writing to a string does not fail.
            let _ = writeln!(text, "| {} |", cells.join(" | "));
        }
        text
    }

    /// One line for each route, for a lock file, which [`PolicySnapshot`](crate::analysis::PolicySnapshot) reads. It omits
    /// source lines and column widths, which change without an access decision. Where a role is named, the line ends with
    /// the roles that satisfy it.
    ///
    /// ```
    /// use auth_core::prelude::*;
    ///
    /// # #[public]
    /// # async fn health() {}
    /// let app: GuardedRouter<Auth> = GuardedRouter::new().route("/health", get(health));
    /// assert!(app.policy().lock().starts_with("GET /health: public ["));
    /// ```
    #[must_use]
    pub fn lock(&self) -> String {
        self.snapshot().lock()
    }

    pub(crate) fn cells(&self) -> impl Iterator<Item = Cells> {
        self.routes.iter().map(RoutePolicy::cells).chain(self.unchecked.iter().map(Unchecked::cells))
    }
}

/// Aligned columns under headings.
impl fmt::Display for PolicyTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows: Vec<Cells> = std::iter::once(HEADINGS.map(str::to_owned)).chain(self.cells()).collect();
        let width = |column: usize| rows.iter().map(|cells| cells[column].chars().count()).max().unwrap_or(0);
        let widths: [usize; 5] = std::array::from_fn(width);
        for [method, path, requirement, handler, place] in &rows {
            let [w0, w1, w2, w3, _] = widths;
            writeln!(f, "{method:w0$}  {path:w1$}  {requirement:w2$}  {handler:w3$}  {place}")?;
        }
        Ok(())
    }
}
