//! The attributes of `auth_core`, which re-exports them; depend on that crate, not on this one.
//!
//! An attribute says who may call the handler below it. It inserts evidence of that as the handler's first parameter,
//! which axum therefore extracts before any other, and which `GuardedRouter` demands.
//!
//! Above an inline module or an `impl` block an attribute guards every `async fn` inside that a router could call, besides what
//! stands above it there; tests and methods with `&self` are left alone. What it cannot guard, such as the call of a macro,
//! a `pub use` or a function that returns a future, does not compile inside.
//!
//! Several attributes above one handler must all be met. They become one guard, and a credential is verified once
//! however many ask for it.
//!
//! | | who may call |
//! | --- | --- |
//! | [`#[require_auth]`](macro@require_auth) | a subject with a valid access token |
//! | [`#[require_role(A, B)]`](macro@require_role) | a subject with one of these roles, or one that includes one of them |
//! | [`#[require_permission(A, B)]`](macro@require_permission) | a subject whose roles have these permissions, as data of a store |
//! | [`#[require_scope("a")]`](macro@require_scope) | a caller whose credential carries these scopes |
//! | [`#[api_key]`](macro@api_key) | a program with a valid API key |
//! | [`#[require(..)]`](macro@require) | a caller that meets this requirement |
//! | [`#[authorize(..)]`](macro@authorize) | a caller for whom this condition holds as well |
//! | [`#[rate_limit(..)]`](macro@rate_limit) | a caller who has not called too often |
//! | [`#[public]`](macro@public) | any caller |
//!
//! [`derive(Role)`](derive@Role) makes an enum the roles, [`derive(Permission)`](derive@Permission) the permissions, [`guard!`](macro@guard) declares a policy by name.
//!
//! Each macro takes `crate = path` as its first argument (`guard!` with a `;` behind it, `derive(Role)` in `#[role(..)]`), for a
//! crate that has `auth_core` only through another: `#[require_auth(crate = my_framework::auth_core)]`.
//!
//! A refused caller is answered 401 or 403 with an RFC 6750 challenge before any other parameter is looked at. What is
//! written wrongly does not compile; all mistakes of one attribute are reported together.

use proc_macro::TokenStream;

mod above;
mod args;
mod check;
mod diagnostics;
mod expand;
mod manifest;
mod model;
mod paths;
mod role;
#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;

use args::AttrKind;
use role::EnumKind;

/// Any caller with a valid access token may call this handler.
///
/// With `optional`, callers without credentials may call it as well; a credential that is sent must be a valid access
/// token. It cannot be combined with another guard, which would have no effect.
///
/// ```
/// use auth_core::prelude::*;
///
/// #[require_auth]
/// async fn me(identity: Identity) -> String {
///     identity.subject().to_string()
/// }
///
/// #[require_auth(optional)]
/// async fn greet(identity: Option<Identity>) -> String {
///     identity.map_or_else(|| "who are you?".to_owned(), |identity| identity.subject().to_string())
/// }
/// ```
#[proc_macro_attribute]
pub fn require_auth(args: TokenStream, item: TokenStream) -> TokenStream {
    expand::attribute(AttrKind::RequireAuth, args.into(), item.into()).into()
}

/// A subject that holds one of these roles, or a role that includes one of them, may call this handler.
///
/// A bare name is a variant of the enum `Role` in scope; a path is used as written. `all(..)`, `any(..)` and `not(..)`
/// combine roles.
///
/// ```
/// use auth_core::prelude::*;
///
/// #[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
/// enum Role {
///     User,
///     #[role(includes(User))]
///     Moderator,
///     Auditor,
/// }
///
/// #[require_role(Moderator, Auditor)]
/// async fn reports() {}
///
/// #[require_role(all(Moderator, not(Auditor)))]
/// async fn publish() {}
///
/// #[require_role(self::Role::User)]
/// async fn home() {}
/// # fn main() {}
/// ```
///
/// A role that does not exist is a compile error.
#[proc_macro_attribute]
pub fn require_role(args: TokenStream, item: TokenStream) -> TokenStream {
    expand::attribute(AttrKind::RequireRole, args.into(), item.into()).into()
}

