//! The share of refusals and granted accesses in the audit trail.

use super::{Event, EventKind};

/// What the audit trail records besides changes. Set it by
/// [`AuthBuilder::audit_sampling`](crate::AuthBuilder::audit_sampling).
///
/// | events | recorded |
/// | --- | --- |
/// | changes, failed logins, used up rate limits, foreign refresh tokens | always |
/// | refusals of guards, credentials and OAuth clients | one of [`refusals`](Self::refusals), at most [`refusals_per_minute`](Self::refusals_per_minute) |
/// | granted accesses | one of [`uses`](Self::uses); none by default |
///
/// The sink of [`AuthBuilder::events`](crate::AuthBuilder::events) still receives all of them.
///
/// ```
/// use auth_core::event::AuditSampling;
///
/// # fn main() -> Result<(), auth_core::BuildError> {
/// // A tenth of the refusals, and every thousandth request that a guard lets pass.
/// let sampling = AuditSampling::new().refusals(10).uses(1_000);
/// let auth = auth_core::testing::in_memory().audit_sampling(sampling).build()?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub struct AuditSampling {
    refusals: u32,
    uses: u32,
    pub(super) refusals_per_minute: u32,
}

impl AuditSampling {
    /// Every refusal, at most 1,000 in a minute, and no granted access.
    pub const fn new() -> Self {
        Self { refusals: 1, uses: 0, refusals_per_minute: 1_000 }
    }

    /// Records one of `n` refusals, chosen at random; 1 by default, 0 for none.
    pub const fn refusals(mut self, n: u32) -> Self {
        self.refusals = n;
        self
    }

    /// Records at most `most` refusals in a minute on each node; 1,000 by default. A client needs no credential to be
    /// refused, and each row takes about 500 bytes of the database. The trail says how many it lacks, in the event
    /// [`EventsDropped`](EventKind::EventsDropped).
    pub const fn refusals_per_minute(mut self, most: u32) -> Self {
        self.refusals_per_minute = most;
        self
    }

    /// Records one of `n` granted accesses, chosen at random; 0 by default, for none.
    pub const fn uses(mut self, n: u32) -> Self {
        self.uses = n;
        self
    }

    /// Whether any event of this kind is recorded.
    pub(super) fn wants(&self, kind: &str) -> bool {
        match kind {
            EventKind::ACCESS_GRANTED => self.uses > 0,
            EventKind::ACCESS_REFUSED | EventKind::CREDENTIAL_REFUSED => self.refusals > 0,
            _ => true,
        }
    }

    /// Whether this event is recorded.
    pub(super) fn keeps(&self, event: &Event) -> bool {
        // The end of the id is random: a client cannot place its refusal between recorded ones.
        let one_of = |n: u32| event.id.as_u64_pair().1.checked_rem(n.into()) == Some(0);
        match event.kind {
            EventKind::AccessGranted { .. } => one_of(self.uses),
            _ if is_refusal(&event.kind) => one_of(self.refusals),
            _ => true,
        }
    }
}

impl Default for AuditSampling {
    fn default() -> Self {
        Self::new()
    }
}

/// Whether any client can cause such an event, as often as it likes. Failed logins have rate limits of their own.
pub(super) const fn is_refusal(kind: &EventKind) -> bool {
    matches!(
        kind,
        EventKind::AccessRefused { .. }
            | EventKind::CredentialRefused { .. }
            | EventKind::CrossSiteRefused { .. }
            | EventKind::ClientRefused
    )
}
