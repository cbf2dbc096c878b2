//! The credentials that a requirement asks for, as alternatives: all that documents such as OpenAPI can say of it.

use super::{CredentialKinds, Leaf, Requirement, RouteRequirement};

/// Credentials that a caller sends together, each with the scopes that it carries.
///
/// A caller who meets the requirement sends the credentials of one alternative. The reverse does not hold: roles, claims, the
/// age of the authentication and negations are left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Alternative {
    /// The scopes of the access token; `None` without one.
    pub(crate) access_token: Option<Vec<&'static str>>,
    /// The scopes of the API key; `None` without one.
    pub(crate) api_key: Option<Vec<&'static str>>,
}

/// More alternatives than these are not listed one by one.
const MOST: usize = 64;

impl Alternative {
    fn of(kinds: CredentialKinds) -> Self {
        Self { access_token: kinds.subject.then(Vec::new), api_key: kinds.api_key.then(Vec::new) }
    }

    fn and(&self, other: &Self) -> Self {
        Self {
            access_token: joined(self.access_token.as_ref(), other.access_token.as_ref()),
            api_key: joined(self.api_key.as_ref(), other.api_key.as_ref()),
        }
    }

    #[cfg(feature = "openapi")]
    /// Whether every caller with these credentials has those of `other`.
    fn covers(&self, other: &Self) -> bool {
        let has = |own: &Option<Vec<_>>, other: &Option<Vec<_>>| match (own, other) {
            (_, None) => true,
            (None, Some(_)) => false,
            (Some(own), Some(other)) => other.iter().all(|scope| own.contains(scope)),
        };
        has(&self.access_token, &other.access_token) && has(&self.api_key, &other.api_key)
    }
}

fn joined(one: Option<&Vec<&'static str>>, other: Option<&Vec<&'static str>>) -> Option<Vec<&'static str>> {
    let mut scopes: Vec<&'static str> = Vec::new();
    for scope in one.into_iter().chain(other).flatten() {
        if !scopes.contains(scope) {
            scopes.push(scope);
        }
    }
    (one.is_some() || other.is_some()).then_some(scopes)
}

/// A part of a requirement, among the credentials that its surroundings read.
#[derive(Clone, Default)]
struct Part {
    own: Alternative,
    /// Scopes that each credential carries which the caller sends of the kinds read here.
    every: Vec<&'static str>,
    /// Whether some credential of the kinds read here is sent.
    known: bool,
    /// Of the requirements bound inside, whose credentials are their own.
    bound: Alternative,
}

impl Part {
    fn and(&self, other: &Self) -> Self {
        let every = joined(Some(&self.every), Some(&other.every)).unwrap_or_default();
        Self {
            own: self.own.and(&other.own),
            every,
            known: self.known || other.known,
            bound: self.bound.and(&other.bound),
        }
    }

    /// The alternatives of a caller who sends credentials of these kinds.
    fn resolved(self, kinds: CredentialKinds) -> Vec<Alternative> {
        let Self { own, every, known, bound } = self;
        let is_named = own.access_token.is_some() || own.api_key.is_some();
        let senders = match kinds {
            _ if is_named || (!known && every.is_empty()) => vec![own],
            kinds => {
                let one = |kind: CredentialKinds| (!kind.and(kinds).is_none()).then(|| Alternative::of(kind));
                [CredentialKinds::SUBJECT, CredentialKinds::API_KEY].into_iter().filter_map(one).collect()
            }
        };
        let carrying = |sender: Alternative| {
            let scopes = |sent: Option<Vec<_>>| sent.map(|own| joined(Some(&own), Some(&every)).unwrap_or_default());
            Alternative { access_token: scopes(sender.access_token), api_key: scopes(sender.api_key) }.and(&bound)
        };
        senders.into_iter().map(carrying).collect()
    }
}

impl Requirement {
    fn alternatives(&self, kinds: CredentialKinds) -> Option<Vec<Alternative>> {
        let parts = self.parts()?;
        Some(parts.into_iter().flat_map(|part| part.resolved(kinds)).collect())
    }

