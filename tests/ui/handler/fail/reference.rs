use auth_core::prelude::*;

// wrong:

#[require_auth]
async fn me(identity: &Identity) -> String {
    identity.subject().to_string()
}

#[require_auth]
async fn echo<'a>(text: &'a str) -> String {
    text.to_owned()
}

// right:
//
// #[require_auth]
// async fn me(identity: Identity) -> String {
//     identity.subject().to_string()
// }
//
// #[require_auth]
// async fn echo(text: String) -> String {
//     text
// }

fn main() {}
