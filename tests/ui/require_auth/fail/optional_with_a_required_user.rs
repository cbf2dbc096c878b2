use auth_core::prelude::*;
use auth_core::store::StoreError;

struct User {
    name: String,
}

impl FromSubject<Auth> for User {
    async fn from_subject(_: &Identity, _: &Auth) -> Result<Option<Self>, StoreError> {
        Ok(None)
    }
}

// wrong:

#[require_auth(optional)]
async fn greet(CurrentUser(user): CurrentUser<User>) -> String {
    user.name
}

// right:
//
// #[require_auth(optional)]
// async fn greet(user: Option<CurrentUser<User>>) -> String {
//     user.map_or_else(|| "stranger".to_owned(), |CurrentUser(user)| user.name)
// }

fn main() {}
