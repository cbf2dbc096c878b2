//! Which scopes a subject may ask for.

use std::sync::Arc;

use super::AuthBuilder;
use crate::store::StoreError;
use crate::verify::ScopeRequest;

impl AuthBuilder {
    /// Decides which of the [`scopes`](Self::scopes) a subject may have; by default every subject may have all of them.
    ///
    /// A scope limits a token; it is no right of its subject. Where a scope stands for a right that not every subject has,
    /// name here the subjects that may ask for it. `grant` returns those of the requested scopes that the subject may have
    /// now; others that it returns are ignored. It is called at every login, [`sign_in`](crate::Auth::sign_in) and refresh,
    /// for each access token, and at the creation and every use of a key that a subject
    /// [made itself](crate::Auth::create_own_api_key), so it should answer from the roles or a cache. A login and a refresh go
    /// on without the other scopes; `/auth/token` refuses a request that names one with `invalid_scope`.
    ///
    /// A [`StoreError`], and a function that does not answer within 10 seconds, grant nothing: the operation fails with
    /// `AccountError::Unavailable`, and a refresh token is not spent.
    ///
    /// ```
    /// use auth_core::prelude::*;
    /// use auth_core::{AuthBuilder, ScopeRequest};
    ///
    /// #[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
    /// enum Role {
    ///     Accountant,
    /// }
    ///
    /// fn with_scopes(builder: AuthBuilder) -> AuthBuilder {
    ///     builder.scopes(["profile", "invoices"]).grant_scopes(async |request: ScopeRequest| {
    ///         let may = |scope: &str| scope != "invoices" || request.has_role(Role::Accountant);
    ///         Ok(request.scopes.iter().filter(|scope| may(scope)).cloned().collect())
    ///     })
    /// }
    /// # fn main() {}
    /// ```
    pub fn grant_scopes<F>(mut self, grant: impl Fn(ScopeRequest) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<Vec<Box<str>>, StoreError>> + Send + 'static,
    {
        self.grant_scopes = Some(Arc::new(move |request| Box::pin(grant(request))));
        self
    }
}
