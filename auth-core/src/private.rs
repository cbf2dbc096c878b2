//! Items for the macros' output. Not public API.

use ::axum::extract::{FromRequest, Request};
use ::axum::handler::Handler;
use ::axum::response::IntoResponse;
use ::core::convert::Infallible;
use ::core::fmt;
use ::tower_service::Service;

pub use ::axum;
pub use ::core;
pub use ::core::marker::PhantomData;
pub use ::core::option::Option::{None, Some};
pub use ::core::result::Result::{self, Err, Ok};
pub use ::core::time::Duration;
pub use ::serde;

pub use crate::policy::{Conditions, CountBy, Declaration, Policy, Requirement, RouteLimit, Statement, Undecided};
pub use crate::policy::{Permission, Role, UnknownPermission, UnknownRole};
pub use crate::verify::Proof;
pub use crate::web::guard::authorize::{
    Asked, Condition, Decidable, Deferred, EarlyResponse, Fallible, Gate, TypeArgument, Via, Wait,
};
pub use crate::web::guard::{Guard, check};

/// A guard among a handler's own parameters, which is joined with its attributes.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has the name of `auth_core::Guard`",
    label = "another type called `Guard`",
    note = "rename the import, as in `use other::Guard as OtherGuard`"
)]
pub trait Parameter {
    /// The requirement of its policy.
    const REQUIREMENT: Requirement;
}

#[diagnostic::do_not_recommend]
impl<P: Policy> Parameter for Guard<P> {
    const REQUIREMENT: Requirement = P::REQUIREMENT;
}

/// Makes a type a policy, and declares the type for generated code only. With `alone`, for a handler that no module or impl
/// block covers, it is an error inside of a guarded module, which shadows `stringify`.
///
/// rustc expands this at a fraction of the cost of the same tokens from an attribute.
#[doc(hidden)]
#[macro_export]
macro_rules! __policy {
    ($policy:ident, $name:literal, $requirement:expr, $vis:vis enum alone $(; $conditions:expr)?) => {
        #[doc(hidden)]
        $vis enum $policy {}
        #[diagnostic::do_not_recommend]
        impl $crate::__private::Policy for $policy {
            const STATED: $crate::__private::Statement = {
                stringify! { __auth_core_covers $crate::__private::not_covered! {} };
                $crate::__private::stated($requirement, $name, $crate::__private::core::module_path!())
                    $(.under($conditions))?
            };
        }
    };
    ($policy:ident, $name:literal, $requirement:expr $(, $vis:vis enum)? $(; $conditions:expr)?) => {
        $(
            #[doc(hidden)]
            $vis enum $policy {}
        )?
        #[diagnostic::do_not_recommend]
        impl $crate::__private::Policy for $policy {
            const STATED: $crate::__private::Statement =
                $crate::__private::stated($requirement, $name, $crate::__private::core::module_path!())
                    $(.under($conditions))?;
        }
    };
}

pub use crate::__policy as policy;

/// The error of a handler inside of a guarded module that the module's guard does not cover.
#[doc(hidden)]
#[macro_export]
macro_rules! __not_covered {
    () => {
        $crate::__private::core::compile_error!(
            "the guard of the module around does not reach this handler\n\
             help: move it out of the function, constant, macro or file that it stands in, to the module itself"
        )
    };
}

pub use crate::__not_covered as not_covered;

/// An item that our attributes replace and attributes of another crate do not.
#[doc(hidden)]
#[macro_export]
macro_rules! __not_ours {
    ($path:literal) => {
        $crate::__private::core::compile_error!($crate::__private::core::concat!(
            "`#[",
            $path,
            "]` is not the attribute of `auth_core` with this name\n\
             help: import that: `use auth_core::prelude::*`; rename another: `use other::name as other_name`"
        ))
    };
}

pub use crate::__not_ours as not_ours;

/// The value that a function in a guarded module returns; see [`no_future`].
#[derive(Debug)]
pub struct Returned<T>(pub T);

#[derive(Debug)]
pub struct AFuture;
#[derive(Debug)]
pub struct NoFuture;

