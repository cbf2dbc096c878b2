//! Tables stay bounded while a million rows pass through them, with concurrent logins.
//!
//! A million rows: four generations, each of 80,000 sessions with two refresh tokens and of 10,000 API keys that
//! expired two days ago. Beside them are valid rows, and rows that expired too recently to be purged.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use auth_core::store::{
    ApiKeyStore, Audit, Holder, Housekeeping, NewSession, Redeem, Redeemed, Session, SessionStore, StoreError,
};
use auth_core::token::TokenHash;
use auth_core::{Clock, PurgeTask, SessionId, SubjectId, SystemClock, Timestamp};
use auth_tests::statements;
use tokio::sync::watch;
use tokio::time::timeout;

mod postgres;
mod sqlite;

const GENERATIONS: u64 = 4;
/// Sessions of one generation.
const SESSIONS: u64 = 80_000;
const KEYS: u64 = 10_000;
const ROWS: u64 = SESSIONS * 3 + KEYS;

/// Rows of each kind that are kept.
const STAYING: u64 = 2_000;

/// Every step takes milliseconds; the rest is for a busy machine.
const SOON: Duration = Duration::from_mins(1);

/// The SQL of one engine.
trait Engine: Housekeeping + SessionStore + ApiKeyStore + Clone {
    /// Adds sessions with two refresh tokens each, one of them used, and API keys, with `tag` in their ids.
    async fn fill(&self, tag: &str, expires_at: Timestamp, sessions: u64, keys: u64);

    /// Rows of sessions, refresh tokens and API keys with `tag` in their ids; all rows if it is empty.
    async fn rows(&self, tag: &str) -> u64;

    /// The engine's regular maintenance, where it has one.
    async fn tidy(&self);

    /// Size of the tables and their indexes.
    async fn bytes(&self) -> u64;

    /// The query plan of a statement with two numbers, and the text in a plan that means a full table scan.
    async fn plan(&self, statement: &str) -> (Vec<String>, &'static [&'static str]);
}

/// A store that records each purge batch and delays the next until after a login.
struct Watched<S> {
    store: S,
    /// Logins so far.
    logins: watch::Receiver<u64>,
    batches: Mutex<Vec<(u64, Duration)>>,
}

#[async_trait]
impl<S: Engine> Housekeeping for Watched<S> {
    async fn purge_expired(&self, before: Timestamp, limit: u32) -> Result<u64, StoreError> {
        let began = Instant::now();
        let removed = self.store.purge_expired(before, limit).await?;
        self.batches.lock().unwrap().push((removed, began.elapsed()));
        assert!(limit <= 1_000 && removed <= limit.into(), "{removed} rows in a step with limit {limit}");
        // Two: the next login may have begun during the step.
        let mut logins = self.logins.clone();
        let until = *logins.borrow_and_update() + 2;
        let went_on = timeout(SOON, logins.wait_for(|logins| *logins >= until)).await;
        went_on.expect("logins wait for more than a step").expect("a login failed");
        Ok(removed)
    }
}

/// The store's calls for a login, a refresh and a logout.
async fn log_in_and_out(store: &impl SessionStore, now: Timestamp) {
    let (first, second) = (hash(), hash());
    let end = now.after(Duration::from_hours(1));
    let session = Session {
        id: SessionId::random(),
        subject: SubjectId::random(),
        version: 0,
        scope: String::new(),
        amr: "pwd".to_owned(),
        agent: None,
        created_at: now,
        authenticated_at: now,
        last_used_at: now,
        expires_at: end,
        ends_at: end,
        client_id: None,
        dpop_jkt: None,
    };
    let (subject, id) = (session.subject.clone(), session.id.clone());
    store.create(NewSession { session, refresh_token: first }, Audit::none()).await.unwrap();
    assert!(store.find_by_refresh_token(&first).await.unwrap().is_some_and(|found| !found.used));
    let redeem = Redeem {
        presented: &first,
        successor: &second,
        family: &hash(),
        sealed_successor: b"sealed",
        holder: Holder::default(),
        now,
        expires_at: end,
        leeway: Duration::from_secs(10),
    };
    assert!(matches!(store.redeem(redeem, Audit::none()).await.unwrap(), Redeemed::Rotated(_)));
    assert!(store.end(&subject, &id, Audit::none()).await.unwrap(), "a living session was removed");
}

fn hash() -> TokenHash {
    let mut bytes = [0; 32];
    bytes[..16].copy_from_slice(uuid::Uuid::new_v4().as_bytes());
    TokenHash::from(bytes)
}

