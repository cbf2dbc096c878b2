//! Roles with their permissions.

use std::sync::Arc;

use super::fixtures::roles;
use crate::base::SubjectId;
use crate::store::{Audit, RoleStore};

/// A name that no other check uses.
fn name() -> String {
    format!("role \"{}\" \u{e4}", SubjectId::random())
}

pub(super) async fn a_role_has_the_permissions_that_it_was_given_last<S: RoleStore>(store: &Arc<S>) {
    let (role, other) = (name(), name());
    assert!(store.permissions_of(&role).await.unwrap().is_empty(), "an unknown role has permissions");
    let first = roles(&["users:read", "odd\"one\\"]);
    store.set_permissions(&role, &first, Audit::none()).await.unwrap();
    store.set_permissions(&other, &roles(&["users:write"]), Audit::none()).await.unwrap();
    assert_eq!(store.permissions_of(&role).await.unwrap(), first);
    let second = roles(&["users:write"]);
    store.set_permissions(&role, &second, Audit::none()).await.unwrap();
    assert_eq!(store.permissions_of(&role).await.unwrap(), second);
    store.set_permissions(&role, &[], Audit::none()).await.unwrap();
    assert!(store.permissions_of(&role).await.unwrap().is_empty());
    assert_eq!(store.permissions_of(&other).await.unwrap(), second);
}

pub(super) async fn a_removed_role_is_gone<S: RoleStore>(store: &Arc<S>) {
    let role = name();
    store.set_permissions(&role, &roles(&["users:read"]), Audit::none()).await.unwrap();
    assert!(store.remove_role(&role, Audit::none()).await.unwrap());
    assert!(!store.remove_role(&role, Audit::none()).await.unwrap(), "a role was removed twice");
    assert!(store.permissions_of(&role).await.unwrap().is_empty());
}

pub(super) async fn roles_are_listed_by_name_and_page_by_page<S: RoleStore>(store: &Arc<S>) {
    let mut made = [name(), name(), name()];
    for role in &made {
        store.set_permissions(role, &roles(&["users:read"]), Audit::none()).await.unwrap();
    }
    made.sort();
    let (mut listed, mut after) = (Vec::new(), None::<Box<str>>);
    loop {
        let page = store.roles(after.as_deref(), 2).await.unwrap();
        assert!(page.len() <= 2, "a page of {} where the limit is 2", page.len());
        let Some(last) = page.last() else { break };
        after = Some(last.name.clone());
        listed.extend(page);
    }
    assert!(listed.is_sorted_by_key(|role| role.name.clone()), "roles come by name");
    listed.retain(|role| made.iter().any(|made| **made == *role.name));
    assert_eq!(listed.iter().map(|role| &*role.name).collect::<Vec<_>>(), made);
    assert!(listed.iter().all(|role| role.permissions == roles(&["users:read"])));
}
