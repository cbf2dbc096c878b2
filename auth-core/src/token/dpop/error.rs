//! Why a proof was refused. For logs and events; a caller only ever learns `invalid_dpop_proof`.

/// Why a DPoP proof was refused (RFC 9449 section 4.3).
///
/// A response never carries it: to the caller every one of these is `invalid_dpop_proof`.
///
/// ```
/// use auth_core::ProofError;
///
/// assert_eq!(format!("A proof was refused: {}.", ProofError::Method), "A proof was refused: it is for another method.");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProofError {
    /// The request has no `DPoP` header.
    #[error("there is none")]
    Missing,
    /// The request has several `DPoP` headers.
    #[error("there is more than one")]
    Twice,
    /// Too long, not three base64url parts with JSON objects inside, or an object with a name twice.
    #[error("it is not a well-formed JWT")]
    Malformed,
    /// A header that is not acceptable.
    #[error("its header is not acceptable: {0}")]
    Header(&'static str),
    /// The key in its header cannot be used: private, weak, malformed, or meant for something else.
    #[error("the key in its header cannot be used")]
    Key,
    /// The signature is not the key's.
    #[error("its signature is not of the key in its header")]
    Signature,
    /// A claim is missing or of the wrong JSON type.
    #[error("a claim is missing or of the wrong type")]
    Claims,
    /// `htm` is another method.
    #[error("it is for another method")]
    Method,
    /// `htu` is another address.
    #[error(
        "it is for another address; if clients reach this service by one that is not the issuer's, name it by \
         `Dpop::address` (AUTH_DPOP_URLS)"
    )]
    Address,
    /// `iat` is too long ago or in the future, or the proof's own `exp` or `nbf` say that this is not its time.
    #[error("it was not made just now; the clocks may be too far apart (`AuthBuilder::clock_skew`)")]
    Time,
    /// `ath` is missing or of another access token.
    #[error("it is for another access token")]
    Token,
    /// It was used before.
    #[error("it was used before")]
    Replayed,
}
