//! Callers that show an answer.

#[cfg(feature = "test-util")]
use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use serde::Serialize;

use super::super::expr::{Quoted, Span, Text, Value};
use super::super::leaf::Tests;
use super::space::{Fact, Kind};
use crate::base::Timestamp;
use crate::policy::{CredentialFacts, SubjectFacts, known};

/// A caller that shows an answer: its credentials with what matters, and the conditions that hold for it.
///
/// `Display` writes it in words, for instance ``a subject with role `moderator` ``.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Witness {
    /// The subject of its access token; `None` without one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<SubjectWitness>,
    /// Its API key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub api_key: Option<KeyWitness>,
    /// The conditions of `#[authorize(..)]` that hold for it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<String>,
    /// Those that do not.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unmet_conditions: Vec<String>,
}

/// A subject: what it has, and what it must not have. All else does not matter.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct SubjectWitness {
    /// Its roles: of each list one, whichever.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<Vec<String>>,
    /// The permissions of its roles.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub permissions: Vec<String>,
    /// The scopes of its access token.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub scopes: Vec<String>,
    /// The methods by which it authenticated (RFC 8176).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub methods: Vec<String>,
    /// The claims of its access token, with their values.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub claims: Vec<(String, String)>,
    /// It authenticated at most so many seconds ago.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at_most_secs_ago: Option<u64>,
    /// It authenticated more than so many seconds ago.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub more_than_secs_ago: Option<u64>,
    /// What it has not, in words.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub without: Vec<String>,
    /// What its token, which is another issuer's, has in a form that cannot be read, such as `roles`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unreadable: Vec<String>,
}

/// An API key: the scopes that it has, and what it must not have.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct KeyWitness {
    /// Its scopes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub scopes: Vec<String>,
    /// What it has not, in words.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub without: Vec<String>,
}

impl Witness {
    /// The caller with these facts.
    pub(super) fn of<'a>(facts: impl Iterator<Item = (&'a Fact, bool)>, classes: &[Vec<Text>]) -> Self {
        let class =
            |class: usize| classes.get(class).into_iter().flatten().map(ToString::to_string).collect::<Vec<_>>();
        let (mut subject, mut key) = (SubjectWitness::default(), KeyWitness::default());
        let (mut has_subject, mut has_key) = (false, false);
        let mut witness = Self::default();
        for (fact, value) in facts {
            match fact {
                Fact::Has(Kind::Subject) => has_subject = value,
                Fact::Has(Kind::ApiKey) => has_key = value,
                Fact::IsRead(..) if value => {}
                Fact::IsRead(tests, name) => subject.unreadable.push(list(*tests, name)),
                Fact::Role(of) if value => subject.roles.push(class(*of)),
                Fact::Role(of) => subject.without.push(one_of(&class(*of))),
                Fact::Younger(age) if value => {
                    subject.at_most_secs_ago = Some(subject.at_most_secs_ago.map_or(*age, |least| least.min(*age)));
                }
                Fact::Younger(age) => {
                    subject.more_than_secs_ago = Some(subject.more_than_secs_ago.map_or(*age, |most| most.max(*age)));
                }
                Fact::Carries(Kind::Subject, word, arguments) if value => subject.add(word, arguments),
                Fact::Carries(Kind::Subject, word, arguments) => subject.without.push(in_words(word, arguments)),
                Fact::Carries(Kind::ApiKey, _, arguments) if value => key.scopes.push(text(arguments, 0)),
                Fact::Carries(Kind::ApiKey, word, arguments) => key.without.push(in_words(word, arguments)),
                Fact::Condition(condition) if value => witness.conditions.push(condition.clone()),
                Fact::Condition(condition) => witness.unmet_conditions.push(condition.clone()),
            }
        }
        // Facts about a credential that the caller does not have say nothing.
        witness.subject = has_subject.then_some(subject);
        witness.api_key = has_key.then_some(key);
        witness
    }
}

