//! A request for tokens.

use crate::base::ClientId;
use crate::store::Holder;
use crate::token::dpop::Proof;

/// Who asks for tokens, as far as that was proved. The service's own client without a key by default.
#[derive(Clone, Copy, Default)]
pub(crate) struct TokenRequest<'a> {
    /// `None` for the service's own.
    pub(crate) client_id: Option<&'a ClientId>,
    /// Whether the client proved itself by a secret. Its sessions are bound to it by that, and so need not be to a key,
    /// which it may change (RFC 9449 section 5); its access tokens are.
    pub(crate) confidential: bool,
    /// Whether it is to have bound tokens alone, whatever others may.
    pub(crate) dpop_bound: bool,
    pub(crate) proof: Option<&'a Proof>,
}

impl<'a> TokenRequest<'a> {
    /// The service's own client.
    pub(crate) fn own(proof: Option<&'a Proof>) -> Self {
        Self { proof, ..Self::default() }
    }

    /// As the holder of a session.
    pub(crate) fn holder(&self) -> Holder<'a> {
        let proof = self.proof.filter(|_| !self.confidential);
        Holder { client_id: self.client_id, dpop_jkt: proof.map(Proof::key) }
    }
}
