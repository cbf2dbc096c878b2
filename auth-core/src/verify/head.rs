//! The head of a request, as verification reads it.

use std::net::IpAddr;

use http::request::Parts;
use http::{Extensions, HeaderMap, HeaderName, Uri, header};

use super::TrustedProxies;
use super::caller::Caller;
use crate::base::{Actor, Context};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Source of an event's context, which is built only for events that a sink wants.
pub(crate) trait Origin: Sync {
    fn context(&self) -> Context;

    /// The address of the client.
    fn address(&self) -> Option<IpAddr>;
}

impl Origin for Context {
    fn context(&self) -> Context {
        self.clone()
    }

    fn address(&self) -> Option<IpAddr> {
        self.address
    }
}

/// The head of a request and the web framework's data about it.
pub(crate) struct Head<'a> {
    pub(crate) parts: &'a mut Parts,
    pub(crate) framework: &'static Framework,
    pub(crate) proxies: &'a TrustedProxies,
}

/// Reads the web framework's data about a request.
pub(crate) struct Framework {
    pub(crate) peer: fn(&Extensions) -> Option<IpAddr>,
    /// The URI as sent, if routing changed it.
    pub(crate) original_uri: fn(&Extensions) -> Option<&Uri>,
}

impl Head<'_> {
    pub(crate) fn headers(&self) -> &HeaderMap {
        &self.parts.headers
    }

    pub(crate) fn uri(&self) -> &Uri {
        (self.framework.original_uri)(&self.parts.extensions).unwrap_or(&self.parts.uri)
    }

    /// The context of an operation of this caller.
    pub(crate) fn context_of(&self, caller: &Caller) -> Context {
        let session = caller.subject.as_ref().and_then(|identity| identity.session().cloned());
        Context { session, ..self.context_by(caller.actor()) }
    }

    fn context_by(&self, actor: Actor) -> Context {
        let mut context = Context::of(actor);
        context.address = self.address();
        let text = |name: &HeaderName| self.headers().get(name).and_then(|value| value.to_str().ok());
        if let Some(agent) = text(&header::USER_AGENT) {
            context = context.agent(agent);
        }
        if let Some(id) = text(&REQUEST_ID) {
            context = context.request_id(id);
        }
        context
    }
}

impl Origin for Head<'_> {
    fn context(&self) -> Context {
        self.context_by(Actor::Anonymous)
    }

    fn address(&self) -> Option<IpAddr> {
        let peer = (self.framework.peer)(&self.parts.extensions)?;
        Some(self.proxies.client(peer, self.headers()))
    }
}
