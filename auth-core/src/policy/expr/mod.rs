//! A requirement as a value of run time: read from text, written as text, and analysed.

mod build;
mod parse;
mod write;

use std::borrow::Cow;
use std::collections::BTreeMap;

pub use build::{all, amr, any, api_key, auth, claim, fresh, not, permission, role, scope};
pub use parse::InvalidRequirement;
pub(super) use parse::Reader;
pub(super) use write::{Quoted, Span, is_hidden, write_name};

use super::leaf::{Argument, Syntax};
use super::requirement::Mentions;
use super::{CredentialKinds, Leaf, Requirement, RouteRequirement};

/// A constant's text, or one that was read.
pub(super) type Text = Cow<'static, str>;

/// A requirement as a value of run time, as opposed to the constant that a guard has ([`Requirement`]).
///
/// It is made from a constant, by the functions of [`analysis`](crate::analysis), which are named like the words of the
/// attributes, or from text. It decides nothing: questions and laws compare it.
///
/// ```
/// use auth_core::analysis::{OwnedRequirement, all, api_key, scope};
///
/// let reports = all([api_key(), scope("reports:read")]);
/// assert_eq!(reports.to_string(), r#"all(api_key, scope("reports:read"))"#);
/// assert_eq!(reports.to_string().parse::<OwnedRequirement>().unwrap(), reports);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnedRequirement(pub(super) Node);

/// The tree of a requirement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Node {
    Public,
    Optional,
    Leaf(OwnedLeaf),
    All(Vec<Self>),
    Any(Vec<Self>),
    Not(Box<Self>),
    /// A part that reads these credentials, whatever is beside it.
    By(CredentialKinds, Box<Self>),
}

#[derive(Clone, Debug)]
pub(super) struct OwnedLeaf {
    pub(super) syntax: Syntax,
    pub(super) kinds: CredentialKinds,
    pub(super) arguments: Vec<Value>,
    /// Of a role: the names of all roles that satisfy it, itself first; `None` where the text does not say.
    pub(super) granted_by: Option<Vec<Text>>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Value {
    Text(Text),
    Seconds(u64),
}

impl Value {
    pub(super) fn text(&self) -> &str {
        match self {
            Self::Text(text) => text,
            Self::Seconds(_) => "",
        }
    }
}

impl PartialEq for OwnedLeaf {
    fn eq(&self, other: &Self) -> bool {
        (self.syntax.word, &self.arguments, &self.granted_by)
            == (other.syntax.word, &other.arguments, &other.granted_by)
    }
}

impl Eq for OwnedLeaf {}

/// The roles that satisfy a role, by its name.
pub(super) type RoleGrants = BTreeMap<String, Vec<Text>>;

impl OwnedLeaf {
    /// The name of the role that it requires.
    pub(super) fn role(&self) -> Option<&str> {
        (self.syntax.word == "role").then(|| self.arguments.first().map_or("", Value::text))
    }
}

impl Node {
    pub(super) fn mentions(&self) -> Mentions {
        let mut mentions = Mentions::none();
        self.add_to(&mut mentions, false);
        mentions
    }

    fn add_to(&self, mentions: &mut Mentions, negated: bool) {
        match self {
            Self::Public => {}
            Self::Optional => mentions.add_kinds(CredentialKinds::SUBJECT),
            Self::Leaf(leaf) => mentions.add_kinds(leaf.kinds),
            Self::Not(inner) => {
                mentions.add_not();
                inner.add_to(mentions, true);
            }
            Self::By(own, inner) => mentions.add_bound(*own, own.or(inner.mentions().all()), negated),
            Self::All(parts) | Self::Any(parts) => parts.iter().for_each(|part| part.add_to(mentions, negated)),
        }
    }

    /// The credentials that it reads where it stands alone.
    pub(super) fn own_kinds(&self) -> CredentialKinds {
        self.mentions().own()
    }

    pub(super) fn parts(&self) -> &[Self] {
        match self {
            Self::All(parts) | Self::Any(parts) => parts,
            Self::Not(inner) | Self::By(_, inner) => std::slice::from_ref(inner),
            Self::Public | Self::Optional | Self::Leaf(_) => &[],
        }
    }

