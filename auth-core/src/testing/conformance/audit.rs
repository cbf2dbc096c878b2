//! Audit rows.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::fixtures::{LEEWAY, NOW, api_key, email, new_user, password, redeem_of, roles, secs, session, token};
use crate::base::{ApiKeyId, SessionId, SubjectId};
use crate::store::{
    AccountPatch, ApiKeyStore, Audit, AuditFilter, AuditLog, AuditRow, Holder, NewSession, Redeem, Redeemed, RoleStore,
    SessionStore, UpdateOutcome, UserDirectory, UserRegistry, UserRejected,
};

/// Rows about one subject, a second apart.
pub(super) struct Trail {
    subject: SubjectId,
    rows: AtomicU64,
}

impl Trail {
    pub(super) fn new() -> Self {
        Self { subject: SubjectId::random(), rows: AtomicU64::new(0) }
    }

    pub(super) fn row(&self, kind: &str) -> AuditRow {
        AuditRow {
            id: SessionId::random().as_str().into(),
            at: NOW.after(secs(self.rows.fetch_add(1, Ordering::Relaxed))),
            kind: kind.into(),
            outcome: "success".into(),
            subject: Some(self.subject.clone()),
            body: r#"{"quoted":"\"\u0000"}"#.to_owned(),
        }
    }

    pub(super) fn rows<T>(&self, kind: &str) -> impl Fn(&T) -> Vec<AuditRow> {
        move |_| vec![self.row(kind)]
    }

    fn filter(&self) -> AuditFilter {
        AuditFilter { subject: Some(self.subject.clone()), ..AuditFilter::default() }
    }

    /// The recorded kinds, oldest first.
    async fn kinds<S: AuditLog>(&self, store: &S) -> Vec<String> {
        let rows = store.events(&self.filter(), 100).await.unwrap();
        rows.iter().rev().map(|row| row.kind.to_string()).collect()
    }
}

pub(super) async fn every_change_is_recorded_with_its_row<S>(store: &Arc<S>)
where
    S: UserDirectory + SessionStore + ApiKeyStore + RoleStore + AuditLog,
{
    let store = &**store;
    let trail = Trail::new();
    let user = new_user(&email());
    let id = UserRegistry::create(store, user, Audit::new(&trail.rows("register"))).await.unwrap().unwrap();
    store.set_password(&id, 0, &password("second"), Audit::new(&trail.rows("password"))).await.unwrap().unwrap();
    let (second, stronger) = (password("second"), password("stronger"));
    assert!(store.upgrade_hash(&id, &second, &stronger, Audit::new(&trail.rows("rehash"))).await.unwrap());
    store.revoke_tokens(&id, Audit::new(&trail.rows("revoke tokens"))).await.unwrap().unwrap();
    let patch = AccountPatch { roles: Some(roles(&["Admin"])), ..AccountPatch::default() };
    store.update(&id, patch, Audit::new(&trail.rows("update"))).await.unwrap();

    let (first, second, third) = (token(), token(), token());
    let begun = session(&id);
    let new = NewSession { session: begun.clone(), refresh_token: first };
    SessionStore::create(store, new, Audit::new(&trail.rows("login"))).await.unwrap();
    let redeem = redeem_of(&first, &second, NOW);
    store.redeem(redeem, Audit::new(&trail.rows("refresh"))).await.unwrap();
    let replayed = redeem_of(&first, &third, NOW.after(LEEWAY));
    let replayed = store.redeem(replayed, Audit::new(&trail.rows("replay"))).await.unwrap();
    assert!(matches!(replayed, Redeemed::Replayed(_)), "{replayed:?}");
    for kind in ["logout", "logout everywhere"] {
        let begun = session(&id);
        let new = NewSession { session: begun.clone(), refresh_token: token() };
        SessionStore::create(store, new, Audit::none()).await.unwrap();
        if kind == "logout" {
            assert!(store.end(&id, &begun.id, Audit::new(&trail.rows(kind))).await.unwrap());
        } else {
            store.end_all(&id, 50, Audit::new(&trail.rows(kind))).await.unwrap();
        }
    }

    let key = api_key(&id);
    ApiKeyStore::create(store, key.clone(), Audit::new(&trail.rows("create key"))).await.unwrap();
    store.rotate(&key.id, None, &token(), NOW, Audit::new(&trail.rows("rotate key"))).await.unwrap().unwrap();
    assert!(store.revoke(&key.id, None, Audit::new(&trail.rows("revoke key"))).await.unwrap());
    assert!(store.remove(&id, Audit::new(&trail.rows("remove"))).await.unwrap());
    let role = format!("role of {id}");
    store.set_permissions(&role, &[], Audit::new(&trail.rows("change role"))).await.unwrap();
    assert!(store.remove_role(&role, Audit::new(&trail.rows("remove role"))).await.unwrap());

    let expected = "register, password, rehash, revoke tokens, update, login, refresh, replay, logout, logout everywhere, \
                    create key, rotate key, revoke key, remove, change role, remove role";
    assert_eq!(trail.kinds(store).await.join(", "), expected);
}

