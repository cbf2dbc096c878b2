use auth_core::prelude::*;

macro_rules! handler {
    ($name:ident) => {
        #[require_auth]
        async fn $name() {}
    };
}

// wrong:

#[require_scope("admin")]
mod admin {
    use auth_core::prelude::*;

    pub async fn first() {}

    pub fn routes() -> GuardedRouter<Auth> {
        handler!(second);
        GuardedRouter::new().route("/first", get(first)).route("/second", get(second))
    }
}

// right:
//
// #[require_scope("admin")]
// mod admin {
//     use auth_core::prelude::*;
//
//     pub async fn first() {}
//     pub async fn second() {}
//
//     pub fn routes() -> GuardedRouter<Auth> {
//         GuardedRouter::new().route("/first", get(first)).route("/second", get(second))
//     }
// }

fn main() {}