    pub(super) fn parts_mut(&mut self) -> &mut [Self] {
        match self {
            Self::All(parts) | Self::Any(parts) => parts,
            Self::Not(inner) | Self::By(_, inner) => std::slice::from_mut(inner),
            Self::Public | Self::Optional | Self::Leaf(_) => &mut [],
        }
    }

    pub(super) fn leaves<'a>(&'a self, visit: &mut impl FnMut(&'a OwnedLeaf)) {
        match self {
            Self::Leaf(leaf) => visit(leaf),
            _ => self.parts().iter().for_each(|part| part.leaves(visit)),
        }
    }

    /// Says by which roles each role is satisfied, where that is not known.
    pub(super) fn grant(&mut self, grants: &RoleGrants) {
        if let Self::Leaf(leaf) = self {
            if leaf.granted_by.is_none() {
                leaf.granted_by = leaf.role().and_then(|name| grants.get(name)).cloned();
            }
            return;
        }
        self.parts_mut().iter_mut().for_each(|part| part.grant(grants));
    }

    /// Both, each of which reads its own credentials.
    pub(super) fn and(self, other: Self) -> Self {
        Self::All(vec![self.bound(), other.bound()])
    }

    fn bound(self) -> Self {
        match self {
            Self::By(..) | Self::Public | Self::Optional => self,
            _ => Self::By(self.own_kinds(), Box::new(self)),
        }
    }
}

impl OwnedRequirement {
    /// With the inclusion of roles of `grants`, where it is not known.
    pub(super) fn granting(mut self, grants: &RoleGrants) -> Self {
        self.0.grant(grants);
        self
    }
}

impl From<Leaf> for OwnedLeaf {
    fn from(leaf: Leaf) -> Self {
        let arguments = leaf.words().arguments.into_iter().filter_map(|argument| match argument {
            Argument::None => None,
            Argument::Name(text) | Argument::Text(text) => Some(Value::Text(text.into())),
            Argument::Seconds(seconds) => Some(Value::Seconds(seconds)),
        });
        let granted_by = match leaf {
            Leaf::Role(role) => Some(in_order(role.name, role.granted_by)),
            _ => None,
        };
        Self { syntax: leaf.syntax(), kinds: leaf.kinds(), arguments: arguments.collect(), granted_by }
    }
}

/// The role itself first, then the others by name.
fn in_order(name: &str, granted_by: &[&'static str]) -> Vec<Text> {
    let mut names: Vec<Text> = granted_by.iter().map(|role| Text::Borrowed(role)).collect();
    names.sort_by(|a, b| (a != name, a).cmp(&(b != name, b)));
    names.dedup();
    names
}

impl From<&Requirement> for Node {
    fn from(requirement: &Requirement) -> Self {
        let parts = |parts: &[Requirement]| parts.iter().map(Self::from).collect();
        match requirement {
            Requirement::Public => Self::Public,
            Requirement::Optional => Self::Optional,
            Requirement::Leaf(leaf) => Self::Leaf((*leaf).into()),
            Requirement::All(all) => Self::All(parts(all)),
            Requirement::Any(any) => Self::Any(parts(any)),
            Requirement::Not(inner) => Self::Not(Box::new(Self::from(*inner))),
            Requirement::Bound(bound) => Self::By(bound.own, Box::new(Self::from(bound.requirement))),
        }
    }
}

/// As a part of others it reads the same credentials as alone, like the name of a policy in an attribute.
impl From<Requirement> for OwnedRequirement {
    fn from(requirement: Requirement) -> Self {
        Self(Node::from(&requirement).bound())
    }
}

impl From<&RouteRequirement> for OwnedRequirement {
    fn from(route: &RouteRequirement) -> Self {
        let mut parts: Vec<_> = route.parts().map(Node::from).collect();
        let mut whole = parts.pop().unwrap_or(Node::Public);
        while let Some(guard) = parts.pop() {
            whole = guard.and(whole);
        }
        Self(whole)
    }
}