    /// `None` for more than [`MOST`].
    fn parts(&self) -> Option<Vec<Part>> {
        let known = || Part { known: true, ..Part::default() };
        let parts = match self {
            Self::Public => vec![Part::default()],
            Self::Optional => {
                vec![Part::default(), Part { own: Alternative::of(CredentialKinds::SUBJECT), ..Part::default() }]
            }
            Self::Leaf(Leaf::Scope(scope)) => vec![Part { every: vec![scope.name], ..known() }],
            Self::Leaf(leaf) if leaf.kinds().is(CredentialKinds::EITHER) => vec![known()],
            Self::Leaf(leaf) => vec![Part { own: Alternative::of(leaf.kinds()), ..Part::default() }],
            Self::Not(Self::Not(inner)) => product(&[known()], &inner.parts()?)?,
            Self::Not(_) => vec![known()],
            Self::Any(parts) => {
                let parts: Option<Vec<Vec<Part>>> = parts.iter().map(Self::parts).collect();
                parts?.concat()
            }
            Self::All(parts) => {
                let parts = parts.iter().map(Self::parts);
                parts.into_iter().try_fold(vec![Part::default()], |so_far, part| product(&so_far, &part?))?
            }
            Self::Bound(inner) => {
                let inner = inner.requirement.alternatives(inner.own)?;
                inner.into_iter().map(|bound| Part { bound, ..Part::default() }).collect()
            }
        };
        (parts.len() <= MOST).then_some(parts)
    }
}

fn product(one: &[Part], other: &[Part]) -> Option<Vec<Part>> {
    if one.len() * other.len() > MOST {
        return None;
    }
    Some(one.iter().flat_map(|one| other.iter().map(|other| one.and(other))).collect())
}

impl RouteRequirement {
    #[cfg(feature = "openapi")]
    /// The credentials that this requirement asks for; an empty alternative stands for no credential. Without alternatives,
    /// no caller meets the requirement.
    pub(crate) fn alternatives(&self) -> Vec<Alternative> {
        minimal(self.all_alternatives())
    }

    fn all_alternatives(&self) -> Vec<Alternative> {
        let mut all = vec![Alternative::default()];
        for requirement in self.parts() {
            let kinds = requirement.own_kinds();
            // Too many to list: one for each kind of credential.
            let parts = requirement.alternatives(kinds).unwrap_or_else(|| {
                let kinds = requirement.kinds();
                let each = [CredentialKinds::SUBJECT, CredentialKinds::API_KEY];
                each.into_iter().filter(|kind| !kind.and(kinds).is_none()).map(Alternative::of).collect()
            });
            all = all.iter().flat_map(|one| parts.iter().map(|part| one.and(part))).collect();
        }
        all
    }

    /// The scopes that some alternative names, of either credential.
    pub(crate) fn all_scopes(&self) -> Vec<&'static str> {
        let mut all: Vec<&'static str> = Vec::new();
        for Alternative { access_token, api_key } in self.all_alternatives() {
            all.extend(access_token.into_iter().chain(api_key).flatten());
        }
        all.sort_unstable();
        all.dedup();
        all
    }

    /// The scopes of access tokens that some alternative names.
    pub(crate) fn token_scopes(&self) -> Vec<&'static str> {
        self.all_alternatives().into_iter().filter_map(|alternative| alternative.access_token).flatten().collect()
    }
}

impl Requirement {
    /// The scopes that an access token carries in any case, for a challenge.
    pub(crate) fn demanded_scopes(&self) -> Vec<&'static str> {
        let mut scopes = Vec::new();
        self.add_demanded(self.own_kinds(), &mut scopes);
        scopes
    }

    fn add_demanded(&self, kinds: CredentialKinds, scopes: &mut Vec<&'static str>) {
        match self {
            Self::Leaf(Leaf::Scope(scope)) if kinds.subject && !scopes.contains(&scope.name) => scopes.push(scope.name),
            Self::All(parts) => parts.iter().for_each(|part| part.add_demanded(kinds, scopes)),
            Self::Bound(inner) => inner.requirement.add_demanded(inner.own, scopes),
            _ => {}
        }
    }
}

#[cfg(feature = "openapi")]
impl Requirement {
    /// Whether every caller with valid credentials of these kinds meets it.
    pub(crate) fn is_any_credential(&self) -> bool {
        match self {
            Self::Leaf(leaf) => leaf.is_any_credential(),
            Self::All(parts) | Self::Any(parts) => parts.iter().all(Self::is_any_credential),
            Self::Bound(inner) => inner.requirement.is_any_credential(),
            Self::Public | Self::Optional | Self::Not(_) => false,
        }
    }
}

#[cfg(feature = "openapi")]
/// Without alternatives that ask for all that another one asks for.
fn minimal(all: Vec<Alternative>) -> Vec<Alternative> {
    let mut kept: Vec<Alternative> = Vec::new();
    for one in all {
        // An empty alternative beside others is optional authentication, which is shown.
        let is_empty = |one: &Alternative| *one == Alternative::default();
        if kept.iter().any(|other| one.covers(other) && !is_empty(other)) || kept.contains(&one) {
            continue;
        }
        kept.retain(|other| !other.covers(&one) || is_empty(&one));
        kept.push(one);
    }
    kept
}

