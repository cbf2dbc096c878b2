//! One-time tokens.

use std::sync::Arc;

use tokio::task::JoinSet;

use super::fixtures::{NOW, email, secs, token};
use crate::base::{SessionId, SubjectId, Timestamp};
use crate::store::{Audit, AuditFilter, AuditLog, AuditRow, Housekeeping, OneTimeToken, OneTimeTokens, VerifiedEmail};
use crate::token::{Purpose, TokenHash};

/// 9 September 2001: nothing else in the store is this old.
const THEN: Timestamp = Timestamp::from_secs(1_000_000_000);

const PURPOSES: [Purpose; 4] =
    [Purpose::PasswordReset, Purpose::EmailVerification, Purpose::MagicLink, Purpose::LoginCode];

fn one_time(subject: &SubjectId, purpose: Purpose) -> OneTimeToken {
    OneTimeToken {
        hash: token(),
        purpose,
        subject: subject.clone(),
        version: 7,
        email: email(),
        created_at: NOW,
        expires_at: NOW.after(secs(60)),
    }
}

async fn issue<S: OneTimeTokens>(store: &S, token: &OneTimeToken) {
    store.issue_token(token.clone(), Audit::none()).await.unwrap();
}

async fn issued<S: OneTimeTokens>(store: &S) -> OneTimeToken {
    let token = one_time(&SubjectId::random(), Purpose::PasswordReset);
    issue(store, &token).await;
    token
}

async fn redeem<S: OneTimeTokens>(store: &S, hash: &TokenHash, purpose: Purpose) -> Option<OneTimeToken> {
    store.redeem_token(hash, purpose, NOW, Audit::none()).await.unwrap()
}

pub(super) async fn a_token_is_found_as_it_was_issued<S: OneTimeTokens>(store: &Arc<S>) {
    for purpose in PURPOSES {
        let token = one_time(&SubjectId::random(), purpose);
        issue(&**store, &token).await;
        for _ in 0..2 {
            assert_eq!(store.find_token(&token.hash).await.unwrap(), Some(token.clone()), "a lookup changed it");
        }
    }
    assert_eq!(store.find_token(&token()).await.unwrap(), None);
}

pub(super) async fn a_token_is_redeemed_once<S: OneTimeTokens>(store: &Arc<S>) {
    let (token, other) = (issued(&**store).await, issued(&**store).await);
    assert_eq!(redeem(&**store, &token.hash, token.purpose).await, Some(token.clone()));
    assert_eq!(redeem(&**store, &token.hash, token.purpose).await, None, "a token was redeemed twice");
    assert_eq!(store.find_token(&token.hash).await.unwrap(), None);
    assert_eq!(store.find_token(&other.hash).await.unwrap(), Some(other), "another subject's token was changed");
}

pub(super) async fn of_concurrent_redeemers_one_wins<S: OneTimeTokens>(store: &Arc<S>) {
    for _ in 0..10 {
        let token = issued(&**store).await;
        let mut calls = JoinSet::new();
        for _ in 0..16 {
            let (store, hash) = (Arc::clone(store), token.hash);
            calls.spawn(async move { redeem(&*store, &hash, Purpose::PasswordReset).await });
        }
        assert_eq!(calls.join_all().await.into_iter().flatten().count(), 1);
    }
}

pub(super) async fn a_token_of_another_purpose_or_expired_is_refused<S: OneTimeTokens>(store: &Arc<S>) {
    let token = issued(&**store).await;
    for purpose in [Purpose::EmailVerification, Purpose::MagicLink] {
        assert_eq!(redeem(&**store, &token.hash, purpose).await, None, "redeemed as {purpose:?}");
    }
    let late = store.redeem_token(&token.hash, token.purpose, token.expires_at, Audit::none()).await.unwrap();
    assert_eq!(late, None, "redeemed at the moment it expires");
    assert_eq!(store.verified_email(&token.subject).await.unwrap(), None, "a refused token verified its address");
    let last = Timestamp::from_millis(token.expires_at.as_millis() - 1);
    let redeemed = store.redeem_token(&token.hash, token.purpose, last, Audit::none()).await.unwrap();
    assert_eq!(redeemed, Some(token), "a refusal spent the token");
}

pub(super) async fn a_newer_token_replaces_that_of_its_subject_and_purpose<S: OneTimeTokens>(store: &Arc<S>) {
    let subject = SubjectId::random();
    let (first, link) = (one_time(&subject, Purpose::PasswordReset), one_time(&subject, Purpose::MagicLink));
    let second = OneTimeToken { version: 8, expires_at: NOW.after(secs(90)), ..one_time(&subject, first.purpose) };
    for token in [&first, &link, &second] {
        issue(&**store, token).await;
    }
    assert_eq!(redeem(&**store, &first.hash, first.purpose).await, None, "an older token is still valid");
    for token in [second, link] {
        assert_eq!(redeem(&**store, &token.hash, token.purpose).await, Some(token));
    }
}