/// A subject whose roles have all of these permissions may call this handler.
///
/// Which roles have a permission is data of a store (`auth_core::store::RolePermissions`), so that an application's
/// customers can make roles. A bare name is a variant of the enum `Permission` in scope; a path is used as written.
///
/// ```
/// use auth_core::prelude::*;
///
/// #[derive(Permission, Clone, Copy, Debug, PartialEq, Eq)]
/// enum Permission {
///     UsersRead,
///     UsersWrite,
/// }
///
/// #[require_permission(UsersRead, UsersWrite)]
/// async fn edit() {}
///
/// #[require(any(permission(UsersRead), api_key))]
/// async fn list() {}
/// # fn main() {}
/// ```
///
/// A permission that does not exist is a compile error. When the store does not answer, the response is 503.
#[proc_macro_attribute]
pub fn require_permission(args: TokenStream, item: TokenStream) -> TokenStream {
    expand::attribute(AttrKind::RequirePermission, args.into(), item.into()).into()
}

/// A caller whose credential carries all of these scopes (RFC 6749 section 3.3) may call this handler.
///
/// The credential is the access token, or the API key beside `#[api_key]`. Without the scopes the answer is 403 with the
/// challenge `error="insufficient_scope"`, which lists them.
///
/// ```
/// use auth_core::prelude::*;
///
/// #[require_scope("reports:read", "reports:list")]
/// async fn reports() {}
/// ```
#[proc_macro_attribute]
pub fn require_scope(args: TokenStream, item: TokenStream) -> TokenStream {
    expand::attribute(AttrKind::RequireScope, args.into(), item.into()).into()
}

/// A program with a valid API key may call this handler.
///
/// ```
/// use auth_core::prelude::*;
///
/// #[api_key]
/// async fn ping() {}
///
/// #[api_key(scope = "reports:read")]
/// async fn report(key: ApiKeyIdentity) {}
///
/// #[api_key(scopes = ["reports:read", "reports:list"])]
/// async fn reports() {}
/// ```
#[proc_macro_attribute]
pub fn api_key(args: TokenStream, item: TokenStream) -> TokenStream {
    expand::attribute(AttrKind::ApiKey, args.into(), item.into()).into()
}

/// Any caller may call this handler, with or without credentials.
///
/// It cannot be combined with another guard.
///
/// ```
/// use auth_core::prelude::*;
///
/// #[public]
/// async fn health() -> &'static str {
///     "ok"
/// }
/// ```
#[proc_macro_attribute]
pub fn public(args: TokenStream, item: TokenStream) -> TokenStream {
    expand::attribute(AttrKind::Public, args.into(), item.into()).into()
}

/// The general form: a caller who meets this requirement may call this handler.
///
/// | word | is met by |
/// | --- | --- |
/// | `auth` | a subject with a valid access token |
/// | `auth(optional)` | no credential, or a valid access token; stands alone |
/// | `api_key` | a program with a valid API key |
/// | `public` | any caller; stands alone |
/// | `role(A, B)` | a subject with one of these roles, or with one that includes one of them |
/// | `permission(A, B)` | a subject whose roles have these permissions, as data of a store |
/// | `scope("a")` | a credential that carries this scope |
/// | `fresh("10m")` | a subject that authenticated at most so long ago (`s`, `m`, `h`, `d`) |
/// | `amr("otp")` | a subject that authenticated by this method (RFC 8176) |
/// | `claim("tenant", "acme")` | a subject whose access token carries this claim with this value |
/// | `mfa` | the same as `amr("mfa")` |
/// | `any(..)` | a caller who meets one of those inside |
/// | `all(..)` | a caller who meets all of those inside |
/// | `not(..)` | a known caller who does not meet what is inside |
/// | a path | a caller who meets the policy that [`guard!`](macro@guard) has declared there |
///
/// A requirement that no caller can meet, or whose parts make each other void, does not compile.
///
/// ```
/// use auth_core::prelude::*;
///
/// # #[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
/// # enum Role { Admin }
/// guard!(Careful = all(mfa, fresh("10m")));
///
/// #[require(any(all(role(Admin), Careful), api_key))]
/// async fn purge() {}
/// # fn main() {}
/// ```
#[proc_macro_attribute]
pub fn require(args: TokenStream, item: TokenStream) -> TokenStream {
    expand::attribute(AttrKind::Require, args.into(), item.into()).into()
}

/// Limits how often a handler is called, in addition to a guard.
///
/// The quota is a number per period: `10/m`, `5/15m`, or `100/m burst 200` for more at once; units are `s`, `m`, `h` and
/// `d`. `by` is what it counts by:
///
/// | `by =` | counts | checked |
/// | --- | --- | --- |
/// | `subject` | the subject of the access token | after the guard |
/// | `key` | the API key | after the guard |
/// | `address` | the client's address, of IPv6 its first 64 bits | before the guard |
///
/// A caller without a subject, or without a key, is counted by the address. Several limits above one handler must all be
/// met. A used up quota is answered 429 with `Retry-After`. The policy table shows the limits of each route.
/// `AuthBuilder::shared_limits` counts on all nodes together, `RateLimits::off` turns these limits off as well.
///
/// ```
/// use auth_core::prelude::*;
///
/// #[require_auth]
/// #[rate_limit("10/m", by = subject)]
/// #[rate_limit("100/m burst 200", by = address)]
/// async fn export(identity: Identity) {}
/// # fn main() {}
/// ```
#[proc_macro_attribute]
pub fn rate_limit(args: TokenStream, item: TokenStream) -> TokenStream {
    expand::attribute(AttrKind::RateLimit, args.into(), item.into()).into()
}

