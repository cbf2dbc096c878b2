//! Changes of API keys.

use auth_core::NewApiKey;
use auth_core::store::{ApiKeyStore, Page};
use auth_core::token::TokenHash;

use super::{Effect, Scene, context, hang_up};
use crate::clock::identity;

#[tokio::test]
async fn in_the_creation_of_a_key() {
    let new = || NewApiKey::new("hourly");
    hang_up(
        &["api_key_created"],
        async |scene| scene.auth.create_api_key(&context(), &scene.ada, new()).await.map(|_| ()),
        async |scene| Effect {
            changed: ApiKeyStore::list(&scene.store, None, Page::first(10)).await.unwrap().len() == 2,
            seen: true,
        },
    )
    .await;
}

#[tokio::test]
async fn in_the_rotation_of_a_key() {
    hang_up(
        &["api_key_rotated"],
        async |scene| scene.auth.rotate_api_key(&context(), scene.key.key.id()).await.map(|_| ()),
        async |scene| {
            let record = ApiKeyStore::find(&scene.store, scene.key.key.id()).await.unwrap().unwrap();
            Effect { changed: record.previous.is_some(), seen: scene.key_status().await == 200 }
        },
    )
    .await;
}

#[tokio::test]
async fn in_the_revocation_of_a_key() {
    hang_up(
        &["api_key_revoked"],
        async |scene| scene.auth.revoke_api_key(&context(), scene.key.key.id()).await,
        async |scene| {
            let gone = ApiKeyStore::find(&scene.store, scene.key.key.id()).await.unwrap().is_none();
            Effect { changed: gone, seen: scene.key_status().await == 401 }
        },
    )
    .await;
}

/// Keys of the user beside the scene's own.
async fn more_keys(scene: &Scene) -> bool {
    scene.auth.api_keys_of(&scene.ada, Page::first(10)).await.unwrap().len() == 2
}

#[tokio::test]
async fn in_the_creation_of_an_own_key() {
    hang_up(
        &["api_key_created"],
        async |scene| {
            let identity = identity(&scene.auth, scene.first.access.expose()).await;
            scene.auth.create_own_api_key(&context(), &identity, NewApiKey::new("mine")).await.map(|_| ())
        },
        async |scene| Effect { changed: more_keys(scene).await, seen: true },
    )
    .await;
}

#[tokio::test]
async fn in_the_derivation_of_a_key() {
    hang_up(
        &["api_key_derived"],
        async |scene| {
            let parent = &scene.key.record.id;
            scene.auth.derive_api_key_of(&context(), &scene.ada, parent, NewApiKey::new("less")).await.map(|_| ())
        },
        async |scene| Effect { changed: more_keys(scene).await, seen: true },
    )
    .await;
}

#[tokio::test]
async fn in_the_import_of_a_key() {
    hang_up(
        &["api_key_imported"],
        async |scene| {
            let hash = TokenHash::of("sk_live_of_the_former_service");
            scene.auth.import_api_key(&context(), &scene.ada, hash, NewApiKey::new("old")).await.map(|_| ())
        },
        async |scene| Effect { changed: more_keys(scene).await, seen: true },
    )
    .await;
}