impl<F: Future> Returned<F> {
    pub fn kind(self) -> AFuture {
        AFuture
    }
}

/// The traits whose methods the checks call. rustc takes the first that applies: an inherent method of [`Returned`], one of a
/// trait for it, one of a trait for a reference to it.
pub mod answers {
    pub use super::{AHandler, AService, AnExtractor, NoExtractor, NoFunction, NoHandler, NoRouter, Otherwise};
}

/// Applies only where [`Returned`] has no inherent method, which takes precedence, because its value is not a future.
pub trait Otherwise: Sized {
    fn kind(self) -> NoFuture {
        NoFuture
    }
}

impl<T> Otherwise for Returned<T> {}

#[diagnostic::on_unimplemented(
    message = "this function returns a future, so a router could call it, and no guard covers it",
    label = "a future",
    note = "write it as `async fn` of the module or impl block, which the guard above covers; or move it out of there"
)]
pub trait Uncallable {}

impl Uncallable for NoFuture {}

#[diagnostic::do_not_recommend]
impl Uncallable for (NoFuture, NoFuture) {}

/// Checks that a function does not return a future of any type: `no_future(Returned(call()).kind())`.
pub fn no_future(_: impl Uncallable) {}

#[derive(Debug)]
pub struct ARouter;

impl<S> Returned<axum::Router<S>> {
    #[must_use]
    pub fn router(self) -> ARouter {
        ARouter
    }
}

impl<S, E> Returned<axum::routing::MethodRouter<S, E>> {
    #[must_use]
    pub fn router(self) -> ARouter {
        ARouter
    }
}

impl<S> Returned<&axum::Router<S>> {
    #[must_use]
    pub fn router(self) -> ARouter {
        ARouter
    }
}

impl<S, E> Returned<&axum::routing::MethodRouter<S, E>> {
    #[must_use]
    pub fn router(self) -> ARouter {
        ARouter
    }
}

/// A service that a router could route to.
pub trait AService: Sized {
    fn router(self) -> ARouter {
        ARouter
    }
}

impl<T> AService for Returned<T> where T: Service<Request, Error = Infallible> {}

/// Applies where no other method does.
pub trait NoRouter: Sized {
    fn router(self) -> NoFuture {
        NoFuture
    }
}

impl<T> NoRouter for &Returned<T> {}

#[diagnostic::on_unimplemented(
    message = "a plain router or service answers requests that the guard around does not cover",
    label = "a plain router or service",
    note = "give out a `GuardedRouter` or `GuardedMethodRouter`, made by the `get`, `post`, .. of `auth_core::prelude`; or \
            move this out of the guarded module or impl block"
)]
pub trait Covered {}

impl Covered for NoFuture {}

/// Checks that something inside a guarded module gives no plain router, whose handlers need no evidence.
pub fn no_router(_: impl Covered) {}

#[derive(Debug)]
pub struct AnyHandler;

/// A handler of axum, whatever its state.
pub trait AHandler<T, S>: Sized {
    fn handler(self) -> AnyHandler {
        AnyHandler
    }
}

impl<H, T, S> AHandler<T, S> for Returned<H> where H: Handler<T, S> {}

/// A response is a handler for axum, too.
impl<R: IntoResponse> Returned<R> {
    pub fn handler(self) -> NoFuture {
        NoFuture
    }
}

/// Applies where no other method does.
pub trait NoHandler: Sized {
    fn handler(self) -> NoFuture {
        NoFuture
    }
}

impl<T> NoHandler for &Returned<T> {}

#[diagnostic::on_unimplemented(
    message = "this gives out a handler that the guard around does not cover",
    label = "a handler",
    note = "write it as `async fn` of the module or impl block, which the guard above covers; or move it out of there"
)]
pub trait Unrouted {}

impl Unrouted for NoFuture {}

/// Checks that something inside a guarded module gives no handler: a router could call it.
pub fn no_handler(_: impl Unrouted) {}

#[derive(Debug)]
pub struct Extracted;

