//! The registered clients, and client authentication.

use std::collections::HashMap;

use secrecy::{ExposeSecret, SecretString};

use super::{GrantType, OAuthClient, OAuthError};
use crate::base::{ClientId, Context};
use crate::cache::Limited;
use crate::event::EventKind;
use crate::service::session::TokenRequest;
use crate::service::{AccountError, Auth};
use crate::store::Session;
use crate::token::TokenHash;
use crate::token::dpop::Proof;

/// All clients.
pub(crate) struct Clients {
    /// The service's own client: public, with the audience as its id, and the client of requests without a client id.
    own: OAuthClient,
    registered: HashMap<ClientId, OAuthClient>,
}

/// The client credentials of a request before authentication; empty for the service's own client.
#[derive(Debug, Default)]
pub(crate) struct ClientCredentials {
    pub(crate) id: Option<String>,
    pub(crate) secret: Option<SecretString>,
}

/// The client of a request, authenticated if it is confidential.
#[derive(Clone, Copy)]
pub(crate) struct Client<'a> {
    client: &'a OAuthClient,
    own: bool,
}

impl Clients {
    pub(crate) fn new(own: ClientId, scopes: &[Box<str>]) -> Self {
        let (grants, scopes) = (vec![GrantType::Password, GrantType::RefreshToken], scopes.to_vec());
        let own = OAuthClient { id: own, secret: None, grants, scopes, introspects: false, dpop_bound: false };
        Self { own, registered: HashMap::new() }
    }

    /// Adds a client; `false` when its id is in use.
    pub(crate) fn register(&mut self, client: OAuthClient) -> bool {
        client.id != self.own.id && self.registered.insert(client.id.clone(), client).is_none()
    }

    pub(super) fn any_confidential(&self) -> bool {
        self.registered.values().any(|client| client.secret.is_some())
    }

    /// Whether any client requires DPoP.
    pub(crate) fn any_dpop_bound(&self) -> bool {
        self.registered.values().any(|client| client.dpop_bound)
    }

    pub(crate) fn any_introspects(&self) -> bool {
        self.registered.values().any(|client| client.introspects)
    }

    /// The scopes of all clients, sorted, without duplicates.
    pub(crate) fn scopes(&self) -> Vec<&str> {
        let all = self.registered.values().chain([&self.own]).flat_map(|client| &client.scopes);
        let mut scopes: Vec<&str> = all.map(AsRef::as_ref).collect();
        scopes.sort_unstable();
        scopes.dedup();
        scopes
    }

    /// Finds and authenticates the client of a request (RFC 6749 section 2.3).
    fn authenticate(&self, credentials: ClientCredentials) -> Result<Client<'_>, OAuthError> {
        let ClientCredentials { id, secret } = credentials;
        let client = match id {
            None => Some(&self.own),
            Some(id) if id == self.own.id.as_str() => Some(&self.own),
            Some(id) => ClientId::try_from(id).ok().and_then(|id| self.registered.get(&id)),
        };
        let presented = secret.map(|secret| TokenHash::of(secret.expose_secret()));
        let proved = match (client.and_then(|client| client.secret), presented) {
            (Some(secret), Some(presented)) => secret.matches(&presented),
            // A public client has no secret; a request with one is refused.
            (None, None) => true,
            (Some(_), None) | (None, Some(_)) => false,
        };
        match client {
            Some(client) if proved => Ok(Client { client, own: std::ptr::eq(client, &raw const self.own) }),
            _ => Err(OAuthError::invalid_client()),
        }
    }
}

impl Auth {
    /// Authenticates the client of a request; a refusal is recorded.
    pub(crate) async fn client(
        &self,
        context: &Context,
        credentials: Result<ClientCredentials, OAuthError>,
    ) -> Result<Client<'_>, OAuthError> {
        let clients = &self.service()?.clients;
        // Without a secret there is nothing to guess.
        let attempt = match &credentials {
            Ok(ClientCredentials { secret: None, .. }) => None,
            _ => Some(self.limit(context, Limited::Client, None).await?),
        };
        let client = credentials.and_then(|credentials| clients.authenticate(credentials));
        if client.is_err() {
            self.record(context, EventKind::ClientRefused);
        }
        if let Some(attempt) = attempt {
            if client.is_ok() { attempt.right().await? } else { attempt.wrong().await? }
        }
        client
    }

    /// The `client_id` that the tokens of a session carry.
    pub(crate) fn client_name<'a>(&'a self, session: &'a Session) -> Result<&'a ClientId, AccountError> {
        Ok(session.client_id.as_ref().unwrap_or(&self.service()?.clients.own.id))
    }
}

impl<'a> Client<'a> {
    /// Its id in the session store: `None` for the service's own client.
    fn stored_id(&self) -> Option<&'a ClientId> {
        if self.own { None } else { Some(&self.client.id) }
    }

    /// A token request of this client with a DPoP proof.
    pub(crate) fn with(&self, proof: Option<&'a Proof>) -> TokenRequest<'a> {
        TokenRequest {
            client_id: self.stored_id(),
            confidential: self.client.secret.is_some(),
            dpop_bound: self.client.dpop_bound,
            exact_scope: true,
            proof,
        }
    }

    /// Whether this client began the session.
    pub(crate) fn began(&self, session: &Session) -> bool {
        session.client_id.as_ref() == self.stored_id()
    }

    pub(crate) fn may_use(&self, grant: GrantType) -> bool {
        self.client.grants.contains(&grant)
    }

    /// Whether it has a secret, and has therefore authenticated with it.
    pub(crate) const fn has_secret(&self) -> bool {
        self.client.secret.is_some()
    }

    pub(crate) const fn may_introspect(&self) -> bool {
        self.has_secret() && self.client.introspects
    }

    pub(crate) fn scopes(&self) -> &'a [Box<str>] {
        &self.client.scopes
    }
}
