use auth_core::prelude::*;

// wrong:

macro_rules! handler {
    ($name:ident) => {
        async fn $name() {}
    };
}

#[require_auth]
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
