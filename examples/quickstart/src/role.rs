//! Who there is.

use auth_core::prelude::*;

/// The roles of this service; each may do what those above it may.
#[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Every registered user.
    User,
    /// Looks after users.
    #[role(includes(User))]
    Moderator,
    /// Looks after everything.
    #[role(includes(Moderator))]
    Admin,
}