/// Runs one purge during logins.
async fn sweep<S: Engine>(store: &S) {
    let (count, logins) = watch::channel(0);
    let watched = Watched { store: store.clone(), logins, batches: Mutex::default() };
    let began = Instant::now();
    let (mut slowest, mut given_up) = (Duration::ZERO, 0);
    {
        // A step that takes too long for this machine is given up, and made again by the next purge.
        let mut sweep = std::pin::pin!(async {
            while PurgeTask::sweep(&watched, &SystemClock).await.is_err() {
                given_up += 1;
            }
        });
        let mut logging_in = std::pin::pin!(async {
            loop {
                let login = Instant::now();
                log_in_and_out(store, SystemClock.now()).await;
                slowest = slowest.max(login.elapsed());
                count.send_modify(|logins| *logins += 1);
            }
        });
        tokio::select! {
            () = &mut sweep => {}
            () = &mut logging_in => unreachable!("it has no end"),
        }
    }
    let logins = *count.borrow();
    let batches = watched.batches.into_inner().unwrap();
    let removed: u64 = batches.iter().map(|(removed, _)| *removed).sum();
    let longest = batches.iter().map(|(_, took)| *took).max().unwrap_or_default();
    println!(
        "{removed} rows removed in {:.1?} by {} steps, the longest {longest:.1?}; {logins} times \
         login, refresh and logout meanwhile, the slowest {slowest:.1?}",
        began.elapsed(),
        batches.len(),
    );
    // A batch that was given up may have been committed all the same.
    assert!(removed == ROWS || given_up > 0, "{removed} rows removed: one generation has expired for long enough");
}

async fn purges_a_million_rows<S: Engine>(store: S) {
    statements::watch();
    let now = SystemClock.now();
    store.fill("alive", now.after(Duration::from_hours(1)), STAYING, STAYING).await;
    store.fill("kept", now.before(Duration::from_hours(23)), STAYING, STAYING).await;
    let mut sizes = Vec::new();
    for generation in 0..GENERATIONS {
        let tag = format!("aged{generation}");
        store.fill(&tag, now.before(Duration::from_hours(48)), SESSIONS, KEYS).await;
        assert_eq!(store.rows(&tag).await, ROWS);
        sizes.push(store.bytes().await);
        let others = store.rows("").await - ROWS;
        sweep(&store).await;
        // The last login may have been cancelled at the end of the purge, with one token or two.
        let left = store.rows("").await - others;
        assert!(left <= 3, "{left} rows are left of logins that ended");
        assert_eq!(store.rows(&tag).await, 0);
        for staying in ["alive", "kept"] {
            assert_eq!(store.rows(staying).await, STAYING * 4, "something {staying} was removed");
        }
        store.tidy().await;
    }
    println!("bytes with each generation: {sizes:?}");
    // The first generation fills empty tables, more densely than the others. Tables that keep purged rows would double
    // from the second to the fourth; concurrent logins and the engine's maintenance are less than half of that.
    let (second, last) = (sizes[1], sizes[sizes.len() - 1]);
    assert!(last < second * 3 / 2, "the tables keep purged rows: {sizes:?}");
    is_indexed(&store).await;
}

/// The statements of a step find their rows by index, however large the tables are.
async fn is_indexed<S: Engine>(store: &S) {
    // Planned for full tables.
    store.fill("aged", SystemClock.now().before(Duration::from_hours(48)), SESSIONS, KEYS).await;
    store.tidy().await;
    // A rotation prunes its family by a statement that returns something.
    let removal = |sql: &str| {
        let words = ["DELETE FROM", "expires_at <=", "LIMIT"];
        words.iter().all(|word| sql.contains(word)) && !sql.contains("RETURNING")
    };
    let mut looked_at = 0;
    for statement in statements::sent().into_keys().filter(|sql| removal(sql)) {
        // Only statements of this engine: the other one differs in parameters or table names.
        let (plan, reads_all) = store.plan(&statement).await;
        if plan.is_empty() {
            continue;
        }
        looked_at += 1;
        println!("{}", plan.join("\n"));
        let whole = plan.iter().find(|line| reads_all.iter().any(|sign| line.contains(sign)));
        assert!(whole.is_none(), "a step reads a whole table: {whole:?} in {statement}");
    }
    assert_eq!(
        looked_at, 6,
        "a step has a statement for tokens, sessions, keys, one-time tokens, devices and challenges"
    );
}
