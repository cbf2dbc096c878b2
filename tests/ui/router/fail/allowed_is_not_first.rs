use auth_core::prelude::*;
use axum::extract::Path;

guard!(Staff = auth);
type StaffUser = Allowed<Staff, Identity>;

// wrong:

async fn user(Path(id): Path<u32>, staff: StaffUser) -> String {
    format!("{id} for {}", staff.subject())
}

fn main() {
    let _: GuardedRouter<Auth> = GuardedRouter::new().route("/users/{id}", get(user));
}

// right:
//
// async fn user(staff: StaffUser, Path(id): Path<u32>) -> String {
//     format!("{id} for {}", staff.subject())
// }
//
// fn main() {
//     let _: GuardedRouter<Auth> = GuardedRouter::new().route("/users/{id}", get(user));
// }
