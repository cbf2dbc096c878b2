//! Refresh tokens: sequential calls.

use std::sync::Arc;
use std::time::Duration;

use super::fixtures::{
    LEEWAY, LIFETIME, NOW, begin, family, open, redeem, redeem_as, redeem_of, rotate, seal, secs, session, token,
};
use crate::base::{SubjectId, Timestamp};
use crate::store::{Audit, Holder, Page, Redeem, Redeemed, Session, SessionStore};

pub(super) async fn a_token_rotates_and_moves_its_session_on<S: SessionStore>(store: &Arc<S>) {
    let (session, first) = family(&**store).await;
    let (second, later) = (token(), NOW.after(secs(900)));
    let redeemed = redeem(&**store, &first, &second, later, LEEWAY).await;
    let expected = Session { last_used_at: later, expires_at: later.after(LIFETIME), ..session };
    assert_eq!(redeemed, Redeemed::Rotated(expected.clone()));
    assert_eq!(store.find(&expected.id).await.unwrap(), Some(expected));

    // The session outlives the first token.
    rotate(&**store, &second, NOW.after(LIFETIME)).await;
}

pub(super) async fn a_retry_within_the_leeway_gets_the_first_successor<S: SessionStore>(store: &Arc<S>) {
    let (begun, first) = family(&**store).await;
    let second = rotate(&**store, &first, NOW).await;
    let stored = store.find(&begun.id).await.unwrap().unwrap();
    for after in [0, 1, 9_999] {
        let now = NOW.after(Duration::from_millis(after));
        let redeemed = redeem(&**store, &first, &token(), now, LEEWAY).await;
        let expected = Redeemed::Retried { session: stored.clone(), sealed_successor: seal(&second) };
        assert_eq!(redeemed, expected, "a retry after {after} ms");
    }
    rotate(&**store, &second, NOW.after(secs(1))).await;
}

pub(super) async fn a_retry_after_the_use_of_its_successor_is_a_replay<S: SessionStore>(store: &Arc<S>) {
    let (stolen, first) = family(&**store).await;
    let (_, other) = family(&**store).await;
    let second = rotate(&**store, &first, NOW).await;
    let other_second = rotate(&**store, &other, NOW).await;
    let third = rotate(&**store, &second, NOW.after(secs(1))).await;
    let redeemed = redeem(&**store, &second, &token(), NOW.after(secs(1)), LEEWAY).await;
    assert!(matches!(redeemed, Redeemed::Retried { .. }), "the last used token was answered {redeemed:?}");
    let redeemed = redeem(&**store, &first, &token(), NOW.after(secs(1)), LEEWAY).await;
    assert!(matches!(redeemed, Redeemed::Replayed(_)), "a token whose successor is used was answered {redeemed:?}");
    assert_eq!(store.find(&stolen.id).await.unwrap(), None, "the session outlived the replay");
    assert_eq!(redeem(&**store, &third, &token(), NOW.after(secs(1)), LEEWAY).await, Redeemed::Refused);

    // Another family keeps its retry.
    match redeem(&**store, &other, &token(), NOW.after(secs(1)), LEEWAY).await {
        Redeemed::Retried { sealed_successor, .. } => assert_eq!(open(&sealed_successor), other_second),
        redeemed => panic!("a retry of another family was answered {redeemed:?}"),
    }
}

pub(super) async fn a_replayed_token_ends_its_family_and_no_other<S: SessionStore>(store: &Arc<S>) {
    let (stolen, first) = family(&**store).await;
    let other_device = session(&stolen.subject);
    let other_token = begin(&**store, &other_device).await;
    let second = rotate(&**store, &first, NOW).await;

    match redeem(&**store, &first, &token(), NOW.after(LEEWAY), LEEWAY).await {
        Redeemed::Replayed(session) => assert_eq!(session.id, stolen.id),
        other => panic!("a use after the leeway was answered {other:?}"),
    }
    assert_eq!(store.find(&stolen.id).await.unwrap(), None, "the session outlived the replay");
    for token in [first, second] {
        let redeemed = redeem(&**store, &token, &super::fixtures::token(), NOW.after(LEEWAY), LEEWAY).await;
        assert_eq!(redeemed, Redeemed::Refused, "the family outlived the replay");
    }
    assert_eq!(store.find(&other_device.id).await.unwrap(), Some(other_device), "another device was logged out");
    rotate(&**store, &other_token, NOW.after(LEEWAY)).await;
}

