use auth_core::prelude::*;

// wrong:

#[require_auth]
mod admin {
    macro_rules! handler {
        ($name:ident) => {
            pub async fn $name() {}
        };
    }

    pub async fn first() {}
}

// right:
//
// #[require_auth]
// mod admin {
//     pub async fn first() {}
//     pub async fn second() {}
// }

fn main() {}
