//! The audit trail against a party that writes to the database.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use auth_core::event::{EventKind, Outcome};
use auth_core::limits::RateLimits;
use auth_core::prelude::*;
use auth_core::store::{AuditFilter, AuditLog, ChainHead, PostgresStore, SqliteStore, Store, StoreError};
use auth_core::testing::{TestClock, in_memory};
use auth_core::token::{AuditKey, random_secret};
use auth_core::{AccountError, Actor, Clock as _, Context, Finding, Registration, Settings, SystemClock, TrailHeads};
use auth_tests::servers::Database;
use auth_tests::{Client, serve};
use sqlx::{AssertSqlSafe, raw_sql};

const PASSWORD: &str = "three words and a comma";

fn key() -> AuditKey {
    AuditKey::new(&random_secret().unwrap()).unwrap()
}

fn system() -> Context {
    Context::system("test")
}

/// A database, and statements by another party in it.
trait Scene: Store {
    const TABLES: &'static str;

    async fn execute(&self, sql: &str);

    /// `T.` stands for the prefix of tables, `ZEROS` for 32 bytes.
    async fn tamper(&self, sql: &str) {
        self.execute(&sql.replace("T.", Self::TABLES)).await;
    }
}

impl Scene for SqliteStore {
    const TABLES: &'static str = "auth_";

    async fn execute(&self, sql: &str) {
        let sql = sql.replace("ZEROS", "zeroblob(32)");
        raw_sql(AssertSqlSafe(sql)).execute(self.pool()).await.unwrap();
    }
}

impl Scene for PostgresStore {
    const TABLES: &'static str = "auth_core.";

    async fn execute(&self, sql: &str) {
        let sql = sql.replace("ZEROS", "decode(repeat('00', 32), 'hex')");
        raw_sql(AssertSqlSafe(sql)).execute(self.pool()).await.unwrap();
    }
}

fn service(store: &impl Store, key: Option<&AuditKey>) -> Auth {
    let builder = in_memory().store(store.clone()).rate_limits(RateLimits::off());
    key.into_iter().fold(builder, |builder, key| builder.audit_key(key.clone())).build().unwrap()
}

/// Six rows in one chain: one of a change, and five of a queue.
async fn six_rows(store: &impl Scene, auth: &Auth) -> i64 {
    store.tamper("DELETE FROM T.events; DELETE FROM T.event_chains; DELETE FROM T.users").await;
    auth.register(&system(), Registration::new("ada@example.com", PASSWORD)).await.unwrap();
    for _ in 0..5 {
        auth.invalidate_all(&system()).await;
    }
    auth.settled().await;
    let report = auth.verify_events(None).await.unwrap();
    assert!(report.is_intact() && report.rows == 6, "{report:?}");
    let [head] = &report.heads.0[..] else { panic!("{report:?}") };
    head.chain
}

fn described(finding: &Finding) -> String {
    match finding {
        Finding::Changed { position, .. } => format!("changed {position}"),
        Finding::Missing { from, to, .. } => format!("missing {from} to {to}"),
        Finding::Inserted { position, .. } => format!("inserted {position}"),
        Finding::Head { .. } => "head".to_owned(),
        other => format!("{other:?}"),
    }
}

async fn findings(auth: &Auth, pinned: Option<&TrailHeads>) -> String {
    let report = auth.verify_events(pinned).await.unwrap();
    let found: Vec<_> = report.findings.iter().map(described).collect();
    assert_eq!(report.is_intact(), found.is_empty() && report.unlinked == 0);
    let unlinked = (report.unlinked > 0).then(|| format!("unlinked {}", report.unlinked));
    found.into_iter().chain(unlinked).collect::<Vec<_>>().join(", ")
}

/// Whole numbers at the ends of what a database stores. As a literal, the least one would exceed them without its sign.
const LEAST: &str = "-9223372036854775807 - 1";
const MOST: &str = "9223372036854775807";

const INSERT: &str =
    "INSERT INTO T.events (id, at, kind, outcome, body, chain, position, link) VALUES ('new', 1, 'x', 'success', '{}'";

