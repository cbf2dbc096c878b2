//! A caller of an access matrix: its facts, and how it gets a credential.

use std::fmt;
use std::pin::Pin;
use std::time::Duration;

use crate::base::Timestamp;
use crate::policy::{CredentialFacts, Permission, Role, SubjectFacts, SubjectWitness, Witness, known};

type Credential = Box<dyn Fn() -> Pin<Box<dyn Future<Output = String> + Send>> + Send + Sync>;

/// A caller of an [`AccessMatrix`](super::AccessMatrix): its credential, the facts about it, and the conditions that it
/// meets. [`also`](Self::also) adds an API key to an access token.
pub struct TestCaller {
    pub(super) name: String,
    pub(super) kind: Kind,
    pub(super) roles: Vec<String>,
    permissions: Vec<String>,
    pub(super) scopes: Vec<String>,
    pub(super) amr: Vec<String>,
    claims: Vec<(String, String)>,
    /// Lists that its token has in a form that cannot be read, in the words of a witness.
    unreadable: Vec<String>,
    pub(super) conditions: Vec<String>,
    pub(super) authenticated_ago: Duration,
    credential: Option<Credential>,
    /// The API key beside its access token.
    also: Option<Box<Self>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Anonymous,
    Subject,
    ApiKey,
}

impl TestCaller {
    /// A caller without a credential. Every matrix has one; this is for one that meets conditions.
    #[must_use]
    pub fn anonymous() -> Self {
        Self::new("anonymous", Kind::Anonymous, None)
    }

    /// A subject that authenticated just now, without roles and scopes; `token` returns an access token, and is called
    /// before each request.
    pub fn subject<F, T>(name: impl Into<String>, token: F) -> Self
    where
        F: Fn() -> T + Send + Sync + 'static,
        T: Future<Output = String> + Send + 'static,
    {
        Self::new(name, Kind::Subject, Some(Box::new(move || Box::pin(token()))))
    }

    /// A program without scopes; `key` returns an API key, and is called before each request.
    pub fn api_key<F, T>(name: impl Into<String>, key: F) -> Self
    where
        F: Fn() -> T + Send + Sync + 'static,
        T: Future<Output = String> + Send + 'static,
    {
        Self::new(name, Kind::ApiKey, Some(Box::new(move || Box::pin(key()))))
    }

    /// Sends the API key of `program` in the same request, with the scopes stated of it. Roles, scopes and claims that are
    /// added afterwards are those of the access token.
    ///
    /// ```
    /// use auth_core::testing::{TestAuth, TestCaller};
    ///
    /// let test = TestAuth::new();
    /// let program = test.as_user("bob").scope("reports:read").api_key_caller("a program");
    /// let both: TestCaller = test.as_user("ada").caller("a user with a program").also(program);
    /// ```
    ///
    /// # Panics
    ///
    /// When this caller has no access token, or `program` no API key.
    #[must_use]
    pub fn also(mut self, program: Self) -> Self {
        assert!(self.kind == Kind::Subject, "`also` adds an API key to a caller with an access token");
        assert!(program.kind == Kind::ApiKey, "`also` adds a caller with an API key");
        self.also = Some(Box::new(program));
        self
    }

    pub(super) fn is_anonymous(&self) -> bool {
        self.kind == Kind::Anonymous
    }

    /// The facts of its access token.
    pub(super) fn token(&self) -> Option<&Self> {
        (self.kind == Kind::Subject).then_some(self)
    }

    /// The facts of its API key.
    pub(super) fn key(&self) -> Option<&Self> {
        if self.kind == Kind::ApiKey { Some(self) } else { self.also.as_deref() }
    }

    fn new(name: impl Into<String>, kind: Kind, credential: Option<Credential>) -> Self {
        Self {
            name: name.into(),
            kind,
            roles: Vec::new(),
            permissions: Vec::new(),
            scopes: Vec::new(),
            amr: Vec::new(),
            claims: Vec::new(),
            unreadable: Vec::new(),
            conditions: Vec::new(),
            authenticated_ago: Duration::ZERO,
            credential,
            also: None,
        }
    }

    /// Adds a role.
    #[must_use]
    pub fn role(mut self, role: impl Role) -> Self {
        self.roles.push(role.name().to_owned());
        self
    }

    pub(in crate::testing) fn role_names(mut self, names: &[String]) -> Self {
        self.roles.extend(names.iter().cloned());
        self
    }

