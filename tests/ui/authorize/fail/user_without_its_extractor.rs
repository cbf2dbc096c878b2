use auth_core::prelude::*;
use auth_core::store::StoreError;
use axum::extract::Path;

struct User {
    id: u32,
}

impl FromSubject<Auth> for User {
    async fn from_subject(_: &Identity, _: &Auth) -> Result<Option<Self>, StoreError> {
        Ok(None)
    }
}

// wrong:

#[require_auth]
#[authorize(user.id == id)]
async fn handler(Path(id): Path<u32>) {}

// right:
//
// #[require_auth]
// #[authorize(user.id == id)]
// async fn handler(CurrentUser(user): CurrentUser<User>, Path(id): Path<u32>) {}

fn main() {}
