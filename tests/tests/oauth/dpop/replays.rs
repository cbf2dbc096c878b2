//! Section 11.1: a proof can be used once.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use auth_core::cluster::{ClusterError, Count, Counters, MemoryCounters, RedisCounters};
use auth_core::prelude::SubjectId;
use auth_core::store::MemoryStore;
use auth_core::{AuthBuilder, Dpop, ProofError};
use auth_tests::servers::Redis;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use reqwest::Method;

use super::{Bound, Prover, proof, send};

#[tokio::test]
async fn rfc9449_s11_1_a_proof_can_be_used_once() {
    let (service, prover) = (Bound::optional().await, Prover::es256());
    let used = prover.for_tokens(&service);
    let first = service.login(Some(&used)).await;
    service.login(Some(&used)).await.is_error(400, "invalid_dpop_proof");
    service.reasons.are(&proof(ProofError::Replayed), "login");
    service.renew(&first.refresh(), Some(&used)).await.is_error(400, "invalid_dpop_proof");
    service.reasons.are(&proof(ProofError::Replayed), "refresh");
    assert_eq!(service.renew(&first.refresh(), Some(&prover.for_tokens(&service))).await.status, 200, "not spent");
    let used = prover.using(&service, "GET", "/me", &first.access());
    assert_eq!(service.get_me(&first.access(), &used).await.status, 200);
    for secs in [0, 30, 34] {
        service.advance(secs);
        let answer = service.get_me(&first.access(), &used).await;
        answer.is_refused_use("invalid_dpop_proof", "again");
        service.reasons.are(&proof(ProofError::Replayed), "again");
    }
    // Later it has expired anyway.
    service.advance(1);
    service.get_me(&first.access(), &used).await.is_refused_use("invalid_dpop_proof", "later");
    service.reasons.are(&proof(ProofError::Time), "later");
}

#[tokio::test]
async fn rfc9449_s11_1_of_concurrent_uses_one_succeeds() {
    let (service, prover) = (Bound::optional().await, Prover::es256());
    let token = service.login(Some(&prover.for_tokens(&service))).await.access();
    let used = prover.using(&service, "GET", "/me", &token);
    let mut uses = tokio::task::JoinSet::new();
    for _ in 0..16 {
        let request = service.http.get(format!("{}/me", service.url));
        let request = request.header("Authorization", format!("DPoP {token}")).header("DPoP", &used);
        uses.spawn(async move { request.send().await.unwrap().status().as_u16() });
    }
    let mut statuses = uses.join_all().await;
    statuses.sort_unstable();
    assert_eq!(statuses, [&[200][..], &[401; 15]].concat());
}

#[tokio::test]
async fn rfc9449_s11_1_another_proof_with_the_same_jti_is_a_replay() {
    let (service, prover) = (Bound::optional().await, Prover::es256());
    let draft = prover.draft(&service, "POST", "/auth/token");
    let used = draft.signed_by(&prover);
    assert_eq!(service.login(Some(&used)).await.status, 200);
    // Signed again, at a later time.
    service.advance(1);
    let mut later = prover.draft(&service, "POST", "/auth/token");
    later.claims.insert("jti".to_owned(), draft.claims["jti"].clone());
    // ECDSA signatures are malleable: (r, n - s) is valid as well.
    for again in [later.signed_by(&prover), other_signature(&used), draft.signed_by(&prover)] {
        service.login(Some(&again)).await.is_error(400, "invalid_dpop_proof");
        service.reasons.are(&proof(ProofError::Replayed), "again");
    }
    // Another spelling of the address does not make it another proof.
    let mut otherwise = prover.draft(&service, "POST", "/auth/token?a=b");
    otherwise.claims.insert("jti".to_owned(), draft.claims["jti"].clone());
    service.login(Some(&otherwise.signed_by(&prover))).await.is_error(400, "invalid_dpop_proof");
    service.reasons.are(&proof(ProofError::Replayed), "otherwise");
}

