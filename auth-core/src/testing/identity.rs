//! Users of tests, with the roles, scopes and methods that a test needs.

use std::fmt;
use std::time::Duration;

use serde::Serialize;
use serde_json::{Map, Value};

use super::credential::TestCredential;
use super::sign_in::{Mint, mint};
use super::{TestAuth, TestCaller};
use crate::base::{Context, SubjectId};
use crate::policy::Role;
use crate::service::NewApiKey;
use crate::token::CustomClaims;

/// A user of a [`TestAuth`], of which [`sign_in`](Self::sign_in) and [`api_key`](Self::api_key) make credentials.
///
/// The user is in the store from then on, with the stated roles: another identity with the same id replaces them, as an
/// administrator does, also for credentials that were made before.
#[derive(Clone)]
#[must_use = "`sign_in` and `api_key` make credentials of it, `caller` a caller of the access matrix"]
pub struct TestIdentity {
    test: TestAuth,
    subject: SubjectId,
    roles: Vec<&'static str>,
    scopes: Vec<String>,
    amr: Vec<String>,
    claims: Map<String, Value>,
    authenticated_ago: Duration,
}

impl TestIdentity {
    pub(super) fn new(test: TestAuth, subject: SubjectId) -> Self {
        let (roles, scopes, amr) = (Vec::new(), Vec::new(), Vec::new());
        Self { test, subject, roles, scopes, amr, claims: Map::new(), authenticated_ago: Duration::ZERO }
    }

    /// Adds a role of the user.
    pub fn role(mut self, role: impl Role) -> Self {
        self.roles.push(role.name());
        self
    }

    /// Adds a scope of the credential.
    pub fn scope(mut self, scope: impl Into<String>) -> Self {
        self.scopes.push(scope.into());
        self
    }

    /// Adds an authentication method (RFC 8176), such as `pwd`, `otp` or `mfa`.
    pub fn amr(mut self, method: impl Into<String>) -> Self {
        self.amr.push(method.into());
        self
    }

    /// Adds a claim of the access token, beside those of [`AuthBuilder::token_claims`](crate::AuthBuilder::token_claims).
    ///
    /// # Panics
    ///
    /// When the value cannot be written as JSON.
    pub fn claim(mut self, name: impl Into<String>, value: impl Serialize) -> Self {
        let value = serde_json::to_value(value).unwrap_or_else(|error| panic!("the claim is no JSON: {error}"));
        self.claims.insert(name.into(), value);
        self
    }

    /// Sets the time since authentication, which `fresh(..)` compares; zero by default.
    pub fn authenticated_ago(mut self, ago: Duration) -> Self {
        self.authenticated_ago = ago;
        self
    }

    /// Begins a session as if the user had just logged in, and returns its access token.
    ///
    /// # Panics
    ///
    /// When the `Auth` has another user store than the `TestAuth`, and for a reserved claim.
    pub async fn sign_in(&self) -> TestCredential {
        self.store().await;
        let (amr, scope) = (self.amr.join(" "), self.scopes.join(" "));
        let claims = CustomClaims::new(&self.claims).unwrap_or_else(|error| panic!("{error}"));
        let new = Mint { amr: &amr, scope: &scope, ago: self.authenticated_ago, claims };
        let token = mint(&self.test.auth, &self.subject, new).await;
        let token = token.unwrap_or_else(|error| panic!("cannot sign in as {}: {error}", self.subject));
        TestCredential::access_token(self.test.auth.clone(), self.subject.clone(), token.expose())
    }

    /// Creates an API key that the user owns, with the scopes of this identity. Methods and claims do not matter.
    ///
    /// # Panics
    ///
    /// When the `Auth` has another user store than the `TestAuth`, and for an invalid scope.
    pub async fn api_key(&self) -> TestCredential {
        self.store().await;
        let scopes = self.scopes.iter().map(|scope| scope.as_str().into()).collect();
        let new = NewApiKey { scopes, ..NewApiKey::new("test") };
        let issued = self.test.auth.create_api_key(&Context::system("test"), &self.subject, new).await;
        let issued = issued.unwrap_or_else(|error| panic!("cannot create a key of {}: {error}", self.subject));
        TestCredential::api_key(self.test.auth.clone(), self.subject.clone(), issued.key.expose())
    }

    /// A caller of an [`AccessMatrix`](super::AccessMatrix) with the same roles, scopes, methods and claims, which signs in
    /// again for each call.
    #[must_use]
    pub fn caller(&self, name: impl Into<String>) -> TestCaller {
        let identity = self.clone();
        let token = move || {
            let identity = identity.clone();
            async move { identity.sign_in().await.token().to_owned() }
        };
        let mut caller = self.facts(TestCaller::subject(name, token));
        caller = caller.role_names(&self.roles).authenticated_ago(self.authenticated_ago);
        caller = self.amr.iter().fold(caller, TestCaller::amr);
        for (name, value) in &self.claims {
            let values = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
            for value in values {
                caller = caller.claim(name, value.as_str().map_or_else(|| value.to_string(), str::to_owned));
            }
        }
        caller
    }

    /// A program with an API key of this user as a caller of an [`AccessMatrix`](super::AccessMatrix).
    #[must_use]
    pub fn api_key_caller(&self, name: impl Into<String>) -> TestCaller {
        let identity = self.clone();
        let key = move || {
            let identity = identity.clone();
            async move { identity.api_key().await.token().to_owned() }
        };
        self.facts(TestCaller::api_key(name, key))
    }

    fn facts(&self, caller: TestCaller) -> TestCaller {
        self.scopes.iter().fold(caller, TestCaller::scope)
    }

    /// Puts the user into the store, with these roles.
    async fn store(&self) {
        let TestAuth { auth, store, .. } = &self.test;
        store.put(&self.subject, self.roles.iter().map(|role| (*role).into()).collect());
        auth.invalidate_subject(&Context::system("test"), &self.subject).await;
        let state = auth.verifier().lookups.subject(&self.subject, auth.now()).await;
        let is_there = state
            .ok()
            .flatten()
            .is_some_and(|state| state.roles.iter().map(AsRef::as_ref).eq(self.roles.iter().copied()));
        assert!(
            is_there,
            "the user {} is not in the user store of the `Auth`: leave out `store`, `users` and `registry` in \
             `TestAuth::with`, or use `testing::sign_in` with a user of that store",
            self.subject
        );
    }
}

impl fmt::Debug for TestIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TestIdentity")
            .field("subject", &self.subject)
            .field("roles", &self.roles)
            .finish_non_exhaustive()
    }
}
