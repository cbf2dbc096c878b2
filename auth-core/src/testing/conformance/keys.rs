//! API keys.

use std::sync::Arc;

use tokio::task::JoinSet;

use super::fixtures::{NOW, api_key, secs, token};
use crate::base::{ApiKeyId, SubjectId};
use crate::store::{ApiKeyRecord, ApiKeyStore, Audit, Page};

async fn make<S: ApiKeyStore>(store: &S) -> ApiKeyRecord {
    let key = api_key(&SubjectId::random());
    store.create(key.clone(), Audit::none()).await.unwrap();
    key
}

fn assert_same(found: &ApiKeyRecord, expected: &ApiKeyRecord) {
    assert_eq!((&found.id, &found.name, &found.owner), (&expected.id, &expected.name, &expected.owner));
    assert_eq!(found.scopes, expected.scopes, "the scopes differ");
    assert_eq!((found.hash, found.previous), (expected.hash, expected.previous), "the hashes differ");
    assert_eq!(found.created_at, expected.created_at);
    assert_eq!((found.expires_at, found.last_used_at), (expected.expires_at, expected.last_used_at));
}

pub(super) async fn a_key_is_found_as_it_was_made<S: ApiKeyStore>(store: &Arc<S>) {
    let owner = SubjectId::random();
    let bare = ApiKeyRecord { scopes: Vec::new(), expires_at: None, ..api_key(&owner) };
    let worn = ApiKeyRecord { previous: Some((token(), NOW)), last_used_at: Some(NOW), ..api_key(&owner) };
    for key in [api_key(&owner), bare, worn] {
        store.create(key.clone(), Audit::none()).await.unwrap();
        assert_same(&store.find(&key.id).await.unwrap().unwrap(), &key);
    }
    assert!(store.find(&ApiKeyId::random()).await.unwrap().is_none());
}

pub(super) async fn a_key_cannot_be_made_twice<S: ApiKeyStore>(store: &Arc<S>) {
    let key = make(&**store).await;
    let again = ApiKeyRecord { id: key.id.clone(), ..api_key(&SubjectId::random()) };
    assert!(store.create(again, Audit::none()).await.is_err(), "a second key has the first one's id");
    assert_same(&store.find(&key.id).await.unwrap().unwrap(), &key);
}

pub(super) async fn keys_are_listed_newest_first_and_page_by_page<S: ApiKeyStore>(store: &Arc<S>) {
    let mut made = Vec::new();
    for age in [secs(20), secs(0), secs(10), secs(10)] {
        let key = ApiKeyRecord { created_at: NOW.after(age), ..api_key(&SubjectId::random()) };
        store.create(key.clone(), Audit::none()).await.unwrap();
        made.push(key);
    }
    made.sort_by_key(|key| std::cmp::Reverse(key.cursor()));
    let mut listed: Vec<ApiKeyRecord> = Vec::new();
    loop {
        let after = listed.last().map(ApiKeyRecord::cursor);
        let page = store.list(Page { after: after.as_ref(), limit: 3 }).await.unwrap();
        assert!(page.len() <= 3, "a page of {} where the limit is 3", page.len());
        if page.is_empty() {
            break;
        }
        listed.extend(page);
    }
    assert!(listed.is_sorted_by_key(|key| std::cmp::Reverse(key.cursor())), "keys come newest first");
    listed.retain(|key| made.iter().any(|made| made.id == key.id));
    assert_eq!(listed.len(), made.len(), "each key is listed once");
    for (listed, made) in listed.iter().zip(&made) {
        assert_same(listed, made);
    }
}

