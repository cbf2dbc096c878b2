//! Administration of users.

use std::sync::Arc;

use super::fixtures::{email, new_user, password, roles};
use crate::base::SubjectId;
use crate::store::{Account, AccountPatch, Audit, UpdateOutcome, UserDirectory, UserRegistry};

async fn register<S: UserRegistry>(store: &S) -> SubjectId {
    UserRegistry::create(store, new_user(&email()), Audit::none()).await.unwrap().unwrap()
}

async fn get<S: UserDirectory>(store: &S, id: &SubjectId) -> Account {
    store.get(id).await.unwrap().unwrap()
}

pub(super) async fn an_account_shows_what_was_registered<S: UserDirectory>(store: &Arc<S>) {
    let email = email();
    let id = UserRegistry::create(&**store, new_user(&email), Audit::none()).await.unwrap().unwrap();
    let account = get(&**store, &id).await;
    assert_eq!((account.id, account.email, account.roles, account.active), (id, email, roles(&["User"]), true));
}

pub(super) async fn accounts_are_listed_page_by_page<S: UserDirectory>(store: &Arc<S>) {
    let mut ids = Vec::new();
    for _ in 0..5 {
        ids.push(register(&**store).await);
    }
    ids.sort();
    let mut seen = Vec::new();
    loop {
        let page = UserDirectory::list(&**store, seen.last(), 2).await.unwrap();
        assert!(page.len() <= 2, "a page of {} where the limit is 2", page.len());
        if page.is_empty() {
            break;
        }
        seen.extend(page.into_iter().map(|account| account.id));
    }
    assert!(seen.is_sorted(), "accounts come in the order of their ids");
    seen.retain(|id| ids.contains(id));
    assert_eq!(seen, ids, "each account is listed once");
}

pub(super) async fn a_patch_changes_what_it_names_and_keeps_the_version<S: UserDirectory>(store: &Arc<S>) {
    let id = register(&**store).await;
    let before = get(&**store, &id).await;

    let patch = AccountPatch { roles: Some(roles(&["Admin", "User"])), ..AccountPatch::default() };
    let expected = Account { roles: roles(&["Admin", "User"]), ..before };
    assert_eq!(store.update(&id, patch, Audit::none()).await.unwrap(), UpdateOutcome::Updated(expected.clone()));
    assert_eq!(get(&**store, &id).await, expected);

    let patch = AccountPatch { active: Some(false), roles: Some(Vec::new()), ..AccountPatch::default() };
    let expected = Account { active: false, roles: Vec::new(), ..expected };
    assert_eq!(store.update(&id, patch, Audit::none()).await.unwrap(), UpdateOutcome::Updated(expected));

    let state = store.find_by_id(&id).await.unwrap().unwrap().state;
    assert_eq!((state.active, state.roles.len(), state.version), (false, 0, 0), "what guards consult");
}

pub(super) async fn the_password_of_an_inactive_user_is_not_set<S: UserDirectory>(store: &Arc<S>) {
    let id = register(&**store).await;
    let patch = AccountPatch { active: Some(false), ..AccountPatch::default() };
    store.update(&id, patch, Audit::none()).await.unwrap();
    let before = store.find_by_id(&id).await.unwrap().unwrap();
    let set = store.set_password(&id, before.state.version, &password("second"), Audit::none()).await.unwrap();
    assert_eq!(set, None, "the password of an inactive user was set");
    let after = store.find_by_id(&id).await.unwrap().unwrap();
    assert_eq!(after.state, before.state);
    assert!(after.password_hash == before.password_hash, "the password of an inactive user was set");
}

pub(super) async fn a_changed_address_is_the_login_name_from_then_on<S: UserDirectory>(store: &Arc<S>) {
    let id = register(&**store).await;
    let (old, new) = (get(&**store, &id).await.email, email());
    let patch = AccountPatch { email: Some(new.clone()), ..AccountPatch::default() };
    // The account's own address is no conflict.
    for _ in 0..2 {
        assert!(matches!(store.update(&id, patch.clone(), Audit::none()).await.unwrap(), UpdateOutcome::Updated(_)));
    }
    assert_eq!(store.find_by_login(new.as_str()).await.unwrap().map(|user| user.id), Some(id));
    assert!(store.find_by_login(old.as_str()).await.unwrap().is_none(), "the old address still logs in");
}

pub(super) async fn a_taken_address_changes_nothing<S: UserDirectory>(store: &Arc<S>) {
    let (id, other) = (register(&**store).await, register(&**store).await);
    let before = get(&**store, &id).await;
    let taken = get(&**store, &other).await.email;
    let patch = AccountPatch { email: Some(taken), roles: Some(roles(&["Admin"])), active: Some(false) };
    assert_eq!(store.update(&id, patch, Audit::none()).await.unwrap(), UpdateOutcome::EmailTaken);
    assert_eq!(get(&**store, &id).await, before, "half of a refused patch was applied");
}

pub(super) async fn an_unknown_account_is_not_found<S: UserDirectory>(store: &Arc<S>) {
    let unknown = SubjectId::random();
    let taken = get(&**store, &register(&**store).await).await.email;
    let patch = AccountPatch { email: Some(taken), ..AccountPatch::default() };
    assert_eq!(store.get(&unknown).await.unwrap(), None);
    assert_eq!(store.update(&unknown, patch, Audit::none()).await.unwrap(), UpdateOutcome::NotFound);
    assert!(!store.remove(&unknown, Audit::none()).await.unwrap());
}

pub(super) async fn a_removed_account_is_gone<S: UserDirectory>(store: &Arc<S>) {
    let (id, other) = (register(&**store).await, register(&**store).await);
    let email = get(&**store, &id).await.email;
    assert!(store.remove(&id, Audit::none()).await.unwrap());
    assert!(!store.remove(&id, Audit::none()).await.unwrap(), "an account was removed twice");
    assert_eq!(store.get(&id).await.unwrap(), None);
    assert!(store.find_by_id(&id).await.unwrap().is_none());
    assert!(store.find_by_login(email.as_str()).await.unwrap().is_none(), "a removed account logs in");
    get(&**store, &other).await;
}