pub(super) async fn a_refused_or_failed_change_has_no_row<S>(store: &Arc<S>)
where
    S: UserDirectory + SessionStore + ApiKeyStore + RoleStore + AuditLog,
{
    let store = &**store;
    let trail = Trail::new();
    let (taken, unknown) = (email(), SubjectId::random());
    let id = UserRegistry::create(store, new_user(&taken), Audit::none()).await.unwrap().unwrap();
    let other = UserRegistry::create(store, new_user(&email()), Audit::none()).await.unwrap().unwrap();
    let again = UserRegistry::create(store, new_user(&taken), Audit::new(&trail.rows("register"))).await.unwrap();
    assert_eq!(again, Err(UserRejected::EmailTaken));
    assert_eq!(
        store.set_password(&unknown, 0, &password("x"), Audit::new(&trail.rows("password"))).await.unwrap(),
        None
    );
    assert_eq!(store.set_password(&id, 7, &password("x"), Audit::new(&trail.rows("password"))).await.unwrap(), None);
    let (gone, new) = (password("gone"), password("new"));
    assert!(!store.upgrade_hash(&id, &gone, &new, Audit::new(&trail.rows("rehash"))).await.unwrap());
    assert_eq!(store.revoke_tokens(&unknown, Audit::new(&trail.rows("revoke tokens"))).await.unwrap(), None);
    let patch = AccountPatch { email: Some(taken), ..AccountPatch::default() };
    let update = store.update(&other, patch.clone(), Audit::new(&trail.rows("update"))).await.unwrap();
    assert_eq!(update, UpdateOutcome::EmailTaken);
    let update = store.update(&unknown, patch, Audit::new(&trail.rows("update"))).await.unwrap();
    assert_eq!(update, UpdateOutcome::NotFound);
    assert!(!store.remove(&unknown, Audit::new(&trail.rows("remove"))).await.unwrap());

    let (first, second, third) = (token(), token(), token());
    let begun = session(&id);
    let new = NewSession { session: begun.clone(), refresh_token: first };
    SessionStore::create(store, new.clone(), Audit::none()).await.unwrap();
    assert!(SessionStore::create(store, new, Audit::new(&trail.rows("login"))).await.is_err());
    let holder = Holder { dpop_jkt: Some("another"), ..Holder::default() };
    let stolen = Redeem { holder, ..redeem_of(&first, &second, NOW) };
    let redeemed = store.redeem(stolen, Audit::new(&trail.rows("refresh"))).await.unwrap();
    assert!(matches!(redeemed, Redeemed::WrongHolder(_)), "{redeemed:?}");
    let redeemed = store.redeem(redeem_of(&third, &second, NOW), Audit::new(&trail.rows("refresh"))).await.unwrap();
    assert_eq!(redeemed, Redeemed::Refused);
    assert!(!store.end(&unknown, &begun.id, Audit::new(&trail.rows("logout"))).await.unwrap());

    let key = api_key(&id);
    ApiKeyStore::create(store, key.clone(), Audit::none()).await.unwrap();
    assert!(ApiKeyStore::create(store, key, Audit::new(&trail.rows("create key"))).await.is_err());
    let unknown = ApiKeyId::random();
    assert!(
        store.rotate(&unknown, None, &token(), NOW, Audit::new(&trail.rows("rotate key"))).await.unwrap().is_none()
    );
    assert!(!store.revoke(&unknown, None, Audit::new(&trail.rows("revoke key"))).await.unwrap());
    let role = SubjectId::random();
    assert!(!store.remove_role(role.as_str(), Audit::new(&trail.rows("remove role"))).await.unwrap());

    assert_eq!(trail.kinds(store).await, [""; 0]);
}

