//! Compares the check with the evaluator: random requirements and every caller that they distinguish.

use super::*;
use crate::base::Timestamp;
use crate::policy::{CredentialFacts, Facts, SubjectFacts, evaluate};

const NOW: Timestamp = Timestamp::from_secs(100_000);

const A: Requirement = Requirement::role("A", &["A", "B"]);
/// Includes `A`.
const B: Requirement = Requirement::role("B", &["B"]);
const S: Requirement = Requirement::scope("s");
const FRESH: Requirement = Requirement::fresh(300);
const RECENT: Requirement = Requirement::fresh(600);
const LEAVES: [Requirement; 9] = [
    Requirement::auth(),
    Requirement::api_key(),
    A,
    B,
    S,
    FRESH,
    RECENT,
    Requirement::amr("otp"),
    Requirement::claim("tenant", "acme"),
];

#[derive(Clone, Copy)]
struct Subject {
    role: Option<&'static str>,
    scope: bool,
    age: u64,
    otp: bool,
    claim: bool,
    /// Whether none of these could be read.
    unread: bool,
}

struct Key {
    scope: bool,
}

impl CredentialFacts for Subject {
    fn has_scope(&self, _: &str) -> Option<bool> {
        (!self.unread).then_some(self.scope)
    }
}

impl SubjectFacts for Subject {
    fn holds_any(&self, roles: &[&str]) -> Option<bool> {
        (!self.unread).then(|| self.role.is_some_and(|role| roles.contains(&role)))
    }

    fn has_permission(&self, _: &str) -> Option<bool> {
        (!self.unread).then_some(self.otp)
    }

    fn authenticated_at(&self) -> Option<Timestamp> {
        (!self.unread).then(|| NOW.before(std::time::Duration::from_secs(self.age)))
    }

    fn authenticated_by(&self, _: &str) -> Option<bool> {
        (!self.unread).then_some(self.otp)
    }

    fn claims(&self, _: &str, _: &str) -> Option<bool> {
        (!self.unread).then_some(self.claim)
    }
}

impl CredentialFacts for Key {
    fn has_scope(&self, _: &str) -> Option<bool> {
        Some(self.scope)
    }
}

fn callers() -> Vec<(Option<Subject>, Option<Key>)> {
    let mut subjects = vec![None];
    for role in [None, Some("A"), Some("B")] {
        for age in [0, 400, 1_000] {
            for bits in 0..8u8 {
                let [scope, otp, claim] = [1, 2, 4].map(|bit| bits & bit > 0);
                subjects.push(Some(Subject { role, scope, age, otp, claim, unread: false }));
            }
        }
    }
    let keys = || [None, Some(Key { scope: false }), Some(Key { scope: true })];
    subjects.into_iter().flat_map(|subject| keys().map(|key| (subject, key))).collect()
}

fn is_let_in(requirement: &Requirement, (subject, key): &(Option<Subject>, Option<Key>)) -> bool {
    let sent = Facts {
        subject: subject.as_ref().map(|subject| subject as &dyn SubjectFacts),
        api_key: key.as_ref().map(|key| key as &dyn CredentialFacts),
        sent_other: false,
    };
    evaluate(requirement, sent.only(requirement.kinds()), NOW).is_ok()
}

/// A xorshift generator: the same numbers in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap() % bound
    }

    fn requirement(&mut self, depth: usize) -> Requirement {
        let mut part = || -> &'static Requirement { Box::leak(Box::new(self.requirement(depth - 1))) };
        if depth == 0 {
            return LEAVES[self.below(LEAVES.len())];
        }
        let (one, other) = (part(), part());
        let both: &'static [Requirement] = Box::leak(Box::new([*one, *other]));
        match self.below(5) {
            0 => Requirement::Not(one),
            1 => Requirement::bound(one),
            2 => Requirement::Any(both),
            3 => Requirement::All(both),
            _ => LEAVES[self.below(LEAVES.len())],
        }
    }
}

#[test]
fn tables_agree_with_the_evaluator() {
    let (callers, mut random) = (callers(), Random(7));
    let mut faults = 0;
    for _ in 0..4_000 {
        let requirement = random.requirement(3);
        let space = Space::of(&requirement).expect("few facts");
        let seen = requirement.own_kinds();
        let met = space.meets(&requirement, seen);
        let let_in = |caller: &&(Option<Subject>, Option<Key>)| is_let_in(&requirement, caller);
        let is_never = met.and(&space.possible).is_never();
        assert_eq!(is_never, !callers.iter().any(|caller| let_in(&caller)), "{requirement}");
        let known = |caller: &&(Option<Subject>, Option<Key>)| {
            caller.0.is_some() && seen.subject || caller.1.is_some() && seen.api_key
        };
        let is_everyone = space.known(seen).implies(&met, &space.possible);
        assert_eq!(is_everyone, callers.iter().filter(known).all(|caller| let_in(&caller)), "{requirement}");
        faults += usize::from(check(&requirement).is_err());
    }
    assert!((100..3_900).contains(&faults), "{faults}");
}

