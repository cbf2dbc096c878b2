//! Calls of single routes by callers that the policy's analysis found.

use super::target::{Answer, Outcome};
use super::witnesses::{NoCaller, made_of, no_witness, not_sent};
use super::{Target, TestCaller, filled};
use crate::policy::{ChangeKind, PolicyDiff, PolicyTable, RouteChange, Witness};

/// Sends witnesses of the policy's analysis as requests: callers that break a law, callers that a change lets in or refuses,
/// the callers that suffice. The guards must answer as the analysis says.
///
/// [`AccessMatrix::witnesses`](super::AccessMatrix::witnesses) does the same with all witnesses of a policy table.
///
/// ```
/// use auth_core::analysis::Witness;
/// use auth_core::prelude::*;
/// use auth_core::testing::{Replay, Target, TestAuth, fresh, laws};
///
/// # #[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
/// # enum Role { User }
/// #[require(all(role(User), fresh("10m")))]
/// async fn invoices() {}
/// # mod changed {
/// #     use auth_core::prelude::*;
/// #     use super::Role;
/// #     #[require(any(role(User), fresh("10m")))]
/// #     pub(super) async fn invoices() {}
/// # }
///
/// # #[tokio::main]
/// # async fn main() {
/// let old: GuardedRouter<Auth> = GuardedRouter::new().route("/invoices", get(invoices));
/// let new: GuardedRouter<Auth> = GuardedRouter::new().route("/invoices", get(changed::invoices));
/// let (diff, table) = (old.policy().diff(&new.policy()), new.policy());
/// let test = TestAuth::new();
/// let caller = async |witness: &Witness| test.caller_of(witness);
///
/// // The old router refuses the callers that the change lets in; the new one admits them.
/// Replay::new(old.policy()).before(&diff).hold(&Target::router(old.with_state(test.auth())), caller).await;
/// let target = Target::router(new.with_state(test.auth()));
/// Replay::new(table.clone()).after(&diff).hold(&target, caller).await;
///
/// // So it does with a caller that breaks a law.
/// let broken = laws(&table).needs("/invoices", fresh("10m")).witnesses();
/// assert_eq!(broken[0].0, "GET /invoices");
/// Replay::new(table).lets_in(broken).hold(&target, caller).await;
/// # }
/// ```
#[derive(Debug)]
#[must_use = "witnesses are only sent by `hold`"]
pub struct Replay {
    table: PolicyTable,
    calls: Vec<Call>,
    at: Vec<(String, String)>,
    left_out: Vec<String>,
    wrong: Vec<String>,
}

#[derive(Debug)]
struct Call {
    route: String,
    /// Method and path; of several, one must answer as expected. None for a plain router.
    requests: Vec<(String, String)>,
    witness: Witness,
    is_allowed: bool,
    /// Whether the handler has a condition, so that a 403 is not its own.
    has_conditions: bool,
}

impl Replay {
    /// For a router with this table.
    pub const fn new(table: PolicyTable) -> Self {
        Self { table, calls: Vec::new(), at: Vec::new(), left_out: Vec::new(), wrong: Vec::new() }
    }

    /// These routes, `METHOD /path` as the table has them, let in these callers: the result of
    /// [`Laws::witnesses`](crate::testing::Laws::witnesses), or the sets of
    /// [`PolicySnapshot::who_can`](crate::analysis::PolicySnapshot::who_can).
    pub fn lets_in(self, callers: impl IntoIterator<Item = (String, Witness)>) -> Self {
        self.answers(callers, true)
    }

    /// These routes refuse these callers.
    pub fn refuses(self, callers: impl IntoIterator<Item = (String, Witness)>) -> Self {
        self.answers(callers, false)
    }

    /// The router is the changed one: it lets in the callers that the difference says are let in now, and refuses those that are
    /// not any more. The requests of a removed route are sent where others answer them.
    pub fn after(mut self, diff: &PolicyDiff) -> Self {
        for change in diff.changes.iter().filter(|change| change.new.is_some() || !change.answered_by.is_empty()) {
            self.change(change, change.gained.as_ref(), change.lost.as_ref());
        }
        self
    }

