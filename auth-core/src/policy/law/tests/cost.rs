//! The bounds of the analysis, and what large tables take.

use std::fmt::Write as _;

use super::*;
use crate::policy::{all, any, scope as of_scope};

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
    let scopes = |n: usize| -> Vec<OwnedRequirement> { (0..n).map(|i| of_scope(format!("scope-{i}"))).collect() };
    for n in [50, 150] {
        let (all, any) = (all(scopes(n)), any(scopes(n)));
        assert_eq!(all.beside(&any), Ok(None));
        assert!(any.beside(&all).is_ok_and(|it| it.is_some()));
    }
    for wide in [all(scopes(5_000)), any(scopes(5_000))] {
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
    let reach = old.what_can(&of_scope("s1")).unwrap();
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

fn steps_so_far() -> usize {
    diagram::ALL_STEPS.with(std::cell::Cell::get)
}

fn leaked(text: String) -> &'static str {
    Box::leak(text.into_boxed_str())
}

/// A fact of its own for each `i`, of every kind in turn.
fn fact(i: usize) -> Requirement {
    match i % 5 {
        0 => {
            let name = leaked(format!("role-{i}"));
            Requirement::role(name, Box::leak(Box::new([name])))
        }
        1 => Requirement::fresh(60 * u64::try_from(i).unwrap()),
        2 => Requirement::claim(leaked(format!("claim-{i}")), "x"),
        3 => Requirement::amr(leaked(format!("method-{i}"))),
        _ => scope(i),
    }
}

fn parts(parts: impl IntoIterator<Item = Requirement>) -> &'static [Requirement] {
    Box::leak(parts.into_iter().collect::<Vec<_>>().into_boxed_slice())
}

fn negated(requirement: Requirement) -> Requirement {
    Requirement::Not(Box::leak(Box::new(requirement)))
}

/// Each question takes at most the stated steps, whatever the requirement: an answer, or an error that says what to do.
#[test]
fn adversarial_requirements_are_decided_or_refused_within_the_stated_steps() {
    let mut random = Random(3);
    let mut next = 0;
    let mut each = || {
        next += 1;
        fact(next)
    };
    let age = |i: u64| Requirement::fresh(60 * i);
    let between = |i: u64| Requirement::All(parts([age(i + 1), negated(age(i)), scope(usize::try_from(i).unwrap())]));
    let cases = [
        ("depth 12, 4,096 facts of every kind", nested(12, &mut each), false),
        ("depth 12, 8 facts of every kind", nested(12, &mut || fact(random.below(8))), true),
        ("depth 12, 20 facts of every kind", nested(12, &mut || fact(random.below(20))), false),
        ("30 ages", Requirement::Any(parts((0..30).map(between))), true),
        ("30 ages, negated", negated(Requirement::Any(parts((0..30).map(between)))), true),
        ("not of a wide any", negated(Requirement::Any(parts((0..300).map(fact)))), true),
        ("not of wide alls", negated(Requirement::All(parts((0..300).map(fact)))), true),
        (
            "not of 40 anys of 8",
            negated(Requirement::All(parts((0..40).map(|i| Requirement::Any(parts((0..8).map(|j| fact(8 * i + j)))))))),
            true,
        ),
    ];
    let known = auth();
    for (what, requirement, is_decided) in cases {
        let whole = OwnedRequirement::from(requirement);
        let questions: [&dyn Fn() -> Option<AnalysisError>; 3] =
            [&|| whole.example().err(), &|| known.beside(&whole).err(), &|| whole.differs(&whole).err()];
        for (i, question) in questions.iter().enumerate() {
            let before = steps_so_far();
            let error = question();
            let steps = steps_so_far() - before;
            println!("{what}, question {i}: {steps} steps, {}", error.as_ref().map_or("decided", |_| "refused"));
            assert!(steps <= diagram::MOST_STEPS + 1, "{what}: {steps} steps");
            assert!(!is_decided || error.is_none(), "{what}: {error:?}");
            let words = error.map_or(String::new(), |error| error.to_string());
            let is_refused = !words.is_empty();
            assert!(!is_refused || words.contains("; simplify the requirement, or split the route"), "{words}");
            // The others contain the same function.
            if is_refused {
                break;
            }
        }
    }
}

/// A requirement whose diagram has too many nodes.
fn exponential() -> String {
    let firsts: Vec<_> = (0..40).map(|i| format!("scope(\"a{i}\")")).collect();
    let pairs: Vec<_> = (0..40).map(|i| format!("all(scope(\"a{i}\"), scope(\"b{i}\"))")).collect();
    format!("any(all({}), {})", firsts.join(", "), pairs.join(", "))
}

#[test]
fn every_question_about_a_table_names_the_route_that_is_too_large() {
    let table = |extra: &str| -> crate::policy::PolicySnapshot { (large_table(200, false) + extra).parse().unwrap() };
    let (small, large) = (table(""), table(&format!("GET /large: {} [app::large]\n", exponential())));
    let before = steps_so_far();
    assert_eq!(small.who_can("/**").unwrap().len(), 200);
    assert_eq!(small.what_can(&of_scope("s1")).unwrap().len(), 200);
    small.equivalent().unwrap();
    small.redundant().unwrap();
    assert!(steps_so_far() - before < 100_000, "{} steps", steps_so_far() - before);

    let errors = [
        large.who_can("/**").err().unwrap().to_string(),
        large.what_can(&of_scope("a1")).err().unwrap().to_string(),
        large.equivalent().err().unwrap().to_string(),
    ];
    for error in errors {
        let expected =
            "GET /large: too large to compare: the analysis stopped after 500001 steps; simplify the requirement";
        assert!(error.starts_with(expected), "{error}");
    }
    // Other routes are compared all the same.
    let diff = small.diff(&large).to_string();
    assert!(diff.starts_with("UNDECIDED GET /large: ") && diff.contains("too large to compare"), "{diff}");
    assert_eq!(diff.lines().count(), 1);
}
