//! The callers of an access matrix that the analysis of the policy table finds.

use super::expected::Expected;
use super::{AccessMatrix, TestCaller, bare, names};
use crate::policy::Witness;

/// A witness that was not sent as it is.
#[derive(Debug)]
pub(super) struct Unsent {
    route: String,
    witness: String,
    why: String,
    /// The condition for which there is no caller.
    pub(super) condition: Option<String>,
}

impl AccessMatrix {
    /// Adds the callers that the policy's analysis finds: for each route all of the smallest that it lets in, callers of each
    /// kind of credential that it refuses, callers with both credentials, and for each condition one for whom it does not hold.
    /// So the analysis is compared with the guards, and no route is without a caller that decides it.
    ///
    /// `caller` makes the credentials of a witness, as [`TestAuth::caller_of`](crate::testing::TestAuth::caller_of) does; the
    /// facts are those of the witness. For a witness with conditions it returns a caller that [meets](TestCaller::meets) them.
    ///
    /// ```
    /// use auth_core::analysis::Witness;
    /// use auth_core::prelude::*;
    /// use auth_core::testing::{AccessMatrix, Target, TestAuth};
    ///
    /// # #[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
    /// # enum Role { Admin }
    /// #[require(any(role(Admin), all(api_key, scope("reports:read"))))]
    /// async fn reports() {}
    ///
    /// #[require(mfa)]
    /// #[authorize(identity.has_scope("shop"))]
    /// async fn buy(identity: Identity) {}
    ///
    /// # #[tokio::main]
    /// # async fn main() {
    /// let router: GuardedRouter<Auth> = GuardedRouter::new().route("/reports", get(reports)).route("/buy", post(buy));
    /// let test = TestAuth::new();
    /// AccessMatrix::new(router.policy())
    ///     .witnesses(async |witness: &Witness| {
    ///         let mut witness = witness.clone();
    ///         if witness.conditions.is_empty() {
    ///             return test.caller_of(&witness);
    ///         }
    ///         // The one condition of these routes holds for a caller with this scope.
    ///         witness.subject.as_mut()?.scopes.push("shop".to_owned());
    ///         Some(test.caller_of(&witness)?.meets("identity.has_scope(\"shop\")"))
    ///     })
    ///     .await
    ///     .hold(&Target::router(router.with_state(test.auth())))
    ///     .await;
    /// # }
    /// ```
    ///
    /// [`hold`](Self::hold) fails for a witness for which `caller` returns `None` or a caller that does not meet its conditions, unless
    /// [`left_out`](Self::left_out) names the witness or [`undetermined`](Self::undetermined) the condition.
    ///
    /// # Panics
    ///
    /// When the analysis and the evaluation of a requirement disagree about a witness, or a requirement is too large.
    pub async fn witnesses(mut self, caller: impl AsyncFn(&Witness) -> Option<TestCaller>) -> Self {
        let mut made: Vec<Witness> = Vec::new();
        for row in self.table.routes().to_vec() {
            let route = format!("{} {}", row.method, row.path);
            let witnesses = row.witnesses().unwrap_or_else(|error| panic!("{route}: {error}"));
            for (witness, is_allowed) in witnesses {
                if is_plain(&witness) || made.contains(&witness) {
                    continue;
                }
                let caller = made_of(&witness, &caller).await;
                made.push(witness.clone());
                let caller = match caller {
                    Ok(caller) => {
                        let expected = match self.expected(&row, &caller) {
                            Expected::Undetermined => is_allowed,
                            expected => expected == Expected::Allowed,
                        };
                        let disagree = "the evaluation and the analysis disagree";
                        assert_eq!(expected, is_allowed, "{route} as {witness}: {disagree}");
                        Some(caller)
                    }
                    Err(NoCaller { caller, why, condition }) => {
                        let (route, witness) = (route.clone(), witness.to_string());
                        self.unsent.push(Unsent { route, witness, why, condition });
                        caller
                    }
                };
                self.callers.extend(caller);
            }
        }
        self
    }

    /// Leaves out a witness of [`witnesses`](Self::witnesses), named by its words: one that the test cannot make, such as
    /// ``a subject without scope `a`, whose scopes cannot be read`` where tokens have no such form. A name without such a witness
    /// is an error.
    pub fn left_out(mut self, witness: impl Into<String>) -> Self {
        self.left_out.push(witness.into());
        self
    }

    /// The witnesses that were not sent, and names of witnesses that were.
    pub(super) fn unsent(&self) -> Vec<String> {
        let undetermined = |unsent: &Unsent| unsent.condition.as_ref().is_some_and(|it| names(&self.undetermined, it));
        let missing =
            self.unsent.iter().filter(|unsent| !undetermined(unsent) && !self.left_out.contains(&unsent.witness));
        let missing = missing.map(|Unsent { route, witness, why, .. }| not_sent(route, witness, why));
        let unused = self.left_out.iter().filter(|name| self.unsent.iter().all(|unsent| unsent.witness != **name));
        missing.chain(unused.map(|name| no_witness(name))).collect()
    }
}

pub(super) fn not_sent(route: &str, witness: &str, why: &str) -> String {
    format!("{route} as {witness}: not sent: {why}; make one, or name the witness by `left_out`")
}

pub(super) fn no_witness(name: &str) -> String {
    format!("`left_out` names `{name}`, but no such witness is without a caller")
}

/// The caller that every matrix has.
fn is_plain(witness: &Witness) -> bool {
    *witness == Witness::default()
}

/// Why a witness is not sent as it is, and the caller that was made for it.
pub(super) struct NoCaller {
    pub(super) caller: Option<TestCaller>,
    pub(super) why: String,
    pub(super) condition: Option<String>,
}

impl NoCaller {
    pub(super) fn without(why: &str) -> Self {
        Self { caller: None, why: why.to_owned(), condition: None }
    }
}

/// A caller with the credentials of the witness, for whom its conditions hold and do not hold.
pub(super) async fn made_of(
    witness: &Witness,
    make: &impl AsyncFn(&Witness) -> Option<TestCaller>,
) -> Result<TestCaller, NoCaller> {
    let no = |caller, why: String, condition: Option<&String>| NoCaller { caller, why, condition: condition.cloned() };
    if is_plain(witness) {
        return Ok(TestCaller::anonymous());
    }
    let Some(caller) = make(witness).await else { return Err(NoCaller::without("there is no caller")) };
    let has = (caller.token().is_some(), caller.key().is_some());
    if has != (witness.subject.is_some(), witness.api_key.is_some()) {
        return Err(no(None, format!("`{}` has other credentials", caller.name), None));
    }
    let caller = caller.facts_of(witness);
    let meets = |condition: &&String| caller.conditions.iter().any(|it| bare(it) == bare(condition));
    if let Some(condition) = witness.conditions.iter().find(|condition| !meets(condition)) {
        let why = format!("there is no caller for whom `{condition}` holds, as `TestCaller::meets` says");
        return Err(no(Some(caller), why, Some(condition)));
    }
    if let Some(condition) = witness.unmet_conditions.iter().find(meets) {
        let why = format!("there is no caller for whom `{condition}` does not hold");
        return Err(no(Some(caller), why, Some(condition)));
    }
    Ok(caller)
}