    /// The router is the one before the change: it refuses the callers that the difference says are let in now, and lets in those
    /// that are not any more. It has no new route, so their callers are not sent.
    pub fn before(mut self, diff: &PolicyDiff) -> Self {
        for change in diff.changes.iter().filter(|change| change.old.is_some()) {
            self.change(change, change.lost.as_ref(), change.gained.as_ref());
        }
        self
    }

    /// Sends the witnesses of a route by this request, `METHOD /path`: one of a plain router's, whose routes are not known, or one
    /// for whose parameters a condition holds. Otherwise parameters are `1`.
    ///
    /// ```
    /// use auth_core::prelude::*;
    /// use auth_core::testing::{Replay, Target, TestAuth, laws};
    ///
    /// # #[tokio::main]
    /// # async fn main() {
    /// let plain = axum::Router::new().route("/live", axum::routing::get(async || "1"));
    /// let app: GuardedRouter<Auth> = GuardedRouter::new().nest_unchecked("/metrics", plain);
    /// let open = laws(&app.policy()).never_public("/metrics/**").witnesses();
    /// let (test, replay) = (TestAuth::new(), Replay::new(app.policy()).lets_in(open));
    /// let target = Target::router(app.with_state(test.auth()));
    /// replay.at("ANY /metrics/*", "GET /metrics/live").hold(&target, async |witness| test.caller_of(witness)).await;
    /// # }
    /// ```
    pub fn at(mut self, route: impl Into<String>, request: impl Into<String>) -> Self {
        self.at.push((route.into(), request.into()));
        self
    }

    /// Leaves out a witness that the test cannot make, named by its words, or by `METHOD /path as ` and its words. A name without
    /// such a witness is an error.
    pub fn left_out(mut self, witness: impl Into<String>) -> Self {
        self.left_out.push(witness.into());
        self
    }

    /// Sends each witness as the caller that `caller` makes of it, as [`TestAuth::caller_of`](crate::testing::TestAuth::caller_of)
    /// does, and returns the number of requests. For a witness with conditions it returns a caller that
    /// [meets](TestCaller::meets) them.
    ///
    /// # Panics
    ///
    /// Lists every answer that differs from the analysis, every witness without a caller that is not
    /// [left out](Self::left_out), every route that the table does not have, and every change that was not decided. Also where
    /// there is nothing to send.
    pub async fn hold(&self, target: &Target, caller: impl AsyncFn(&Witness) -> Option<TestCaller>) -> usize {
        let (mut wrong, mut sent, mut unsent) = (self.wrong.clone(), 0, Vec::new());
        for call in &self.calls {
            let name = call.witness.to_string();
            let made = match self.requests_of(call) {
                Some(requests) => made_of(&call.witness, &caller).await.map(|caller| (requests, caller)),
                None => Err(NoCaller::without("it is not known which requests it answers; name one by `at`")),
            };
            match made {
                Ok((requests, caller)) => {
                    let (count, why) = call.send(&requests, target, &caller).await;
                    sent += count;
                    wrong.extend(why.map(|why| format!("{} as {name}: {why}", call.route)));
                }
                Err(NoCaller { why, .. }) => {
                    let names = [format!("{} as {name}", call.route), name];
                    if !self.left_out.iter().any(|it| names.contains(it)) {
                        wrong.push(not_sent(&call.route, &names[1], &why));
                    }
                    unsent.extend(names);
                }
            }
        }
        wrong.extend(self.left_out.iter().filter(|name| !unsent.contains(name)).map(|name| no_witness(name)));
        if self.calls.is_empty() && wrong.is_empty() {
            wrong.push("there is no witness to send".to_owned());
        }
        assert!(wrong.is_empty(), "{sent} requests; the analysis and the router disagree:\n{}", wrong.join("\n"));
        sent
    }

    fn answers(mut self, callers: impl IntoIterator<Item = (String, Witness)>, is_allowed: bool) -> Self {
        for (route, witness) in callers {
            let Some((method, path)) = self.find(&route) else {
                self.wrong.push(format!("no route `{route}`"));
                continue;
            };
            let requests = self.requests(&method, &path);
            self.push(route, requests, &witness, is_allowed);
        }
        self
    }

