//! Keys of a former service, taken over by their hash.

use super::*;

#[tokio::test]
async fn the_text_of_an_imported_key_has_a_bounded_length() {
    let service = Service::start(app).await;
    let owner = service.user(&[]).await;
    for (length, status) in [(1_024, 200), (1_025, 401)] {
        let text = "k".repeat(length);
        let new = scoped("old", &["reports:read"]);
        service.auth.import_api_key(&system(), &owner, TokenHash::of(&text), new).await.unwrap();
        assert_eq!(service.with_key("/read", &text).await.status, status, "{length}");
    }
}

/// That of a row without a key is the hash of the empty text, which a header without a value presents.
#[tokio::test]
async fn a_key_that_can_be_guessed_is_not_taken_over() {
    let service = Service::start(app).await;
    let owner = service.user(&[]).await;
    for text in ["", "changeme", "test"] {
        let new = scoped("old", &["reports:read"]);
        let refused = service.auth.import_api_key(&system(), &owner, TokenHash::of(text), new).await;
        assert!(matches!(refused, Err(AccountError::InvalidInput { .. })), "{text:?}: {refused:?}");
        assert_eq!(service.with_key("/read", text).await.status, 401, "{text:?}");
    }
}

#[tokio::test]
async fn a_key_of_a_former_service_is_taken_over_by_its_hash() {
    let service =
        Service::start_with(|builder| builder.credential_source(CredentialSource::key_prefix("sk_")), app).await;
    let owner = service.user(&[]).await;
    let auth = &service.auth;
    let text = "sk_live_4eC39HqLyjWDarjtT1zdp7dc";
    assert_eq!(service.with_key("/read", text).await, refused_with_key(401, INVALID));
    let hash = TokenHash::of(text);
    let record = auth.import_api_key(&system(), &owner, hash, scoped("old", &["reports:read"])).await.unwrap();
    assert_eq!(service.with_key("/read", text).await, let_in());
    assert_eq!(service.with_token("/read", text).await, let_in());
    assert_eq!(service.with_key("/write", text).await.status, 403);
    for wrong in ["sk_live_4eC39HqLyjWDarjtT1zdp7dd", "sk_live_4eC39HqLyjWDarjtT1zdp7d", record.id.as_str()] {
        assert_eq!(service.with_key("/read", wrong).await, refused_with_key(401, INVALID), "{wrong}");
    }
    let again = auth.import_api_key(&system(), &owner, hash, NewApiKey::new("again")).await;
    assert!(matches!(again, Err(AccountError::InvalidInput { .. })), "{again:?}");

    // A rotation gives it the form of this service's keys; the old text is valid for the overlap.
    let rotated = auth.rotate_api_key(&system(), &record.id).await.unwrap().key;
    assert_eq!(service.with_key("/read", rotated.expose()).await, let_in());
    assert_eq!(service.with_key("/read", text).await, let_in());
    service.wait(Duration::from_hours(24));
    assert_eq!(service.with_key("/read", text).await, refused_with_key(401, INVALID));

    // Revoked and imported again, it has another id, which the caches must not hide.
    auth.revoke_api_key(&system(), &record.id).await.unwrap();
    auth.import_api_key(&system(), &owner, hash, scoped("again", &["reports:read"])).await.unwrap();
    assert_eq!(service.with_key("/read", text).await, let_in());
}

/// From another deployment of this service, for instance.
#[tokio::test]
async fn a_key_in_the_form_of_this_service_is_taken_over_as_well() {
    let (service, other) = (Service::start(app).await, Service::start(app).await);
    let there = parent(&other).await;
    let text = there.key.expose();
    assert_eq!(service.with_key("/read", text).await, refused_with_key(401, INVALID));
    let owner = service.user(&[]).await;
    let new = scoped("moved", &["reports:read"]);
    let record = service.auth.import_api_key(&system(), &owner, TokenHash::of(text), new).await.unwrap();
    assert_eq!(service.with_key("/read", text).await, let_in());
    assert_eq!(service.with_key("/write", text).await.status, 403);
    service.auth.rotate_api_key(&system(), &record.id).await.unwrap();
    assert_eq!(service.with_key("/read", text).await, let_in(), "within the overlap");
    service.auth.revoke_api_key(&system(), &record.id).await.unwrap();
    assert_eq!(service.with_key("/read", text).await, refused_with_key(401, INVALID));
}
