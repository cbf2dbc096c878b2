//! Callers of the policy's analysis, with credentials of a [`TestAuth`].

use super::{TestAuth, TestCaller};
use crate::base::SubjectId;
use crate::policy::Witness;

impl TestAuth {
    /// A caller with the credentials of a witness, for [`AccessMatrix::witnesses`](super::AccessMatrix::witnesses) and
    /// [`Replay`](super::Replay): an access token of a new user, an API key, both in one request, or none. The owner of the key
    /// meets [`AuthBuilder::api_key_owner`](crate::AuthBuilder::api_key_owner).
    ///
    /// The witness's conditions depend on the application, so the test says which hold: it returns a caller of its own for such
    /// a witness, or adds [`TestCaller::meets`].
    ///
    /// `None` for roles, scopes, methods or a time that cannot be read, since those are tokens of another issuer, and for a
    /// claim with a reserved name.
    ///
    /// ```
    /// use auth_core::analysis::{all, amr, any, api_key, fresh, scope};
    /// use auth_core::testing::TestAuth;
    ///
    /// let test = TestAuth::new();
    /// let witness = all([amr("mfa"), fresh("5m")]).example().unwrap().unwrap();
    /// assert!(test.caller_of(&witness).is_some());
    /// let program = all([api_key(), scope("reports:read")]).example().unwrap().unwrap();
    /// assert!(test.caller_of(&program).is_some());
    /// ```
    #[must_use]
    pub fn caller_of(&self, witness: &Witness) -> Option<TestCaller> {
        let user = || self.as_user(SubjectId::random().to_string());
        let token = match &witness.subject {
            Some(subject) => Some(user().having(subject)?.bare_caller(witness.to_string())),
            None => None,
        };
        let key = match &witness.api_key {
            // The facts of its owner are not those of the caller.
            Some(key) => Some(user().having_key(key)?.bare_key_caller(witness.to_string())),
            None => None,
        };
        let caller = match (token, key) {
            (Some(token), Some(key)) => token.also(key),
            (Some(caller), None) | (None, Some(caller)) => caller,
            (None, None) => TestCaller::anonymous(),
        };
        Some(caller.facts_of(witness))
    }
}
