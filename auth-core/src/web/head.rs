//! axum's data about a request.

use std::net::SocketAddr;

use axum::extract::{ConnectInfo, OriginalUri};
use axum::http::Uri;
use axum::http::request::Parts;

use crate::service::Auth;
use crate::verify::{Framework, Head};

pub(crate) static FRAMEWORK: Framework = Framework {
    peer: |extensions| extensions.get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip()),
    // In a nested router the request's URI lacks its prefix.
    original_uri: |extensions| extensions.get::<OriginalUri>().map(|OriginalUri(uri)| uri),
};

/// The URI as sent: in a nested router that of the request lacks its prefix.
pub(crate) fn original_uri(parts: &Parts) -> &Uri {
    (FRAMEWORK.original_uri)(&parts.extensions).unwrap_or(&parts.uri)
}

pub(crate) fn head<'a>(parts: &'a mut Parts, auth: &'a Auth) -> Head<'a> {
    Head { parts, framework: &FRAMEWORK, proxies: &auth.verifier().proxies }
}
