//! A change and its audit rows are committed together or not at all.

use auth_core::SubjectId;
use auth_core::password::PasswordHash;
use auth_core::store::{Audit, AuditFilter, AuditLog, AuditRow, NewUser, PostgresStore, UserDirectory, UserRegistry};
use auth_tests::servers::Database;

use super::sqlite::file::{NOW, TempFile};

fn row(id: &SubjectId) -> AuditRow {
    AuditRow {
        id: id.as_str().into(),
        at: NOW,
        kind: "password_changed".into(),
        outcome: "success".into(),
        subject: None,
        body: "{}".to_owned(),
    }
}

/// The second row has an existing id, so it cannot be written.
async fn a_change_with_a_refused_row_is_rolled_back<S: UserDirectory + AuditLog>(store: &S) {
    let (there, new) = (SubjectId::random(), SubjectId::random());
    store.append(vec![row(&there)]).await.unwrap();
    let user = NewUser::new("ada@example.com".parse().unwrap(), PasswordHash::from_stored("first"));
    let id = UserRegistry::create(store, user, Audit::none()).await.unwrap().unwrap();

    let rows = |_: &Option<u64>| vec![row(&new), row(&there)];
    let changed = store.set_password(&id, 0, &PasswordHash::from_stored("second"), Audit::new(&rows)).await;
    assert!(changed.is_err(), "{changed:?}");

    let user = store.find_by_id(&id).await.unwrap().unwrap();
    assert_eq!((user.password_hash, user.state.version), (Some(PasswordHash::from_stored("first")), 0));
    let kept = store.events(&AuditFilter::default(), 10).await.unwrap();
    assert_eq!(kept, [row(&there)], "a row is left of a change that was rolled back");
}

#[tokio::test]
async fn sqlite_commits_a_change_with_its_rows() {
    let file = TempFile::new();
    a_change_with_a_refused_row_is_rolled_back(&file.open().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_commits_a_change_with_its_rows() {
    let Some(database) = Database::create("audit rows in PostgreSQL").await else { return };
    a_change_with_a_refused_row_is_rolled_back(&PostgresStore::open(&database.url()).await.unwrap()).await;
}