pub(super) async fn a_rotated_key_keeps_its_previous_secret_for_the_overlap<S: ApiKeyStore>(store: &Arc<S>) {
    let key = make(&**store).await;
    let (second, third) = (token(), token());
    let rotated = store.rotate(&key.id, &second, NOW.after(secs(60)), Audit::none()).await.unwrap().unwrap();
    let expected = ApiKeyRecord { hash: second, previous: Some((key.hash, NOW.after(secs(60)))), ..key.clone() };
    assert_same(&rotated, &expected);
    assert_same(&store.find(&key.id).await.unwrap().unwrap(), &expected);

    let rotated = store.rotate(&key.id, &third, NOW.after(secs(90)), Audit::none()).await.unwrap().unwrap();
    let expected = ApiKeyRecord { hash: third, previous: Some((second, NOW.after(secs(90)))), ..key };
    assert_same(&rotated, &expected);

    assert!(store.rotate(&ApiKeyId::random(), &token(), NOW, Audit::none()).await.unwrap().is_none());
}

pub(super) async fn concurrent_rotations_keep_one_previous_secret<S: ApiKeyStore>(store: &Arc<S>) {
    let key = make(&**store).await;
    let mut calls = JoinSet::new();
    for _ in 0..16 {
        let (store, id) = (Arc::clone(store), key.id.clone());
        calls.spawn(async move { store.rotate(&id, &token(), NOW, Audit::none()).await.unwrap().unwrap() });
    }
    // Each replaced a different secret: none was lost between two rotations.
    let rotated = calls.join_all().await;
    let previous = rotated.iter().filter_map(|key| key.previous).map(|(hash, _)| hash);
    let mut replaced: Vec<_> = previous.collect();
    replaced.sort_by_key(|hash| *hash.as_bytes());
    replaced.dedup();
    assert_eq!(replaced.len(), 16, "two rotations replaced the same secret");
}

pub(super) async fn a_revoked_key_is_gone<S: ApiKeyStore>(store: &Arc<S>) {
    let key = make(&**store).await;
    let other = make(&**store).await;
    assert!(store.revoke(&key.id, Audit::none()).await.unwrap());
    assert!(!store.revoke(&key.id, Audit::none()).await.unwrap(), "a key was revoked twice");
    assert!(store.find(&key.id).await.unwrap().is_none());
    assert!(
        store.rotate(&key.id, &token(), NOW, Audit::none()).await.unwrap().is_none(),
        "a rotation brought a revoked key back"
    );
    store.touch(&key.id, NOW).await.unwrap();
    assert!(store.find(&key.id).await.unwrap().is_none(), "a late use brought a revoked key back");
    assert_same(&store.find(&other.id).await.unwrap().unwrap(), &other);
}

pub(super) async fn keys_of_an_owner_are_revoked_in_steps_of_the_limit<S: ApiKeyStore>(store: &Arc<S>) {
    let owner = SubjectId::random();
    let mut made = Vec::new();
    for _ in 0..3 {
        let key = api_key(&owner);
        store.create(key.clone(), Audit::none()).await.unwrap();
        made.push(key.id);
    }
    let other = make(&**store).await;
    let mut revoked = store.revoke_all(&owner, 2, Audit::none()).await.unwrap();
    assert_eq!(revoked.len(), 2);
    revoked.extend(store.revoke_all(&owner, 2, Audit::none()).await.unwrap());
    revoked.sort();
    made.sort();
    assert_eq!(revoked, made, "each key is revoked once");
    assert_eq!(store.revoke_all(&owner, 2, Audit::none()).await.unwrap(), []);
    for id in &made {
        assert!(store.find(id).await.unwrap().is_none(), "a revoked key is found");
    }
    assert_same(&store.find(&other.id).await.unwrap().unwrap(), &other);
}

pub(super) async fn a_use_is_recorded<S: ApiKeyStore>(store: &Arc<S>) {
    let key = make(&**store).await;
    store.touch(&key.id, NOW.after(secs(5))).await.unwrap();
    let expected = ApiKeyRecord { last_used_at: Some(NOW.after(secs(5))), ..key };
    assert_same(&store.find(&expected.id).await.unwrap().unwrap(), &expected);
}
