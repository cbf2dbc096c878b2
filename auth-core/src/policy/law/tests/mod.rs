//! Compares the analysis with the evaluator: random pairs of requirements, and every caller that they can distinguish.
//! `PAIRS=1000000 SEED=7 cargo test -p auth-core --lib policy::law` takes more pairs, and others.

mod cost;
mod facts;

use std::time::Duration;

use super::*;
use crate::base::Timestamp;
use crate::policy::{CredentialFacts, Facts, Requirement, RouteRequirement, SubjectFacts, evaluate, known};

const NOW: Timestamp = Timestamp::from_secs(100_000);

const A: Requirement = Requirement::role("A", &["A", "B"]);
/// Includes `A`.
const B: Requirement = Requirement::role("B", &["B"]);
const C: Requirement = Requirement::role("C", &["C"]);
const LEAVES: [Requirement; 13] = [
    Requirement::auth(),
    Requirement::api_key(),
    A,
    B,
    C,
    Requirement::permission("edit"),
    Requirement::scope("s"),
    Requirement::scope("t"),
    Requirement::fresh(300),
    Requirement::fresh(600),
    Requirement::amr("otp"),
    Requirement::claim("tenant", "acme"),
    Requirement::claim("tenant", "other"),
];

/// What a subject has, as bits: of each list its members, and whether it could be read.
#[derive(Clone, Copy, Default)]
struct Subject {
    roles: u8,
    edit: bool,
    scopes: u8,
    age: u64,
    otp: bool,
    tenants: u8,
    unread: u8,
}

#[derive(Clone, Copy)]
struct Key {
    scopes: u8,
}

const ROLES: [&str; 3] = ["A", "B", "C"];
const SCOPES: [&str; 2] = ["s", "t"];
const TENANTS: [&str; 2] = ["acme", "other"];

fn among(names: &[&str], bits: u8, name: &str) -> bool {
    names.iter().enumerate().any(|(i, it)| bits >> i & 1 == 1 && *it == name)
}

impl CredentialFacts for Subject {
    fn has_scope(&self, scope: &str) -> Option<bool> {
        known(among(&SCOPES, self.scopes, scope), self.unread & 1 == 0)
    }
}

impl SubjectFacts for Subject {
    fn holds_any(&self, roles: &[&str]) -> Option<bool> {
        known(roles.iter().any(|role| among(&ROLES, self.roles, role)), self.unread & 2 == 0)
    }

    fn has_permission(&self, _: &str) -> Option<bool> {
        known(self.edit, self.unread & 2 == 0)
    }

    fn authenticated_at(&self) -> Option<Timestamp> {
        (self.unread & 4 == 0).then(|| NOW.before(Duration::from_secs(self.age)))
    }

    fn authenticated_by(&self, _: &str) -> Option<bool> {
        known(self.otp, self.unread & 8 == 0)
    }

    fn claims(&self, _: &str, value: &str) -> Option<bool> {
        known(among(&TENANTS, self.tenants, value), self.unread & 16 == 0)
    }
}

impl CredentialFacts for Key {
    fn has_scope(&self, scope: &str) -> Option<bool> {
        Some(among(&SCOPES, self.scopes, scope))
    }
}

type Caller = (Option<Subject>, Option<Key>);

