//! Signature algorithms, as values and as types.

/// A signature algorithm (RFC 7518 section 3.1, RFC 8037 section 3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Algorithm {
    /// HMAC with SHA-256: one secret signs and verifies.
    Hs256,
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    Rs256,
    /// RSASSA-PSS with SHA-256.
    Ps256,
    /// ECDSA on P-256 with SHA-256.
    Es256,
    /// EdDSA on Ed25519.
    EdDsa,
}

impl Algorithm {
    /// The name in a token's header and in a JWK.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Hs256 => "HS256",
            Self::Rs256 => "RS256",
            Self::Ps256 => "PS256",
            Self::Es256 => "ES256",
            Self::EdDsa => "EdDSA",
        }
    }

    pub(super) const fn in_library(self) -> jsonwebtoken::Algorithm {
        match self {
            Self::Hs256 => jsonwebtoken::Algorithm::HS256,
            Self::Rs256 => jsonwebtoken::Algorithm::RS256,
            Self::Ps256 => jsonwebtoken::Algorithm::PS256,
            Self::Es256 => jsonwebtoken::Algorithm::ES256,
            Self::EdDsa => jsonwebtoken::Algorithm::EdDSA,
        }
    }

    /// `None` for unsupported algorithms, `none` in every spelling included.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "HS256" => Self::Hs256,
            "RS256" => Self::Rs256,
            "PS256" => Self::Ps256,
            "ES256" => Self::Es256,
            // RFC 9864 calls EdDSA on Ed25519 by the name of its curve.
            "EdDSA" | "Ed25519" => Self::EdDsa,
            _ => return None,
        })
    }
}

impl std::fmt::Display for Algorithm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// The algorithm of a key at the type level. Sealed: the algorithms are those of [`Algorithm`].
pub trait KeyKind: sealed::Sealed + 'static {
    /// The algorithm; `None` for [`Any`].
    const ALGORITHM: Option<Algorithm>;
}

mod sealed {
    pub trait Sealed {}
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $algorithm:expr;)*) => {$(
        $(#[$doc])*
        #[derive(Debug)]
        pub enum $name {}

        impl sealed::Sealed for $name {}

        impl KeyKind for $name {
            const ALGORITHM: Option<Algorithm> = $algorithm;
        }
    )*};
}

kinds! {
    /// The kind of keys for [`Algorithm::Hs256`].
    Hs256 = Some(Algorithm::Hs256);
    /// The kind of keys for [`Algorithm::Rs256`].
    Rs256 = Some(Algorithm::Rs256);
    /// The kind of keys for [`Algorithm::Ps256`].
    Ps256 = Some(Algorithm::Ps256);
    /// The kind of keys for [`Algorithm::Es256`].
    Es256 = Some(Algorithm::Es256);
    /// The kind of keys for [`Algorithm::EdDsa`].
    EdDsa = Some(Algorithm::EdDsa);
    /// The kind of keys whose algorithm is known only at run time, such as keys read from a configured file.
    Any = None;
}
