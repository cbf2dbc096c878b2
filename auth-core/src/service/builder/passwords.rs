//! The passwords of an `Auth`.

use std::sync::Arc;

use super::AuthBuilder;
use crate::password::{BreachCheck, ForeignHash, PasswordRules};

impl AuthBuilder {
    /// The rules for new passwords; [`PasswordRules::nist`] by default.
    pub fn password_rules(mut self, rules: PasswordRules) -> Self {
        self.password_rules = rules;
        self
    }

    /// Refuses new passwords of a list of breached ones; without a list by default. [`BreachCheck`] has an example, and
    /// `password::PwnedPasswords` (feature `pwned-passwords`) is a list.
    ///
    /// The check comes after the [rules](Self::password_rules). While the list does not answer, a new password is accepted and
    /// the log has a warning, unless [`require_breach_check`](Self::require_breach_check) is set.
    pub fn breach_check(mut self, check: impl BreachCheck) -> Self {
        self.breaches.check = Some(Arc::new(check));
        self
    }

    /// Refuses new passwords with [`AccountError::Unavailable`](crate::AccountError) (503) while the list of
    /// [`breach_check`](Self::breach_check) does not answer: no one registers or resets a password meanwhile.
    pub fn require_breach_check(mut self) -> Self {
        self.breaches.is_required = true;
        self
    }

    /// Adds a format of stored password hashes, for users of an application whose hashes auth-core cannot verify itself.
    /// [`ForeignHash`] has an example.
    pub fn foreign_hash(mut self, hash: impl ForeignHash) -> Self {
        self.foreign_hashes.push(Box::new(hash));
        self
    }
}
