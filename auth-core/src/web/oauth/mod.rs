//! The OAuth endpoints' requests and responses.

mod credentials;
mod error;
mod form;

pub(crate) use form::OAuthForm;
