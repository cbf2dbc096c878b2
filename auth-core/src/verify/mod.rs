//! Verification: credential → verified token → subject's state → identity, once per request.

mod api_key;
mod authenticate;
mod caller;
mod decision;
pub(crate) mod dpop;
mod error;
mod head;
mod identity;
mod key_owner;
mod legacy;
mod limits;
mod permissions;
mod proxies;
mod scopes;
pub(crate) mod source;
mod standing;
mod static_key;
mod verifier;

pub use api_key::ApiKeyIdentity;
pub(crate) use caller::Caller;
pub use caller::Principal;
pub use decision::Proof;
pub use error::AccessError;
pub(crate) use error::CredentialError;
pub(crate) use head::{Framework, Head, Origin};
pub use identity::Identity;
pub(crate) use key_owner::KeyOwners;
pub use proxies::{InvalidProxies, TrustedProxies};
pub(crate) use scopes::GrantScopes;
pub use scopes::ScopeRequest;
pub(crate) use source::CredentialSources;
pub use source::{CredentialKind, CredentialSource};
pub(crate) use static_key::StaticKeys;
pub use static_key::{InvalidStaticKey, StaticApiKey};
pub(crate) use verifier::Verifier;
