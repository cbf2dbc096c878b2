use auth_core::prelude::*;

// wrong:

#[require_auth]
#[rate_limit("10/m", by = subject)]
mod admin {
    pub async fn handler() {}
}

// right:
//
// #[require_auth]
// mod admin {
//     #[auth_core::rate_limit("10/m", by = subject)]
//     pub async fn handler() {}
// }

fn main() {}
