//! The access decision and its event. Nothing else can make a [`Proof`].

use std::fmt::Display;
use std::marker::PhantomData;

use super::{AccessError, Caller, Head, Verifier};
use crate::base::Context;
use crate::event::EventKind;
use crate::policy::{CredentialKinds, Declaration, Missing, Policy, Requirement, evaluate};

/// Proof that the caller of a request meets the policy `P`. A service function with a `&Proof<P>` parameter cannot be called
/// without that check.
///
/// Only the decision makes one; it is neither `Copy` nor `Clone`. Get it from [`Guard::proof`](crate::Guard::proof).
///
/// ```compile_fail
/// # use auth_core::{Policy, Proof};
/// fn forge<P: Policy>(proof: &Proof<P>) -> Proof<P> { proof.clone() }
/// ```
pub struct Proof<P: Policy> {
    policy: PhantomData<fn() -> P>,
}

impl<P: Policy> std::fmt::Debug for Proof<P> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Proof").field("policy", &P::DECLARED.name).finish()
    }
}

impl Verifier {
    /// Verifies the credentials that `P` needs, decides whether the caller meets `P`, and records the decision.
    pub(crate) async fn prove<P: Policy>(&self, head: &mut Head<'_>) -> Result<(Proof<P>, Caller), AccessError> {
        let kinds = const { P::REQUIREMENT.kinds() };
        if const { P::STATED.conditions.is_limited() } {
            return Box::pin(self.prove_within_limits(head)).await;
        }
        let caller = self.decide(head, &P::REQUIREMENT, kinds, &P::DECLARED).await?;
        Ok((Proof { policy: PhantomData }, caller))
    }

    /// As [`prove`](Self::prove), within the handler's rate limits. By address they come first: a client that is over them
    /// causes no verification.
    async fn prove_within_limits<P: Policy>(&self, head: &mut Head<'_>) -> Result<(Proof<P>, Caller), AccessError> {
        let stated = const { &P::STATED };
        self.limit_route(head, stated, None).await?;
        let caller = self.decide(head, &stated.requirement, stated.requirement.kinds(), &P::DECLARED).await?;
        self.limit_route(head, stated, Some(&caller)).await?;
        Ok((Proof { policy: PhantomData }, caller))
    }

    /// The decision that every guard calls; `kinds` are those of `requirement`.
    pub(crate) async fn decide(
        &self,
        head: &mut Head<'_>,
        requirement: &Requirement,
        kinds: CredentialKinds,
        declared: &'static Declaration,
    ) -> Result<Caller, AccessError> {
        let caller = match requirement {
            Requirement::Public => Ok(Caller::default()),
            // Both are boxed to keep the handler's future, which contains this one, below 1 KiB: beyond that glibc's
            // allocator has no fast path, and the future is copied as it is made.
            _ => Box::pin(self.authenticate(head, kinds)).await,
        };
        let caller = match caller {
            Ok(caller) if requirement.reads_permissions() => Box::pin(self.with_permissions_of(caller)).await,
            caller => caller,
        };
        let (caller, refused) = match caller {
            Ok(caller) => {
                let mut facts = caller.facts();
                // With optional authentication an unsupported `Authorization` header is an invalid credential.
                facts.sent_other |= caller.sent_foreign && matches!(requirement, Requirement::Optional);
                let sent_other = facts.sent_other;
                match evaluate(requirement, facts, self.now()) {
                    Ok(()) => {
                        self.meters.granted(declared);
                        self.record_granted(head, declared, &caller);
                        return Ok(caller);
                    }
                    Err(denial) => (caller, refusal(denial.of, sent_other)),
                }
            }
            Err(refused) => (Caller::default(), refused),
        };
        let refused = refused.where_api_key(kinds.api_key).demanding(|| requirement.demanded_scopes());
        self.meters.refused(declared, Some(&refused));
        self.record_refused(declared, &caller, &refused, || head.context_of(&caller));
        Err(refused)
    }

    /// The caller with the permissions of its roles, for a requirement that reads them.
    async fn with_permissions_of(&self, mut caller: Caller) -> Result<Caller, AccessError> {
        if let Some(identity) = caller.subject.take() {
            caller.subject = Some(self.with_permissions(identity, self.now()).await?);
        }
        Ok(caller)
    }

    fn record_granted(&self, head: &Head<'_>, declared: &Declaration, caller: &Caller) {
        if self.events.wants(EventKind::ACCESS_GRANTED) {
            let (subject, api_key) = caller.ids();
            let kind = EventKind::AccessGranted { policy: declared.path(), subject, api_key };
            self.events.send(&head.context_of(caller), self.now(), kind);
        }
    }

    /// Records that a guard or a condition refused a caller.
    pub(crate) fn record_refused(
        &self,
        declared: &Declaration,
        caller: &Caller,
        error: &dyn Display,
        context: impl FnOnce() -> Context,
    ) {
        if self.events.wants(EventKind::ACCESS_REFUSED) {
            let (subject, api_key) = caller.ids();
            let (policy, reason) = (declared.path(), error.to_string());
            let kind = EventKind::AccessRefused { policy, subject, api_key, reason };
            self.events.send(&context(), self.now(), kind);
        }
    }
}

fn refusal(missing: Missing, sent_other: bool) -> AccessError {
    match missing {
        // A credential of a kind that the route does not accept is invalid here.
        Missing::Credential if sent_other => AccessError::invalid_credential(),
        Missing::Credential => AccessError::no_credential(),
        Missing::StepUp { max_age, amr } => AccessError::StepUp { max_age, amr },
        Missing::Scope(scopes) => AccessError::InsufficientScope { scopes },
        Missing::Role => AccessError::InsufficientRole,
        Missing::Permission => AccessError::InsufficientPermission,
        Missing::Fact(what) => AccessError::InsufficientCredential { what },
        Missing::Excluded | Missing::Impossible => AccessError::Denied,
    }
}