/// More roles of a class are not listed.
const MOST_ROLES: usize = 4;

fn one_of(roles: &[String]) -> String {
    let listed: Vec<_> = roles.iter().take(MOST_ROLES).map(|role| Quoted(role).to_string()).collect();
    match roles.len() - listed.len() {
        0 => format!("role {}", listed.join(" or ")),
        more => format!("role {} or {more} others", listed.join(", ")),
    }
}

fn text(arguments: &[Value], i: usize) -> String {
    arguments.get(i).map_or("", Value::text).to_owned()
}

/// What leaves test, as a list.
fn list(tests: Tests, name: &str) -> String {
    match tests {
        Tests::Presence => "credential".to_owned(),
        Tests::Role | Tests::RoleData => SubjectWitness::ROLES.to_owned(),
        Tests::Scope => SubjectWitness::SCOPES.to_owned(),
        Tests::Age => SubjectWitness::AGE.to_owned(),
        Tests::Method => SubjectWitness::METHODS.to_owned(),
        Tests::Claim => format!("claim {}", Quoted(name)),
    }
}

fn in_words(word: &str, arguments: &[Value]) -> String {
    match word {
        "amr" => format!("method {}", Quoted(&text(arguments, 0))),
        "claim" => format!("claim {} = {}", Quoted(&text(arguments, 0)), Quoted(&text(arguments, 1))),
        _ => format!("{word} {}", Quoted(&text(arguments, 0))),
    }
}

impl SubjectWitness {
    /// The time at which a witness calls; its value does not matter.
    pub(crate) const NOW: Timestamp = Timestamp::from_secs(0);

    fn add(&mut self, word: &str, arguments: &[Value]) {
        match word {
            "permission" => self.permissions.push(text(arguments, 0)),
            "amr" => self.methods.push(text(arguments, 0)),
            "claim" => self.claims.push((text(arguments, 0), text(arguments, 1))),
            _ => self.scopes.push(text(arguments, 0)),
        }
    }

    /// Roles that suffice.
    pub(crate) fn roles(&self) -> Vec<&str> {
        self.roles.iter().filter_map(|class| class.first()).map(String::as_str).collect()
    }

    /// The time since its authentication: the least that suffices.
    pub(crate) fn age(&self) -> Duration {
        Duration::from_secs(self.more_than_secs_ago.map_or(0, |age| age.saturating_add(1)))
    }

    // Lists in `unreadable`; a claim is `claim_list`.
    pub(crate) const ROLES: &str = "roles";
    pub(crate) const SCOPES: &str = "scopes";
    pub(crate) const AGE: &str = "time of authentication";
    pub(crate) const METHODS: &str = "methods";

    #[cfg(feature = "test-util")]
    pub(crate) fn claim_list(name: &str) -> String {
        list(Tests::Claim, name)
    }

    /// The values of each claim, with a `null` if it cannot be read; `None` if another list cannot be read.
    #[cfg(feature = "test-util")]
    pub(crate) fn claim_values(&self) -> Option<BTreeMap<String, Vec<serde_json::Value>>> {
        let mut claims: BTreeMap<String, Vec<serde_json::Value>> = BTreeMap::new();
        for (name, value) in &self.claims {
            claims.entry(name.clone()).or_default().push(value.as_str().into());
        }
        for list in &self.unreadable {
            // A name that is not written as it is, is not found again.
            let name = list.strip_prefix("claim `")?.strip_suffix('`')?;
            (Self::claim_list(name) == *list).then_some(())?;
            claims.entry(name.to_owned()).or_default().push(serde_json::Value::Null);
        }
        Some(claims)
    }

    fn reads(&self, tests: Tests, name: &str) -> bool {
        !self.unreadable.contains(&list(tests, name))
    }
}

