//! Second factors and recovery codes.

use std::sync::Arc;

use tokio::task::JoinSet;

use super::fixtures::{NOW, secs, token};
use crate::base::{FactorId, SessionId, SubjectId, Timestamp};
use crate::store::{Audit, AuditFilter, AuditLog, AuditRow, Factor, FactorKind, NewFactor, Removable, SecondFactors};

fn new_factor(subject: &SubjectId) -> NewFactor {
    let secret = subject.as_str().as_bytes().to_vec();
    NewFactor { id: FactorId::random(), subject: subject.clone(), kind: FactorKind::Totp, secret, created_at: NOW }
}

async fn enrol<S: SecondFactors>(store: &S, subject: &SubjectId) -> NewFactor {
    let factor = new_factor(subject);
    assert!(store.enrol_factor(factor.clone(), Audit::none()).await.unwrap());
    factor
}

/// A confirmed factor of a new subject, last used at the counter 7.
async fn confirmed<S: SecondFactors>(store: &S) -> NewFactor {
    let factor = enrol(store, &SubjectId::random()).await;
    assert!(store.confirm_factor(&factor.id, 7, NOW, &[], Audit::none()).await.unwrap());
    factor
}

async fn only<S: SecondFactors>(store: &S, subject: &SubjectId) -> Factor {
    let mut factors = store.factors(subject).await.unwrap();
    assert_eq!(factors.len(), 1);
    factors.remove(0)
}

pub(super) async fn a_factor_is_found_as_it_was_enrolled<S: SecondFactors>(store: &Arc<S>) {
    let subject = SubjectId::random();
    assert_eq!(store.factors(&subject).await.unwrap(), []);
    let NewFactor { id, kind, secret, created_at, .. } = enrol(&**store, &subject).await;
    let found = only(&**store, &subject).await;
    assert_eq!(found, Factor { id, kind, secret, counter: 0, created_at, confirmed_at: None, last_used_at: None });
}

pub(super) async fn an_enrolment_replaces_an_unconfirmed_factor_alone<S: SecondFactors>(store: &Arc<S>) {
    let subject = SubjectId::random();
    let (first, second) = (enrol(&**store, &subject).await, enrol(&**store, &subject).await);
    assert_eq!(only(&**store, &subject).await.id, second.id);
    assert!(!store.confirm_factor(&first.id, 7, NOW, &[], Audit::none()).await.unwrap(), "a replaced factor is back");
    assert!(store.confirm_factor(&second.id, 7, NOW, &[], Audit::none()).await.unwrap());
    assert!(!store.enrol_factor(new_factor(&subject), Audit::none()).await.unwrap(), "a confirmed factor was replaced");
    let kept = only(&**store, &subject).await;
    assert_eq!((kept.id, kept.counter, kept.confirmed_at, kept.last_used_at), (second.id, 7, Some(NOW), Some(NOW)));
}

pub(super) async fn concurrent_enrolments_leave_one_factor<S: SecondFactors>(store: &Arc<S>) {
    let subject = SubjectId::random();
    let mut calls = JoinSet::new();
    for _ in 0..8 {
        let (store, factor) = (Arc::clone(store), new_factor(&subject));
        calls.spawn(async move { store.enrol_factor(factor, Audit::none()).await.unwrap() });
    }
    calls.join_all().await;
    only(&**store, &subject).await;
}

pub(super) async fn a_factor_is_confirmed_once<S: SecondFactors>(store: &Arc<S>) {
    let factor = enrol(&**store, &SubjectId::random()).await;
    assert!(
        !store.use_factor(&factor.id, 8, NOW, None, Audit::none()).await.unwrap(),
        "an unconfirmed factor was used"
    );
    let mut calls = JoinSet::new();
    for _ in 0..8 {
        let (store, id, codes) = (Arc::clone(store), factor.id.clone(), [token(), token()]);
        calls.spawn(async move { store.confirm_factor(&id, 7, NOW, &codes, Audit::none()).await.unwrap() });
    }
    assert_eq!(calls.join_all().await.into_iter().filter(|confirmed| *confirmed).count(), 1);
    assert!(!store.confirm_factor(&FactorId::random(), 7, NOW, &[], Audit::none()).await.unwrap());
}

