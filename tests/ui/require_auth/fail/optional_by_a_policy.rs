use auth_core::prelude::*;

guard!(Anyone = auth(optional));

// wrong:

#[require(Anyone)]
async fn greet(identity: Identity) -> String {
    identity.subject().to_string()
}

// right:
//
// #[require(Anyone)]
// async fn greet(identity: Option<Identity>) -> String {
//     identity.map_or_else(String::new, |identity| identity.subject().to_string())
// }

fn main() {}