/// Every caller that requirements of these leaves can distinguish.
fn callers(leaves: &[Requirement]) -> Vec<Caller> {
    let word = |word: &str| leaves.iter().any(|leaf| leaf.to_string().starts_with(word));
    let (mut subjects, mut keys) = (vec![Subject::default()], vec![None, Some(Key { scopes: 0 })]);
    let mut vary = |is: bool, unread: u8, values: &[fn(&mut Subject)]| {
        if is {
            let each = |subject: Subject| {
                values.iter().map(move |change| {
                    let mut subject = subject;
                    change(&mut subject);
                    subject
                })
            };
            subjects = subjects.iter().flat_map(|subject| each(*subject)).collect();
            let other = subjects.iter().map(|subject| Subject { unread: subject.unread | unread, ..*subject });
            subjects = subjects.iter().copied().chain(other).collect();
        }
    };
    let roles: &[fn(&mut Subject)] = &[
        |it| it.roles = 0,
        |it| it.roles = 1,
        |it| it.roles = 2,
        |it| it.roles = 3,
        |it| it.roles = 4,
        |it| it.roles = 5,
        |it| it.roles = 6,
        |it| it.roles = 7,
    ];
    vary(word("role"), 2, roles);
    vary(word("permission"), 2, &[|it| it.edit = false, |it| it.edit = true]);
    let scopes: &[fn(&mut Subject)] = &[|it| it.scopes = 0, |it| it.scopes = 1, |it| it.scopes = 2, |it| it.scopes = 3];
    vary(word("scope"), 1, scopes);
    vary(word("fresh"), 4, &[|it| it.age = 0, |it| it.age = 400, |it| it.age = 1_000]);
    vary(word("amr"), 8, &[|it| it.otp = false, |it| it.otp = true]);
    let tenants: &[fn(&mut Subject)] =
        &[|it| it.tenants = 0, |it| it.tenants = 1, |it| it.tenants = 2, |it| it.tenants = 3];
    vary(word("claim"), 16, tenants);
    if word("scope") {
        keys.extend([1, 2, 3].map(|scopes| Some(Key { scopes })));
    }
    let subjects: Vec<_> = std::iter::once(None).chain(subjects.into_iter().map(Some)).collect();
    keys.into_iter().flat_map(|key| subjects.iter().map(move |subject| (*subject, key))).collect()
}

fn lets_in(requirement: &Requirement, (subject, key): &Caller) -> bool {
    let sent = Facts {
        subject: subject.as_ref().map(|subject| subject as &dyn SubjectFacts),
        api_key: key.as_ref().map(|key| key as &dyn CredentialFacts),
        sent_other: false,
    };
    passes(requirement, sent, NOW)
}

/// As a guard decides: a requirement sees the credentials that it reads.
fn passes(requirement: &Requirement, sent: Facts<'_>, now: Timestamp) -> bool {
    evaluate(requirement, sent.only(requirement.kinds()), now).is_ok()
}

fn admits(requirement: &Requirement, witness: &Witness) -> bool {
    let facts = Facts {
        subject: witness.subject.as_ref().map(|subject| subject as &dyn SubjectFacts),
        api_key: witness.api_key.as_ref().map(|key| key as &dyn CredentialFacts),
        sent_other: false,
    };
    passes(requirement, facts, SubjectWitness::NOW)
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

    fn requirement(&mut self, leaves: &[Requirement], depth: usize) -> Requirement {
        if depth == 0 || self.below(5) == 0 {
            return leaves[self.below(leaves.len())];
        }
        let mut part = || -> Requirement { self.requirement(leaves, depth - 1) };
        let parts: &'static [Requirement; 3] = Box::leak(Box::new([part(), part(), part()]));
        match self.below(8) {
            0 => Requirement::Not(&parts[0]),
            1 => Requirement::bound(&parts[0]),
            2 | 3 => Requirement::Any(&parts[..2]),
            4 => Requirement::Any(parts),
            5 => Requirement::All(parts),
            _ => Requirement::All(&parts[..2]),
        }
    }

    /// Small requirements of a few leaves; now and then one that does not need a credential.
    fn whole(&mut self, leaves: &[Requirement]) -> Requirement {
        match self.below(40) {
            0 => Requirement::Public,
            1 => Requirement::Optional,
            2 => Requirement::Any(&[]),
            3 => Requirement::All(&[]),
            _ => self.requirement(leaves, 3),
        }
    }
}

fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |value| value.parse().unwrap())
}

