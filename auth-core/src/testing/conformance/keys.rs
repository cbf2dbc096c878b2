//! API keys.

use std::sync::Arc;

use serde_json::json;
use tokio::task::JoinSet;

use super::fixtures::{NOW, api_key, secs, token};
use crate::base::{ApiKeyId, SubjectId};
use crate::store::{ApiKeyRecord, ApiKeyStore, Audit, KeysOf, Page, ParentKey};

async fn make<S: ApiKeyStore>(store: &S) -> ApiKeyRecord {
    let key = api_key(&SubjectId::random());
    store.create(key.clone(), Audit::none()).await.unwrap();
    key
}

fn assert_same(found: &ApiKeyRecord, expected: &ApiKeyRecord) {
    assert_eq!((&found.id, &found.name, &found.owner), (&expected.id, &expected.name, &expected.owner));
    assert_eq!(found.scopes, expected.scopes, "the scopes differ");
    assert_eq!(found.metadata, expected.metadata, "the metadata differ");
    assert_eq!((found.self_service, &found.parent), (expected.self_service, &expected.parent));
    assert_eq!(found.imported, expected.imported);
    assert_eq!((found.hash, found.previous), (expected.hash, expected.previous), "the hashes differ");
    assert_eq!(found.created_at, expected.created_at);
    assert_eq!((found.expires_at, found.last_used_at), (expected.expires_at, expected.last_used_at));
}

pub(super) async fn a_key_is_found_as_it_was_made<S: ApiKeyStore>(store: &Arc<S>) {
    let owner = SubjectId::random();
    let bare = ApiKeyRecord { scopes: Vec::new(), expires_at: None, ..api_key(&owner) };
    let worn = ApiKeyRecord { previous: Some((token(), NOW)), last_used_at: Some(NOW), ..api_key(&owner) };
    let own = ApiKeyRecord { self_service: true, metadata: Some(json!({})), ..api_key(&owner) };
    let derived = ApiKeyRecord { parent: Some(parent(&own)), ..api_key(&owner) };
    for key in [api_key(&owner), bare, worn, own, derived] {
        store.create(key.clone(), Audit::none()).await.unwrap();
        assert_same(&store.find(&key.id).await.unwrap().unwrap(), &key);
    }
    assert!(store.find(&ApiKeyId::random()).await.unwrap().is_none());
}

fn parent(key: &ApiKeyRecord) -> ParentKey {
    ParentKey { id: key.id.clone(), hash: key.hash }
}

pub(super) async fn an_imported_key_is_found_by_its_hash<S: ApiKeyStore>(store: &Arc<S>) {
    let hash = token();
    let key = ApiKeyRecord { imported: Some(hash), hash, ..api_key(&SubjectId::random()) };
    store.create(key.clone(), Audit::none()).await.unwrap();
    assert_same(&store.find(&key.id).await.unwrap().unwrap(), &key);
    assert_eq!(store.find_imported(&hash).await.unwrap().as_ref(), Some(&key.id));
    let own = make(&**store).await;
    assert_eq!(store.find_imported(&own.hash).await.unwrap(), None, "a key that was not imported is found by its hash");

    let again = ApiKeyRecord { imported: Some(hash), ..api_key(&SubjectId::random()) };
    assert!(store.create(again, Audit::none()).await.is_err(), "a hash was imported twice");

    store.rotate(&key.id, None, &token(), NOW, Audit::none()).await.unwrap().unwrap();
    assert_eq!(store.find_imported(&hash).await.unwrap().as_ref(), Some(&key.id), "a rotated key is not found");
    store.revoke(&key.id, None, Audit::none()).await.unwrap();
    assert_eq!(store.find_imported(&hash).await.unwrap(), None, "a revoked key is found by its hash");
}

pub(super) async fn an_owner_lists_rotates_and_revokes_no_other_keys<S: ApiKeyStore>(store: &Arc<S>) {
    let (first, other) = (make(&**store).await, make(&**store).await);
    let second = ApiKeyRecord { created_at: NOW.after(secs(1)), ..api_key(&first.owner) };
    store.create(second.clone(), Audit::none()).await.unwrap();
    let owner = Some(&first.owner);

    let page = store.list(owner, Page::first(1)).await.unwrap();
    assert_eq!(page.iter().map(|key| &key.id).collect::<Vec<_>>(), [&second.id]);
    let rest = store.list(owner, Page { after: Some(&second.cursor()), limit: 10 }).await.unwrap();
    assert_eq!(rest.iter().map(|key| &key.id).collect::<Vec<_>>(), [&first.id]);

    assert!(store.rotate(&other.id, owner, &token(), NOW, Audit::none()).await.unwrap().is_none());
    assert!(!store.revoke(&other.id, owner, Audit::none()).await.unwrap());
    assert_same(&store.find(&other.id).await.unwrap().unwrap(), &other);
    assert!(store.rotate(&first.id, owner, &token(), NOW, Audit::none()).await.unwrap().is_some());
    assert!(store.revoke(&first.id, owner, Audit::none()).await.unwrap());
    assert!(store.find(&first.id).await.unwrap().is_none());
}

