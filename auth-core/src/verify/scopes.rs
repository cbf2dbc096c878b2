//! Which scopes a subject may have now, by the application.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::timeout;

use super::Verifier;
use crate::base::SubjectId;
use crate::policy::Role;
use crate::store::StoreError;

/// The time limit of the application's function.
const PATIENCE: Duration = Duration::from_secs(10);

/// A subject's request for scopes, for [`AuthBuilder::grant_scopes`](crate::AuthBuilder::grant_scopes).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ScopeRequest {
    /// The subject.
    pub subject: SubjectId,
    /// The subject's present roles.
    pub roles: Vec<Box<str>>,
    /// The scopes, each once.
    pub scopes: Vec<Box<str>>,
}

impl ScopeRequest {
    /// Whether the subject holds `role` or a role that includes it.
    #[must_use]
    pub fn has_role(&self, role: impl Role) -> bool {
        self.roles.iter().any(|held| role.granted_by().contains(&&**held))
    }
}

type Answer = Pin<Box<dyn Future<Output = Result<Vec<Box<str>>, StoreError>> + Send>>;

/// The application's function.
pub(crate) type GrantScopes = Arc<dyn Fn(ScopeRequest) -> Answer + Send + Sync>;

impl Verifier {
    /// Those of `scopes` that a subject with these roles may have now, in their order.
    pub(crate) async fn allowed_scopes(
        &self,
        subject: &SubjectId,
        roles: &[Box<str>],
        scopes: Vec<Box<str>>,
    ) -> Result<Vec<Box<str>>, StoreError> {
        let Some(grant) = self.grant_scopes.as_ref().filter(|_| !scopes.is_empty()) else { return Ok(scopes) };
        let request = ScopeRequest { subject: subject.clone(), roles: roles.to_vec(), scopes: scopes.clone() };
        let granted = timeout(PATIENCE, grant(request)).await;
        let granted = granted.unwrap_or_else(|late| Err(StoreError::unavailable(late)))?;
        Ok(scopes.into_iter().filter(|scope| granted.contains(scope)).collect())
    }
}
