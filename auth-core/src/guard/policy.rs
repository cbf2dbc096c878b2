//! A policy: a requirement with a name and a place in the source.

use super::Requirement;

/// A named requirement, as a type. The attributes generate one per handler; [`guard!`](crate::guard!) declares one
/// that several handlers share.
pub trait Policy: Send + Sync + 'static {
    /// What a caller must meet.
    const REQUIREMENT: Requirement;
    /// Where it was declared.
    const DECLARED: Declaration;
}

/// Where a policy was declared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Declaration {
    /// The handler's or the policy's name.
    pub name: &'static str,
    /// The module it stands in, as `module_path!` gives it.
    pub module: &'static str,
    /// The source file, as `file!` gives it.
    pub file: &'static str,
    /// The line, counted from 1.
    pub line: u32,
}