pub(super) async fn derived_keys_are_revoked_but_for_those_of_valid_secrets<S: ApiKeyStore>(store: &Arc<S>) {
    let (above, other) = (make(&**store).await, make(&**store).await);
    let (second, third) = (token(), token());
    let mut derived = Vec::new();
    for hash in [above.hash, second, third] {
        let parent = ParentKey { id: above.id.clone(), hash };
        let key = ApiKeyRecord { parent: Some(parent), ..api_key(&above.owner) };
        store.create(key.clone(), Audit::none()).await.unwrap();
        derived.push(key.id);
    }
    let of_other = ApiKeyRecord { parent: Some(parent(&other)), ..api_key(&other.owner) };
    store.create(of_other.clone(), Audit::none()).await.unwrap();

    let keys = KeysOf::Parent { id: &above.id, except: &[second, third] };
    assert_eq!(store.revoke_all(keys, 10, Audit::none()).await.unwrap(), [derived.remove(0)]);
    let keys = KeysOf::Parent { id: &above.id, except: &[third] };
    assert_eq!(store.revoke_all(keys, 10, Audit::none()).await.unwrap(), [derived.remove(0)]);
    let keys = KeysOf::Parent { id: &above.id, except: &[] };
    assert_eq!(store.revoke_all(keys, 10, Audit::none()).await.unwrap(), derived);
    assert_eq!(store.revoke_all(keys, 10, Audit::none()).await.unwrap(), []);
    assert!(store.find(&above.id).await.unwrap().is_some());
    assert!(store.find(&of_other.id).await.unwrap().is_some());
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
        let page = store.list(None, Page { after: after.as_ref(), limit: 3 }).await.unwrap();
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
    let rotated = store.rotate(&key.id, None, &second, NOW.after(secs(60)), Audit::none()).await.unwrap().unwrap();
    let expected = ApiKeyRecord { hash: second, previous: Some((key.hash, NOW.after(secs(60)))), ..key.clone() };
    assert_same(&rotated, &expected);
    assert_same(&store.find(&key.id).await.unwrap().unwrap(), &expected);

    let rotated = store.rotate(&key.id, None, &third, NOW.after(secs(90)), Audit::none()).await.unwrap().unwrap();
    let expected = ApiKeyRecord { hash: third, previous: Some((second, NOW.after(secs(90)))), ..key };
    assert_same(&rotated, &expected);

    assert!(store.rotate(&ApiKeyId::random(), None, &token(), NOW, Audit::none()).await.unwrap().is_none());
}

pub(super) async fn concurrent_rotations_keep_one_previous_secret<S: ApiKeyStore>(store: &Arc<S>) {
    let key = make(&**store).await;
    let mut calls = JoinSet::new();
    for _ in 0..16 {
        let (store, id) = (Arc::clone(store), key.id.clone());
        calls.spawn(async move { store.rotate(&id, None, &token(), NOW, Audit::none()).await.unwrap().unwrap() });
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
    assert!(store.revoke(&key.id, None, Audit::none()).await.unwrap());
    assert!(!store.revoke(&key.id, None, Audit::none()).await.unwrap(), "a key was revoked twice");
    assert!(store.find(&key.id).await.unwrap().is_none());
    assert!(
        store.rotate(&key.id, None, &token(), NOW, Audit::none()).await.unwrap().is_none(),
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
    let mut revoked = store.revoke_all(KeysOf::Owner(&owner), 2, Audit::none()).await.unwrap();
    assert_eq!(revoked.len(), 2);
    revoked.extend(store.revoke_all(KeysOf::Owner(&owner), 2, Audit::none()).await.unwrap());
    revoked.sort();
    made.sort();
    assert_eq!(revoked, made, "each key is revoked once");
    assert_eq!(store.revoke_all(KeysOf::Owner(&owner), 2, Audit::none()).await.unwrap(), []);
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