/// An extractor, whatever the state.
pub trait AnExtractor<S, M>: Sized {
    fn extractor(self) -> Extracted {
        Extracted
    }
}

impl<T, S, M> AnExtractor<S, M> for Returned<T> where T: FromRequest<S, M> {}

/// Applies where no other method does.
pub trait NoExtractor: Sized {
    fn extractor(self) -> NoFuture {
        NoFuture
    }
}

impl<T> NoExtractor for &Returned<T> {}

#[diagnostic::on_unimplemented(
    message = "a router could call this without the guard, with `self` for an extractor",
    label = "an extractor",
    note = "take what it needs from the state: `State(service): State<Service>`; or move it out of the guarded module or impl \
            block"
)]
pub trait Unreceived {}

#[diagnostic::do_not_recommend]
impl<K> Unreceived for (NoFuture, K) {}

#[diagnostic::do_not_recommend]
impl Unreceived for (Extracted, NoFuture) {}

/// Checks that a method which gives a future has no receiver that is an extractor.
pub fn no_receiver(_: impl Unreceived) {}

macro_rules! functions {
    ($($parameter:ident)*) => {
        functions!(@impls $($parameter)*);
    };
    (@impls) => {
        functions!(@one);
    };
    (@impls $first:ident $($rest:ident)*) => {
        functions!(@one $first $($rest)*);
        functions!(@impls $($rest)*);
    };
    (@one $($parameter:ident)*) => {
        impl<R: Future, $($parameter),*> Returned<fn($($parameter),*) -> R> {
            pub fn function(self) -> AFuture {
                AFuture
            }
        }
    };
}

functions!(A B C D E F G H I J K L M N O P);

/// Applies where [`Returned`] has no inherent method.
pub trait NoFunction: Sized {
    fn function(self) -> NoFuture {
        NoFuture
    }
}

impl<T> NoFunction for Returned<T> {}

/// Checks that something inside a guarded module gives no function that returns a future: a router could call it.
pub fn no_function(_: impl Uncallable) {}

/// An argument for a function that is never called.
#[must_use]
pub fn any<T>() -> T {
    unreachable!("a check of types calls nothing")
}

/// A policy declared at the place of the call.
#[track_caller]
#[must_use]
pub const fn stated(requirement: Requirement, name: &'static str, module: &'static str) -> Statement {
    let place = ::core::panic::Location::caller();
    let declared = Declaration { name, module, file: place.file(), line: place.line() };
    Statement { requirement, declared, conditions: Conditions::NONE }
}

/// Asserts that a requirement means what it appears to mean.
///
/// # Panics
///
/// At compile time: when no caller or every caller meets a part of it, or a part has no effect or voids the others.
#[track_caller]
pub const fn assert_sound(requirement: &Requirement) {
    if let Err(fault) = crate::policy::check(requirement) {
        let message = fault.message();
        panic!("{}", message.as_str());
    }
}

/// Whether callers without credentials meet a requirement, and a credential that is sent is verified.
#[must_use]
pub const fn is_optional(requirement: &Requirement) -> bool {
    matches!(requirement, Requirement::Optional)
}

/// Checks that the argument of `#[authorize(..)]` is a [`Condition`].
pub fn condition<'a, C: Condition<K> + 'a, K: Decidable<C>>(condition: C) -> Asked<'a> {
    condition.asked()
}

/// Ends a handler with its own error, from a `?` in its condition.
pub fn failed<R: Fallible<E>, E>(error: E) -> Result<R, EarlyResponse> {
    Ok(R::failed(error))
}

/// The requirement of the policy whose constant the pattern of the first function names.
#[must_use]
pub const fn named<N, P, F>(_: P, _: F) -> Requirement
where
    N: Named,
    P: Fn(N) -> N + Copy,
    F: Fn() -> N + Copy,
{
    N::REQUIREMENT
}

