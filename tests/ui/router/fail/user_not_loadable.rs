use auth_core::prelude::*;

struct User;

// wrong:

#[require_auth]
async fn me(_: CurrentUser<User>) {}

fn main() {
    let _: GuardedRouter<Auth> = GuardedRouter::new().route("/me", get(me));
}

// right:
//
// use auth_core::store::StoreError;
//
// impl<S: Sync> FromSubject<S> for User {
//     async fn from_subject(_: &Identity, _: &S) -> Result<Option<Self>, StoreError> {
//         Ok(Some(User))
//     }
// }
//
// #[require_auth]
// async fn me(_: CurrentUser<User>) {}
//
// fn main() {
//     let _: GuardedRouter<Auth> = GuardedRouter::new().route("/me", get(me));
// }