#[tokio::test]
async fn a_jti_is_scoped_to_its_key_and_address() {
    let (service, prover, another) = (Bound::optional().await, Prover::es256(), Prover::another());
    let draft = prover.draft(&service, "POST", "/auth/token");
    let token = service.login(Some(&draft.signed_by(&prover))).await.access();
    let mut others = another.draft(&service, "POST", "/auth/token");
    others.claims.insert("jti".to_owned(), draft.claims["jti"].clone());
    assert_eq!(
        service.login(Some(&others.signed_by(&another))).await.status,
        200,
        "another key's `jti` is not used up"
    );
    let mut elsewhere = prover.draft(&service, "GET", "/me").with_token(&token);
    elsewhere.claims.insert("jti".to_owned(), draft.claims["jti"].clone());
    assert_eq!(service.get_me(&token, &elsewhere.signed_by(&prover)).await.status, 200);
}

/// (r, n - s) for (r, s), which is a valid signature of the same message.
fn other_signature(proof: &str) -> String {
    let order = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";
    let order: Vec<u8> = (0..32).map(|at| u8::from_str_radix(&order[2 * at..2 * at + 2], 16).unwrap()).collect();
    let (message, signature) = proof.rsplit_once('.').unwrap();
    let mut signature = BASE64_URL_SAFE_NO_PAD.decode(signature).unwrap();
    let mut borrow = 0;
    for at in (0..32).rev() {
        let digit = i32::from(order[at]) - i32::from(signature[32 + at]) - borrow;
        borrow = i32::from(digit < 0);
        signature[32 + at] = u8::try_from(digit.rem_euclid(256)).unwrap();
    }
    format!("{message}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature))
}

#[tokio::test]
async fn a_thiefs_proof_does_not_use_up_the_holders_jti() {
    let (service, prover, thief) = (Bound::optional().await, Prover::es256(), Prover::another());
    let token = service.login(Some(&prover.for_tokens(&service))).await.access();
    let draft = prover.draft(&service, "GET", "/me").with_token(&token);
    let mut stolen = thief.draft(&service, "GET", "/me").with_token(&token);
    stolen.claims = draft.claims.clone();
    service.get_me(&token, &stolen.signed_by(&thief)).await.is_refused_use("invalid_token", "a thief's");
    assert_eq!(service.get_me(&token, &draft.signed_by(&prover)).await.status, 200);
}

#[tokio::test]
async fn a_key_that_fills_the_replay_memory_is_refused_and_no_other() {
    let service = Bound::start(|builder| builder.dpop(Dpop::optional().remembered_proofs(6))).await;
    let (prover, other) = (Prover::es256(), Prover::another());
    let token = service.login(Some(&prover.for_tokens(&service))).await.access();
    let first = prover.using(&service, "GET", "/me", &token);
    let second = prover.using(&service, "GET", "/me", &token);
    for used in [&first, &second] {
        assert_eq!(service.get_me(&token, used).await.status, 200);
    }
    let answer = service.get_me(&token, &prover.using(&service, "GET", "/me", &token)).await;
    assert_eq!((answer.status, answer.header("retry-after")), (503, "1"));
    service.login(Some(&prover.for_tokens(&service))).await.is_error(503, "temporarily_unavailable");
    service.get_me(&token, &first).await.is_refused_use("invalid_dpop_proof", "still remembered");
    // Another key has room of its own.
    let others = service.login(Some(&other.for_tokens(&service))).await.access();
    assert_eq!(service.get_me(&others, &other.using(&service, "GET", "/me", &others)).await.status, 200);
    // Bearer tokens need no replay memory.
    assert_eq!(service.me(&service.login(None).await.access()).await, 200);
    service.advance(80);
    assert_eq!(service.get_me(&token, &prover.using(&service, "GET", "/me", &token)).await.status, 200);
}

#[tokio::test]
async fn refused_requests_do_not_fill_the_replay_memory() {
    let service = Bound::start(|builder| builder.dpop(Dpop::optional().remembered_proofs(1))).await;
    let (prover, thief) = (Prover::es256(), Prover::another());
    let wrong = [("grant_type", "password"), ("username", "unknown@example.com"), ("password", "wrong")];
    for _ in 0..3 {
        service.grant(&wrong, Some(&thief.for_tokens(&service))).await.is_error(400, "invalid_grant");
        service.renew("rt_x", Some(&thief.for_tokens(&service))).await.is_error(400, "invalid_grant");
        let used = thief.using(&service, "GET", "/me", "x");
        service.get_me("x", &used).await.is_refused_use("invalid_token", "no token");
    }
    assert_eq!(service.login(Some(&prover.for_tokens(&service))).await.status, 200);
}

/// Two nodes with one store and this replay memory.
async fn nodes(dpop: impl Fn() -> Dpop) -> [Bound; 2] {
    let store = MemoryStore::default();
    let node = |builder: AuthBuilder| builder.store(store.clone()).dpop(dpop());
    let first = Bound::start(node).await;
    // The user exists already, in the first node's store.
    let second = Bound::start(|builder| builder.sessions(store.clone()).dpop(dpop())).await;
    [first, second]
}

async fn a_proof_is_good_on_one_node(dpop: impl Fn() -> Dpop) {
    let ([first, second], prover) = (nodes(dpop).await, Prover::es256());
    let used = prover.for_tokens(&first);
    assert_eq!(first.login(Some(&used)).await.status, 200);
    second.login(Some(&used)).await.is_error(400, "invalid_dpop_proof");
    second.reasons.are(&proof(ProofError::Replayed), "on another node");
    assert_eq!(second.login(Some(&prover.for_tokens(&second))).await.status, 200);
}

#[tokio::test]
async fn nodes_that_share_counters_share_used_proofs() {
    let counters = MemoryCounters::new();
    a_proof_is_good_on_one_node(|| Dpop::optional().replays_in(counters.clone())).await;
}

#[tokio::test]
async fn nodes_that_share_a_redis_share_used_proofs() {
    let Some(url) = Redis::shared("oauth::dpop") else { return };
    let namespace = SubjectId::random().to_string();
    a_proof_is_good_on_one_node(|| Dpop::optional().replays_in(RedisCounters::new(&url, &namespace).unwrap())).await;
}

/// Counters that record the lifetime of each entry.
#[derive(Clone, Default)]
struct Windows(Arc<Mutex<Vec<Duration>>>);

#[async_trait]
impl Counters for Windows {
    async fn add(&self, _: &str, _: u32, window: Duration) -> Result<Count, ClusterError> {
        self.0.lock().unwrap().push(window);
        Ok(Count { value: 1, expires_in: window })
    }
}

#[tokio::test]
async fn a_proof_is_remembered_longer_than_a_node_with_a_slow_clock_accepts_it() {
    let windows = Windows::default();
    let service = Bound::start(|builder| builder.dpop(Dpop::optional().replays_in(windows.clone()))).await;
    let prover = Prover::es256();
    assert_eq!(service.login(Some(&prover.for_tokens(&service))).await.status, 200);
    // A proof's lifetime of a minute, the clock skew, and the minute by which nodes' clocks may differ.
    assert_eq!(*windows.0.lock().unwrap(), [Duration::from_secs(60 + 5 + 60)]);
}

struct Away;

#[async_trait]
impl Counters for Away {
    async fn add(&self, _: &str, _: u32, _: Duration) -> Result<Count, ClusterError> {
        Err(ClusterError::new("away"))
    }
}

#[tokio::test]
async fn without_its_counters_a_service_accepts_no_proof() {
    let service = Bound::start(|builder| builder.dpop(Dpop::optional().replays_in(Away))).await;
    let prover = Prover::es256();
    service.login(Some(&prover.for_tokens(&service))).await.is_error(503, "temporarily_unavailable");
    let bearer = service.login(None).await.access();
    assert_eq!(service.me(&bearer).await, 200);
    assert_eq!(
        send(&service, Method::GET, "/me", &[("DPoP", "x"), ("Authorization", &format!("Bearer {bearer}"))], &[])
            .await
            .status,
        200
    );
}
