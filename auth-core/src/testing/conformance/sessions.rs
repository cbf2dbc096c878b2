//! Sessions: creation, lookup, listing, end.

use std::sync::Arc;

use super::fixtures::{LEEWAY, NOW, begin, family, redeem, rotate, secs, session, token};
use crate::base::{SessionId, SubjectId};
use crate::store::{Audit, NewSession, Page, Redeemed, RefreshTokenRecord, Session, SessionStore, StepUp};

async fn is_refused<S: SessionStore>(store: &S, presented: &crate::token::TokenHash) -> bool {
    redeem(store, presented, &token(), NOW, LEEWAY).await == Redeemed::Refused
}

pub(super) async fn a_session_is_found_as_it_was_begun<S: SessionStore>(store: &Arc<S>) {
    let subject = SubjectId::random();
    let bare = Session { agent: None, scope: String::new(), ..session(&subject) };
    let bound = Session {
        client_id: Some("https://app.example/\u{1F980}".parse().unwrap()),
        dpop_jkt: Some("0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I".to_owned()),
        ..session(&subject)
    };
    for session in [session(&subject), bare, bound] {
        begin(&**store, &session).await;
        assert_eq!(store.find(&session.id).await.unwrap(), Some(session));
    }
    assert_eq!(store.find(&SessionId::random()).await.unwrap(), None);
}

pub(super) async fn a_session_cannot_be_begun_twice<S: SessionStore>(store: &Arc<S>) {
    let (begun, first) = family(&**store).await;
    let again = Session { subject: SubjectId::random(), ..begun.clone() };
    let same_id = NewSession { session: again, refresh_token: token() };
    assert!(store.create(same_id, Audit::none()).await.is_err(), "a second session has the first one's id");
    let other = session(&SubjectId::random());
    let same_token = NewSession { session: other.clone(), refresh_token: first };
    assert!(store.create(same_token, Audit::none()).await.is_err(), "a second session has the first one's token");
    assert_eq!(store.find(&other.id).await.unwrap(), None, "half a session was left behind");
    assert_eq!(store.find(&begun.id).await.unwrap(), Some(begun));
}

/// The first sessions of a subject with the version of the fixtures.
async fn list<S: SessionStore>(store: &S, subject: &SubjectId) -> Vec<Session> {
    store.list(subject, 3, NOW, Page::first(10)).await.unwrap()
}

pub(super) async fn sessions_are_listed_page_by_page<S: SessionStore>(store: &Arc<S>) {
    let subject = SubjectId::random();
    let mut begun = Vec::new();
    // Two at the same time, on both sides of the end of a page.
    for age in [0, 10, 20, 20, 30] {
        let session = Session { created_at: NOW.after(secs(age)), ..session(&subject) };
        begin(&**store, &session).await;
        begun.push(session);
    }
    begun.sort_by_key(|session| std::cmp::Reverse(session.cursor()));
    let mut seen: Vec<Session> = Vec::new();
    loop {
        let after = seen.last().map(Session::cursor);
        let page = store.list(&subject, 3, NOW, Page { after: after.as_ref(), limit: 2 }).await.unwrap();
        assert_eq!(page.len(), 2.min(begun.len() - seen.len()), "the length of a page");
        if page.is_empty() {
            break;
        }
        // The end of a page stays where it is when its session ends.
        let last = page.last().unwrap();
        store.end(&subject, &last.id, Audit::none()).await.unwrap();
        seen.extend(page);
    }
    assert_eq!(seen, begun, "each session is listed once");
}

pub(super) async fn living_sessions_are_listed_newest_first<S: SessionStore>(store: &Arc<S>) {
    let subject = SubjectId::random();
    let mut begun = Vec::new();
    for age in [secs(20), secs(0), secs(10)] {
        let session = Session { created_at: NOW.after(age), ..session(&subject) };
        begin(&**store, &session).await;
        begun.push(session);
    }
    let expired = Session { expires_at: NOW, ..session(&subject) };
    begin(&**store, &expired).await;
    family(&**store).await;
    // Of another version: invalid.
    let outdated = Session { version: 2, ..session(&subject) };
    begin(&**store, &outdated).await;
    begun.sort_by_key(|session| std::cmp::Reverse(session.created_at));
    assert_eq!(list(&**store, &subject).await, begun);
    assert_eq!(list(&**store, &SubjectId::random()).await, []);
}

pub(super) async fn a_session_is_ended_only_for_its_subject<S: SessionStore>(store: &Arc<S>) {
    let (session, first) = family(&**store).await;
    assert!(
        !store.end(&SubjectId::random(), &session.id, Audit::none()).await.unwrap(),
        "another subject ended the session"
    );
    assert!(store.find(&session.id).await.unwrap().is_some(), "another subject ended the session");
    assert!(store.end(&session.subject, &session.id, Audit::none()).await.unwrap());
    assert!(!store.end(&session.subject, &session.id, Audit::none()).await.unwrap(), "a session ended twice");
    assert_eq!(store.find(&session.id).await.unwrap(), None);
    assert!(is_refused(&**store, &first).await, "the refresh token outlived its session");
}

