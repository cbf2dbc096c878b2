use auth_core::require_auth;

// wrong:

#[require_auth]
#[require_scope("notes:read")]
async fn handler() {}

// right:
//
// #[require_auth]
// #[auth_core::require_scope("notes:read")]
// async fn handler() {}

fn main() {}
