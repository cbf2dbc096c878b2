//! A role enum, checked.

use proc_macro2::{Ident, TokenStream};
use syn::Visibility;

/// A role enum.
pub(crate) struct RoleEnum {
    pub(crate) vis: Visibility,
    pub(crate) ident: Ident,
    pub(crate) roles: Vec<Role>,
    /// The path of `auth_core`, from `crate = path`.
    pub(crate) auth_core: Option<TokenStream>,
}

/// One of its roles.
pub(crate) struct Role {
    pub(crate) variant: Ident,
    /// Its name in stores and tokens.
    pub(crate) name: String,
    /// The names of all roles that include this one, itself first.
    pub(crate) granted_by: Vec<String>,
}