/// The constant of a policy, or what is found by a name in place of one.
#[diagnostic::on_unimplemented(
    message = "no policy has this name",
    label = "not a policy",
    note = "a role is written in parentheses: `#[require(role(Admin))]`",
    note = "a policy is declared first: `guard!(pub Staff = all(role(Moderator), mfa));`",
    note = "a type alias of a policy is written as a path: `#[require(self::Alias)]`"
)]
pub trait Named {
    /// The requirement of the policy.
    const REQUIREMENT: Requirement;
}

#[diagnostic::do_not_recommend]
impl<P: Policy> Named for TypeArgument<PhantomData<P>> {
    const REQUIREMENT: Requirement = P::REQUIREMENT;
}

/// Checks that a path in a requirement is a role.
pub const fn role<R: IsRole<K>, K: Single>(role: &R) -> &R {
    role
}

/// A [`Role`], or what is written in place of one and has a message of its own, by its kind `K`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a role enum",
    label = "not a role enum",
    note = "write `#[derive(Role)]` above the enum"
)]
pub trait IsRole<K> {}

#[diagnostic::do_not_recommend]
impl<R: Role> IsRole<()> for R {}

#[diagnostic::do_not_recommend]
impl<R, const N: usize> IsRole<NoRole<()>> for [R; N] {}

#[diagnostic::do_not_recommend]
impl<R> IsRole<NoRole<()>> for &[R] {}

#[diagnostic::do_not_recommend]
impl<R, const N: usize> IsRole<NoRole<()>> for &[R; N] {}

#[diagnostic::do_not_recommend]
impl<T> IsRole<Self> for NoRole<T> {}

#[diagnostic::on_unimplemented(
    message = "expected a variant of the role enum, found a list or another constant",
    label = "not a variant of the role enum",
    note = "list the roles: `#[require_role(Admin, Moderator)]`",
    note = "a list with a name is a policy: `guard!(Staff = role(Admin, Moderator));` and `#[require(Staff)]`"
)]
pub trait Single {}

#[diagnostic::do_not_recommend]
impl Single for () {}

/// The type of a name in the form of a constant that the role enum does not have.
#[derive(Debug)]
pub struct NoRole<T>(pub T);

impl NoRole<()> {
    #[must_use]
    pub const fn __requirement(&self) -> Requirement {
        Requirement::Any(&[])
    }
}

/// Checks that a path in a requirement is a permission.
pub const fn permission<P: Permission>(permission: &P) -> &P {
    permission
}

/// Reads a role from its name.
pub fn deserialize_role<'de, R: Role, D: serde::Deserializer<'de>>(deserializer: D) -> Result<R, D::Error> {
    deserialize_name(deserializer, || R::ALL.iter().map(|role| role.name()).collect())
}

/// Reads a permission from its name.
pub fn deserialize_permission<'de, P: Permission, D: serde::Deserializer<'de>>(deserializer: D) -> Result<P, D::Error> {
    deserialize_name(deserializer, || P::ALL.iter().map(|permission| permission.name()).collect())
}

/// The visitor expects one of these names: refusals of a body name them.
fn deserialize_name<'de, R, D>(deserializer: D, names: fn() -> Vec<&'static str>) -> Result<R, D::Error>
where
    R: ::core::str::FromStr<Err: fmt::Display>,
    D: serde::Deserializer<'de>,
{
    struct Name<R>(fn() -> Vec<&'static str>, PhantomData<R>);

    impl<R: ::core::str::FromStr<Err: fmt::Display>> serde::de::Visitor<'_> for Name<R> {
        type Value = R;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            let names: Vec<_> = (self.0)().iter().map(|name| format!("`{name}`")).collect();
            write!(f, "one of {}", names.join(", "))
        }

        fn visit_str<E: serde::de::Error>(self, name: &str) -> Result<R, E> {
            name.parse().map_err(E::custom)
        }
    }

    deserializer.deserialize_str(Name(names, PhantomData))
}

#[cfg(feature = "openapi")]
#[doc(hidden)]
#[macro_export]
macro_rules! __documented_routes {
    ($($handler:path),+ $(,)?) => {{
        #[allow(unused_imports)]
        use $crate::openapi::axum;
        $crate::openapi::utoipa_axum::routes!($($handler),+)
    }};
}