pub(super) async fn concurrent_requests_leave_one_token<S: OneTimeTokens>(store: &Arc<S>) {
    let subject = SubjectId::random();
    let mut calls = JoinSet::new();
    for _ in 0..16 {
        let (store, token) = (Arc::clone(store), one_time(&subject, Purpose::PasswordReset));
        calls.spawn(async move {
            issue(&*store, &token).await;
            token.hash
        });
    }
    let mut left = 0;
    for hash in calls.join_all().await {
        left += usize::from(store.find_token(&hash).await.unwrap().is_some());
    }
    assert_eq!(left, 1);
}

pub(super) async fn a_redeemed_token_verifies_its_address<S: OneTimeTokens>(store: &Arc<S>) {
    let subject = SubjectId::random();
    assert_eq!(store.verified_email(&subject).await.unwrap(), None);
    for (purpose, at) in PURPOSES.into_iter().zip([NOW, NOW.after(secs(1)), NOW.after(secs(2))]) {
        let token = one_time(&subject, purpose);
        issue(&**store, &token).await;
        store.redeem_token(&token.hash, purpose, at, Audit::none()).await.unwrap().unwrap();
        let verified = VerifiedEmail { email: token.email, at };
        assert_eq!(store.verified_email(&subject).await.unwrap(), Some(verified));
    }
}

pub(super) async fn a_removed_subject_is_forgotten<S: OneTimeTokens>(store: &Arc<S>) {
    let (token, other) = (issued(&**store).await, issued(&**store).await);
    let used = one_time(&token.subject, Purpose::EmailVerification);
    issue(&**store, &used).await;
    redeem(&**store, &used.hash, used.purpose).await.unwrap();
    store.forget_tokens(&token.subject).await.unwrap();
    assert_eq!(store.find_token(&token.hash).await.unwrap(), None);
    assert_eq!(store.verified_email(&token.subject).await.unwrap(), None);
    assert_eq!(store.find_token(&other.hash).await.unwrap(), Some(other), "another subject's token was removed");
}

pub(super) async fn changes_are_recorded_with_their_rows<S: OneTimeTokens + AuditLog>(store: &Arc<S>) {
    let token = one_time(&SubjectId::random(), Purpose::PasswordReset);
    let row = |kind: &'static str| {
        let subject = Some(token.subject.clone());
        let id = SessionId::random().as_str().into();
        AuditRow { id, at: NOW, kind: kind.into(), outcome: "success".into(), subject, body: "{}".to_owned() }
    };
    let issue = |(): &()| vec![row("issue")];
    let redeem = |_: &Option<OneTimeToken>| vec![row("redeem")];
    store.issue_token(token.clone(), Audit::new(&issue)).await.unwrap();
    for _ in 0..2 {
        store.redeem_token(&token.hash, token.purpose, NOW, Audit::new(&redeem)).await.unwrap();
    }
    let filter = AuditFilter { subject: Some(token.subject.clone()), ..AuditFilter::default() };
    let rows = store.events(&filter, 10).await.unwrap();
    let kinds: Vec<_> = rows.iter().rev().map(|row| &*row.kind).collect();
    assert_eq!(kinds, ["issue", "redeem"], "a refused token has no row");
}

pub(super) async fn expired_tokens_are_purged<S: OneTimeTokens + Housekeeping>(store: &Arc<S>) {
    let mut tokens = Vec::new();
    for _ in 0..3 {
        let old = OneTimeToken { expires_at: THEN, ..one_time(&SubjectId::random(), Purpose::MagicLink) };
        issue(&**store, &old).await;
        tokens.push(old.hash);
    }
    let kept = OneTimeToken { expires_at: THEN.after(secs(1)), ..one_time(&SubjectId::random(), Purpose::MagicLink) };
    issue(&**store, &kept).await;
    loop {
        let batch = store.purge_expired(THEN, 2).await.unwrap();
        assert!(batch <= 2, "a batch of {batch} where the limit is 2");
        if batch < 2 {
            break;
        }
    }
    for hash in tokens {
        assert_eq!(store.find_token(&hash).await.unwrap(), None, "an expired token was left");
    }
    assert_eq!(store.find_token(&kept.hash).await.unwrap(), Some(kept), "an unexpired token was removed");
}
