//! A policy: a requirement with a name and a position in the source.

use serde::Serialize;

use super::{Requirement, RouteLimit};

/// A named requirement, as a type. The attributes generate one per handler; [`guard!`](crate::guard!) declares one
/// that several handlers share.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a policy",
    label = "no policy is declared by this name",
    note = "declare it: `guard!(pub {Self} = all(role(Moderator), mfa));`",
    note = "a role is written `role(..)`: `#[require(role(Admin))]`"
)]
pub trait Policy: Send + Sync + 'static {
    /// Requirement and declaration in one constant, as the attributes write them: each constant of each policy adds to
    /// the user's build time.
    #[doc(hidden)]
    const STATED: Statement;

    /// The requirement for callers.
    const REQUIREMENT: Requirement = Self::STATED.requirement;
    /// Where it was declared.
    const DECLARED: Declaration = Self::STATED.declared;
}

/// The policy of a handler whose attribute has an error, which is reported already. No caller meets it.
#[doc(hidden)]
#[derive(Debug)]
pub enum Undecided {}

impl Policy for Undecided {
    const STATED: Statement = Statement {
        requirement: Requirement::Any(&[]),
        declared: Declaration { name: "", module: "", file: "", line: 0 },
        conditions: Conditions::NONE,
    };
}

/// A requirement, where it was declared, and what is decided besides.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct Statement {
    pub requirement: Requirement,
    pub declared: Declaration,
    pub conditions: Conditions,
}

impl Statement {
    #[doc(hidden)]
    #[must_use]
    pub const fn under(self, conditions: Conditions) -> Self {
        Self { conditions, ..self }
    }
}

/// The conditions of a handler, as they are written in `#[authorize(..)]`, and its rate limits: the evaluator does not know
/// them.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct Conditions {
    pub own: &'static [&'static str],
    /// The handler's rate limits.
    pub limits: &'static [RouteLimit],
    /// Those of an earlier expansion of attributes on the same handler.
    pub earlier: Option<&'static Self>,
}

impl Conditions {
    #[doc(hidden)]
    pub const NONE: Self = Self { own: &[], limits: &[], earlier: None };

    /// The limits of all expansions.
    pub(crate) fn all_limits(&self) -> Vec<&'static RouteLimit> {
        let earlier = self.earlier.map(Self::all_limits).unwrap_or_default();
        earlier.into_iter().chain(self.limits).collect()
    }

    /// Whether there are limits.
    pub(crate) const fn is_limited(&self) -> bool {
        match self.earlier {
            _ if !self.limits.is_empty() => true,
            Some(earlier) => earlier.is_limited(),
            None => false,
        }
    }

    pub(crate) fn texts(&self) -> Vec<&'static str> {
        let earlier = self.earlier.map(Self::texts).unwrap_or_default();
        earlier.into_iter().chain(self.own.iter().copied()).collect()
    }
}

/// Where a policy was declared.
///
/// ```
/// use auth_core::prelude::*;
///
/// guard!(pub Careful = mfa);
///
/// # fn main() {
/// assert_eq!(Careful::DECLARED.name, "Careful");
/// assert!(Careful::DECLARED.line > 0);
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Declaration {
    /// The handler's or the policy's name; `handler` in JSON.
    #[serde(rename = "handler")]
    pub name: &'static str,
    /// The module of the declaration, from `module_path!`.
    pub module: &'static str,
    /// The source file, from `file!`.
    pub file: &'static str,
    /// The line, counted from 1.
    pub line: u32,
}

impl Declaration {
    /// The name with its module.
    #[must_use]
    pub fn path(&self) -> String {
        format!("{}::{}", self.module, self.name)
    }
}