pub(super) async fn ending_all_ends_those_of_its_subject<S: SessionStore>(store: &Arc<S>) {
    let subject = SubjectId::random();
    let (phone, laptop) = (session(&subject), session(&subject));
    let tokens = [begin(&**store, &phone).await, begin(&**store, &laptop).await];
    let (stranger, stranger_token) = family(&**store).await;

    let mut ended = store.end_all(&subject, 50, Audit::none()).await.unwrap();
    ended.sort();
    let mut expected = [phone.id, laptop.id];
    expected.sort();
    assert_eq!(ended, expected);
    for token in tokens {
        assert!(is_refused(&**store, &token).await, "a refresh token outlived its session");
    }
    assert_eq!(store.end_all(&subject, 50, Audit::none()).await.unwrap(), []);

    assert_eq!(store.find(&stranger.id).await.unwrap(), Some(stranger), "another subject's session was changed");
    rotate(&**store, &stranger_token, NOW).await;
}

pub(super) async fn sessions_end_in_steps_of_the_limit<S: SessionStore>(store: &Arc<S>) {
    let subject = SubjectId::random();
    let mut begun = Vec::new();
    for _ in 0..5 {
        let session = session(&subject);
        begin(&**store, &session).await;
        begun.push(session.id);
    }
    let (mut ended, mut steps) = (Vec::new(), Vec::new());
    while steps.last() != Some(&0) {
        let step = store.end_all(&subject, 2, Audit::none()).await.unwrap();
        steps.push(step.len());
        ended.extend(step);
    }
    assert_eq!(steps, [2, 2, 1, 0]);
    ended.sort();
    begun.sort();
    assert_eq!(ended, begun, "each session ends once");
}

pub(super) async fn any_token_of_the_family_finds_its_session<S: SessionStore>(store: &Arc<S>) {
    let (begun, first) = family(&**store).await;
    let expected = RefreshTokenRecord { expires_at: begun.expires_at, session: begun.clone(), used: false };
    assert_eq!(store.find_by_refresh_token(&first).await.unwrap(), Some(expected.clone()));
    assert_eq!(store.find_by_refresh_token(&first).await.unwrap(), Some(expected), "a lookup changed it");

    let later = NOW.after(secs(900));
    let second = rotate(&**store, &first, later).await;
    let session = store.find(&begun.id).await.unwrap().unwrap();
    let spent = RefreshTokenRecord { session: session.clone(), expires_at: begun.expires_at, used: true };
    assert_eq!(store.find_by_refresh_token(&first).await.unwrap(), Some(spent), "the used token is forgotten");
    let living = RefreshTokenRecord { expires_at: session.expires_at, session, used: false };
    assert_eq!(store.find_by_refresh_token(&second).await.unwrap(), Some(living));

    store.end(&begun.subject, &begun.id, Audit::none()).await.unwrap();
    for token in [first, second, token()] {
        assert_eq!(store.find_by_refresh_token(&token).await.unwrap(), None, "a token outlived its session");
    }
}

pub(super) async fn a_step_up_changes_its_session_alone<S: SessionStore>(store: &Arc<S>) {
    let (begun, first) = family(&**store).await;
    let (other, _) = family(&**store).await;
    let at = NOW.after(secs(300));
    let (session, subject) = (&begun.id, &begun.subject);
    let step_up = StepUp { session, subject, version: begun.version, amr: "pwd otp mfa", at };
    for refused in [
        StepUp { subject: &other.subject, ..step_up },
        StepUp { version: begun.version + 1, ..step_up },
        StepUp { session: &SessionId::random(), ..step_up },
    ] {
        assert_eq!(store.step_up(refused, Audit::none()).await.unwrap(), None);
    }
    assert_eq!(store.find(&begun.id).await.unwrap(), Some(begun.clone()), "a refused step-up changed the session");
    let expected = Session { amr: "pwd otp mfa".to_owned(), authenticated_at: at, ..begun.clone() };
    assert_eq!(store.step_up(step_up, Audit::none()).await.unwrap(), Some(expected.clone()));
    assert_eq!(store.find(&begun.id).await.unwrap(), Some(expected));
    assert_eq!(store.find(&other.id).await.unwrap(), Some(other), "another session was changed");

    // A refresh keeps it, and an ended session has none.
    let redeemed = redeem(&**store, &first, &token(), NOW.after(secs(400)), LEEWAY).await;
    let Redeemed::Rotated(session) = redeemed else { panic!("a first use was answered {redeemed:?}") };
    assert_eq!((session.amr.as_str(), session.authenticated_at), ("pwd otp mfa", at));
    store.end(&begun.subject, &begun.id, Audit::none()).await.unwrap();
    assert_eq!(store.step_up(step_up, Audit::none()).await.unwrap(), None);
}
