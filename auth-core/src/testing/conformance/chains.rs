//! Chains of audit rows.

use std::sync::Arc;
use std::time::Duration;

use super::audit::Trail;
use super::fixtures::NOW;
use crate::base::SubjectId;
use crate::store::{Audit, AuditLog, AuditRow, ChainHead, Link, LinkedRow, RoleStore, link};
use crate::token::{AuditKey, random_secret};

fn key() -> AuditKey {
    AuditKey::new(&random_secret().unwrap()).unwrap()
}

/// All linked rows of a chain that follow on each other from the beginning to the head, whose seal is the key's.
async fn intact<S: AuditLog>(store: &S, head: &ChainHead, key: Option<&AuditKey>) -> Vec<LinkedRow> {
    assert!(head.is_sealed_by(key), "the seal of {head:?}");
    let mut rows: Vec<LinkedRow> = Vec::new();
    let (mut position, mut before) = (head.first, head.first_link);
    while position < head.last {
        let page = store.linked_rows((head.chain, position + 1), 3).await.unwrap();
        assert!(page.len() <= 3, "a page of {} where the limit is 3", page.len());
        for linked in page.into_iter().take_while(|linked| linked.chain == head.chain && linked.position <= head.last) {
            assert_eq!(linked.position, position + 1, "a gap in {head:?}");
            assert_eq!(linked.link, link(head.chain, linked.position, &before, &linked.row, key), "{linked:?}");
            (position, before) = (linked.position, linked.link);
            rows.push(linked);
        }
        assert!(rows.last().is_some_and(|last| last.position == position), "{head:?} has too few rows");
    }
    assert_eq!(before, head.last_link, "the last link of {head:?}");
    rows
}

/// The rows of all intact chains of this key.
async fn linked<S: AuditLog>(store: &S, key: Option<&AuditKey>) -> Vec<AuditRow> {
    let mut rows = Vec::new();
    for head in store.chains().await.unwrap().iter().filter(|head| *head.key_id == *ChainHead::key_id(key)) {
        rows.extend(intact(store, head, key).await.into_iter().map(|linked| linked.row));
    }
    rows
}

async fn is_linked<S: AuditLog>(store: &S, row: &AuditRow, key: Option<&AuditKey>) -> bool {
    linked(store, key).await.contains(row)
}

pub(super) async fn rows_are_linked_to_the_ones_before<S: RoleStore + AuditLog>(store: &Arc<S>) {
    let trail = Trail::new();
    let rows = vec![trail.row("first"), AuditRow { subject: None, ..trail.row("second") }];
    store.append(rows.clone(), None).await.unwrap();
    let (role, change) = (SubjectId::random(), trail.row("a change"));
    let of_change = |(): &()| vec![change.clone()];
    store.set_permissions(role.as_str(), &[], Audit::new(&of_change)).await.unwrap();
    for row in rows.iter().chain([&change]) {
        assert!(is_linked(&**store, row, None).await, "{row:?}");
    }
    assert_eq!(store.unlinked_rows(10).await.unwrap(), []);
    let adopted = store.adopt(10, Audit::new(&trail.rows("adopted"))).await.unwrap();
    assert_eq!(adopted, 0, "every row has a link");
    let heads = store.chains().await.unwrap();
    assert!(heads.is_sorted_by_key(|head| head.chain), "{heads:?}");
    assert_eq!(store.linked_rows((i64::MAX, 0), 10).await.unwrap(), []);
    let all = store.linked_rows((i64::MIN, i64::MIN), 10_000).await.unwrap();
    let newest = all.last().unwrap();
    let from = store.linked_rows((newest.chain, newest.position), 10).await.unwrap();
    assert_eq!(from, std::slice::from_ref(newest), "the row at the place itself is included");
}

pub(super) async fn a_failed_write_leaves_no_gap<S: AuditLog>(store: &Arc<S>) {
    let trail = Trail::new();
    let (there, next) = (trail.row("there"), trail.row("next"));
    store.append(vec![there.clone()], None).await.unwrap();
    let again = vec![trail.row("new"), AuditRow { kind: "again".into(), ..there }];
    assert!(store.append(again, None).await.is_err(), "two rows have one id");
    store.append(vec![next.clone()], None).await.unwrap();
    assert!(is_linked(&**store, &next, None).await);
}

