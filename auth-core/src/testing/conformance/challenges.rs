//! State of challenges.

use std::sync::Arc;

use tokio::task::JoinSet;

use super::fixtures::{NOW, secs, token};
use crate::base::{SubjectId, Timestamp};
use crate::store::{Challenge, Challenges, Housekeeping};

fn challenge(subject: Option<SubjectId>) -> Challenge {
    Challenge {
        hash: token(),
        purpose: "login".into(),
        subject,
        state: vec![0, 1, 0xff],
        expires_at: NOW.after(secs(60)),
    }
}

async fn take<S: Challenges>(store: &S, challenge: &Challenge) -> Option<Challenge> {
    store.take_challenge(&challenge.hash, &challenge.purpose, NOW).await.unwrap()
}

pub(super) async fn a_challenge_is_taken_once_as_it_was_kept<S: Challenges>(store: &Arc<S>) {
    for subject in [Some(SubjectId::random()), None] {
        let (kept, other) = (challenge(subject.clone()), challenge(subject));
        store.keep_challenge(kept.clone()).await.unwrap();
        store.keep_challenge(other.clone()).await.unwrap();
        assert_eq!(take(&**store, &kept).await, Some(kept.clone()));
        assert_eq!(take(&**store, &kept).await, None, "a challenge was taken twice");
        assert_eq!(take(&**store, &other).await, Some(other), "another challenge was taken");
    }
}

pub(super) async fn a_challenge_cannot_be_kept_twice<S: Challenges>(store: &Arc<S>) {
    let kept = challenge(None);
    store.keep_challenge(kept.clone()).await.unwrap();
    let other = Challenge { state: b"of an attacker".to_vec(), ..kept.clone() };
    assert!(store.keep_challenge(other).await.is_err());
    assert_eq!(take(&**store, &kept).await, Some(kept));
}

pub(super) async fn of_concurrent_answers_one_takes_the_challenge<S: Challenges>(store: &Arc<S>) {
    for _ in 0..10 {
        let kept = challenge(None);
        store.keep_challenge(kept.clone()).await.unwrap();
        let mut calls = JoinSet::new();
        for _ in 0..16 {
            let (store, kept) = (Arc::clone(store), kept.clone());
            calls.spawn(async move { take(&*store, &kept).await });
        }
        assert_eq!(calls.join_all().await.into_iter().flatten().count(), 1);
    }
}

pub(super) async fn a_challenge_of_another_purpose_or_expired_is_not_taken<S: Challenges>(store: &Arc<S>) {
    let kept = challenge(Some(SubjectId::random()));
    store.keep_challenge(kept.clone()).await.unwrap();
    for (purpose, now) in [("enrolment", NOW), ("login", kept.expires_at)] {
        assert_eq!(store.take_challenge(&kept.hash, purpose, now).await.unwrap(), None, "{purpose}");
    }
    assert_eq!(take(&**store, &kept).await, Some(kept), "a refusal took the challenge");
}

pub(super) async fn expired_challenges_are_purged<S: Challenges + Housekeeping>(store: &Arc<S>) {
    // 9 September 2001: nothing else in the store is this old.
    let then = Timestamp::from_secs(1_000_000_000);
    let (old, kept) = (challenge(None), challenge(None));
    let (old, kept) = (Challenge { expires_at: then, ..old }, Challenge { expires_at: then.after(secs(1)), ..kept });
    store.keep_challenge(old.clone()).await.unwrap();
    store.keep_challenge(kept.clone()).await.unwrap();
    assert_eq!(store.purge_expired(then, 10).await.unwrap(), 1);
    let before = Timestamp::from_secs(0);
    for (challenge, is_left) in [(old, false), (kept, true)] {
        let found = store.take_challenge(&challenge.hash, &challenge.purpose, before).await.unwrap();
        assert_eq!(found.is_some(), is_left);
    }
}
