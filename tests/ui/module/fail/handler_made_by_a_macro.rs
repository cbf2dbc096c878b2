use auth_core::prelude::*;

// wrong:

macro_rules! handler {
    ($name:ident) => {
        pub async fn $name() {}
    };
}

#[require_auth]
mod admin {
    pub async fn first() {}

    handler!(second);
}

// right:
//
// macro_rules! handler {
//     ($name:ident) => {
//         #[require_auth]
//         pub async fn $name() {}
//     };
// }
//
// #[require_auth]
// mod admin {
//     pub async fn first() {}
// }
//
// handler!(second);

fn main() {}
