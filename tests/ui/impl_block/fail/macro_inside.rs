use auth_core::prelude::*;

struct Api;

macro_rules! handler {
    ($name:ident) => {
        async fn $name() {}
    };
}

// wrong:

#[require_auth]
impl Api {
    async fn first() {}
    handler!(second);
}

// right:
//
// #[require_auth]
// impl Api {
//     async fn first() {}
//     async fn second() {}
// }

fn main() {}