    pub(in crate::testing) fn permission_names(mut self, names: &[String]) -> Self {
        self.permissions.extend(names.iter().cloned());
        self
    }

    /// Adds a permission of its roles.
    #[must_use]
    pub fn permission(mut self, permission: impl Permission) -> Self {
        self.permissions.push(permission.name().to_owned());
        self
    }

    /// Adds a scope of the credential.
    #[must_use]
    pub fn scope(mut self, scope: impl Into<String>) -> Self {
        self.scopes.push(scope.into());
        self
    }

    /// Adds an authentication method (RFC 8176).
    #[must_use]
    pub fn amr(mut self, method: impl Into<String>) -> Self {
        self.amr.push(method.into());
        self
    }

    /// Adds a claim of the access token.
    #[must_use]
    pub fn claim(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.claims.push((name.into(), value.into()));
        self
    }

    /// Adds a condition that holds for this caller: what stands in `#[authorize(..)]`, in any layout. The others do not
    /// hold for it.
    #[must_use]
    pub fn meets(mut self, condition: impl Into<String>) -> Self {
        self.conditions.push(condition.into());
        self
    }

    /// Sets the time since authentication.
    #[must_use]
    pub fn authenticated_ago(mut self, ago: Duration) -> Self {
        self.authenticated_ago = ago;
        self
    }

    /// Adds the facts of a witness to its credentials.
    pub(in crate::testing) fn facts_of(mut self, witness: &Witness) -> Self {
        if let Some(subject) = witness.subject.as_ref().filter(|_| self.kind == Kind::Subject) {
            self.roles.extend(subject.roles().into_iter().map(str::to_owned));
            self.permissions.extend(subject.permissions.iter().cloned());
            self.scopes.extend(subject.scopes.iter().cloned());
            self.amr.extend(subject.methods.iter().cloned());
            self.claims.extend(subject.claims.iter().cloned());
            self.unreadable.extend(subject.unreadable.iter().cloned());
            if subject.at_most_secs_ago.or(subject.more_than_secs_ago).is_some() {
                self.authenticated_ago = subject.age();
            }
        }
        let key = if self.kind == Kind::ApiKey { Some(&mut self) } else { self.also.as_deref_mut() };
        if let (Some(caller), Some(key)) = (key, &witness.api_key) {
            caller.scopes.extend(key.scopes.iter().cloned());
        }
        self
    }

    pub(super) async fn headers(&self) -> Vec<(&'static str, String)> {
        let mut headers = Vec::new();
        for caller in std::iter::once(self).chain(self.also.as_deref()) {
            let Some(credential) = &caller.credential else { continue };
            let credential = credential().await;
            headers.push(match caller.kind {
                Kind::ApiKey => ("x-api-key", credential),
                _ => ("authorization", format!("Bearer {credential}")),
            });
        }
        headers
    }

    fn reads(&self, list: &str) -> bool {
        self.unreadable.iter().all(|it| it != list)
    }
}

/// The reference time of `authenticated_ago`; its value does not matter.
pub(super) const NOW: Timestamp = Timestamp::from_secs(0);

impl CredentialFacts for TestCaller {
    fn has_scope(&self, scope: &str) -> Option<bool> {
        known(self.scopes.iter().any(|granted| granted == scope), self.reads(SubjectWitness::SCOPES))
    }
}

impl SubjectFacts for TestCaller {
    fn holds_any(&self, roles: &[&str]) -> Option<bool> {
        known(self.roles.iter().any(|role| roles.contains(&role.as_str())), self.reads(SubjectWitness::ROLES))
    }

    fn has_permission(&self, name: &str) -> Option<bool> {
        known(self.permissions.iter().any(|permission| permission == name), self.reads(SubjectWitness::ROLES))
    }

    fn authenticated_at(&self) -> Option<Timestamp> {
        self.reads(SubjectWitness::AGE).then(|| NOW.before(self.authenticated_ago))
    }

    fn authenticated_by(&self, method: &str) -> Option<bool> {
        known(self.amr.iter().any(|used| used == method), self.reads(SubjectWitness::METHODS))
    }

    fn claims(&self, name: &str, value: &str) -> Option<bool> {
        let carries = self.claims.iter().any(|claim| claim.0 == name && claim.1 == value);
        known(carries, self.reads(&SubjectWitness::claim_list(name)))
    }
}

impl fmt::Debug for TestCaller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TestCaller").field("name", &self.name).field("kind", &self.kind).finish_non_exhaustive()
    }
}
