//! The roles.

use auth_core::prelude::*;

/// The roles of this service; each may do what those above it may.
#[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
#[role(rename_all = "lowercase")]
pub enum Role {
    /// Every registered user.
    User,
    /// Manages users.
    #[role(includes(User))]
    Moderator,
    /// Manages everything.
    #[role(includes(Moderator))]
    Admin,
}
