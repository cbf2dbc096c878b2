//! A module in which the names of the prelude, of primitive types and of crates mean something else.

#![allow(
    non_camel_case_types,
    dead_code,
    unused_macros,
    clippy::module_name_repetitions,
    reason = "that these names are taken is what is tried"
)]

use ::axum::extract::Path;
use ::guards::{Identity, Role as DeriveRole, authorize, guard, public, require, require_auth, require_role};

mod core {}
mod std {}
mod alloc {}
mod axum {}
mod guards {}
mod auth_core {}
mod serde {}

struct Result;
struct Option;
struct Box;
struct Vec;
struct Future;
struct Send;
struct Sync;
struct Guard;
struct Policy;
struct Requirement;
struct Gate;
struct Proof;
struct str;
struct bool;
struct u32;

macro_rules! line {
    () => {
        compile_error!("not this one")
    };
}
macro_rules! file {
    () => {
        compile_error!("not this one")
    };
}
macro_rules! module_path {
    () => {
        compile_error!("not this one")
    };
}
macro_rules! matches {
    () => {
        compile_error!("not this one")
    };
}

#[derive(DeriveRole, Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    User,
    #[role(includes(User))]
    Admin,
}

guard!(Careful = all(role(Admin), mfa));

#[require_role(Admin)]
async fn users() {}

#[require(any(Careful, api_key))]
async fn purge() {}

#[public]
async fn health() {}

#[require_auth]
#[authorize(identity.subject().as_str() == id)]
async fn edit(
    identity: Identity,
    Path(id): Path<::std::string::String>,
    body: ::std::string::String,
) -> ::std::string::String {
    body
}

/// The routes of this module.
pub fn routes() -> ::guards::GuardedRouter<::guards::Auth> {
    use ::guards::routing::{get, post};
    ::guards::GuardedRouter::new()
        .route("/shadowed/users", get(users).delete(purge))
        .route("/shadowed/health", get(health))
        .route("/shadowed/edit", post(edit))
}
