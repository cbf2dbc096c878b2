//! Shapes of functions and parameters.

use axum::extract::{Path, State};
use guards::prelude::*;
use guards::{GuardedRouter, authorize as allowed, require_auth as signed_in, require_scope as scoped};

/// Which page.
pub type Page = (u32, u32);

/// A raw identifier as a handler's name, a parameter's and a role's.
pub mod raw {
    use guards::prelude::*;

    /// Roles with names that are keywords.
    #[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
    #[expect(non_camel_case_types, reason = "a keyword is what is tried")]
    pub enum Role {
        /// The first.
        r#type,
        /// The second.
        #[role(includes(r#type))]
        r#match,
    }

    #[require_role(r#match, Role::r#type)]
    pub(super) async fn r#loop(r#in: String) -> String {
        r#in
    }
}

/// A doc comment above the attribute.
#[require_auth]
/// And one below it.
pub async fn documented() {}

#[require_auth]
async fn patterns(Path((id, page)): Path<Page>, State(_auth): State<Auth>, mut body: String) -> String {
    body.push_str(&format_args!("{id} {page}").to_string());
    body
}

#[require_auth]
async fn with_cfg(#[cfg(unix)] _id: Path<u32>, #[cfg(not(unix))] _id: State<Auth>) {}

#[cfg_attr(all(), require_auth)]
async fn behind_cfg_attr() {}

#[require_auth]
#[cfg_attr(all(), require_scope("a"))]
async fn beside_cfg_attr() {}

#[require_auth]
#[authorize(number > 0)]
#[scoped("a")]
async fn condition_beside_another_name(Path(number): Path<u32>) {}

#[require_auth]
#[authorize(number > 0)]
#[allowed(number < 9)]
async fn conditions_apart(Path(number): Path<u32>) {}

#[signed_in]
async fn by_another_name() {}

#[require_scope("a")]
#[signed_in]
async fn beside_another_name() {}

#[guards::require_auth]
#[guards::require_scope("a")]
async fn by_path() {}

#[cfg(unix)]
#[require_auth]
async fn either() {}

#[cfg(not(unix))]
#[require_scope("b")]
async fn either() {}

#[require_auth]
#[cfg(unix)]
async fn cfg_below() {}

#[require_scope("b")]
#[cfg(not(unix))]
async fn cfg_below() {}

#[require_auth]
#[inline]
#[must_use = "an attribute of another kind stays"]
#[allow(clippy::unused_unit, reason = "it is what is tried")]
async fn with_unit() -> () {}

macro_rules! handlers {
    ($($name:ident: $role:path, $scope:literal, $condition:expr => $body:block)*) => {$(
        #[require_role($role)]
        #[require_scope($scope)]
        #[authorize($condition)]
        async fn $name() -> String $body
    )*};
}

handlers! {
    made_by_a_macro: raw::Role::r#match, "made", "made".len() == 4 => { String::from("made") }
}

macro_rules! documents {
    ($name:ident, $role:ident, $id:ident: $ty:ty) => {
        #[require_role($role)]
        async fn $name(Path($id): Path<$ty>) -> String {
            $id.to_string()
        }
    };
}

mod documents {
    use axum::extract::Path;
    use guards::prelude::*;

    use super::raw::Role;

    documents!(document, r#match, id: u32);

    pub(super) fn route() -> guards::GuardedMethodRouter<Auth> {
        get(document)
    }
}

/// A handler in a function's body.
pub fn routes() -> GuardedRouter<Auth> {
    #[require_auth]
    async fn local() {}

    GuardedRouter::new()
        .route("/raw", post(raw::r#loop))
        .route("/documented", get(documented))
        .route("/patterns/{id}/{page}", post(patterns))
        .route("/cfg/{id}", get(with_cfg))
        .route("/cfg-attr", get(behind_cfg_attr).post(beside_cfg_attr))
        .route("/conditions/{number}", get(condition_beside_another_name).post(conditions_apart))
        .route("/renamed", get(by_another_name).post(by_path).put(beside_another_name))
        .route("/either", get(either).post(cfg_below))
        .route("/unit", get(with_unit))
        .route("/local", get(local))
        .route("/made", get(made_by_a_macro))
        .route("/documents/{id}", documents::route())
}
