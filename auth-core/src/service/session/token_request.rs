//! The client and key of a token request.

use crate::base::ClientId;
use crate::service::AccountError;
use crate::store::Holder;
use crate::token::dpop::Proof;

/// The DPoP proof of a request for tokens (RFC 9449 section 5), or that it has none: an extractor for handlers that call
/// [`Auth::login`](crate::Auth::login), [`sign_in`](crate::Auth::sign_in) or
/// [`refresh_with`](crate::Auth::refresh_with).
///
/// The extractor refuses nothing: the operation fails with [`AccountError::InvalidDpopProof`] for an invalid proof, and for
/// a missing one where [DPoP](crate::Dpop) is required. The default is a request without a proof.
/// [`Routes`](crate::Routes) has an example.
#[derive(Debug)]
#[must_use = "tokens are bound to its key only by an operation that takes it"]
pub struct TokenProof(pub(crate) Result<Option<Proof>, AccountError>);

impl TokenProof {
    /// `None` without a proof and when DPoP is off.
    pub(crate) fn checked(&self) -> Result<Option<&Proof>, AccountError> {
        self.0.as_ref().map(Option::as_ref).map_err(Clone::clone)
    }
}

impl Default for TokenProof {
    fn default() -> Self {
        Self(Ok(None))
    }
}

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
    /// Whether a scope that the subject may not have is an error, and not left out.
    pub(crate) exact_scope: bool,
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
