//! Compares the analysis with the evaluator: random pairs of requirements, and every caller that they can distinguish.
//! `PAIRS=1000000 SEED=7 cargo test -p auth-core --lib policy::law` takes more pairs, and others.

use std::fmt::Write as _;
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
    let pairs = setting("PAIRS", 1_500);
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
    for _ in 0..setting("PAIRS", 1_500) {
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

/// `depth` levels of `any` and `all` in turn, with leaves of its own at the end of each branch if `of` gives others.
fn nested(depth: usize, of: &mut impl FnMut() -> Requirement) -> Requirement {
    if depth == 0 {
        return of();
    }
    let parts: &'static [Requirement; 2] = Box::leak(Box::new([nested(depth - 1, of), nested(depth - 1, of)]));
    if depth.is_multiple_of(2) { Requirement::All(parts) } else { Requirement::Any(parts) }
}

fn scope(i: usize) -> Requirement {
    Requirement::scope(Box::leak(format!("scope-{i}").into_boxed_str()))
}

#[test]
fn a_deep_requirement_is_decided_or_refused_within_a_bound() {
    // 4,096 leaves of 64 scopes in a random order.
    let mut random = Random(1);
    let mixed = OwnedRequirement::from(nested(12, &mut || scope(random.below(64))));
    let mut i = 0;
    let distinct = OwnedRequirement::from(nested(12, &mut || {
        i += 1;
        scope(i)
    }));
    let most = diagram::MOST_STEPS + 1;
    for (what, one, steps) in [("64 scopes", mixed, most), ("4,096 scopes", distinct, 36_863)] {
        let mut space = Space::of([&one.0]);
        let result = space.access((&one).into());
        assert_eq!(space.steps(), steps, "{what}");
        assert_eq!(result.err(), (steps == most).then_some(AnalysisError::TooLarge { steps }), "{what}");
    }
}

#[test]
fn an_exponential_requirement_is_an_error_after_a_bounded_number_of_steps() {
    // Pairs of scopes, all first members before all second ones: the diagram has 2^n nodes.
    let pair = |i| -> Requirement { Requirement::All(Box::leak(Box::new([scope(i), scope(i + 1_000)]))) };
    let firsts: Vec<Requirement> = (0..40).map(scope).collect();
    let pairs: Vec<Requirement> = (0..40).map(pair).collect();
    let all: &'static [Requirement] = Box::leak(firsts.into_boxed_slice());
    let any: &'static [Requirement] = Box::leak(pairs.into_boxed_slice());
    let whole: &'static [Requirement; 2] = Box::leak(Box::new([Requirement::All(all), Requirement::Any(any)]));
    let whole = OwnedRequirement::from(Requirement::Any(whole));
    let error = whole.example().unwrap_err();
    assert_eq!(error, AnalysisError::TooLarge { steps: diagram::MOST_STEPS + 1 });
    assert!(error.to_string().contains("after 500001 steps"), "{error}");
}

#[test]
fn a_witness_says_what_matters_in_words() {
    use super::super::{all, any, auth, not, scope};
    let beside = |one: &OwnedRequirement, other: &OwnedRequirement| one.beside(other).unwrap().unwrap().to_string();
    let either = any([scope("a"), not(scope("a"))]);
    assert_eq!(beside(&auth(), &either), "a subject without scope `a`, whose scopes cannot be read");
    let five = any(["a", "b", "c", "d", "e"].map(scope));
    assert_eq!(beside(&auth(), &five), "a subject without scope `a` and scope `b` and scope `c` and 2 more");
    let both = all([scope("a"), scope("b"), auth()]).example().unwrap().unwrap().to_string();
    assert_eq!(both, "a subject with scope `a` and scope `b`");
    let many: OwnedRequirement = Requirement::role("a", &["a", "b", "c", "d", "e", "f"]).into();
    assert_eq!(many.example().unwrap().unwrap().to_string(), "a subject with role `a`, `b`, `c`, `d` or 2 others");
}

#[test]
fn a_role_of_which_no_inclusion_is_known_is_satisfied_by_itself() {
    let user: OwnedRequirement = Requirement::role("user", &["user", "moderator"]).into();
    let moderator: OwnedRequirement = "role(moderator)".parse().unwrap();
    assert_eq!(moderator.beside(&user), Ok(None));
    let witness = user.beside(&moderator).unwrap().unwrap();
    assert_eq!(witness.to_string(), "a subject with role `user` and without role `moderator`");
}

#[test]
fn equivalence_of_many_routes_is_decided_within_one_bound() {
    // Each of 9 pairs of scopes of its own takes some thousand steps: together too many.
    let route = |i: usize| {
        let scope = |side: &str, n: usize| format!("scope(\"{side}{i}-{n}\")");
        let firsts: Vec<_> = (0..9).map(|n| scope("a", n)).collect();
        let pairs: Vec<_> = (0..9).map(|n| format!("all({}, {})", scope("a", n), scope("b", n))).collect();
        format!("GET /route/{i}: any(all({}), {}) [app::route]\n", firsts.join(", "), pairs.join(", "))
    };
    let table = |routes: usize| -> crate::policy::PolicySnapshot {
        (0..routes).map(route).collect::<String>().parse().unwrap()
    };
    assert_eq!(table(10).equivalent().unwrap(), Vec::<Vec<String>>::new());
    let error = table(2_000).equivalent().unwrap_err().to_string();
    assert!(error.starts_with("GET /route/") && error.contains("stopped after 500001 steps"), "{error}");
}

#[test]
fn wide_requirements_are_decided_or_refused_within_a_bound() {
    let scopes =
        |n: usize| -> Vec<OwnedRequirement> { (0..n).map(|i| super::super::scope(format!("scope-{i}"))).collect() };
    for n in [50, 150] {
        let (all, any) = (super::super::all(scopes(n)), super::super::any(scopes(n)));
        assert_eq!(all.beside(&any), Ok(None));
        assert!(any.beside(&all).is_ok_and(|it| it.is_some()));
    }
    for wide in [super::super::all(scopes(5_000)), super::super::any(scopes(5_000))] {
        assert!(matches!(wide.example(), Err(AnalysisError::TooLarge { .. })), "{:?}", wide.example());
    }
}

/// Of each `by` in a negation three functions are made, of what is inside it as well.
#[test]
fn nested_bound_parts_are_decided_or_refused_within_a_bound() {
    let mut text = "scope(\"a\")".to_owned();
    for i in 0..30 {
        text = format!("not(by({}, {text}))", if i % 2 == 0 { "auth" } else { "api_key" });
    }
    let nested: OwnedRequirement = format!("all(auth, {text})").parse().unwrap();
    let mut space = Space::of([&nested.0]);
    assert!(matches!(space.access((&nested).into()), Ok(_) | Err(AnalysisError::TooLarge { .. })));
}

/// Its routes, each with one of 64 roles, of which each includes the one before, and some of 200 scopes.
fn large_table(routes: usize, change: bool) -> String {
    let mut text = String::new();
    for i in 0..routes {
        let (role, one, other) = (i % 64, i * 7 % 200, (i * 13 + 1) % 200);
        let own = match i % 4 {
            0 => format!("all(role(r{role}), scope(\"s{one}\"))"),
            1 => format!("any(role(r{role}), all(api_key, scope(\"s{one}\")))"),
            2 => format!("all(any(auth, api_key), scope(\"s{one}\"), not(scope(\"s{other}\")))"),
            _ => format!("all(role(r{role}), fresh(\"{}m\"), any(scope(\"s{one}\"), amr(\"otp\")))", 1 + i % 30),
        };
        // The same in other words, or wider.
        let own = match (change, i % 2) {
            (false, _) => own,
            (true, 0) => format!("any({own}, all({own}, auth))"),
            (true, _) => format!("any({own}, role(r{}))", (role + 1) % 64),
        };
        let of = |role: usize| -> String {
            let granted: Vec<_> = (role..64).map(|role| format!("r{role}")).collect();
            format!("role(r{role}) is {}", granted.join(" or "))
        };
        let next = if change { format!(", {}", of((role + 1) % 64)) } else { String::new() };
        let _ = writeln!(text, "GET /route/{i}: {own} [app::route] where {}{next}", of(role));
    }
    text
}

#[test]
fn a_thousand_routes_take_a_bounded_number_of_steps() {
    let began = std::time::Instant::now();
    let [old, new]: [crate::policy::PolicySnapshot; 2] =
        [false, true].map(|change| large_table(1_000, change).parse().unwrap());
    let read = began.elapsed();
    let diff = old.diff(&new);
    let compared = began.elapsed().saturating_sub(read);
    let equivalent = old.equivalent().unwrap();
    let callers = old.who_can("/**").unwrap();
    let reach = old.what_can(&super::super::scope("s1")).unwrap();
    let steps = diagram::ALL_STEPS.with(std::cell::Cell::get);
    println!(
        "1,000 routes: read in {read:?}, compared in {compared:?}, all questions in {:?}, {steps} steps",
        began.elapsed()
    );
    assert_eq!((diff.changes.len(), callers.len(), reach.len()), (1_000, 1_000, 1_000));
    assert!(!equivalent.is_empty() && diff.wider().count() == 250, "{}", diff.wider().count());
    // No clock is asked: a build with optimisation takes a tenth of a second, one without it some ten times as long.
    assert!(steps < 400_000, "{steps} steps");
}

#[test]
fn a_bound_part_in_a_negation_is_decided_by_its_own_credentials() {
    const NO_SCOPE: Requirement =
        Requirement::Not(&Requirement::All(&[Requirement::api_key(), Requirement::scope("s")]));
    const BOUND: Requirement = Requirement::Not(&Requirement::bound(&NO_SCOPE));
    const WHOLE: Requirement = Requirement::All(&[Requirement::auth(), BOUND]);
    let whole = OwnedRequirement::from(WHOLE);
    for other in [Requirement::auth(), Requirement::api_key(), Requirement::Any(&[])] {
        let beside = whole.beside(&other.into()).unwrap();
        let callers = callers(&[Requirement::scope("s")]);
        assert_eq!(beside.is_some(), callers.iter().any(|caller| lets_in(&WHOLE, caller) && !lets_in(&other, caller)));
        assert!(beside.iter().all(|witness| admits(&WHOLE, witness)), "{beside:?}");
    }
}
