//! The leaves of the requirement language: one file for each, and the one table that lists them.

mod syntax;
mod words;

use super::{Credential, CredentialKinds, Missing};
use crate::base::Timestamp;
pub(super) use syntax::{Form, Syntax, Tests};
pub(super) use words::{Argument, UNITS, Words};

/// Each leaf has these items, without a trait, whose functions could not be constant:
///
/// - `KINDS`: the credentials that it tests. Either means those that the rest of the requirement reads.
/// - `SYNTAX`: its word, the forms of its arguments, and what it tests, for readers of requirements as text.
/// - `words`: the leaf in the syntax of the attributes.
/// - `implies`: whether every credential that passes it passes another leaf of its kind.
/// - `passes`: the test; `None` if unknown (see [`CredentialFacts`](crate::policy::CredentialFacts)).
/// - `missing`: the property that a known caller lacks.
macro_rules! leaves {
    ($($(#[$meta:meta])* $file:ident::$leaf:ident,)*) => {
        $(mod $file;)*

        /// One test of a caller's credentials, the smallest [`Requirement`](crate::Requirement).
        ///
        /// ```
        /// use auth_core::{Leaf, Requirement};
        ///
        /// let Requirement::Leaf(Leaf::Scope(scope)) = Requirement::scope("reports:read") else { unreachable!() };
        /// assert_eq!(scope.name, "reports:read");
        /// ```
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum Leaf {
            $($(#[$meta])* $leaf($file::$leaf),)*
        }

        impl Leaf {
            pub(super) const fn kinds(&self) -> CredentialKinds {
                match self { $(Self::$leaf(_) => $file::$leaf::KINDS,)* }
            }

            /// The word, arguments and credentials of every leaf.
            pub(super) const SYNTAXES: &[(Syntax, CredentialKinds)] = &[$(($file::$leaf::SYNTAX, $file::$leaf::KINDS),)*];

            pub(super) const fn syntax(&self) -> Syntax {
                match self { $(Self::$leaf(_) => $file::$leaf::SYNTAX,)* }
            }

            /// Whether every credential that passes this leaf passes `other`. Leaves that imply each other are equal.
            pub(super) const fn implies(&self, other: &Self) -> bool {
                match (self, other) {
                    $((Self::$leaf(one), Self::$leaf(other)) => one.implies(other),)*
                    _ => false,
                }
            }

            pub(super) const fn words(&self) -> Words {
                match self { $(Self::$leaf(leaf) => leaf.words(),)* }
            }

            pub(super) fn passes(&self, credential: Credential<'_>, now: Timestamp) -> Option<bool> {
                match self { $(Self::$leaf(leaf) => leaf.passes(credential, now),)* }
            }

            pub(super) fn missing(&self) -> Missing {
                match self { $(Self::$leaf(leaf) => leaf.missing(),)* }
            }
        }
    };
}

leaves! {
    /// A subject with a valid access token.
    auth::Auth,
    /// A valid API key.
    api_key::ApiKey,
    /// A subject that holds this role or one that includes it.
    role::Role,
    /// A subject with a role that has this permission.
    permission::Permission,
    /// The credential (access token or API key) carries this scope (RFC 6749 section 3.3).
    scope::Scope,
    /// The subject authenticated at most this long ago (RFC 9470 `max_age`).
    fresh::Fresh,
    /// The subject authenticated by this method (an RFC 8176 `amr` value), for instance `otp`.
    amr::Amr,
    /// The access token carries this claim with this value.
    claim::Claim,
}

impl Leaf {
    /// Whether every credential of its kinds passes.
    pub(super) const fn is_any_credential(&self) -> bool {
        matches!(self, Self::Auth(_) | Self::ApiKey(_))
    }

    /// Whether `implies` depends on declarations elsewhere (the inclusion of roles). They may change, so a part that is
    /// redundant only by them is no error.
    pub(super) const fn implies_by_declaration(&self) -> bool {
        matches!(self, Self::Role(_))
    }
}

/// `==` of strings in constants.
const fn same(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    if one.len() != other.len() {
        return false;
    }
    let mut i = 0;
    while i < one.len() {
        if one[i] != other[i] {
            return false;
        }
        i += 1;
    }
    true
}
