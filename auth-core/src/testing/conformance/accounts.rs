//! Administration of users.

use std::sync::Arc;

use tokio::task::JoinSet;

use super::fixtures::{begin, email, new_user, password, roles, session};
use crate::base::SubjectId;
use crate::store::{Account, AccountPatch, Audit, Session, SessionStore, UpdateOutcome, UserDirectory, UserRegistry};

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

pub(super) async fn a_patch_changes_what_it_names<S: UserDirectory>(store: &Arc<S>) {
    let id = register(&**store).await;
    let before = get(&**store, &id).await;

    let patch = AccountPatch { roles: Some(roles(&["Admin", "User"])), ..AccountPatch::default() };
    let promoted = Account { roles: roles(&["Admin", "User"]), ..before.clone() };
    let outcome = store.update(&id, patch, Audit::none()).await.unwrap();
    assert_eq!(outcome, UpdateOutcome::Updated { before, after: promoted.clone() });
    assert_eq!(get(&**store, &id).await, promoted);

    let patch = AccountPatch { active: Some(false), roles: Some(Vec::new()), ..AccountPatch::default() };
    let disabled = Account { active: false, roles: Vec::new(), ..promoted.clone() };
    let outcome = store.update(&id, patch, Audit::none()).await.unwrap();
    assert_eq!(outcome, UpdateOutcome::Updated { before: promoted, after: disabled });

    let state = store.find_by_id(&id).await.unwrap().unwrap().state;
    assert_eq!((state.active, state.roles.len(), state.version), (false, 0, 1), "what guards read");
}

async fn version<S: UserDirectory>(store: &S, id: &SubjectId) -> u64 {
    store.find_by_id(id).await.unwrap().unwrap().state.version
}

pub(super) async fn a_deactivation_raises_the_version_once_and_for_good<S>(store: &Arc<S>)
where
    S: UserDirectory + SessionStore,
{
    let id = register(&**store).await;
    let begun = Session { version: 0, ..session(&id) };
    begin(&**store, &begun).await;
    for (active, expected) in [(true, 0), (false, 1), (false, 1), (true, 1)] {
        let patch = AccountPatch { active: Some(active), ..AccountPatch::default() };
        store.update(&id, patch, Audit::none()).await.unwrap();
        assert_eq!(version(&**store, &id).await, expected, "active: {active}");
    }
    let session = SessionStore::find(&**store, &begun.id).await.unwrap();
    assert!(session.is_none_or(|session| session.version == 0), "a session came back with its account");
}

pub(super) async fn a_new_address_raises_the_versions_of_the_account_and_of_its_sessions<S>(store: &Arc<S>)
where
    S: UserDirectory + SessionStore,
{
    let (id, other) = (register(&**store).await, register(&**store).await);
    store.revoke_tokens(&id, Audit::none()).await.unwrap();
    let living = Session { version: 1, ..session(&id) };
    let dead = Session { version: 0, ..session(&id) };
    let of_other = Session { version: 1, ..session(&other) };
    for session in [&living, &dead, &of_other] {
        begin(&**store, session).await;
    }
    let patch = AccountPatch { email: Some(email()), ..AccountPatch::default() };
    // Once: the second time it is the account's own address.
    for _ in 0..2 {
        store.update(&id, patch.clone(), Audit::none()).await.unwrap();
        let mut versions = Vec::new();
        for session in [&living, &dead, &of_other] {
            versions.push(SessionStore::find(&**store, &session.id).await.unwrap().unwrap().version);
        }
        assert_eq!((version(&**store, &id).await, versions), (2, vec![2, 0, 1]));
    }
    let patch = AccountPatch { email: Some(email()), active: Some(false), ..AccountPatch::default() };
    store.update(&id, patch, Audit::none()).await.unwrap();
    assert_eq!(version(&**store, &id).await, 3);
    let session = SessionStore::find(&**store, &living.id).await.unwrap();
    assert!(session.is_none_or(|session| session.version < 3), "a session of an inactive account followed");
}

/// Patches that take a role which nothing but these checks uses.
fn taking(role: &str) -> [AccountPatch; 2] {
    let needed = AccountPatch { needed_roles: roles(&[role]), ..AccountPatch::default() };
    [AccountPatch { active: Some(false), ..needed.clone() }, AccountPatch { roles: Some(roles(&["User"])), ..needed }]
}