pub(super) async fn rows_are_listed_newest_first_and_page_by_page<S: AuditLog>(store: &Arc<S>) {
    let trail = Trail::new();
    let mut rows: Vec<_> = ["one", "two", "three", "four"].map(|kind| trail.row(kind)).into();
    rows[2].at = rows[1].at; // the same millisecond, ordered by id
    let without_subject = AuditRow { subject: None, ..trail.row("without subject") };
    store.append(rows.clone(), None).await.unwrap();
    store.append(vec![without_subject.clone()], None).await.unwrap();
    rows.sort_by(|a, b| (b.at, &b.id).cmp(&(a.at, &a.id)));

    let mut filter = trail.filter();
    assert_eq!(store.events(&filter, 100).await.unwrap(), rows);
    let mut seen = Vec::new();
    loop {
        let page = store.events(&filter, 2).await.unwrap();
        assert!(page.len() <= 2, "a page of {} where the limit is 2", page.len());
        let Some(last) = page.last() else { break };
        filter.before = Some((last.at, last.id.clone()));
        seen.extend(page);
        assert!(seen.len() <= rows.len(), "a page has rows of the one before");
    }
    assert_eq!(seen, rows);
    let of_kind = AuditFilter { kind: Some("two".into()), ..trail.filter() };
    let named = rows.iter().filter(|row| *row.kind == *"two").cloned().collect::<Vec<_>>();
    assert_eq!(store.events(&of_kind, 100).await.unwrap(), named);
    // From the first to the last but one millisecond of the four; the page does not go beyond either end.
    let [newest, oldest] = [rows[0].at, rows[3].at];
    let between = AuditFilter { since: Some(oldest), until: Some(newest), ..trail.filter() };
    assert_eq!(store.events(&between, 100).await.unwrap(), rows[1..]);
    let between = AuditFilter { since: Some(rows[2].at), until: Some(newest), ..trail.filter() };
    assert_eq!(store.events(&between, 100).await.unwrap(), rows[1..3]);
    let before = |row: &AuditRow| Some((row.at, row.id.clone()));
    let next = AuditFilter { before: before(&rows[1]), ..between.clone() };
    assert_eq!(store.events(&next, 100).await.unwrap(), rows[2..3]);
    let newer_place = AuditFilter { before: before(&rows[0]), ..between };
    assert_eq!(store.events(&newer_place, 100).await.unwrap(), rows[1..3]);
    let empty = AuditFilter { since: Some(newest), until: Some(oldest), ..AuditFilter::default() };
    assert_eq!(store.events(&empty, 100).await.unwrap(), []);
    let all = store.events(&AuditFilter::default(), 10_000).await.unwrap();
    assert!(all.contains(&without_subject) && all.contains(&rows[0]));
}

pub(super) async fn rows_are_added_together_or_not_at_all<S: AuditLog>(store: &Arc<S>) {
    let trail = Trail::new();
    let first = trail.row("first");
    store.append(vec![first.clone()], None).await.unwrap();
    let again = AuditRow { kind: "again".into(), ..first };
    assert!(store.append(vec![trail.row("second"), again], None).await.is_err(), "two rows have one id");
    assert_eq!(trail.kinds(&**store).await, ["first"]);
}
