//! Users of tests, with the roles, scopes and methods that a test needs.

use std::fmt;
use std::time::Duration;

use serde::Serialize;
use serde_json::{Map, Value};

use super::credential::TestCredential;
use super::sign_in::{Mint, mint};
use super::{TestAuth, TestCaller};
use crate::base::{Context, SubjectId};
use crate::policy::{KeyWitness, Permission, Role, SubjectWitness};
use crate::service::NewApiKey;
use crate::store::{Audit, RoleStore as _};
use crate::token::{ClaimPath, CustomClaims};

/// A user of a [`TestAuth`], of which [`sign_in`](Self::sign_in) and [`api_key`](Self::api_key) make credentials.
///
/// The user is in the store from then on, with the stated roles: another identity with the same id replaces them, as an
/// administrator does, also for credentials that were made before.
#[derive(Clone)]
#[must_use = "`sign_in` and `api_key` make credentials of it, `caller` a caller of the access matrix"]
pub struct TestIdentity {
    test: TestAuth,
    subject: SubjectId,
    roles: Vec<String>,
    permissions: Vec<String>,
    scopes: Vec<String>,
    amr: Vec<String>,
    claims: Map<String, Value>,
    authenticated_ago: Duration,
}

impl TestIdentity {
    pub(super) fn new(test: TestAuth, subject: SubjectId) -> Self {
        let (roles, permissions, scopes, amr) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        Self { test, subject, roles, permissions, scopes, amr, claims: Map::new(), authenticated_ago: Duration::ZERO }
    }

    /// Adds a role of the user.
    pub fn role(mut self, role: impl Role) -> Self {
        self.roles.push(role.name().to_owned());
        self
    }

    /// Adds a permission, by a role of the user alone that has it in the store of the [`TestAuth`].
    pub fn permission(mut self, permission: impl Permission) -> Self {
        self.permissions.push(permission.name().to_owned());
        self
    }

    /// Adds what the token of a witness has; `None` where no token of the [`TestAuth`] can have it.
    pub(super) fn having(mut self, witness: &SubjectWitness) -> Option<Self> {
        self.roles.extend(witness.roles().into_iter().map(str::to_owned));
        self.permissions.extend(witness.permissions.iter().cloned());
        self.scopes.extend(witness.scopes.iter().cloned());
        self.amr.extend(witness.methods.iter().cloned());
        self.authenticated_ago = witness.age();
        for (name, values) in witness.claim_values()? {
            ClaimPath::from(name.as_str()).insert(&mut self.claims, values.into());
        }
        CustomClaims::new(&self.claims).ok()?;
        Some(self)
    }

    /// Adds the scopes of a witness's API key, and what its owner must have.
    pub(super) fn having_key(mut self, witness: &KeyWitness) -> Option<Self> {
        let owner = self.test.auth.verifier().key_owners.example().and_then(|owner| owner.subject);
        if let Some(owner) = owner {
            self = self.having(&owner)?;
        }
        self.scopes.extend(witness.scopes.iter().cloned());
        Some(self)
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
        let mut caller = self.facts(self.bare_caller(name));
        caller = caller.role_names(&self.roles).permission_names(&self.permissions);
        caller = caller.authenticated_ago(self.authenticated_ago);
        caller = self.amr.iter().fold(caller, TestCaller::amr);
        for (name, value) in &self.claims {
            let values = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
            for value in values {
                caller = caller.claim(name, value.as_str().map_or_else(|| value.to_string(), str::to_owned));
            }
        }
        caller
    }

    /// The same caller without the facts.
    pub(super) fn bare_caller(&self, name: impl Into<String>) -> TestCaller {
        let identity = self.clone();
        TestCaller::subject(name, move || {
            let identity = identity.clone();
            async move { identity.sign_in().await.token().to_owned() }
        })
    }

    /// A program with an API key of this user as a caller of an [`AccessMatrix`](super::AccessMatrix).
    #[must_use]
    pub fn api_key_caller(&self, name: impl Into<String>) -> TestCaller {
        self.facts(self.bare_key_caller(name))
    }

    /// The same caller without the facts.
    pub(super) fn bare_key_caller(&self, name: impl Into<String>) -> TestCaller {
        let identity = self.clone();
        TestCaller::api_key(name, move || {
            let identity = identity.clone();
            async move { identity.api_key().await.token().to_owned() }
        })
    }

    fn facts(&self, caller: TestCaller) -> TestCaller {
        self.scopes.iter().fold(caller, TestCaller::scope)
    }

    /// Puts the user into the store, with these roles.
    async fn store(&self) {
        let TestAuth { auth, store, .. } = &self.test;
        let mut roles = self.roles.clone();
        if !self.permissions.is_empty() {
            // Guards cache the permissions of a role, so its name says which they are.
            let role = format!("a test's role with {}", self.permissions.join(" "));
            let permissions: Vec<Box<str>> = self.permissions.iter().map(|it| it.as_str().into()).collect();
            let set = store.set_permissions(&role, &permissions, Audit::none()).await;
            set.unwrap_or_else(|error| panic!("cannot store a role: {error}"));
            roles.push(role);
        }
        store.put(&self.subject, roles.iter().map(|role| role.as_str().into()).collect());
        auth.invalidate_subject(&Context::system("test"), &self.subject).await;
        let state = auth.verifier().lookups.subject(&self.subject, auth.now()).await;
        let is_there = state
            .ok()
            .flatten()
            .is_some_and(|state| state.roles.iter().map(AsRef::as_ref).eq(roles.iter().map(String::as_str)));
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