pub(super) async fn the_last_active_account_with_a_needed_role_keeps_it<S: UserDirectory>(store: &Arc<S>) {
    let role = SubjectId::random().to_string();
    let give =
        |active| AccountPatch { roles: Some(roles(&["User", &role])), active: Some(active), ..AccountPatch::default() };
    let (last, inactive) = (register(&**store).await, register(&**store).await);
    store.update(&last, give(true), Audit::none()).await.unwrap();
    store.update(&inactive, give(false), Audit::none()).await.unwrap();
    let before = get(&**store, &last).await;
    for patch in taking(&role) {
        let outcome = store.update(&last, patch, Audit::none()).await.unwrap();
        assert_eq!(outcome, UpdateOutcome::LastOfRole);
        assert_eq!(get(&**store, &last).await, before, "half of a refused patch was applied");
    }
    // It may change otherwise, and lose the role when another account has it.
    let rename = AccountPatch { email: Some(email()), needed_roles: roles(&[&role]), ..AccountPatch::default() };
    assert!(matches!(store.update(&last, rename, Audit::none()).await.unwrap(), UpdateOutcome::Updated { .. }));
    store.update(&inactive, give(true), Audit::none()).await.unwrap();
    for patch in taking(&role) {
        assert!(matches!(store.update(&last, patch, Audit::none()).await.unwrap(), UpdateOutcome::Updated { .. }));
    }
}

pub(super) async fn of_two_accounts_that_lose_a_needed_role_at_once_one_keeps_it<S: UserDirectory>(store: &Arc<S>) {
    for _ in 0..20 {
        let role = SubjectId::random().to_string();
        let mut calls = JoinSet::new();
        let mut ids = Vec::new();
        for _ in 0..2 {
            let id = register(&**store).await;
            let give = AccountPatch { roles: Some(roles(&[&role])), ..AccountPatch::default() };
            store.update(&id, give, Audit::none()).await.unwrap();
            ids.push(id);
        }
        for (id, patch) in ids.into_iter().zip(taking(&role)) {
            let store = Arc::clone(store);
            calls.spawn(async move { store.update(&id, patch, Audit::none()).await.unwrap() });
        }
        let outcomes = calls.join_all().await;
        let kept = outcomes.iter().filter(|outcome| **outcome == UpdateOutcome::LastOfRole).count();
        assert_eq!(kept, 1, "{outcomes:?}");
    }
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
        assert!(matches!(
            store.update(&id, patch.clone(), Audit::none()).await.unwrap(),
            UpdateOutcome::Updated { .. }
        ));
    }
    assert_eq!(store.find_by_login(new.as_str()).await.unwrap().map(|user| user.id), Some(id));
    assert!(store.find_by_login(old.as_str()).await.unwrap().is_none(), "the old address still logs in");
}

pub(super) async fn a_taken_address_changes_nothing<S: UserDirectory>(store: &Arc<S>) {
    let (id, other) = (register(&**store).await, register(&**store).await);
    let before = get(&**store, &id).await;
    let taken = get(&**store, &other).await.email;
    let patch = AccountPatch {
        email: Some(taken),
        roles: Some(roles(&["Admin"])),
        active: Some(false),
        ..AccountPatch::default()
    };
    assert_eq!(store.update(&id, patch, Audit::none()).await.unwrap(), UpdateOutcome::EmailTaken);
    assert_eq!(get(&**store, &id).await, before, "half of a refused patch was applied");
}

pub(super) async fn a_patch_of_another_version_or_an_inactive_account_changes_nothing<S: UserDirectory>(
    store: &Arc<S>,
) {
    let id = register(&**store).await;
    let patch = |version| AccountPatch { email: Some(email()), version: Some(version), ..AccountPatch::default() };
    assert!(matches!(store.update(&id, patch(0), Audit::none()).await.unwrap(), UpdateOutcome::Updated { .. }));
    let before = get(&**store, &id).await;
    // The new address has raised the version.
    for version in [0, 2] {
        assert_eq!(store.update(&id, patch(version), Audit::none()).await.unwrap(), UpdateOutcome::VersionChanged);
    }
    assert_eq!((get(&**store, &id).await, version(&**store, &id).await), (before, 1));
    let disable = AccountPatch { active: Some(false), ..AccountPatch::default() };
    store.update(&id, disable, Audit::none()).await.unwrap();
    let inactive = get(&**store, &id).await;
    for version in [1, 2] {
        assert_eq!(store.update(&id, patch(version), Audit::none()).await.unwrap(), UpdateOutcome::VersionChanged);
    }
    assert_eq!(get(&**store, &id).await, inactive);
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