    fn change(&mut self, change: &RouteChange, allowed: Option<&Witness>, refused: Option<&Witness>) {
        let route = format!("{} {}", change.method, change.path);
        if change.kind == ChangeKind::Undecided {
            self.wrong.push(format!("{route}: {}", change.error.as_deref().unwrap_or_default()));
        }
        let mut requests = self.requests(&change.method, &change.path);
        if change.new.is_none() && self.find(&route).is_none() {
            // Of several routes that answer its requests, the witness is for one.
            let deeper = requests
                .iter()
                .filter(|_| change.path.contains("{*"))
                .map(|(method, path)| (method.clone(), format!("{path}/1")));
            requests = requests.iter().cloned().chain(deeper).collect();
        }
        for (witness, is_allowed) in [(allowed, true), (refused, false)] {
            if let Some(witness) = witness {
                self.push(route.clone(), requests.clone(), witness, is_allowed);
            }
        }
    }

    fn push(&mut self, route: String, requests: Vec<(String, String)>, witness: &Witness, is_allowed: bool) {
        let of = self.table.routes().iter().find(|row| format!("{} {}", row.method, row.path) == route);
        let has_conditions = of.is_none_or(|row| !row.conditions.is_empty());
        self.calls.push(Call { route, requests, witness: witness.clone(), is_allowed, has_conditions });
    }

    /// The method and path of a row of the table.
    fn find(&self, route: &str) -> Option<(String, String)> {
        let rows = self.table.routes().iter().map(|row| (row.method, row.path.as_str()));
        let mut rows = rows.chain(self.table.unchecked().iter().map(|row| ("ANY", row.path.as_str())));
        let row = rows.find(|(method, path)| format!("{method} {path}") == route);
        row.map(|(method, path)| (method.to_owned(), path.to_owned()))
    }

    /// The requests of a call; `None` where none is known.
    fn requests_of(&self, call: &Call) -> Option<Vec<(String, String)>> {
        let named: Vec<_> = self.at.iter().filter(|(route, _)| *route == call.route).collect();
        let split = |(_, request): &&(String, String)| {
            let (method, path) = request.split_once(' ')?;
            Some((method.to_owned(), path.to_owned()))
        };
        let requests = if named.is_empty() { call.requests.clone() } else { named.iter().filter_map(split).collect() };
        Some(requests).filter(|requests| !requests.is_empty())
    }

    /// The request of a row; none for a plain router, and for methods without a handler where no path has one.
    fn requests(&self, method: &str, path: &str) -> Vec<(String, String)> {
        let is_plain = self.table.unchecked().iter().any(|row| row.path == path && method == "ANY");
        if is_plain && !self.table.routes().iter().any(|row| (row.method, row.path.as_str()) == (method, path)) {
            return Vec::new();
        }
        // What answers any method answers one that has no handler of its own.
        let sent = if matches!(method, "ANY" | "OTHER") { "ACCESS-MATRIX" } else { method };
        let path = match method {
            "OTHER" => super::path_below(&self.table, path),
            _ => Some(filled(path)),
        };
        path.map(|path| (sent.to_owned(), path)).into_iter().collect()
    }
}

impl Call {
    /// The number of requests, and what is wrong.
    async fn send(
        &self,
        requests: &[(String, String)],
        target: &Target,
        caller: &TestCaller,
    ) -> (usize, Option<String>) {
        let (mut sent, mut why) = (0, None);
        for (method, path) in requests {
            sent += 1;
            let answer = target.call(method, path, caller.headers().await).await;
            if self.is_right(&answer) {
                return (sent, None);
            }
            let expected = if self.is_allowed { "access" } else { "a refusal" };
            why = Some(format!("{method} {path}: expected {expected}; got {answer}"));
        }
        (sent, why)
    }

    fn is_right(&self, answer: &Answer) -> bool {
        match answer.outcome {
            Outcome::Allowed if self.is_allowed => true,
            // The handler's own.
            Outcome::Forbidden if self.is_allowed => !self.has_conditions,
            // A condition over a parameter that cannot be read.
            Outcome::Allowed => {
                !self.witness.unmet_conditions.is_empty() && matches!(answer.status, 400 | 413 | 415 | 422)
            }
            Outcome::Refused | Outcome::Forbidden => !self.is_allowed,
            Outcome::Failed => false,
        }
    }
}