pub(super) async fn concurrent_writes_are_linked_without_gaps<S: AuditLog>(store: &Arc<S>) {
    let key = key();
    let trail = Arc::new(Trail::new());
    let writes: Vec<_> = (0..40)
        .map(|_| {
            let (store, key, rows) = (store.clone(), key.clone(), vec![trail.row("one"), trail.row("other")]);
            tokio::spawn(async move { store.append(rows, Some(&key)).await })
        })
        .collect();
    for write in writes {
        write.await.unwrap().unwrap();
    }
    assert_eq!(linked(&**store, Some(&key)).await.len(), 80);
}

pub(super) async fn a_key_has_chains_of_its_own<S: RoleStore + AuditLog>(store: &Arc<S>) {
    let (trail, key, role) = (Trail::new(), key(), SubjectId::random());
    let row = trail.row("a change");
    let of_change = |(): &()| vec![row.clone()];
    let audit = Audit::new(&of_change).with_key(Some(&key));
    store.set_permissions(role.as_str(), &[], audit).await.unwrap();
    assert!(is_linked(&**store, &row, Some(&key)).await);
    assert!(!is_linked(&**store, &row, None).await);

    let heads = store.chains().await.unwrap();
    let [head] = heads.iter().filter(|head| *head.key_id == *ChainHead::key_id(Some(&key))).collect::<Vec<_>>()[..]
    else {
        panic!("{heads:?}")
    };
    assert!(!head.is_sealed_by(None));
    // A seal by another key changes the seal alone, and not that of a head that has moved on.
    let other = self::key();
    let outdated = ChainHead { seal: Link::FIRST, ..head.clone() };
    assert!(!store.reseal(&outdated, Some(&other)).await.unwrap());
    assert!(store.reseal(head, Some(&other)).await.unwrap());
    let heads = store.chains().await.unwrap();
    let sealed = heads.iter().find(|sealed| sealed.chain == head.chain).unwrap();
    assert!(sealed.is_sealed_by(Some(&other)));
    assert_eq!(ChainHead { seal: head.seal, ..sealed.clone() }, *head);
}

pub(super) async fn a_head_of_another_party_is_not_continued<S: AuditLog>(store: &Arc<S>) {
    let (trail, key) = (Trail::new(), key());
    store.append(vec![trail.row("first")], Some(&key)).await.unwrap();
    let heads = store.chains().await.unwrap();
    let head = heads.iter().find(|head| *head.key_id == *ChainHead::key_id(Some(&key))).unwrap();
    assert!(store.reseal(head, None).await.unwrap());
    store.append(vec![trail.row("second")], Some(&key)).await.unwrap();
    let heads = store.chains().await.unwrap();
    let kept = heads.iter().find(|kept| kept.chain == head.chain).unwrap();
    assert!(kept.last == head.last && kept.is_sealed_by(None), "a false head was continued: {kept:?}");
}

pub(super) async fn old_rows_are_forgotten_and_the_rest_is_linked<S: AuditLog>(store: &Arc<S>) {
    let (trail, key) = (Trail::new(), key());
    let keys = [key.clone()];
    let at = |days: u64| NOW.after(Duration::from_hours(24 * days));
    // A node whose clock is ahead wrote the second one.
    let rows: Vec<_> = [1, 4, 2, 5].map(|days| AuditRow { at: at(days), ..trail.row("dated") }).into();
    store.append(rows.clone(), Some(&key)).await.unwrap();
    store.forget(at(3), 1_000, &keys).await.unwrap();
    assert_eq!(linked(&**store, Some(&key)).await, rows[1..], "up to the first row that is kept");
    store.forget(at(6), 2, &keys).await.unwrap();
    assert_eq!(linked(&**store, Some(&key)).await, rows[3..], "at most two");
    // Without the key nothing can be verified, so nothing is removed.
    store.forget(at(6), 2, &[]).await.unwrap();
    assert_eq!(linked(&**store, Some(&key)).await, rows[3..]);
    store.append(vec![trail.row("next")], Some(&key)).await.unwrap();
    assert_eq!(linked(&**store, Some(&key)).await.len(), 2);
}
