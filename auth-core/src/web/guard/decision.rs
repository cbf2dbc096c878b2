//! A decision and its event are one: nothing else can make a [`Proof`].

use std::marker::PhantomData;

use axum::http::request::Parts;

use crate::event::Event;
use crate::policy::Missing;
use crate::policy::evaluate;
use crate::policy::{CredentialKinds, Declaration, Policy, Requirement};
use crate::service::Auth;
use crate::verify::Caller;
use crate::web::Refusal;

/// Proof that the caller of a request has met the policy `P`: what a service function demands so that nobody can call
/// it unguarded.
///
/// It can be made only by the decision itself and is neither `Copy` nor `Clone`; take it from
/// [`Guard::proof`](crate::Guard::proof).
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

/// Verifies the request's credentials as far as `P` looks at them, decides whether the caller meets `P`, and records it.
pub(crate) async fn prove<P: Policy>(auth: &Auth, parts: &mut Parts) -> Result<(Proof<P>, Caller), Refusal> {
    let caller = decide(auth, parts, &P::REQUIREMENT, const { P::REQUIREMENT.kinds() }, &P::DECLARED).await?;
    Ok((Proof { policy: PhantomData }, caller))
}

/// The decision itself, for every guard there is; `kinds` are those of `requirement`.
pub(crate) async fn decide(
    auth: &Auth,
    parts: &mut Parts,
    requirement: &Requirement,
    kinds: CredentialKinds,
    declared: &'static Declaration,
) -> Result<Caller, Refusal> {
    let caller = match requirement {
        Requirement::Public => Ok(Caller::default()),
        _ => auth.authenticate(parts, kinds).await,
    };
    let (caller, refused) = match caller {
        Ok(caller) => match evaluate(requirement, caller.facts(), auth.now()) {
            Ok(()) => {
                auth.record(&Event::granted(declared, &caller));
                return Ok(caller);
            }
            Err(denial) => {
                let refused = refusal(denial.of, caller.sent_other_credential());
                (Some(caller), refused)
            }
        },
        Err(refusal) => (None, refusal),
    };
    let refused = refused.where_api_key(kinds.api_key);
    auth.record(&Event::refused(declared, caller.as_ref(), &refused));
    Err(refused)
}

fn refusal(denial: Missing, sent_other: bool) -> Refusal {
    match denial {
        // A credential was sent, but of a kind that does not help here: for this route it is not a valid one.
        Missing::Credential if sent_other => Refusal::InvalidCredential { api_key: false },
        Missing::Credential => Refusal::NoCredential { api_key: false },
        Missing::StepUp { max_age, amr } => Refusal::StepUp { max_age, amr },
        Missing::Scope(scopes) => Refusal::InsufficientScope { scopes },
        Missing::Role => Refusal::InsufficientRole,
        Missing::Fact(what) => Refusal::InsufficientCredential { what },
        Missing::Excluded | Missing::Impossible => Refusal::Excluded,
    }
}
