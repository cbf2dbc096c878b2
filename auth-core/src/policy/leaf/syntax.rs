//! What is known of a leaf by its word alone.

/// The word of a leaf, its arguments, and what it tests.
#[derive(Clone, Copy, Debug)]
pub(in crate::policy) struct Syntax {
    pub(in crate::policy) word: &'static str,
    pub(in crate::policy) arguments: &'static [Form],
    pub(in crate::policy) tests: Tests,
}

/// The form of an argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::policy) enum Form {
    /// An unquoted name.
    Name,
    /// In quotes.
    Text,
    /// A duration in quotes.
    Seconds,
}

/// What a leaf tests of a credential. Leaves with the same test read the same list, which is complete or not for all of
/// them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(in crate::policy) enum Tests {
    /// That there is one.
    Presence,
    /// A role that is held.
    Role,
    /// What the roles that are held give, as data.
    RoleData,
    Scope,
    /// The time since authentication.
    Age,
    /// The methods of authentication.
    Method,
    /// A value of a claim.
    Claim,
}