pub(super) async fn a_counter_is_used_once_and_only_grows<S: SecondFactors>(store: &Arc<S>) {
    let (factor, other) = (confirmed(&**store).await, confirmed(&**store).await);
    let later = NOW.after(secs(30));
    for (counter, used) in [(7, false), (8, true), (8, false), (7, false), (10, true), (9, false)] {
        assert_eq!(store.use_factor(&factor.id, counter, later, None, Audit::none()).await.unwrap(), used, "{counter}");
    }
    let found = only(&**store, &factor.subject).await;
    assert_eq!((found.counter, found.last_used_at), (10, Some(later)));
    assert!(found.secret == factor.secret, "a use without a secret changed it");
    // With a secret, a use replaces it, and what is no use does not.
    for (counter, used) in [(10, false), (11, true)] {
        let sealed = Some(&b"sealed with another key"[..]);
        assert_eq!(store.use_factor(&factor.id, counter, later, sealed, Audit::none()).await.unwrap(), used);
        let found = only(&**store, &factor.subject).await;
        assert_eq!(found.secret == b"sealed with another key", used, "{counter}");
    }
    assert!(store.has_factors().await.unwrap());
    assert_eq!(only(&**store, &other.subject).await.counter, 7, "another subject's factor was used");
    assert!(!store.use_factor(&FactorId::random(), 8, NOW, None, Audit::none()).await.unwrap());
}

pub(super) async fn of_concurrent_uses_of_a_counter_one_wins<S: SecondFactors>(store: &Arc<S>) {
    for counter in 8..18 {
        let factor = confirmed(&**store).await;
        let mut calls = JoinSet::new();
        for _ in 0..16 {
            let (store, id) = (Arc::clone(store), factor.id.clone());
            calls.spawn(async move { store.use_factor(&id, counter, NOW, None, Audit::none()).await.unwrap() });
        }
        assert_eq!(calls.join_all().await.into_iter().filter(|used| *used).count(), 1);
    }
}

pub(super) async fn a_recovery_code_is_used_once_and_by_its_subject<S: SecondFactors>(store: &Arc<S>) {
    let factor = enrol(&**store, &SubjectId::random()).await;
    let codes = [token(), token()];
    store.confirm_factor(&factor.id, 7, NOW, &codes, Audit::none()).await.unwrap();
    let stranger = confirmed(&**store).await.subject;
    assert!(!store.use_recovery_code(&stranger, &codes[0], Audit::none()).await.unwrap());
    assert!(!store.use_recovery_code(&factor.subject, &token(), Audit::none()).await.unwrap());
    for code in codes {
        let mut calls = JoinSet::new();
        for _ in 0..8 {
            let (store, subject) = (Arc::clone(store), factor.subject.clone());
            calls.spawn(async move { store.use_recovery_code(&subject, &code, Audit::none()).await.unwrap() });
        }
        assert_eq!(calls.join_all().await.into_iter().filter(|used| *used).count(), 1);
    }
}

