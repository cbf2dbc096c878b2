//! The client and key of a token request.

use crate::base::ClientId;
use crate::store::Holder;
use crate::token::dpop::Proof;

/// The authenticated client of a token request, and its DPoP proof. By default the service's own client without a
/// proof.
#[derive(Clone, Copy, Default)]
pub(crate) struct TokenRequest<'a> {
    /// `None` for the service's own client.
    pub(crate) client_id: Option<&'a ClientId>,
    /// Whether the client authenticated with a secret. The secret binds its sessions, so that it may change its key
    /// (RFC 9449 section 5); its access tokens are bound to the key.
    pub(crate) confidential: bool,
    /// Whether the client must use DPoP, also where DPoP is optional.
    pub(crate) dpop_bound: bool,
    pub(crate) proof: Option<&'a Proof>,
}

impl<'a> TokenRequest<'a> {
    /// The service's own client.
    pub(crate) fn own(proof: Option<&'a Proof>) -> Self {
        Self { proof, ..Self::default() }
    }

    /// The holder that a session of this request is bound to.
    pub(crate) fn holder(&self) -> Holder<'a> {
        let proof = self.proof.filter(|_| !self.confidential);
        Holder { client_id: self.client_id, dpop_jkt: proof.map(Proof::key) }
    }
}