pub(super) async fn every_used_token_of_a_family_is_remembered<S: SessionStore>(store: &Arc<S>) {
    for replayed in 0..5 {
        let (session, first) = family(&**store).await;
        let mut tokens = vec![first];
        for n in 1..=5 {
            tokens.push(rotate(&**store, &tokens[n - 1], NOW.after(secs(900 * n as u64))).await);
        }
        let now = NOW.after(secs(900 * 6));
        let redeemed = redeem(&**store, &tokens[replayed], &token(), now, LEEWAY).await;
        assert!(matches!(redeemed, Redeemed::Replayed(_)), "token {replayed} of 6 was answered {redeemed:?}");
        assert_eq!(store.find(&session.id).await.unwrap(), None, "the session outlived the replay");
    }
}

pub(super) async fn the_oldest_token_of_a_long_family_still_ends_it<S: SessionStore>(store: &Arc<S>) {
    let ((session, first), family) = (super::fixtures::family(&**store).await, token());
    let (mut current, mut now) = (first, NOW);
    for _ in 0..150 {
        now = now.after(secs(20));
        let successor = token();
        let rotation = Redeem { family: &family, ..redeem_of(&current, &successor, now) };
        let redeemed = store.redeem(rotation, Audit::none()).await.unwrap();
        assert!(matches!(redeemed, Redeemed::Rotated(_)), "a first use was answered {redeemed:?}");
        current = successor;
    }
    // A store that does not keep the token itself keeps the family in its place.
    let is_kept = store.find_by_refresh_token(&first).await.unwrap().is_some();
    let presented = if is_kept { first } else { family };
    let found = store.find_by_refresh_token(&presented).await.unwrap();
    let found = found.unwrap_or_else(|| panic!("neither the first token of a family nor the family is known"));
    assert!(found.used && found.session.id == session.id);
    let stranger = Holder { dpop_jkt: Some("another"), ..Holder::default() };
    let redeemed = redeem_as(&**store, stranger, &presented, &token(), now, LEEWAY).await;
    assert!(matches!(redeemed, Redeemed::WrongHolder(_)), "another holder was answered {redeemed:?}");
    let redeemed = redeem(&**store, &presented, &token(), now, LEEWAY).await;
    assert!(matches!(redeemed, Redeemed::Replayed(_)), "the first token was answered {redeemed:?}");
    assert_eq!(store.find(&session.id).await.unwrap(), None, "the session outlived the replay");
    assert_eq!(redeem(&**store, &current, &token(), now, LEEWAY).await, Redeemed::Refused);
}

pub(super) async fn a_leeway_of_zero_never_retries<S: SessionStore>(store: &Arc<S>) {
    // In the same millisecond, and before it by a clock that was set back.
    for now in [NOW, Timestamp::from_millis(NOW.as_millis() - 600_000)] {
        let (_, first) = family(&**store).await;
        let redeemed = redeem(&**store, &first, &token(), NOW, Duration::ZERO).await;
        assert!(matches!(redeemed, Redeemed::Rotated(_)), "a first use was answered {redeemed:?}");
        let redeemed = redeem(&**store, &first, &token(), now, Duration::ZERO).await;
        assert!(matches!(redeemed, Redeemed::Replayed(_)), "a second use was answered {redeemed:?}");
    }
}

pub(super) async fn a_clock_set_back_does_not_turn_a_retry_into_a_replay<S: SessionStore>(store: &Arc<S>) {
    let (_, first) = family(&**store).await;
    let second = rotate(&**store, &first, NOW).await;
    let set_back = Timestamp::from_millis(NOW.as_millis() - 600_000);
    let redeemed = redeem(&**store, &first, &token(), set_back, LEEWAY).await;
    assert!(matches!(redeemed, Redeemed::Retried { .. }), "a retry was answered {redeemed:?}");
    rotate(&**store, &second, set_back).await;
}

