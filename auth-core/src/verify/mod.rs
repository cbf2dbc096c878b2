//! Who calls: credential → verified token → subject's state → identity, once per request.

mod api_key;
mod authenticate;
mod caller;
pub(crate) mod credential;
pub(crate) mod dpop;
mod identity;

pub use api_key::ApiKeyIdentity;
pub(crate) use caller::Caller;
pub use caller::Principal;
pub use identity::Identity;