pub(super) async fn a_removed_factor_is_gone_with_its_recovery_codes<S: SecondFactors>(store: &Arc<S>) {
    let other = confirmed(&**store).await.subject;
    for forget in [false, true] {
        let factor = enrol(&**store, &SubjectId::random()).await;
        let code = token();
        store.confirm_factor(&factor.id, 7, NOW, &[code], Audit::none()).await.unwrap();
        if forget {
            store.forget_factors(&factor.subject).await.unwrap();
        } else {
            let remove = || store.remove_factors(&factor.subject, FactorKind::Totp, Removable::All, Audit::none());
            assert!(remove().await.unwrap());
            assert!(!remove().await.unwrap(), "a factor was removed twice");
        }
        assert_eq!(store.factors(&factor.subject).await.unwrap(), []);
        assert!(!store.use_factor(&factor.id, 8, NOW, None, Audit::none()).await.unwrap());
        assert!(!store.use_recovery_code(&factor.subject, &code, Audit::none()).await.unwrap());
        // Codes of a former enrolment are replaced by those of the next one.
        let again = enrol(&**store, &factor.subject).await;
        let next = token();
        store.confirm_factor(&again.id, 9, NOW, &[next], Audit::none()).await.unwrap();
        assert!(!store.use_recovery_code(&factor.subject, &code, Audit::none()).await.unwrap());
        assert!(store.use_recovery_code(&factor.subject, &next, Audit::none()).await.unwrap());
    }
    only(&**store, &other).await;
}

/// A newer release may have kept passkeys in the store.
pub(super) async fn factors_of_an_unknown_kind_are_kept_beside_the_authenticator<S: SecondFactors>(store: &Arc<S>) {
    let totp = confirmed(&**store).await;
    let subject = totp.subject.clone();
    let kind = FactorKind::from("webauthn".to_owned());
    assert_ne!(kind, FactorKind::Totp);
    let passkey = |secret: &[u8]| {
        let (subject, kind, secret) = (subject.clone(), kind.clone(), secret.to_vec());
        NewFactor { id: FactorId::random(), subject, kind, secret, created_at: NOW }
    };
    let passkeys = [passkey(b"of the phone"), passkey(b"of the laptop")];
    for passkey in &passkeys {
        assert!(store.enrol_factor(passkey.clone(), Audit::none()).await.unwrap(), "a subject may have several");
        assert!(store.confirm_factor(&passkey.id, 0, NOW, &[], Audit::none()).await.unwrap());
    }
    let found = store.factors(&subject).await.unwrap();
    assert_eq!(found.len(), 3);
    for passkey in &passkeys {
        let found = found.iter().find(|found| found.id == passkey.id).unwrap();
        assert_eq!((&found.kind, &found.secret, found.confirmed_at), (&kind, &passkey.secret, Some(NOW)));
    }
    // Neither takes the place of the other.
    let unconfirmed = enrol(&**store, &SubjectId::random()).await;
    let other = NewFactor { subject: unconfirmed.subject.clone(), ..passkey(b"of another subject") };
    assert!(store.enrol_factor(other, Audit::none()).await.unwrap());
    assert_eq!(store.factors(&unconfirmed.subject).await.unwrap().len(), 2);
    for counter in [1, 2] {
        assert!(store.use_factor(&passkeys[0].id, counter, NOW, None, Audit::none()).await.unwrap());
    }
    assert!(!store.use_factor(&passkeys[0].id, 2, NOW, None, Audit::none()).await.unwrap(), "a counter was used twice");
    assert!(store.remove_factors(&subject, kind.clone(), Removable::All, Audit::none()).await.unwrap());
    assert!(!store.remove_factors(&subject, kind, Removable::All, Audit::none()).await.unwrap());
    assert_eq!(only(&**store, &subject).await.id, totp.id, "the authenticator was removed with the passkeys");
}