#[test]
fn bound_requirements_compose_monotonically() {
    let (callers, mut random) = (callers(), Random(11));
    let mut let_in = 0;
    for _ in 0..4_000 {
        let parts: &'static [Requirement; 2] = Box::leak(Box::new([random.requirement(2), random.requirement(2)]));
        let both: &'static [Requirement; 2] = Box::leak(Box::new(parts.each_ref().map(Requirement::bound)));
        let both = Requirement::All(both);
        for caller in callers.iter().filter(|caller| is_let_in(&both, caller)) {
            let_in += 1;
            for part in parts {
                assert!(is_let_in(part, caller), "{both} lets in whom {part} does not");
            }
        }
    }
    assert!(let_in > 1_000, "{let_in}");
}

#[test]
fn unknown_facts_pass_only_where_any_facts_do() {
    let (callers, mut random) = (callers(), Random(13));
    let subjects: Vec<_> = callers.into_iter().filter(|caller| caller.0.is_some() && caller.1.is_none()).collect();
    let unread = subjects[0].0.map(|subject| Subject { unread: true, ..subject });
    let mut let_in = 0;
    for _ in 0..4_000 {
        let requirement = random.requirement(3);
        if is_let_in(&requirement, &(unread, None)) {
            let_in += 1;
            assert!(subjects.iter().all(|caller| is_let_in(&requirement, caller)), "{requirement}");
        }
    }
    assert!(let_in > 100, "{let_in}");
}

#[test]
fn faults_are_found_behind_names_and_roles() {
    const BANNED: Requirement = Requirement::Not(&A);
    const VALID: [Requirement; 5] = [
        Requirement::Any(&[A, B]),
        Requirement::All(&[A, B]),
        Requirement::All(&[Requirement::bound(&RECENT), FRESH]),
        Requirement::All(&[Requirement::auth(), A]),
        Requirement::Any(&[Requirement::auth(), Requirement::api_key()]),
    ];
    const NEVER: Requirement = Requirement::All(&[B, Requirement::bound(&BANNED)]);
    const EVERYONE: Requirement = Requirement::Any(&[A, Requirement::bound(&BANNED)]);
    const OPEN: Requirement = Requirement::Any(&[A, Requirement::bound(&Requirement::Public)]);
    const { assert!(check(&VALID[0]).is_ok()) };
    for valid in &VALID {
        assert_eq!(check(valid), Ok(()), "{valid}");
    }
    assert_eq!(check(&NEVER), Err(Fault::Contradiction(&NEVER)));
    assert_eq!(
        check(&Requirement::All(&[RECENT, FRESH])),
        Err(Fault::Redundant { part: &RECENT, beside: &FRESH, of_any: false })
    );
    assert_eq!(check(&EVERYONE), Err(Fault::Everyone(&EVERYONE)));
    assert_eq!(check(&OPEN), Err(Fault::Open(&Requirement::Public)));
}

#[test]
fn a_message_is_bounded() {
    const LONG: Requirement = Requirement::scope(match std::str::from_utf8(&[b'x'; 2_000]) {
        Ok(text) => text,
        Err(_) => "",
    });
    let message = Fault::Contradiction(&LONG).message();
    assert_eq!(message.as_str(), "no caller can meet `scope(\"…");
}

#[test]
fn a_requirement_too_large_to_analyse_is_accepted() {
    const ROW: Requirement = Requirement::Any(&LEAVES);
    const TABLE: Requirement = Requirement::All(&[ROW; 20]);
    assert_eq!(check(&TABLE), Ok(()));
    let mut doubled: &'static Requirement = &ROW;
    for _ in 0..60 {
        let both: &'static [Requirement; 2] = Box::leak(Box::new([Requirement::bound(doubled), Requirement::Not(&B)]));
        let both = [Requirement::Any(both), Requirement::bound(Box::leak(Box::new(Requirement::All(both))))];
        doubled = Box::leak(Box::new(Requirement::Any(Box::leak(Box::new(both)))));
    }
    assert_eq!(check(doubled), Ok(()));
}