#[test]
fn random_pairs_agree_with_every_caller() {
    let mut random = Random(setting("SEED", 0x9E37_79B9_7F4A_7C15));
    let (mut implied, mut equal, mut empty) = (0, 0, 0);
    let pairs = setting("PAIRS", 10_000);
    for _ in 0..pairs {
        let leaves: Vec<Requirement> = (0..3).map(|_| LEAVES[random.below(LEAVES.len())]).collect();
        let callers = callers(&leaves);
        let (one, other) = (random.whole(&leaves), random.whole(&leaves));
        let [a, b] = [one, other].map(OwnedRequirement::from);
        let decided: Vec<[bool; 2]> =
            callers.iter().map(|caller| [&one, &other].map(|it| lets_in(it, caller))).collect();
        let shown = || format!("{a} and {b}");

        let beside = a.beside(&b).unwrap();
        assert_eq!(beside.is_some(), decided.iter().any(|[a, b]| *a && !b), "{}: {beside:?}", shown());
        if let Some(witness) = &beside {
            assert!(admits(&one, witness) && !admits(&other, witness), "{}: {witness:?}", shown());
        }
        let differs = a.differs(&b).unwrap();
        assert_eq!(differs.is_some(), decided.iter().any(|[a, b]| a != b), "{}: {differs:?}", shown());
        if let Some(witness) = &differs {
            assert!(admits(&one, witness) != admits(&other, witness), "{}: {witness:?}", shown());
        }
        let example = a.example().unwrap();
        assert_eq!(example.is_some(), decided.iter().any(|[a, _]| *a), "{a}: {example:?}");
        assert!(example.iter().all(|witness| admits(&one, witness)), "{a}: {example:?}");

        implied += u64::from(beside.is_none());
        equal += u64::from(differs.is_none());
        empty += u64::from(example.is_none());
    }
    println!("{pairs} pairs: {implied} implied, {equal} equivalent, {empty} without a caller");
    assert!(implied > pairs / 50 && equal > pairs / 200 && empty > pairs / 100, "the pairs decide nothing");
}

#[test]
fn what_is_written_reads_as_the_same_requirement() {
    let mut random = Random(setting("SEED", 0xB529_7A4D_3F84_D5B5));
    let mut bound = 0;
    for _ in 0..setting("PAIRS", 10_000) {
        let (own, guard) = (random.whole(&LEAVES), random.requirement(&LEAVES, 2));
        let mut route = RouteRequirement::from(own);
        if random.below(2) == 0 && !matches!(own, Requirement::Public | Requirement::Optional) {
            route.guard(guard);
        }
        let whole = OwnedRequirement::from(&route);
        let text = whole.to_string();
        let read: OwnedRequirement = text.parse().unwrap();
        let grants = whole.0.grants().into_iter().map(|(name, roles)| (name.to_owned(), roles.to_vec())).collect();
        assert_eq!(read.granting(&grants).differs(&whole), Ok(None), "{text}: {whole:?}");
        bound += usize::from(text.contains("by("));
    }
    assert!(bound > 10, "no text has a `by`");
}

#[test]
fn sets_of_facts_suffice_and_are_minimal() {
    const EITHER: Requirement = Requirement::Any(&[Requirement::auth(), Requirement::api_key()]);
    const PROGRAM: Requirement = Requirement::All(&[Requirement::api_key(), Requirement::scope("s")]);
    let sets = |requirement: Requirement| {
        let whole = OwnedRequirement::from(requirement);
        let (sets, is_all) = minimal((&whole).into(), 32).unwrap();
        assert!(is_all && sets.iter().all(|set| admits(&requirement, set)), "{sets:?}");
        sets.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(sets(A), ["a subject with role `A` or `B`"]);
    assert_eq!(sets(Requirement::All(&[A, Requirement::Not(&B)])), ["a subject with role `A` and without role `B`"]);
    assert_eq!(sets(EITHER), ["a subject", "an API key"]);
    let excluded = Requirement::All(&[B, Requirement::Not(&C)]);
    assert_eq!(sets(excluded), ["a subject with role `B` and without role `C`"]);
    assert_eq!(sets(Requirement::Public), ["a caller without credentials"]);
    assert!(sets(Requirement::Any(&[])).is_empty());
    // A subject beside the key would need the scope as well: that is no set of its own.
    assert_eq!(sets(Requirement::Any(&[B, PROGRAM])), ["a subject with role `B`", "an API key with scope `s`"]);
}
