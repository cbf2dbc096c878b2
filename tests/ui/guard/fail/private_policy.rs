use auth_core::prelude::*;

mod policies {
    use auth_core::prelude::*;

    guard!(Opaque = mfa);
    guard!(pub Staff = mfa);
}

// wrong:

#[require(policies::Opaque)]
async fn handler() {}

// right:
//
// #[require(policies::Staff)]
// async fn handler() {}

fn main() {}
