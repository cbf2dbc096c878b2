use auth_core::prelude::*;

// wrong:

async fn lost() {}

fn main() {
    let _: GuardedRouter<Auth> = GuardedRouter::new().fallback(lost);
}

// right:
//
// #[public]
// async fn lost() {}
//
// fn main() {
//     let _: GuardedRouter<Auth> = GuardedRouter::new().fallback(lost);
// }
