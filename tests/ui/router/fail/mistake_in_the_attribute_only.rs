use auth_core::prelude::*;

#[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    User,
    Moderator,
    Admin,
}

// wrong:

#[require_role("Admin")]
async fn remove() {}

fn main() {
    let _: GuardedRouter<Auth> = GuardedRouter::new().route("/users", delete(remove));
}

// right:
//
// #[require_role(Admin)]
// async fn remove() {}
//
// fn main() {
//     let _: GuardedRouter<Auth> = GuardedRouter::new().route("/users", delete(remove));
// }
