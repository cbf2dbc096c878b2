//! Requests and responses of the OAuth endpoints.

mod credentials;
mod error;
mod form;

pub(crate) use form::OAuthForm;