pub(super) async fn no_refresh_carries_a_session_beyond_its_end<S: SessionStore>(store: &Arc<S>) {
    let ends_at = NOW.after(LIFETIME + secs(900));
    let begun = Session { ends_at, ..session(&SubjectId::random()) };
    let first = begin(&**store, &begun).await;
    let late = NOW.after(LIFETIME.saturating_sub(secs(1)));
    let second = rotate(&**store, &first, late).await;
    let expected = Session { last_used_at: late, expires_at: ends_at, ..begun };
    assert_eq!(store.find(&expected.id).await.unwrap(), Some(expected.clone()), "its end was passed over");

    let last = Timestamp::from_millis(ends_at.as_millis() - 1);
    let third = rotate(&**store, &second, last).await;
    assert_eq!(store.find(&expected.id).await.unwrap().map(|session| session.expires_at), Some(ends_at));
    assert_eq!(redeem(&**store, &third, &token(), ends_at, LEEWAY).await, Redeemed::Refused, "past the end");
    assert_eq!(store.list(&expected.subject, 3, ends_at, Page::first(10)).await.unwrap(), []);
}

pub(super) async fn a_token_of_another_client_or_key_changes_nothing<S: SessionStore>(store: &Arc<S>) {
    let (app, web) = ("app".parse().unwrap(), "web".parse().unwrap());
    let jkt = "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I";
    let begun = Session { client_id: Some(app), dpop_jkt: Some(jkt.to_owned()), ..session(&SubjectId::random()) };
    let first = begin(&**store, &begun).await;
    let owner = Holder { client_id: begun.client_id.as_ref(), dpop_jkt: Some(jkt) };
    let strangers = [
        Holder::default(),
        Holder { client_id: None, ..owner },
        Holder { client_id: Some(&web), ..owner },
        Holder { dpop_jkt: None, ..owner },
        Holder { dpop_jkt: Some("another"), ..owner },
    ];
    for stranger in strangers {
        let redeemed = redeem_as(&**store, stranger, &first, &token(), NOW, LEEWAY).await;
        assert_eq!(redeemed, Redeemed::WrongHolder(begun.clone()));
    }
    assert_eq!(store.find(&begun.id).await.unwrap(), Some(begun.clone()), "another client changed the session");

    let second = token();
    let redeemed = redeem_as(&**store, owner, &first, &second, NOW, LEEWAY).await;
    assert!(matches!(redeemed, Redeemed::Rotated(_)), "the owner was answered {redeemed:?}");
    // A used token of another holder is neither a retry nor a replay.
    for now in [NOW, NOW.after(LEEWAY)] {
        let redeemed = redeem_as(&**store, Holder::default(), &first, &token(), now, LEEWAY).await;
        assert!(matches!(redeemed, Redeemed::WrongHolder(_)), "another client was answered {redeemed:?}");
    }
    let redeemed = redeem_as(&**store, owner, &second, &token(), NOW.after(LEEWAY), LEEWAY).await;
    assert!(matches!(redeemed, Redeemed::Rotated(_)), "the owner was answered {redeemed:?}");

    // A session without a key refuses a holder with one.
    let unbound = session(&SubjectId::random());
    let first = begin(&**store, &unbound).await;
    let holder = Holder { dpop_jkt: Some(jkt), ..Holder::default() };
    let redeemed = redeem_as(&**store, holder, &first, &token(), NOW, LEEWAY).await;
    assert_eq!(redeemed, Redeemed::WrongHolder(unbound));
}

pub(super) async fn unknown_expired_and_ended_tokens_are_refused<S: SessionStore>(store: &Arc<S>) {
    assert_eq!(redeem(&**store, &token(), &token(), NOW, LEEWAY).await, Redeemed::Refused, "an unknown token");

    let (session, first) = family(&**store).await;
    let redeemed = redeem(&**store, &first, &token(), session.expires_at, LEEWAY).await;
    assert_eq!(redeemed, Redeemed::Refused, "a token at the moment it expires");
    rotate(&**store, &first, Timestamp::from_millis(session.expires_at.as_millis() - 1)).await;

    let (session, first) = family(&**store).await;
    store.end(&session.subject, &session.id, Audit::none()).await.unwrap();
    assert_eq!(redeem(&**store, &first, &token(), NOW, LEEWAY).await, Redeemed::Refused, "a token of an ended session");
}

pub(super) async fn a_used_token_that_has_expired_is_no_replay<S: SessionStore>(store: &Arc<S>) {
    let (_, first) = family(&**store).await;
    let second = rotate(&**store, &first, NOW.after(secs(900))).await;
    let redeemed = redeem(&**store, &first, &token(), NOW.after(LIFETIME), LEEWAY).await;
    assert_eq!(redeemed, Redeemed::Refused, "a used token past its time");
    rotate(&**store, &second, NOW.after(LIFETIME)).await;
}