async fn each_change_by_another_party_is_found(store: &impl Scene, key: Option<&AuditKey>) {
    let auth = service(store, key);
    let insert = |rest: &str| format!("{INSERT}, {rest})");
    let deletion_with_head = "DELETE FROM T.events WHERE position = 6;
        UPDATE T.event_chains SET last_position = 5, last_link = (SELECT link FROM T.events WHERE position = 5)";
    let swap = "UPDATE T.events SET position = 100 WHERE position = 3;
        UPDATE T.events SET position = 3 WHERE position = 4; UPDATE T.events SET position = 4 WHERE position = 100";
    let copy = "UPDATE T.events SET body = (SELECT body FROM T.events WHERE position = 2) WHERE position = 4";
    for (sql, expected) in [
        ("UPDATE T.events SET body = '{}' WHERE position = 3", "changed 3"),
        ("UPDATE T.events SET kind = 'x' WHERE position = 3", "changed 3"),
        ("UPDATE T.events SET outcome = 'x' WHERE position = 3", "changed 3"),
        ("UPDATE T.events SET subject = 'mallory' WHERE position = 3", "changed 3"),
        ("UPDATE T.events SET subject = NULL WHERE position = 1", "changed 1"),
        ("UPDATE T.events SET at = at + 1 WHERE position = 6", "changed 6"),
        ("UPDATE T.events SET id = 'x' WHERE position = 1", "changed 1"),
        ("UPDATE T.events SET link = ZEROS WHERE position = 3", "changed 3, changed 4"),
        (copy, "changed 4"),
        ("DELETE FROM T.events WHERE position = 1", "missing 1 to 1"),
        ("DELETE FROM T.events WHERE position = 3", "missing 3 to 3"),
        ("DELETE FROM T.events WHERE position IN (2, 3, 5)", "missing 2 to 3, missing 5 to 5"),
        ("DELETE FROM T.events WHERE position > 4", "missing 5 to 6"),
        ("DELETE FROM T.events", "missing 1 to 6"),
        (swap, "changed 3, changed 4, changed 5"),
        (&*insert("NULL, NULL, NULL"), "unlinked 1"),
        (&*insert("(SELECT id FROM T.event_chains), 7, ZEROS"), "inserted 7"),
        (&*insert("(SELECT id FROM T.event_chains), 0, ZEROS"), "inserted 0"),
        (&*insert("1000000, 1, ZEROS"), "inserted 1"),
        (&*insert(&format!("(SELECT id FROM T.event_chains), {LEAST}, ZEROS")), "inserted -9223372036854775808"),
        (&*insert(&format!("(SELECT id FROM T.event_chains), {MOST}, ZEROS")), "inserted 9223372036854775807"),
        (&*insert(&format!("{LEAST}, {LEAST}, ZEROS")), "inserted -9223372036854775808"),
        (&*insert(&format!("{MOST}, {MOST}, ZEROS")), "inserted 9223372036854775807"),
        ("UPDATE T.events SET chain = 1000000 WHERE position = 6", "missing 6 to 6, inserted 6"),
        (deletion_with_head, "head"),
        ("UPDATE T.event_chains SET seal = ZEROS", "head"),
        ("UPDATE T.event_chains SET first_position = 1", "inserted 1, changed 2, head"),
        ("DELETE FROM T.event_chains", "inserted 1, inserted 2, inserted 3, inserted 4, inserted 5, inserted 6"),
    ] {
        six_rows(store, &auth).await;
        store.tamper(sql).await;
        assert_eq!(findings(&auth, None).await, expected, "{sql}");
    }
    // What is gone with its head is found by what was pinned.
    six_rows(store, &auth).await;
    let pinned = auth.event_heads().await.unwrap();
    let pinned: TrailHeads = serde_json::from_str(&serde_json::to_string(&pinned).unwrap()).unwrap();
    assert_eq!(findings(&auth, Some(&pinned)).await, "");
    auth.invalidate_all(&system()).await;
    auth.settled().await;
    assert_eq!(findings(&auth, Some(&pinned)).await, "", "the trail has grown");
    store.tamper("DELETE FROM T.events; DELETE FROM T.event_chains").await;
    assert_eq!(findings(&auth, None).await, "");
    assert_eq!(findings(&auth, Some(&pinned)).await, "missing 1 to 6");
}

#[require_auth]
async fn home() {}

