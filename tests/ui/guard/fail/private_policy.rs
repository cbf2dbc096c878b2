use auth_core::prelude::*;

mod policies {
    use auth_core::prelude::*;

    guard!(Hidden = mfa);
    guard!(pub Staff = mfa);
}

// wrong:

#[require(policies::Hidden)]
async fn handler() {}

// right:
//
// #[require(policies::Staff)]
// async fn handler() {}

fn main() {}
