//! A change and its audit rows are committed together or not at all; refusals have rows as well.

use auth_core::event::Outcome;
use auth_core::password::PasswordHash;
use auth_core::store::{
    AccountPatch, Audit, AuditFilter, AuditLog, AuditRow, NewUser, PostgresStore, Store, UserDirectory, UserRegistry,
};
use auth_core::testing::in_memory;
use auth_core::{AccountError, Context, Keep, Login, NewApiKey, Registration, SubjectId};
use auth_tests::servers::Database;

use super::sqlite::file::{NOW, TempFile};

const PASSWORD: &str = "correct staple in a battery";

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
    store.append(vec![row(&there)], None).await.unwrap();
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

/// An operation hands its rows to its write: where they cannot be written, nothing changes.
#[tokio::test]
async fn no_operation_changes_anything_without_its_row() {
    let file = TempFile::new();
    let store = file.open().await;
    let (auth, system) = (in_memory().store(store.clone()).build().unwrap(), Context::system("test"));
    let of = |name: &str| Registration::new(name, PASSWORD);
    let login = || Login::new("ada@example.com", PASSWORD);
    let (ada, _) = auth.register(&system, of("ada@example.com")).await.unwrap();
    let tokens = auth.login(&system, login()).await.unwrap();
    let key = auth.create_api_key(&system, &ada, NewApiKey::new("first")).await.unwrap().record.id;
    let run = async |sql: &'static str| sqlx::raw_sql(sql).execute(store.pool()).await.unwrap();
    run("CREATE TRIGGER no_rows BEFORE INSERT ON auth_events BEGIN SELECT RAISE(ABORT, 'no'); END").await;
    let disabled = AccountPatch { active: Some(false), ..AccountPatch::default() };
    for (operation, error) in [
        ("register", auth.register(&system, of("bob@example.com")).await.err()),
        ("login", auth.login(&system, login()).await.err()),
        ("refresh", auth.refresh(&system, tokens.refresh.expose()).await.err()),
        ("set_password", auth.set_password(&system, &ada, "another horse entirely".into(), Keep::None).await.err()),
        ("update_account", auth.update_account(&system, &ada, disabled).await.err()),
        ("create_api_key", auth.create_api_key(&system, &ada, NewApiKey::new("second")).await.err()),
        ("rotate_api_key", auth.rotate_api_key(&system, &key).await.err()),
        ("revoke_api_key", auth.revoke_api_key(&system, &key).await.err()),
        ("end_session", auth.end_session(&system, &ada, &tokens.session).await.err()),
        ("logout_everywhere", auth.logout_everywhere(&system, &ada).await.err()),
        ("remove_account", auth.remove_account(&system, &ada).await.err()),
    ] {
        assert_eq!(error, Some(AccountError::Unavailable), "{operation}");
    }
    run("DROP TRIGGER no_rows").await;
    auth.refresh(&system, tokens.refresh.expose()).await.unwrap();
    auth.login(&system, login()).await.unwrap();
    auth.revoke_api_key(&system, &key).await.unwrap();
    assert_eq!(auth.accounts(None, 10).await.unwrap().len(), 1);
}

/// Events outside a change are queued, and `settled` waits for their rows.
async fn a_failed_login_has_a_row_with_its_subject_and_origin<S: Store>(store: &S) {
    let auth = in_memory().store(store.clone()).build().unwrap();
    let context = Context::system("test").agent("curl").address([192, 0, 2, 1].into());
    let (ada, _) = auth.register(&context, Registration::new("ada@example.com", PASSWORD)).await.unwrap();
    for name in ["ada@example.com", "unknown@example.com"] {
        assert!(auth.login(&context, Login::new(name, "another password")).await.is_err());
    }
    auth.settled().await;
    let filter = AuditFilter { kind: Some("login_failed".into()), ..AuditFilter::default() };
    assert_eq!(auth.events(&filter, 10).await.unwrap().len(), 2);
    let of_ada = auth.events(&AuditFilter { subject: Some(ada), ..filter }, 10).await.unwrap();
    let [failed] = &of_ada[..] else { panic!("{of_ada:?}") };
    assert_eq!(failed.context, context);
    assert_eq!(failed.outcome, Outcome::Refused);
}

#[tokio::test]
async fn sqlite_has_rows_of_failed_logins() {
    let file = TempFile::new();
    a_failed_login_has_a_row_with_its_subject_and_origin(&file.open().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_has_rows_of_failed_logins() {
    let Some(database) = Database::create("failed logins in PostgreSQL").await else { return };
    let store = PostgresStore::open(&database.url()).await.unwrap();
    a_failed_login_has_a_row_with_its_subject_and_origin(&store).await;
}