/// One row that another party has changed, one of a newer release, and one of another party, whose id needs an encoding.
async fn rows_that_are_no_events_hide_no_others(store: &impl Scene) {
    let auth = service(store, None);
    six_rows(store, &auth).await;
    let key = "0190a1b2-0000-7000-8000-00000000000";
    let of_newer = format!(
        r#"{{"id":"{key}1","at":"2027-01-15T08:00:00Z","kind":"passkey_added","outcome":"success","subject":"ada",
            "passkey":"p","actor":{{"type":"api_key","id":"k"}}}}"#
    );
    let of_other = of_newer.replace("passkey_added", "password_changed").replace(r#"1","at"#, r#"2","at"#);
    let long = "x".repeat(300);
    let insert = |id: &str, kind: &str, subject: &str, body: &str| {
        format!(
            "INSERT INTO T.events (id, at, kind, outcome, subject, body)
             VALUES ('{id}', 1800000000000, '{kind}', 'success', '{subject}', '{body}');"
        )
    };
    store
        .tamper(
            &[
                "UPDATE T.events SET body = '{}' WHERE position = 3;".to_owned(),
                insert(&format!("{key}1"), "passkey_added", "ada", &of_newer),
                insert("?&# .%", "x", &long, "{}"),
                // The body says another subject than the row.
                insert(&format!("{key}2"), "password_changed", "bob", &of_other),
            ]
            .concat(),
        )
        .await;
    assert_eq!(findings(&auth, None).await, "changed 3, unlinked 3");

    let events = auth.events(&AuditFilter::default(), 100).await.unwrap();
    assert_eq!(events.len(), 9);
    let unknown = |name: &str, subject: &str| {
        let found = events.iter().find(|event| match &event.kind {
            EventKind::Unrecognised { name: kind, subject: of, .. } => {
                **kind == *name && of.as_ref().map_or("", |of| of.as_str()) == subject
            }
            _ => false,
        });
        found.unwrap_or_else(|| panic!("{name} {subject} in {events:?}")).clone()
    };
    let newer = unknown("passkey_added", "ada");
    assert_eq!((newer.outcome, &newer.context.actor), (Outcome::Success, &Actor::ApiKey("k".parse().unwrap())));
    assert!(matches!(&newer.kind, EventKind::Unrecognised { body, .. } if *body == of_newer));
    assert_eq!(unknown("caches_invalidated", "").context.actor, Actor::Anonymous);
    unknown("x", &long);
    unknown("password_changed", "bob");

    // The pages over HTTP and the export pass them.
    guard!(AnyUser = auth);
    let routes = GuardedRouter::new().route("/", get(home)).merge(auth.routes().events::<AnyUser>());
    let client = Client::new(&serve(routes.with_state(auth.clone())).await);
    let token = client.login("ada@example.com", PASSWORD).await.access;
    let (mut paged, mut after) = (Vec::new(), String::new());
    loop {
        let page = client.get_as(&token, &format!("/auth/events?limit=1{after}")).await.json();
        paged.extend(page["events"].as_array().unwrap().clone());
        match page["next"].as_str() {
            Some(next) => after = format!("&after={next}"),
            None => break,
        }
    }
    let mut lines = Vec::new();
    let write = async |text: String| {
        lines.extend(text.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()));
        Ok::<_, auth_core::AccountError>(())
    };
    assert_eq!(auth.export_events(AuditFilter::default(), write).await.unwrap(), 10, "with the login");
    assert_eq!(paged, lines);
    let names: Vec<_> = lines.iter().filter_map(|line| line["name"].as_str()).collect();
    assert_eq!(names.len(), 4, "{lines:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_in_sqlite_that_are_no_events_hide_no_others() {
    rows_that_are_no_events_hide_no_others(&SqliteStore::open("sqlite::memory:").await.unwrap()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_in_postgres_that_are_no_events_hide_no_others() {
    let Some(database) = Database::create("rows that are no events in PostgreSQL").await else { return };
    rows_that_are_no_events_hide_no_others(&PostgresStore::open(&database.url()).await.unwrap()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_that_postgres_cannot_hold_is_an_invalid_input() {
    let Some(database) = Database::create("a text with NUL in PostgreSQL").await else { return };
    let store = PostgresStore::open(&database.url()).await.unwrap();
    let filter = AuditFilter { kind: Some("\0".into()), ..AuditFilter::default() };
    let error = store.events(&filter, 10).await.unwrap_err();
    assert!(matches!(error, StoreError::InvalidText(_)), "{error}");
    let auth = in_memory().store(store).build().unwrap();
    for refused in [auth.events(&filter, 10).await.err(), auth.remove_role(&system(), "\0").await.err()] {
        assert!(matches!(refused, Some(AccountError::InvalidInput { .. })), "{refused:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_change_in_sqlite_is_found() {
    let store = SqliteStore::open("sqlite::memory:").await.unwrap();
    each_change_by_another_party_is_found(&store, None).await;
    each_change_by_another_party_is_found(&store, Some(&key())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_change_in_postgres_is_found() {
    let Some(database) = Database::create("changes of the audit trail in PostgreSQL").await else { return };
    let store = PostgresStore::open(&database.url()).await.unwrap();
    each_change_by_another_party_is_found(&store, Some(&key())).await;
}

/// Removes the row at position 3 and links the rest again, as a party can who reads this crate but not the key.
async fn link_again_without_row_3(store: &SqliteStore) {
    let mut head = store.chains().await.unwrap().remove(0);
    let key_id = head.key_id.clone();
    let rows = store.linked_rows((head.chain, 1), 100).await.unwrap();
    head = ChainHead { key_id, ..ChainHead::begin(head.chain, None) };
    store.tamper("UPDATE T.events SET position = -position; DELETE FROM T.events WHERE position = -3").await;
    for linked in rows.iter().filter(|linked| linked.position != 3) {
        let link = head.link_after(&linked.row, None);
        let (position, id) = (head.last, &linked.row.id);
        store.tamper(&format!("UPDATE T.events SET position = {position}, link = x'{link}' WHERE id = '{id}'")).await;
    }
    let (last, link, seal) = (head.last, head.last_link, head.seal);
    store
        .tamper(&format!("UPDATE T.event_chains SET last_position = {last}, last_link = x'{link}', seal = x'{seal}'"))
        .await;
}

#[tokio::test]
async fn rows_that_are_linked_again_are_found_with_a_key_or_by_what_was_pinned() {
    let store = SqliteStore::open("sqlite::memory:").await.unwrap();
    let auth = service(&store, None);
    six_rows(&store, &auth).await;
    let pinned = auth.event_heads().await.unwrap();
    link_again_without_row_3(&store).await;
    assert_eq!(findings(&auth, None).await, "", "without a key any party links rows");
    assert_eq!(findings(&auth, Some(&pinned)).await, "missing 6 to 6");
    // One more row, and the position is taken again.
    auth.invalidate_all(&system()).await;
    auth.settled().await;
    assert_eq!(findings(&auth, Some(&pinned)).await, "head");

    let auth = service(&store, Some(&key()));
    six_rows(&store, &auth).await;
    link_again_without_row_3(&store).await;
    assert_eq!(
        findings(&auth, None).await,
        "changed 1, changed 2, changed 3, changed 4, changed 5, head",
        "the links are not the key's"
    );
    // The service goes on in another chain, and does not seal what it finds.
    auth.invalidate_all(&system()).await;
    auth.settled().await;
    assert_eq!(auth.event_heads().await.unwrap().0.len(), 2);
    assert!(findings(&auth, None).await.ends_with("head"));
}

/// Another party may give a stored event several lines, of which each would count as an event.
#[tokio::test]
async fn an_event_is_exported_as_one_line() {
    let store = SqliteStore::open("sqlite::memory:").await.unwrap();
    let auth = service(&store, None);
    six_rows(&store, &auth).await;
    store.tamper("UPDATE T.events SET body = replace(body, ',', ',' || char(10))").await;
    let mut lines = String::new();
    let write = async |page: String| {
        lines.push_str(&page);
        Ok::<_, AccountError>(())
    };
    assert_eq!(auth.export_events(AuditFilter::default(), write).await.unwrap(), 6);
    assert!(lines.lines().count() == 6 && lines.lines().all(|line| line.starts_with("{\"id\"")), "{lines}");
}

#[tokio::test]
async fn the_key_of_the_settings_seals() {
    let store = SqliteStore::open("sqlite::memory:").await.unwrap();
    let (mut settings, key) = (Settings::from_env().unwrap(), key());
    settings.audit_key = Some(key.clone());
    let auth = settings.give_to(in_memory().store(store.clone())).build().unwrap();
    auth.invalidate_all(&system()).await;
    auth.settled().await;
    let heads = store.chains().await.unwrap();
    assert!(heads.len() == 1 && heads[0].is_sealed_by(Some(&key)), "{heads:?}");
}

/// Without a key any party seals a head; it must be that of the rows all the same.
#[tokio::test]
async fn a_head_that_is_not_that_of_the_rows_is_found() {
    let store = SqliteStore::open("sqlite::memory:").await.unwrap();
    let auth = service(&store, None);
    for sql in ["last_link = ZEROS", "first_link = (SELECT link FROM T.events WHERE position = 1)"] {
        six_rows(&store, &auth).await;
        store.tamper(&format!("UPDATE T.event_chains SET {sql}")).await;
        let mut head = store.chains().await.unwrap().remove(0);
        head.seal(None);
        store.tamper(&format!("UPDATE T.event_chains SET seal = x'{}'", head.seal)).await;
        let expected = if sql.starts_with("last") { "head" } else { "changed 1" };
        assert_eq!(findings(&auth, None).await, expected, "{sql}");
    }
}

/// A release without links has written rows, or a node of it still does.
#[tokio::test]
async fn rows_of_an_earlier_release_are_adopted_once() {
    let store = SqliteStore::open("sqlite::memory:").await.unwrap();
    let auth = service(&store, None);
    six_rows(&store, &auth).await;
    store.tamper("UPDATE T.events SET chain = NULL, position = NULL, link = NULL; DELETE FROM T.event_chains").await;
    assert_eq!(findings(&auth, None).await, "unlinked 6");
    assert_eq!(auth.adopt_events(&system()).await.unwrap(), (6, 0));
    assert_eq!(findings(&auth, None).await, "");
    let filter = AuditFilter { kind: Some("events_adopted".into()), ..AuditFilter::default() };
    let adopted = auth.events(&filter, 10).await.unwrap();
    assert_eq!(adopted[0].kind, EventKind::EventsAdopted { rows: 6, chains: 0 });
    assert_eq!(adopted[0].context, system());
    store.tamper("UPDATE T.events SET body = '{}' WHERE position = 3").await;
    assert_eq!(findings(&auth, None).await, "changed 3");
}

#[tokio::test]
async fn chains_from_before_the_key_are_adopted_and_those_of_a_former_key_verified() {
    let store = SqliteStore::open("sqlite::memory:").await.unwrap();
    let (first, second) = (key(), key());
    six_rows(&store, &service(&store, None)).await;
    let auth = service(&store, Some(&first));
    assert_eq!(findings(&auth, None).await, "head", "a chain without the key's seal is not yet protected");
    assert_eq!(auth.adopt_events(&system()).await.unwrap(), (0, 1));
    auth.settled().await;
    assert_eq!(findings(&auth, None).await, "");
    assert_eq!(auth.adopt_events(&system()).await.unwrap(), (0, 0));
    // A head that another party has written is not adopted.
    let changed = "UPDATE T.event_chains SET seal = ZEROS WHERE key_id = ''";
    let seal = store.chains().await.unwrap()[0].seal;
    store.tamper(changed).await;
    assert_eq!(auth.adopt_events(&system()).await.unwrap(), (0, 0));
    store.tamper(&format!("UPDATE T.event_chains SET seal = x'{seal}' WHERE key_id = ''")).await;

    let both = in_memory().store(store.clone()).audit_key(second.clone()).audit_key(first).build().unwrap();
    both.invalidate_all(&system()).await;
    both.settled().await;
    assert_eq!(findings(&both, None).await, "");
    assert_eq!(both.event_heads().await.unwrap().0.len(), 3, "one without a key, and one of each");
    let report = service(&store, Some(&second)).verify_events(None).await.unwrap();
    assert!(report.findings.iter().any(|finding| matches!(finding, Finding::UnknownKey { .. })), "{report:?}");
}

#[tokio::test]
async fn old_events_are_forgotten_and_the_rest_is_verified() {
    let store = SqliteStore::open("sqlite::memory:").await.unwrap();
    let (key, clock) = (key(), TestClock::at(SystemClock.now()));
    let auth = in_memory().store(store.clone()).audit_key(key).clock(clock.clone()).build().unwrap();
    six_rows(&store, &auth).await;
    let pinned = auth.event_heads().await.unwrap();
    clock.advance(Duration::from_hours(48));
    let before = clock.now();
    auth.invalidate_all(&system()).await;
    auth.settled().await;
    assert_eq!(auth.forget_events(&system(), before).await.unwrap(), 6);
    auth.settled().await;
    assert_eq!(findings(&auth, Some(&pinned)).await, "");
    let kinds: Vec<_> = auth.events(&AuditFilter::default(), 10).await.unwrap().into_iter().map(|e| e.kind).collect();
    assert_eq!(kinds, [EventKind::EventsExpired { count: 6 }, EventKind::CachesInvalidated]);
    assert_eq!(auth.forget_events(&system(), before).await.unwrap(), 0);

    // Nor is anything under a head that is not this service's.
    let seal = store.chains().await.unwrap()[0].seal;
    store.tamper("UPDATE T.event_chains SET seal = ZEROS").await;
    let later = before.after(Duration::from_hours(1));
    assert_eq!(auth.forget_events(&system(), later).await.unwrap(), 0);
    store.tamper(&format!("UPDATE T.event_chains SET seal = x'{seal}'")).await;
    assert_eq!(findings(&auth, None).await, "");

    // A row that another party has made old is not removed for it.
    store.tamper("UPDATE T.events SET at = 1 WHERE kind = 'caches_invalidated'").await;
    assert_eq!(auth.forget_events(&system(), before).await.unwrap(), 0);
    assert_eq!(findings(&auth, None).await, "changed 7");
}

async fn verification_beside_writes_finds_nothing(store: &impl Scene) {
    let auth = service(store, Some(&key()));
    six_rows(store, &auth).await;
    let ada = store.find_by_login("ada@example.com").await.unwrap().unwrap().id;
    let done = Arc::new(AtomicBool::new(false));
    let writers: Vec<_> = (0..4)
        .map(|_| {
            let (auth, done, ada) = (auth.clone(), done.clone(), ada.clone());
            tokio::spawn(async move {
                while !done.load(Ordering::Relaxed) {
                    auth.logout_everywhere(&system(), &ada).await.unwrap();
                }
            })
        })
        .collect();
    let mut rows = 0;
    while rows < 200 {
        let report = auth.verify_events(None).await.unwrap();
        assert!(report.is_intact(), "{report:?}");
        rows = report.rows;
        auth.forget_events(&system(), auth_core::Timestamp::from_secs(0)).await.unwrap();
    }
    done.store(true, Ordering::Relaxed);
    for writer in writers {
        writer.await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn verification_beside_writes_to_sqlite_finds_nothing() {
    let file = super::sqlite::file::TempFile::new();
    verification_beside_writes_finds_nothing(&file.open().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn verification_beside_writes_to_postgres_finds_nothing() {
    let Some(database) = Database::create("verification beside writes to PostgreSQL").await else { return };
    verification_beside_writes_finds_nothing(&PostgresStore::open(&database.url()).await.unwrap()).await;
}

/// A chain is locked until the application commits, and no other write waits for it.
#[tokio::test(flavor = "multi_thread")]
async fn an_open_transaction_of_the_application_delays_no_other_change() {
    let Some(database) = Database::create("an open transaction with an event in PostgreSQL").await else { return };
    let store = PostgresStore::open(&database.url()).await.unwrap();
    let auth = in_memory().store(store.clone()).build().unwrap();
    let ada = auth.new_user(&system(), Registration::new("ada@example.com", PASSWORD)).await.unwrap();
    let mut open = store.pool().begin().await.unwrap();
    let pending = auth.register_in(&system(), &mut open, ada).await.unwrap();
    auth.register(&system(), Registration::new("bob@example.com", PASSWORD)).await.unwrap();
    open.commit().await.unwrap();
    pending.committed().await;
    let report = auth.verify_events(None).await.unwrap();
    assert!(report.is_intact() && report.rows == 2, "{report:?}");
    assert_eq!(report.heads.0.len(), 2, "each transaction had a chain of its own");
}
