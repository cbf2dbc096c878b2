//! A role or permission enum, checked.

use proc_macro2::{Ident, TokenStream};
use syn::Visibility;

/// What an enum names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EnumKind {
    Role,
    Permission,
}

impl EnumKind {
    /// The word for one variant, which is the name of the attribute as well.
    pub(super) const fn noun(self) -> &'static str {
        match self {
            Self::Role => "role",
            Self::Permission => "permission",
        }
    }

    /// The trait.
    pub(super) const fn derive(self) -> &'static str {
        match self {
            Self::Role => "Role",
            Self::Permission => "Permission",
        }
    }

    /// Variants as an example.
    pub(super) const fn variants(self) -> &'static str {
        match self {
            Self::Role => "User, Admin",
            Self::Permission => "UsersRead, UsersWrite",
        }
    }

    /// A name as an example.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Role => "super-user",
            Self::Permission => "users:read",
        }
    }
}

/// A role or permission enum.
pub(crate) struct RoleEnum {
    pub(crate) vis: Visibility,
    pub(crate) ident: Ident,
    pub(crate) roles: Vec<Role>,
    /// The path of `auth_core`, from `crate = path`.
    pub(crate) auth_core: Option<TokenStream>,
}

/// One of its roles or permissions.
pub(crate) struct Role {
    pub(crate) variant: Ident,
    /// Its name in stores and tokens.
    pub(crate) name: String,
    /// The names of all roles that include this one, itself first; empty for a permission.
    pub(crate) granted_by: Vec<String>,
}