impl CredentialFacts for SubjectWitness {
    fn has_scope(&self, scope: &str) -> Option<bool> {
        known(self.scopes.iter().any(|it| it == scope), self.reads(Tests::Scope, ""))
    }
}

impl SubjectFacts for SubjectWitness {
    fn holds_any(&self, roles: &[&str]) -> Option<bool> {
        let mut held = self.roles().into_iter();
        known(held.any(|role| roles.contains(&role)), self.reads(Tests::Role, ""))
    }

    fn has_permission(&self, name: &str) -> Option<bool> {
        known(self.permissions.iter().any(|it| it == name), self.reads(Tests::Role, ""))
    }

    fn authenticated_at(&self) -> Option<Timestamp> {
        self.reads(Tests::Age, "").then(|| Self::NOW.before(self.age()))
    }

    fn authenticated_by(&self, method: &str) -> Option<bool> {
        known(self.methods.iter().any(|it| it == method), self.reads(Tests::Method, ""))
    }

    fn claims(&self, name: &str, value: &str) -> Option<bool> {
        let carries = self.claims.iter().any(|claim| claim.0 == name && claim.1 == value);
        known(carries, self.reads(Tests::Claim, name))
    }
}

impl CredentialFacts for KeyWitness {
    fn has_scope(&self, scope: &str) -> Option<bool> {
        Some(self.scopes.iter().any(|it| it == scope))
    }
}

impl fmt::Display for Witness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.subject, &self.api_key) {
            (None, None) => f.write_str("a caller without credentials")?,
            (Some(subject), None) => subject.fmt(f)?,
            (None, Some(key)) => key.fmt(f)?,
            (Some(subject), Some(key)) => write!(f, "{subject}, who also sends {key}")?,
        }
        for condition in &self.conditions {
            write!(f, ", where {} holds", Quoted(condition))?;
        }
        for condition in &self.unmet_conditions {
            write!(f, ", where {} does not hold", Quoted(condition))?;
        }
        Ok(())
    }
}

impl fmt::Display for SubjectWitness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a subject")?;
        let roles = self.roles.iter().map(|class| one_of(class));
        let lists = [("permission", &self.permissions), ("scope", &self.scopes), ("method", &self.methods)];
        let named = lists
            .into_iter()
            .flat_map(|(what, names)| names.iter().map(move |name| format!("{what} {}", Quoted(name))));
        let claims = self.claims.iter().map(|(name, value)| format!("claim {} = {}", Quoted(name), Quoted(value)));
        has_and_lacks(f, &roles.chain(named).chain(claims).collect::<Vec<_>>(), &self.without)?;
        match (self.more_than_secs_ago.map(Span), self.at_most_secs_ago.map(Span)) {
            (None, None) => {}
            (None, Some(most)) => write!(f, " that authenticated at most {most} ago")?,
            (Some(least), None) => write!(f, " that authenticated more than {least} ago")?,
            (Some(least), Some(most)) => write!(f, " that authenticated {least} to {most} ago")?,
        }
        for list in &self.unreadable {
            write!(f, ", whose {list} cannot be read")?;
        }
        Ok(())
    }
}

impl fmt::Display for KeyWitness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an API key")?;
        let has: Vec<String> = self.scopes.iter().map(|scope| format!("scope {}", Quoted(scope))).collect();
        has_and_lacks(f, &has, &self.without)
    }
}

/// More of what is absent is not listed.
const MOST_ABSENT: usize = 3;

fn has_and_lacks(f: &mut fmt::Formatter<'_>, has: &[String], without: &[String]) -> fmt::Result {
    if !has.is_empty() {
        write!(f, " with {}", has.join(" and "))?;
    }
    let listed = &without[..without.len().min(MOST_ABSENT)];
    if !listed.is_empty() {
        write!(f, "{} without {}", if has.is_empty() { "" } else { " and" }, listed.join(" and "))?;
    }
    match without.len() - listed.len() {
        0 => Ok(()),
        more => write!(f, " and {more} more"),
    }
}
