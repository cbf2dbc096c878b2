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

fn main() {
    let _: GuardedRouter<Auth> = GuardedRouter::new().route("/admin", get(admin::first).post(admin::second));
}

// right:
//
// macro_rules! handler {
//     ($name:ident) => {
//         #[auth_core::require_auth]
//         pub async fn $name() {}
//     };
// }
//
// #[require_auth]
// mod admin {
//     pub async fn first() {}
//
//     handler!(second);
// }
//
// fn main() {
//     let _: GuardedRouter<Auth> = GuardedRouter::new().route("/admin", get(admin::first).post(admin::second));
// }
