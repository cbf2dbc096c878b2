//! Verification of legacy access tokens, which a former service issued.

use std::sync::Arc;

use super::{AccessError, Identity, Origin, Verifier};
use crate::base::{SubjectId, Timestamp};
use crate::store::{StoreError, UserRecord};
use crate::token::{LegacyTokens, RawClaims, TokenError};

/// The version of a subject whose credentials have never been changed or revoked.
const INITIAL_VERSION: u64 = 0;

impl Verifier {
    /// Whether a token has the layout of legacy tokens and these are accepted.
    pub(crate) fn is_legacy(&self, token: &str) -> bool {
        self.legacy.as_ref().is_some_and(|legacy| legacy.split(token).is_some())
    }

    /// Verifies a legacy access token; `None` for another layout, and when none are accepted.
    pub(super) async fn identify_legacy(
        &self,
        origin: &dyn Origin,
        token: &str,
        now: Timestamp,
    ) -> Option<Result<Identity, AccessError>> {
        let legacy = self.legacy.as_ref()?;
        let jws = legacy.split(token)?;
        match legacy.read(&jws, now, self.access_tokens.skew()) {
            Ok(raw) => Some(self.legacy_identity(origin, legacy, raw, now).await),
            Err(TokenError::Signature) if legacy.may_be_foreign() => None,
            Err(reason) => Some(Err(self.refused(origin, reason))),
        }
    }

    async fn legacy_identity(
        &self,
        origin: &dyn Origin,
        legacy: &LegacyTokens,
        raw: RawClaims,
        now: Timestamp,
    ) -> Result<Identity, AccessError> {
        if !legacy.approves(&raw).await.map_err(StoreError::unavailable)? {
            return Err(self.refused(origin, TokenError::Claims));
        }
        let found = if legacy.is_by_login() {
            let found = self.lookups.subject_by_login(&raw.name).await?;
            // The name may have been given up and taken by a stranger since the token was issued.
            let found = found.filter(|user| legacy.is_of_account_since(&raw, user.created_at));
            found.map(|UserRecord { id, state, .. }| (id, Arc::new(state)))
        } else {
            let id = SubjectId::try_from(raw.name.clone()).map_err(|_| self.refused(origin, TokenError::Claims))?;
            self.lookups.subject(&id, now).await?.map(|state| (id, state))
        };
        match found {
            // The token has no version, so it is valid only for the initial one.
            Some((sub, state)) if state.active && state.version == INITIAL_VERSION => {
                Ok(Identity::new(Arc::new(raw.of(sub)), state))
            }
            _ => Err(self.refused(origin, TokenError::SubjectChanged)),
        }
    }
}
