//! The callers of an access matrix that the analysis of the policy table finds.

use super::expected::Expected;
use super::{AccessMatrix, TestCaller, guard_of};
use crate::policy::Witness;

impl AccessMatrix {
    /// Adds the callers that the policy's analysis finds: for each route the smallest that it lets in, and a subject and an API
    /// key that it refuses. So the analysis is compared with the guards, and no route is without a caller that decides it.
    ///
    /// `caller` makes the credential of a witness; the facts are those of the witness. It may be `None` for a witness that the
    /// test cannot make, for instance one with claims of another issuer's token.
    ///
    /// ```no_run
    /// use auth_core::analysis::Witness;
    /// use auth_core::prelude::*;
    /// use auth_core::testing::{AccessMatrix, TestCaller, sign_in};
    ///
    /// # async fn user(auth: &Auth, roles: &[Vec<String>]) -> SubjectId { unimplemented!() }
    /// # async fn test(auth: Auth, router: GuardedRouter<Auth>) {
    /// AccessMatrix::new(router.policy())
    ///     .witnesses(async |witness: &Witness| {
    ///         let subject = witness.subject.clone()?;
    ///         let (auth, id) = (auth.clone(), user(&auth, &subject.roles).await); // the first of each list
    ///         Some(TestCaller::subject(witness.to_string(), move || {
    ///             let (auth, id, subject) = (auth.clone(), id.clone(), subject.clone());
    ///             async move {
    ///                 let (amr, scope) = (subject.methods.join(" "), subject.scopes.join(" "));
    ///                 sign_in(&auth, &id, &amr, &scope).await.unwrap().expose().to_owned()
    ///             }
    ///         }))
    ///     })
    ///     .await;
    /// # }
    /// ```
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
                let is_new = !made.contains(&witness);
                if witness.subject.is_none() && witness.api_key.is_none() || !is_new {
                    continue;
                }
                let Some(caller) = caller(&witness).await else {
                    println!("LEFT OUT: {route} as {witness}");
                    continue;
                };
                let caller = caller.facts_of(&witness);
                let expected = guard_of(&row, &caller) == Expected::Allowed;
                assert_eq!(expected, is_allowed, "{route} as {witness}: the evaluation and the analysis disagree");
                made.push(witness);
                self = self.caller(caller);
            }
        }
        self
    }
}