/// As long as any confirmed factor is left, its subject may need them.
pub(super) async fn recovery_codes_are_kept_for_the_last_factor<S: SecondFactors>(store: &Arc<S>) {
    let totp = enrol(&**store, &SubjectId::random()).await;
    let subject = totp.subject.clone();
    let kind = FactorKind::from("webauthn".to_owned());
    let passkey = NewFactor { id: FactorId::random(), kind: kind.clone(), ..totp.clone() };
    let codes = [token(), token()];
    store.enrol_factor(passkey.clone(), Audit::none()).await.unwrap();
    for id in [&totp.id, &passkey.id] {
        assert!(store.confirm_factor(id, 0, NOW, &codes, Audit::none()).await.unwrap());
    }
    assert!(store.remove_factors(&subject, FactorKind::Totp, Removable::All, Audit::none()).await.unwrap());
    assert!(store.use_recovery_code(&subject, &codes[0], Audit::none()).await.unwrap(), "the codes are gone");
    assert!(store.remove_factors(&subject, kind, Removable::All, Audit::none()).await.unwrap());
    assert!(!store.use_recovery_code(&subject, &codes[1], Audit::none()).await.unwrap(), "a code outlived its factors");
}

pub(super) async fn a_factor_confirmed_later_is_not_removed<S: SecondFactors>(store: &Arc<S>) {
    let early = Timestamp::from_millis(NOW.as_millis() - 1);
    for (removable, is_confirmed, is_removed) in [
        (Removable::Unconfirmed, false, true),
        (Removable::Unconfirmed, true, false),
        (Removable::ConfirmedUntil(early), false, true),
        (Removable::ConfirmedUntil(early), true, false),
        (Removable::ConfirmedUntil(NOW), true, true),
    ] {
        let (factor, code) = (enrol(&**store, &SubjectId::random()).await, token());
        if is_confirmed {
            assert!(store.confirm_factor(&factor.id, 7, NOW, &[code], Audit::none()).await.unwrap());
        }
        let removed = store.remove_factors(&factor.subject, FactorKind::Totp, removable, Audit::none()).await.unwrap();
        assert_eq!(removed, is_removed, "{removable:?}, confirmed: {is_confirmed}");
        assert_eq!(store.factors(&factor.subject).await.unwrap().is_empty(), is_removed);
        let has_code = store.use_recovery_code(&factor.subject, &code, Audit::none()).await.unwrap();
        assert_eq!(has_code, is_confirmed && !is_removed, "{removable:?}: the recovery codes go with the last factor");
    }
}

pub(super) async fn changes_are_recorded_with_their_rows<S: SecondFactors + AuditLog>(store: &Arc<S>) {
    let subject = SubjectId::random();
    let row = |kind: &'static str| {
        let id = SessionId::random().as_str().into();
        let (subject, body) = (Some(subject.clone()), "{}".to_owned());
        AuditRow { id, at: NOW, kind: kind.into(), outcome: "success".into(), subject, body }
    };
    let [enrolled, confirmed, used, recovered, removed] =
        ["enrol", "confirm", "use", "recover", "remove"].map(|kind| move |_: &bool| vec![row(kind)]);
    let (factor, code) = (new_factor(&subject), token());
    // Each a second time, which changes nothing.
    for _ in 0..2 {
        if store.factors(&subject).await.unwrap().is_empty() {
            store.enrol_factor(factor.clone(), Audit::new(&enrolled)).await.unwrap();
        }
        store.confirm_factor(&factor.id, 7, NOW, &[code], Audit::new(&confirmed)).await.unwrap();
        store.use_factor(&factor.id, 8, NOW, None, Audit::new(&used)).await.unwrap();
        store.use_recovery_code(&subject, &code, Audit::new(&recovered)).await.unwrap();
        store.enrol_factor(new_factor(&subject), Audit::new(&enrolled)).await.unwrap();
    }
    for _ in 0..2 {
        store.remove_factors(&subject, FactorKind::Totp, Removable::All, Audit::new(&removed)).await.unwrap();
    }
    let filter = AuditFilter { subject: Some(subject.clone()), ..AuditFilter::default() };
    let mut kinds: Vec<_> = store.events(&filter, 20).await.unwrap().into_iter().map(|row| row.kind).collect();
    kinds.sort();
    assert_eq!(kinds.iter().map(|kind| &**kind).collect::<Vec<_>>(), ["confirm", "enrol", "recover", "remove", "use"]);
}
