//! What the macros' output refers to. Not public API.

use ::core::fmt;

pub use ::axum;
pub use ::core;
pub use ::core::time::Duration;
pub use ::serde;

#[path = "guard/authorize.rs"]
mod authorize;

pub use authorize::{Authorized, Condition, Deferred, Gate, Via};

pub use crate::guard::{Declaration, Guard, Policy, Proof, Requirement};
pub use crate::identity::{Role, UnknownRole};

/// The policy of a handler whose attribute holds a mistake: the compiler has told it, and nobody meets it.
#[derive(Debug)]
pub enum Undecided {}

impl Policy for Undecided {
    const REQUIREMENT: Requirement = Requirement::Any(&[]);
    const DECLARED: Declaration = Declaration { name: "", module: "", file: "", line: 0 };
}

/// Stands in for each variant of a role enum where none called `Role` is in scope, so that the error can be ours.
#[derive(Clone, Copy, Debug)]
pub struct NoRole;

impl NoRole {
    #[doc(hidden)]
    pub const fn __requirement(&self) -> Requirement {
        Undecided::REQUIREMENT
    }
}

/// A role that is named by its variant alone, which takes the enum to be called `Role`.
#[diagnostic::on_unimplemented(
    message = "no role enum called `Role` is in scope here",
    label = "a bare role name is a variant of `Role`",
    note = "bring your role enum into this module: `use path::to::Role;`",
    note = "or write the role's path: `#[require_role(path::to::StaffRole::Admin)]`",
    note = "an enum becomes a role enum by `#[derive(Role)]`"
)]
pub trait BareRole: Copy {}

#[diagnostic::do_not_recommend]
impl<R: Role> BareRole for R {}

/// Holds a role that is named by its variant alone against [`BareRole`].
pub const fn bare_role<R: BareRole>(role: R) -> R {
    role
}

/// Holds a role that is named by its path against [`Role`].
pub const fn role<R: Role>(role: R) -> R {
    role
}

/// Reads a role from its name.
pub fn deserialize_role<'de, R: Role, D: serde::Deserializer<'de>>(deserializer: D) -> Result<R, D::Error> {
    struct Name<R>(::core::marker::PhantomData<R>);

    impl<R: Role> serde::de::Visitor<'_> for Name<R> {
        type Value = R;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("the name of a role")
        }

        fn visit_str<E: serde::de::Error>(self, name: &str) -> Result<R, E> {
            name.parse().map_err(E::custom)
        }
    }

    deserializer.deserialize_str(Name(::core::marker::PhantomData))
}
