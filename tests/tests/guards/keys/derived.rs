//! Keys that are made by a key, and only narrow it.

use super::*;

#[tokio::test]
async fn a_derived_key_only_narrows() {
    let service = service().await;
    let above = parent(&service).await;
    let key = derived(&service, above.key.expose(), "reports:read").await;
    assert_eq!(service.with_key("/read", &key).await, let_in());
    assert_eq!(service.with_key("/write", &key).await.status, 403);
    assert_eq!(post_derive(&service, &key, "reports:write").await.0, 400, "a key got a scope that it does not have");

    let record = &service.auth.api_keys_of(&above.record.owner, Page::first(1)).await.unwrap()[0];
    assert_eq!(record.expires_at, above.record.expires_at, "a key without a lifetime ends with the one above");
    assert_eq!(record.parent.as_ref().map(|parent| &parent.id), Some(&above.record.id));
    let longer = NewApiKey { expires_in: Some(Duration::from_hours(49)), ..NewApiKey::new("longer") };
    let refused = service.auth.derive_api_key_of(&system(), &above.record.owner, &above.record.id, longer).await;
    assert!(matches!(refused, Err(AccountError::InvalidInput { .. })), "{refused:?}");
}

#[tokio::test]
async fn a_key_has_at_most_four_keys_above_it() {
    let service = service().await;
    let mut key = parent(&service).await.key.expose().to_owned();
    for _ in 0..4 {
        key = derived(&service, &key, "reports:read").await;
    }
    assert_eq!(service.with_key("/read", &key).await, let_in());
    assert_eq!(post_derive(&service, &key, "reports:read").await.0, 422);
}

/// A new key of the owner of `above`, which the store says is derived from it, whatever its rights are.
async fn placed_below(service: &Service, above: &ApiKeyRecord, new: NewApiKey) -> IssuedApiKey {
    let mut issued = service.auth.create_api_key(&system(), &above.owner, new).await.unwrap();
    assert!(service.store.revoke(&issued.record.id, None, Audit::none()).await.unwrap());
    issued.record.parent = Some(ParentKey { id: above.id.clone(), hash: above.hash });
    service.store.create(issued.record.clone(), Audit::none()).await.unwrap();
    issued
}

#[tokio::test]
async fn the_limits_of_every_key_above_hold_whatever_the_store_says_of_a_key() {
    let service = service().await;
    let owner = service.user(&[Role::Admin]).await;
    let narrow = NewApiKey { expires_in: Some(Duration::from_hours(1)), ..scoped("narrow", &["reports:read"]) };
    let above = service.auth.create_api_key(&system(), &owner, narrow).await.unwrap();
    let broad = placed_below(&service, &above.record, scoped("broad", &["reports:read", "reports:write"])).await;
    assert_eq!(service.with_key("/read", broad.key.expose()).await, let_in());
    assert_eq!(
        service.with_key("/write", broad.key.expose()).await.status,
        403,
        "a scope that the key above does not have"
    );
    assert_eq!(post_derive(&service, broad.key.expose(), "reports:write").await.0, 400);
    derived(&service, broad.key.expose(), "reports:read").await;
    let keys = service.auth.api_keys_of(&owner, Page::first(10)).await.unwrap();
    let below = keys.iter().find(|key| key.name == "derived").unwrap();
    assert_eq!(below.expires_at, above.record.expires_at);

    let mut lowest = above;
    for _ in 0..4 {
        lowest = placed_below(&service, &lowest.record, scoped("deep", &["reports:read"])).await;
    }
    assert_eq!(service.with_key("/read", lowest.key.expose()).await, let_in());
    let too_deep = placed_below(&service, &lowest.record, scoped("too deep", &["reports:read"])).await;
    assert_eq!(service.with_key("/read", too_deep.key.expose()).await, refused_with_key(401, INVALID));

    service.wait(Duration::from_hours(1));
    assert_eq!(
        service.with_key("/read", broad.key.expose()).await,
        refused_with_key(401, INVALID),
        "the key above has expired"
    );
}

#[tokio::test]
async fn no_key_is_derived_from_one_that_has_expired() {
    let service = service().await;
    let above = parent(&service).await;
    service.wait(Duration::from_hours(48));
    let late =
        service.auth.derive_api_key_of(&system(), &above.record.owner, &above.record.id, NewApiKey::new("late")).await;
    assert_eq!(late.unwrap_err(), AccountError::NotFound { what: "API key" });
}

#[tokio::test]
async fn revoking_a_key_ends_all_derived_from_it() {
    let service = service().await;
    let above = parent(&service).await;
    let child = derived(&service, above.key.expose(), "reports:read").await;
    let grandchild = derived(&service, &child, "").await;
    assert_eq!(service.with_key("/ping", &grandchild).await, let_in());
    service.auth.revoke_api_key(&system(), &above.record.id).await.unwrap();
    for key in [&child, &grandchild] {
        assert_eq!(service.with_key("/ping", key).await, refused_with_key(401, INVALID));
    }
    assert!(service.auth.api_keys_of(&above.record.owner, Page::first(10)).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_derived_key_ends_with_the_secret_that_made_it() {
    let service = service().await;
    let above = parent(&service).await;
    let by_first = derived(&service, above.key.expose(), "reports:read").await;
    let second = service.auth.rotate_api_key(&system(), &above.record.id).await.unwrap().key;
    let late_by_first = derived(&service, above.key.expose(), "reports:read").await;
    let by_second = derived(&service, second.expose(), "reports:read").await;
    for key in [&by_first, &late_by_first, &by_second] {
        assert_eq!(service.with_key("/read", key).await, let_in(), "within the overlap");
    }
    service.wait(Duration::from_hours(24));
    for key in [&by_first, &late_by_first] {
        assert_eq!(service.with_key("/read", key).await, refused_with_key(401, INVALID), "after the overlap");
    }
    assert_eq!(service.with_key("/read", &by_second).await, let_in());

    let other = parent(&service).await;
    let of_other = derived(&service, other.key.expose(), "reports:read").await;
    for _ in 0..2 {
        service.auth.rotate_api_key(&system(), &other.record.id).await.unwrap();
    }
    assert_eq!(service.with_key("/read", &of_other).await, refused_with_key(401, INVALID), "after two rotations");
    assert_eq!(service.auth.api_keys_of(&other.record.owner, Page::first(10)).await.unwrap().len(), 1);
}
