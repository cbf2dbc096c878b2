//! A requirement as text, in the syntax of the attributes.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Write as _};

use super::super::leaf::{Form, UNITS};
use super::{Node, OwnedLeaf, OwnedRequirement, Text, Value};
use crate::policy::CredentialKinds;

/// The text reads as the same requirement: a part that reads other credentials than it would where it stands is written
/// `by(auth, ..)`.
impl fmt::Display for OwnedRequirement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write(f, &self.0.simplified(), &self.0.ambiguous_roles())
    }
}

/// Roles of two enums with one name are written with the roles that satisfy them.
fn write(f: &mut fmt::Formatter<'_>, node: &Node, ambiguous: &BTreeSet<&str>) -> fmt::Result {
    let word = match node {
        Node::Public => return f.write_str("public"),
        Node::Optional => return f.write_str("auth(optional)"),
        Node::Leaf(leaf) => return write_leaf(f, leaf, ambiguous),
        Node::All(_) => "all(",
        Node::Any(_) => "any(",
        Node::Not(_) => "not(",
        Node::By(kinds, _) => {
            write!(f, "by({kinds}, ")?;
            ""
        }
    };
    f.write_str(word)?;
    for (i, part) in node.parts().iter().enumerate() {
        f.write_str(if i > 0 { ", " } else { "" })?;
        write(f, part, ambiguous)?;
    }
    f.write_str(")")
}

fn write_leaf(f: &mut fmt::Formatter<'_>, leaf: &OwnedLeaf, ambiguous: &BTreeSet<&str>) -> fmt::Result {
    f.write_str(leaf.syntax.word)?;
    for (i, (argument, form)) in leaf.arguments.iter().zip(leaf.syntax.arguments).enumerate() {
        f.write_str(if i > 0 { ", " } else { "(" })?;
        match argument {
            Value::Text(text) if *form == Form::Name => write_name(f, text)?,
            Value::Text(text) => write!(f, "{text:?}")?,
            Value::Seconds(seconds) => write!(f, "\"{}\"", Span(*seconds))?,
        }
    }
    if let (Some(name), Some(roles)) = (leaf.role(), &leaf.granted_by)
        && ambiguous.contains(name)
    {
        f.write_str(", granted_by(")?;
        for (i, role) in roles.iter().enumerate() {
            f.write_str(if i > 0 { ", " } else { "" })?;
            write_name(f, role)?;
        }
        f.write_str(")")?;
    }
    f.write_str(if leaf.syntax.arguments.is_empty() { "" } else { ")" })
}

/// A name in backquotes, on one line and without characters that a terminal obeys or does not show: tables of policies come
/// with changes of others, who could write lines of the answer with them.
pub(in crate::policy) struct Quoted<'a>(pub(in crate::policy) &'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("`")?;
        for c in self.0.chars() {
            if c == '`' || is_hidden(c) { write!(f, "{}", c.escape_unicode())? } else { f.write_char(c)? }
        }
        f.write_str("`")
    }
}

/// Controls, line ends, and what is not shown by itself (Unicode's `Default_Ignorable_Code_Point`): characters without width, and
/// those that change the direction of text.
pub(in crate::policy) fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
        || matches!(c, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}')
        || matches!(c, '\u{180b}'..='\u{180f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{ffa0}')
        || matches!(c, '\u{fff0}'..='\u{fff8}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}')
        || matches!(c, '\u{e0000}'..='\u{e0fff}')
}

/// In quotes where it could not be read otherwise.
pub(in crate::policy) fn write_name(f: &mut fmt::Formatter<'_>, name: &str) -> fmt::Result {
    if is_bare(name) { f.write_str(name) } else { write!(f, "{name:?}") }
}

pub(super) fn is_bare(name: &str) -> bool {
    !name.is_empty() && name.chars().all(is_bare_char)
}

pub(super) fn is_bare_char(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ':' | '/' | '@' | '+' | '*')
}

/// A duration in the largest units.
pub(in crate::policy) struct Span(pub(in crate::policy) u64);

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.0;
        for (unit, length) in UNITS {
            if rest >= length {
                write!(f, "{}{unit}", rest / length)?;
                rest %= length;
            }
        }
        f.write_str(if self.0 == 0 { "0s" } else { "" })
    }
}

impl Node {
    /// The roles of the leaves, with those that satisfy them, for each name of which there is one.
    pub(in crate::policy) fn grants(&self) -> BTreeMap<&str, &[Text]> {
        let ambiguous = self.ambiguous_roles();
        let mut grants = BTreeMap::new();
        self.leaves(&mut |leaf| {
            if let (Some(name), Some(roles)) = (leaf.role(), &leaf.granted_by)
                && !ambiguous.contains(name)
            {
                grants.insert(name, roles.as_slice());
            }
        });
        grants
    }

    fn ambiguous_roles(&self) -> BTreeSet<&str> {
        let (mut seen, mut ambiguous) = (BTreeMap::new(), BTreeSet::new());
        self.leaves(&mut |leaf| {
            if let Some(name) = leaf.role()
                && seen.insert(name, &leaf.granted_by).is_some_and(|other| *other != leaf.granted_by)
            {
                ambiguous.insert(name);
            }
        });
        ambiguous
    }

    /// Without each `by` that the place of its part says as well.
    fn simplified(&self) -> Self {
        let mut node = self.clone();
        let mut i = 0;
        loop {
            let mut count = i;
            let mut candidate = node.clone();
            if !candidate.unbind(&mut count) {
                return node;
            }
            let same = same(&node, node.own_kinds(), &candidate, candidate.own_kinds(), false);
            if same { node = candidate } else { i += 1 }
        }
    }

    /// Removes the `by` before which there are `count`; `false` if there is none.
    fn unbind(&mut self, count: &mut usize) -> bool {
        if let Self::By(_, inner) = self {
            if *count == 0 {
                *self = std::mem::replace(inner, Self::Public);
                return true;
            }
            *count -= 1;
        }
        self.parts_mut().iter_mut().any(|part| part.unbind(count))
    }
}

/// Whether `bound` and `bare`, which is without a `by`, read the same credentials everywhere; `negated` inside a `not`.
fn same(bound: &Node, around_bound: CredentialKinds, bare: &Node, around: CredentialKinds, negated: bool) -> bool {
    match (bound, bare) {
        (Node::By(one, bound), Node::By(other, bare)) if one == other => same(bound, *one, bare, *other, negated),
        // A negated part is decided otherwise for a caller without credentials that it reads.
        (Node::By(own, part), _) => {
            (!negated || *own == around || !part.mentions().depends_on_kinds())
                && same(part, *own, bare, around, negated)
        }
        (Node::Leaf(leaf), Node::Leaf(other)) => {
            leaf == other && leaf.kinds.and(around_bound) == other.kinds.and(around)
        }
        (Node::Not(one), Node::Not(other)) => around_bound == around && same(one, around_bound, other, around, true),
        (Node::All(one), Node::All(other)) | (Node::Any(one), Node::Any(other)) => {
            one.len() == other.len()
                && one.iter().zip(other).all(|(one, other)| same(one, around_bound, other, around, negated))
        }
        (Node::Optional, Node::Optional) => around_bound == around,
        (Node::Public, Node::Public) => true,
        _ => false,
    }
}
