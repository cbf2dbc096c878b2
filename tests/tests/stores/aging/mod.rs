//! Tables that stay bounded while a million rows pass through them, with logins going on meanwhile.
//!
//! A million: four generations, each of 80,000 sessions with two refresh tokens and of 10,000 API keys that expired two
//! days ago. Beside them lie rows that live, and rows that expired too short a time ago to go.

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
/// Of one generation.
const SESSIONS: u64 = 80_000;
const KEYS: u64 = 10_000;
const ROWS: u64 = SESSIONS * 3 + KEYS;

/// Of those that stay, of each kind.
const STAYING: u64 = 2_000;

/// Everything here happens within milliseconds; this is for a machine that is busy with something else.
const SOON: Duration = Duration::from_mins(1);

/// What only the engine knows.
trait Engine: Housekeeping + SessionStore + ApiKeyStore + Clone {
    /// Adds sessions with two refresh tokens each, one of them used, and API keys, in SQL: `tag` is in their ids.
    async fn fill(&self, tag: &str, expires_at: Timestamp, sessions: u64, keys: u64);

    /// Rows of sessions, refresh tokens and API keys with `tag` in their ids; all of them if it is empty.
    async fn rows(&self, tag: &str) -> u64;

    /// What the engine does by itself now and then, or what it needs for that.
    async fn tidy(&self);

    /// What the tables and their indexes take.
    async fn bytes(&self) -> u64;

    /// The steps by which the engine runs a statement of two numbers, a line each, and what a line says when a whole
    /// table is read.
    async fn plan(&self, statement: &str) -> (Vec<String>, &'static [&'static str]);
}

/// A store that records each purge batch and delays the next until after a login.
struct Watched<S> {
    store: S,
    /// How many have logged in.
    logins: watch::Receiver<u64>,
    batches: Mutex<Vec<(u64, Duration)>>,
}

#[async_trait]
impl<S: Engine> Housekeeping for Watched<S> {
    async fn purge_expired(&self, before: Timestamp, limit: u32) -> Result<u64, StoreError> {
        let began = Instant::now();
        let removed = self.store.purge_expired(before, limit).await?;
        self.batches.lock().unwrap().push((removed, began.elapsed()));
        assert!(limit <= 1_000 && removed <= limit.into(), "{removed} rows in a step of {limit}");
        // Two: the next one may have begun during the step.
        let mut logins = self.logins.clone();
        let until = *logins.borrow_and_update() + 2;
        let went_on = timeout(SOON, logins.wait_for(|logins| *logins >= until)).await;
        went_on.expect("logins wait for more than a step").expect("a login failed");
        Ok(removed)
    }
}

/// What a login, a refresh and a logout ask of the store.
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

/// Sweeps once while logins go on.
async fn sweep<S: Engine>(store: &S) {
    let (count, logins) = watch::channel(0);
    let watched = Watched { store: store.clone(), logins, batches: Mutex::default() };
    let began = Instant::now();
    let (mut slowest, mut given_up) = (Duration::ZERO, 0);
    {
        // A step for which this machine had no time is given up, and made again when the housekeeper looks next.
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

async fn ages_a_million_rows<S: Engine>(store: S) {
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
        // The last login may have been cut short by the end of the sweep, with one token or two.
        let left = store.rows("").await - others;
        assert!(left <= 3, "{left} rows are left of logins that ended");
        assert_eq!(store.rows(&tag).await, 0);
        for staying in ["alive", "kept"] {
            assert_eq!(store.rows(staying).await, STAYING * 4, "something {staying} was removed");
        }
        store.tidy().await;
    }
    println!("bytes with one generation in the tables, each time: {sizes:?}");
    // The first fills empty tables, more densely than any after it. Tables that keep what passes through them would double
    // from the second to the fourth; how many logins went on beside, and what the engine did meanwhile, is less than half.
    let (second, last) = (sizes[1], sizes[sizes.len() - 1]);
    assert!(last < second * 3 / 2, "the tables grow with what passes through them: {sizes:?}");
    is_indexed(&store).await;
}

/// The statements of a step find what they remove by indexes, as large as the tables may be.
async fn is_indexed<S: Engine>(store: &S) {
    // Planned for tables that are full, as they are when it matters.
    store.fill("aged", SystemClock.now().before(Duration::from_hours(48)), SESSIONS, KEYS).await;
    store.tidy().await;
    let removal = |sql: &str| sql.contains("DELETE FROM") && sql.contains("expires_at <=") && sql.contains("LIMIT");
    let mut looked_at = 0;
    for statement in statements::sent().into_keys().filter(|sql| removal(sql)) {
        // Another engine's of the same process, by how it writes a parameter or names a table.
        let (plan, reads_all) = store.plan(&statement).await;
        if plan.is_empty() {
            continue;
        }
        looked_at += 1;
        println!("{}", plan.join("\n"));
        let whole = plan.iter().find(|line| reads_all.iter().any(|sign| line.contains(sign)));
        assert!(whole.is_none(), "a step reads a whole table: {whole:?} in {statement}");
    }
    assert_eq!(looked_at, 3, "a step has a statement for tokens, sessions and keys");
}
