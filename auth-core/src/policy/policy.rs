//! A policy: a requirement with a name and a position in the source.

use serde::Serialize;

use super::Requirement;

/// A named requirement, as a type. The attributes generate one per handler; [`guard!`](crate::guard!) declares one
/// that several handlers share.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a policy",
    label = "no policy is declared by this name",
    note = "declare it: `guard!(pub {Self} = all(role(Moderator), mfa));`"
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

/// A requirement, and where it was declared.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct Statement {
    pub requirement: Requirement,
    pub declared: Declaration,
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
