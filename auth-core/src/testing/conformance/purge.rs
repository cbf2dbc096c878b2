//! Removal of expired rows.

use std::sync::Arc;

use super::fixtures::{LEEWAY, api_key, begin, redeem, rotate, secs, session, token};
use crate::base::{SubjectId, Timestamp};
use crate::store::{ApiKeyRecord, ApiKeyStore, Audit, Housekeeping, Redeemed, Session, SessionStore};

/// 9 September 2001: nothing else in the store is this old.
const THEN: Timestamp = Timestamp::from_secs(1_000_000_000);

fn old_session() -> Session {
    Session { created_at: THEN, last_used_at: THEN, expires_at: THEN.after(secs(60)), ..session(&SubjectId::random()) }
}

pub(super) async fn expired_rows_are_removed_in_batches<S>(store: &Arc<S>)
where
    S: Housekeeping + SessionStore + ApiKeyStore,
{
    let (mut sessions, mut tokens, mut keys) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..3 {
        let session = old_session();
        tokens.push(begin(&**store, &session).await);
        sessions.push(session.id);
        let key = ApiKeyRecord { expires_at: Some(THEN.after(secs(60))), ..api_key(&SubjectId::random()) };
        keys.push(key.id.clone());
        ApiKeyStore::create(&**store, key, Audit::none()).await.unwrap();
    }
    let mut removed = 0;
    loop {
        let batch = store.purge_expired(THEN.after(secs(60)), 2).await.unwrap();
        assert!(batch <= 2, "a batch of {batch} where the limit is 2");
        removed += batch;
        if batch < 2 {
            break;
        }
    }
    assert!(removed >= 6, "{removed} rows removed of 3 sessions and 3 keys");
    for session in sessions {
        assert_eq!(SessionStore::find(&**store, &session).await.unwrap(), None, "an expired session was left");
    }
    for presented in tokens {
        assert_eq!(redeem(&**store, &presented, &token(), THEN, LEEWAY).await, Redeemed::Refused);
    }
    for key in keys {
        assert!(ApiKeyStore::find(&**store, &key).await.unwrap().is_none(), "an expired key was left");
    }
}

pub(super) async fn unexpired_rows_are_kept<S>(store: &Arc<S>)
where
    S: Housekeeping + SessionStore + ApiKeyStore,
{
    let begun = old_session();
    let presented = begin(&**store, &begun).await;
    let ageless = ApiKeyRecord { expires_at: None, ..api_key(&SubjectId::random()) };
    ApiKeyStore::create(&**store, ageless.clone(), Audit::none()).await.unwrap();

    assert_eq!(store.purge_expired(THEN.after(secs(59)), 1_000).await.unwrap(), 0, "an unexpired row was removed");

    assert_eq!(SessionStore::find(&**store, &begun.id).await.unwrap(), Some(begun));
    assert!(ApiKeyStore::find(&**store, &ageless.id).await.unwrap().is_some());
    rotate(&**store, &presented, THEN).await;
}