/// A condition over the handler's parameters, in addition to a guard.
///
/// It is a Rust expression of type `bool`, or a value that implements `auth_core::Rule`:
/// `#[authorize(CanEdit(&documents, id))]`. It may use `.await`, and `?` where the handler's return type allows it. If it
/// is false, the answer is 403.
///
/// Unless it names the last parameter, that parameter is read only after the condition, so that the body of a forbidden
/// caller is not read and causes no error of its own.
///
/// ```
/// use auth_core::prelude::*;
/// use axum::extract::Path;
///
/// #[require_auth]
/// #[authorize(identity.subject().as_str() == id)]
/// async fn edit(identity: Identity, Path(id): Path<String>, body: String) {}
/// ```
#[proc_macro_attribute]
pub fn authorize(args: TokenStream, item: TokenStream) -> TokenStream {
    expand::attribute(AttrKind::Authorize, args.into(), item.into()).into()
}

/// Declares a named policy, for [`#[require(..)]`](macro@require), for other policies, and for `Guard<Policy>` and
/// `Proof<Policy>` in the signatures of handlers and services.
///
/// The requirement is written as in `#[require(..)]`.
///
/// ```
/// use auth_core::prelude::*;
///
/// # #[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
/// # enum Role { Moderator }
/// guard!(pub StaffOnDuty = all(role(Moderator), scope("duty"), fresh("10m")));
///
/// #[require(StaffOnDuty)]
/// async fn queue() {}
///
/// fn purge(by: &Proof<StaffOnDuty>) {}
///
/// async fn clean(guard: Guard<StaffOnDuty>) {
///     purge(guard.proof());
/// }
///
/// # fn main() {}
/// ```
#[proc_macro]
pub fn guard(input: TokenStream) -> TokenStream {
    expand::guard(input.into()).into()
}

/// Makes an enum without data the roles of an application.
///
/// The name of a role in stores and tokens is its variant's name. `#[role(rename_all = "..")]` above the enum changes all
/// names (serde's cases), `#[role(rename = "..")]` above a variant changes one. `#[role(includes(A, B))]` gives a role the
/// rights of others, transitively; a cycle does not compile.
///
/// Besides `auth_core::Role` the enum gets `Display`, `FromStr`, `Serialize` and `Deserialize` by those names.
///
/// ```
/// use auth_core::prelude::*;
///
/// #[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
/// #[role(rename_all = "kebab-case")]
/// enum Role {
///     User,
///     #[role(includes(User))]
///     Moderator,
///     #[role(includes(Moderator), rename = "root")]
///     Admin,
/// }
///
/// assert_eq!(Role::Admin.to_string(), "root");
/// assert_eq!("user".parse(), Ok(Role::User));
/// ```
#[proc_macro_derive(Role, attributes(role))]
pub fn derive_role(input: TokenStream) -> TokenStream {
    expand::derive(EnumKind::Role, input.into()).into()
}

/// Makes an enum without data the permissions of an application, for `#[require_permission(..)]`.
///
/// The name of a permission in stores is its variant's name. `#[permission(rename_all = "..")]` above the enum changes all
/// names (serde's cases), `#[permission(rename = "..")]` above a variant changes one.
///
/// Besides `auth_core::Permission` the enum gets `Display`, `FromStr`, `Serialize` and `Deserialize` by those names.
///
/// ```
/// use auth_core::prelude::*;
///
/// #[derive(Permission, Clone, Copy, Debug, PartialEq, Eq)]
/// #[permission(rename_all = "kebab-case")]
/// enum Permission {
///     UsersRead,
///     #[permission(rename = "users:write")]
///     UsersWrite,
/// }
///
/// assert_eq!(Permission::UsersRead.to_string(), "users-read");
/// assert_eq!("users:write".parse(), Ok(Permission::UsersWrite));
/// ```
#[proc_macro_derive(Permission, attributes(permission))]
pub fn derive_permission(input: TokenStream) -> TokenStream {
    expand::derive(EnumKind::Permission, input.into()).into()
}