#[cfg(all(test, feature = "openapi"))]
#[expect(clippy::items_after_statements, reason = "requirements beside their assertions")]
mod tests {
    use super::*;

    fn shown(requirement: Requirement) -> Vec<String> {
        let show = |alternative: &Alternative| {
            let token = alternative.access_token.as_ref().map(|scopes| format!("token[{}]", scopes.join(" ")));
            let key = alternative.api_key.as_ref().map(|scopes| format!("key[{}]", scopes.join(" ")));
            token.into_iter().chain(key).collect::<Vec<_>>().join(" and ")
        };
        RouteRequirement::from(requirement).alternatives().iter().map(show).collect()
    }

    const A: Requirement = Requirement::scope("a");
    const AUTH: Requirement = Requirement::auth();
    const KEY: Requirement = Requirement::api_key();

    #[test]
    fn each_word_asks_for_its_credential() {
        assert_eq!(shown(Requirement::Public), [""]);
        assert_eq!(shown(Requirement::Optional), ["", "token[]"]);
        assert_eq!(shown(AUTH), ["token[]"]);
        assert_eq!(shown(KEY), ["key[]"]);
        assert_eq!(shown(A), ["token[a]"]);
        assert_eq!(shown(Requirement::role("x", &["x"])), ["token[]"]);
        assert_eq!(shown(Requirement::Not(&A)), ["token[]"]);
        assert_eq!(shown(Requirement::Any(&[])), [""; 0]);
    }

    #[test]
    fn a_scope_belongs_to_each_credential_that_is_sent() {
        assert_eq!(shown(Requirement::All(&[KEY, A])), ["key[a]"]);
        assert_eq!(shown(Requirement::All(&[AUTH, KEY, A])), ["token[a] and key[a]"]);
        const EITHER: Requirement = Requirement::Any(&[AUTH, KEY]);
        assert_eq!(shown(Requirement::All(&[EITHER, A])), ["token[a]", "key[a]"]);
        assert_eq!(shown(Requirement::Any(&[AUTH, Requirement::All(&[KEY, A])])), ["token[]", "key[a]"]);
    }

    #[test]
    fn a_bound_requirement_keeps_its_credential() {
        const TOKEN: Requirement = Requirement::bound(&A);
        assert_eq!(shown(Requirement::All(&[TOKEN, KEY])), ["token[a] and key[]"]);
        let mut route = RouteRequirement::from(Requirement::All(&[KEY, A]));
        route.guard(AUTH);
        let both = Alternative { access_token: Some(vec![]), api_key: Some(vec!["a"]) };
        assert_eq!(route.alternatives(), [both]);
    }

    #[test]
    fn an_alternative_that_asks_for_more_than_another_is_left_out() {
        const B: Requirement = Requirement::scope("b");
        assert_eq!(shown(Requirement::Any(&[A, Requirement::All(&[A, B])])), ["token[a]"]);
        assert_eq!(shown(Requirement::Any(&[Requirement::All(&[A, B]), A])), ["token[a]"]);
        // Where a key alone is named, scopes are those of a key.
        assert_eq!(shown(Requirement::All(&[Requirement::Any(&[A, KEY]), B])), ["key[b]"]);
        const TOKEN_A: Requirement = Requirement::All(&[AUTH, A]);
        assert_eq!(shown(Requirement::All(&[Requirement::Any(&[TOKEN_A, KEY]), B])), ["token[a b]", "key[b]"]);
    }

    #[test]
    fn a_challenge_names_the_scopes_that_no_alternative_lacks() {
        const B: Requirement = Requirement::scope("b");
        assert_eq!(Requirement::All(&[A, B, A]).demanded_scopes(), ["a", "b"]);
        assert_eq!(Requirement::All(&[A, Requirement::Any(&[AUTH, B])]).demanded_scopes(), ["a"]);
        assert_eq!(Requirement::All(&[KEY, A]).demanded_scopes(), [""; 0]);
        const OF_THE_TOKEN: Requirement = Requirement::All(&[Requirement::bound(&A), KEY]);
        assert_eq!(OF_THE_TOKEN.demanded_scopes(), ["a"]);
        const OF_THE_KEY: Requirement = Requirement::All(&[Requirement::bound(&AUTH), KEY, A]);
        assert_eq!(OF_THE_KEY.demanded_scopes(), [""; 0]);
    }
}
