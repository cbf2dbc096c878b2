//! A decision and its event are one: nothing else can make a [`Proof`].

use std::marker::PhantomData;

use super::Policy;
use super::evaluate::{Lack, evaluate};
use crate::event::Event;
use crate::{Auth, Caller, Refusal};

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

/// Decides whether `caller` meets `P`, and records it.
pub(crate) fn decide<P: Policy>(auth: &Auth, caller: Result<&Caller, &Refusal>) -> Result<Proof<P>, Refusal> {
    let refused = match caller {
        Ok(caller) => match evaluate(&P::REQUIREMENT, caller, auth.now()) {
            Ok(()) => {
                auth.record(&Event::granted(&P::DECLARED, caller));
                return Ok(Proof { policy: PhantomData });
            }
            Err(lack) => refusal(lack, P::REQUIREMENT.wants_api_key(), caller),
        },
        Err(refusal) => refusal.clone(),
    };
    auth.record(&Event::refused(&P::DECLARED, caller.ok(), &refused));
    Err(refused)
}

fn refusal(lack: Lack, api_key_wanted: bool, caller: &Caller) -> Refusal {
    match lack {
        // A credential was sent, but of a kind that does not help here: for this route it is not a valid one.
        Lack::Credential if caller.sent_other_credential() => Refusal::InvalidCredential { api_key: api_key_wanted },
        Lack::Credential => Refusal::NoCredential { api_key: api_key_wanted },
        Lack::Scope(scope) => Refusal::InsufficientScope { scope },
        Lack::Fresh(max_age) => Refusal::StepUp { max_age: Some(max_age), amr: None },
        Lack::Amr(amr) => Refusal::StepUp { max_age: None, amr: Some(amr) },
        Lack::Role | Lack::Excluded | Lack::Nobody => Refusal::InsufficientRole,
    }
}
