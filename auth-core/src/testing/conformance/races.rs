//! Refresh tokens: concurrent calls, and calls that are dropped before they finish.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use tokio::sync::Barrier;
use tokio::task::JoinSet;

use super::fixtures::{LEEWAY, NOW, begin, family, open, redeem, rotate, seal, session, token};
use crate::base::SubjectId;
use crate::store::{Audit, Page, Redeemed, SessionStore};
use crate::token::TokenHash;

const CALLERS: usize = 100;

/// Redeems one token from 100 tasks at once; returns the answers.
async fn redeem_at_once<S: SessionStore>(store: &Arc<S>, presented: TokenHash, leeway: Duration) -> Vec<Answer> {
    let start = Arc::new(Barrier::new(CALLERS));
    let mut calls = JoinSet::new();
    for _ in 0..CALLERS {
        let (store, start) = (Arc::clone(store), Arc::clone(&start));
        calls.spawn(async move {
            let successor = token();
            start.wait().await;
            Answer { successor, redeemed: redeem(&*store, &presented, &successor, NOW, leeway).await }
        });
    }
    calls.join_all().await
}

struct Answer {
    /// The caller's successor.
    successor: TokenHash,
    redeemed: Redeemed,
}

pub(super) async fn of_100_concurrent_redeems_one_rotates_and_all_hold_its_successor<S: SessionStore>(store: &Arc<S>) {
    let (_, first) = family(&**store).await;
    let answers = redeem_at_once(store, first, LEEWAY).await;
    let rotated: Vec<_> =
        answers.iter().filter(|answer| matches!(answer.redeemed, Redeemed::Rotated(_))).map(|a| a.successor).collect();
    let [successor] = rotated[..] else { panic!("{} callers rotated one token", rotated.len()) };
    for answer in answers {
        match answer.redeemed {
            Redeemed::Rotated(_) => {}
            Redeemed::Retried { sealed_successor, .. } => {
                assert_eq!(sealed_successor, seal(&successor), "a caller holds another successor");
            }
            other => panic!("a concurrent use within the leeway was answered {other:?}"),
        }
    }
    rotate(&**store, &successor, NOW).await;
}

pub(super) async fn without_leeway_exactly_one_of_100_concurrent_redeems_succeeds<S: SessionStore>(store: &Arc<S>) {
    let (stolen, first) = family(&**store).await;
    let other_device = session(&stolen.subject);
    let other_token = begin(&**store, &other_device).await;

    let answers = redeem_at_once(store, first, Duration::ZERO).await;
    let count = |of: fn(&Redeemed) -> bool| answers.iter().filter(|answer| of(&answer.redeemed)).count();
    assert_eq!(count(|redeemed| matches!(redeemed, Redeemed::Rotated(_))), 1, "callers that succeeded");
    assert_eq!(count(|redeemed| matches!(redeemed, Redeemed::Retried { .. })), 0, "retries without a leeway");
    assert_eq!(count(|redeemed| matches!(redeemed, Redeemed::Replayed(_))), 1, "a family ends once");
    assert_eq!(store.find(&stolen.id).await.unwrap(), None, "the session outlived the replay");

    assert_eq!(store.find(&other_device.id).await.unwrap(), Some(other_device), "another device was logged out");
    rotate(&**store, &other_token, NOW).await;
}

pub(super) async fn calls_that_end_all_do_not_block_each_other<S: SessionStore>(store: &Arc<S>) {
    for _ in 0..20 {
        let first = session(&SubjectId::random());
        begin(&**store, &first).await;
        begin(&**store, &session(&first.subject)).await;
        let mut calls = JoinSet::new();
        for _ in 0..2 {
            let (store, subject) = (Arc::clone(store), first.subject.clone());
            calls.spawn(async move { store.end_all(&subject, 50, Audit::none()).await });
        }
        let ended: Vec<_> = calls.join_all().await.into_iter().flat_map(Result::unwrap).collect();
        assert_eq!(ended.len(), 2, "each session ends once");
        assert_eq!(store.list(&first.subject, 3, NOW, Page::first(10)).await.unwrap(), []);
    }
}

pub(super) async fn a_session_ended_during_a_refresh_stays_ended<S: SessionStore>(store: &Arc<S>) {
    for _ in 0..20 {
        let (session, first) = family(&**store).await;
        let successor = token();
        let refresh = tokio::spawn({
            let store = Arc::clone(store);
            async move { redeem(&*store, &first, &successor, NOW, LEEWAY).await }
        });
        store.end_all(&session.subject, 50, Audit::none()).await.unwrap();
        refresh.await.unwrap();
        assert_eq!(store.find(&session.id).await.unwrap(), None, "a refresh brought an ended session back");
        for token in [first, successor] {
            let redeemed = redeem(&**store, &token, &super::fixtures::token(), NOW, LEEWAY).await;
            assert_eq!(redeemed, Redeemed::Refused, "a token outlived its session");
        }
    }
}

/// When a call is dropped.
#[derive(Clone, Copy)]
enum When {
    /// At its first wait.
    AtOnce,
    /// When it is woken.
    Woken,
}

pub(super) async fn a_dropped_redeem_leaves_the_token_unspent_or_its_successor_retriable<S: SessionStore>(
    store: &Arc<S>,
) {
    for when in [When::AtOnce, When::Woken] {
        for polls in 1..1_000 {
            let (_, first) = family(&**store).await;
            let dropped = token();
            let call = redeem(&**store, &first, &dropped, NOW, LEEWAY);
            let finished = drop_after(polls, when, call).await.is_some();

            let again = token();
            let holds = match redeem(&**store, &first, &again, NOW, LEEWAY).await {
                Redeemed::Rotated(_) if finished => panic!("an answered call was undone"),
                Redeemed::Rotated(_) => again,
                Redeemed::Retried { sealed_successor, .. } => open(&sealed_successor),
                other => panic!("after a call dropped at poll {polls} the token was answered {other:?}"),
            };
            assert!(holds == again || holds == dropped, "the successor is of neither call");
            rotate(&**store, &holds, NOW).await;
            a_write_is_kept(&**store).await;
            if finished {
                break;
            }
        }
    }
}

/// A dropped call may leave its connection with an open transaction that is never committed.
async fn a_write_is_kept<S: SessionStore>(store: &S) {
    let (session, _) = family(store).await;
    assert!(store.end(&session.subject, &session.id, Audit::none()).await.unwrap());
    assert_eq!(store.find(&session.id).await.unwrap(), None, "after a dropped call an answered write was undone");
}

/// Polls at most `polls` times, then drops; `None` when the call has not finished.
async fn drop_after<F: Future>(polls: usize, when: When, call: F) -> Option<F::Output> {
    let mut call = pin!(call);
    let mut done = 0;
    poll_fn(|context| {
        if done == polls {
            return Poll::Ready(None);
        }
        done += 1;
        match call.as_mut().poll(context) {
            Poll::Ready(output) => Poll::Ready(Some(output)),
            Poll::Pending if done == polls && matches!(when, When::AtOnce) => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        }
    })
    .await
}
