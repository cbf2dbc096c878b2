//! What the macros' output refers to. Not public API.

use ::core::fmt;

pub use ::axum;
pub use ::core;
pub use ::core::option::Option::{None, Some};
pub use ::core::result::Result::{self, Err, Ok};
pub use ::core::time::Duration;
pub use ::serde;

pub use crate::policy::{Declaration, Policy, Requirement, Statement};
pub use crate::policy::{Role, UnknownRole};
pub use crate::verify::Proof;
pub use crate::web::guard::Guard;
pub use crate::web::guard::authorize::{Asked, Condition, Deferred, EarlyResponse, Fallible, Gate, Via, Wait};

/// The policy of a handler whose attribute holds a mistake: the compiler has told it, and nobody meets it.
#[derive(Debug)]
pub enum Undecided {}

impl Policy for Undecided {
    const STATED: Statement = stated(Requirement::Any(&[]), "", "");
}

/// Makes a type a policy, and declares the type where only our own output names it.
///
/// Rustc expands this at a fraction of what it costs when an attribute gives it all the same tokens.
#[doc(hidden)]
#[macro_export]
macro_rules! __policy {
    ($policy:ident, $name:literal, $requirement:expr $(, $vis:vis enum)?) => {
        $(
            #[doc(hidden)]
            $vis enum $policy {}
        )?
        #[diagnostic::do_not_recommend]
        impl $crate::__private::Policy for $policy {
            const STATED: $crate::__private::Statement =
                $crate::__private::stated($requirement, $name, $crate::__private::core::module_path!());
        }
    };
}

/// Lets a bare role name `Admin` mean `Role::Admin` of the user's module, and our own error appear when that module has
/// no `Role`.
///
/// The inner block's glob import brings everything that the user's module can name, its private imports included, and
/// so shadows the stand-in of the outer block. Whatever the user's `Role` lacks stays for rustc to say.
#[doc(hidden)]
#[macro_export]
macro_rules! __bare_roles {
    ($($name:ident)*, $requirement:expr) => {{
        // Called `Role` by an import, since editors complain of a module of that name.
        mod __no_role {
            $(pub(super) use $crate::__private::NO_ROLE as $name;)*
        }
        use __no_role as Role;
        {
            use self::*;
            use $crate::__private::LikeRole as _;
            $requirement
        }
    }};
}

pub use crate::{__bare_roles as bare_roles, __policy as policy};

/// A policy that is declared where this is called.
#[track_caller]
#[must_use]
pub const fn stated(requirement: Requirement, name: &'static str, module: &'static str) -> Statement {
    let place = ::core::panic::Location::caller();
    Statement { requirement, declared: Declaration { name, module, file: place.file(), line: place.line() } }
}

/// Holds a requirement with named parts against what only the compiler knows: what is behind the names.
///
/// # Panics
///
/// At compile time, when a part lets in callers without credentials: beside it the others would be void.
#[track_caller]
pub const fn stands_alone(requirement: &Requirement) {
    const VOID: &str = "a policy named here lets in callers without credentials (it is `public` or `auth(optional)`), \
                        so every other requirement beside it is void; help: name it alone, or leave it out";
    assert!(!requirement.is_open_somewhere(), "{}", VOID);
}

/// Checks that the argument of `#[authorize(..)]` is a [`Condition`].
pub fn condition<'a, C: Condition + 'a>(condition: C) -> Asked<'a> {
    condition.asked()
}

/// Ends a handler with its own error, from a `?` in its condition.
pub fn failed<R: Fallible<E>, E>(error: E) -> Result<R, EarlyResponse> {
    Ok(R::failed(error))
}

/// Stands in for each variant of a role enum where none called `Role` is in scope, so that the error can be ours.
#[derive(Clone, Copy, Debug)]
pub struct NoRole(::core::marker::PhantomData<*const ()>);

/// The only value of [`NoRole`].
pub const NO_ROLE: NoRole = NoRole(::core::marker::PhantomData);

/// A role that is named by its variant alone, which takes the enum to be called `Role`.
///
/// Every enum of names implements it but [`NoRole`], which alone is not `Send`.
#[diagnostic::on_unimplemented(
    message = "no role enum called `Role` is in scope here",
    label = "a bare role name is a variant of `Role`",
    note = "bring your role enum into this module: `use path::to::Role;`",
    note = "or write the role's path: `#[require_role(path::to::StaffRole::Admin)]`",
    note = "an enum becomes a role enum by `#[derive(Role)]`"
)]
pub trait InScope {}

#[diagnostic::do_not_recommend]
impl<R: Send> InScope for R {}

/// What a requirement may name as a role.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a role enum",
    label = "not a role enum",
    note = "write `#[derive(Role)]` above the enum"
)]
pub trait IsRole {}

#[diagnostic::do_not_recommend]
impl<R: Role> IsRole for R {}

// What is wrong with it, `InScope` has said.
impl IsRole for NoRole {}

/// Holds a role against [`IsRole`].
pub const fn role<R: IsRole>(role: &R) -> &R {
    role
}

/// Holds a role that is named by its variant alone against [`InScope`] as well.
pub const fn bare_role<R: InScope + IsRole>(role: &R) -> &R {
    role
}

/// Gives every type the method that `#[derive(Role)]` gives to roles, so that a type which is none is told of once, by
/// [`IsRole`].
pub trait LikeRole {
    #[doc(hidden)]
    fn __requirement(&self) -> Requirement {
        Undecided::REQUIREMENT
    }
}

impl<R> LikeRole for R {}

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
