use auth_core::prelude::*;

// wrong:

#[require_auth]
macro_rules! handler {
    ($name:ident) => {
        async fn $name() {}
    };
}

handler! { me }

// right:
//
// macro_rules! handler {
//     ($name:ident) => {
//         #[require_auth]
//         async fn $name() {}
//     };
// }
//
// handler! { me }

fn main() {}
