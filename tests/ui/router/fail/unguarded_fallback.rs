use auth_core::prelude::*;

async fn lost() {}

fn main() {
    let _: GuardedRouter<Auth> = GuardedRouter::new().fallback(lost);
}
