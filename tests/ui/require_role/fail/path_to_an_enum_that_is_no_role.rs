use auth_core::prelude::*;

// wrong:

#[derive(Clone, Copy)]
enum Level {
    High,
}

#[require_role(Level::High)]
async fn handler() {}

// right:
//
// #[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
// enum Level {
//     High,
// }
//
// #[require_role(Level::High)]
// async fn handler() {}

fn main() {}
