//! Changes with a message, on a node that sends too many.

use async_trait::async_trait;
use auth_core::limits::RateLimits;
use auth_core::recovery::{Delivery, DeliveryError, Message};
use auth_core::store::{AccountPatch, MemoryStore};
use auth_core::{AccountError, Actor, Context, Registration, testing};

use crate::PASSWORD;

/// Never done with a message.
struct Stuck;

#[async_trait]
impl Delivery for Stuck {
    async fn send(&self, _: Message) -> Result<(), DeliveryError> {
        std::future::pending().await
    }
}

#[tokio::test]
async fn a_change_is_not_made_where_its_message_has_no_place() {
    let builder = testing::in_memory().store(MemoryStore::new()).delivery(Stuck).private_registration();
    let auth = builder.rate_limits(RateLimits::off()).build().unwrap();
    let (ada, _) =
        auth.register(&Context::system("test"), Registration::new("ada@example.com", PASSWORD)).await.unwrap();
    while auth.request_email_verification(&Context::system("test"), &ada).await.is_ok() {}
    let patch = AccountPatch {
        email: "countess@example.com".parse().ok(),
        roles: Some(vec!["admin".into()]),
        ..AccountPatch::default()
    };
    let refused = auth.update_account(&Context::of(Actor::Subject(ada.clone())), &ada, patch).await;
    assert_eq!(refused.err(), Some(AccountError::Overloaded));
    assert!(auth.account(&ada).await.unwrap().roles.is_empty(), "a change that was refused is made");
}
