//! What each fact about a caller means for the others, and for the words of a witness.

use super::super::space::{Fact, Kind};
use super::*;
use crate::policy::{all, any, auth, not, scope};

#[test]
fn a_witness_says_what_matters_in_words() {
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

fn of(text: &str) -> OwnedRequirement {
    text.parse().unwrap()
}

/// Whether every caller who meets `one` meets `other`.
fn implies(one: &str, other: &str) -> bool {
    of(one).beside(&of(other)).unwrap().is_none()
}

#[test]
fn an_age_that_is_compared_can_be_read() {
    let decided = |age: &str| format!("any(fresh(\"{age}\"), not(fresh(\"{age}\")))");
    // A caller of at most 10 minutes is one of at most 5 or one of more, but none whose time cannot be read.
    for age in ["5m", "10m", "1h"] {
        assert!(implies("fresh(\"10m\")", &decided(age)) && implies("not(fresh(\"10m\"))", &decided(age)), "{age}");
        assert!(!implies("auth", &decided(age)), "{age}");
    }
    assert!(implies("fresh(\"5m\")", "fresh(\"10m\")") && !implies("fresh(\"10m\")", "fresh(\"5m\")"));
    assert!(implies("not(fresh(\"10m\"))", "not(fresh(\"5m\"))"));
    assert!(of("all(fresh(\"5m\"), not(fresh(\"10m\")))").example().unwrap().is_none());
    assert_eq!(of("fresh(\"1h30m\")").differs(&of("fresh(\"90m\")")), Ok(None));
}

#[test]
fn roles_and_their_permissions_are_read_together() {
    let decided = "any(permission(\"edit\"), not(permission(\"edit\")))";
    assert!(implies("not(role(a))", decided) && !implies("auth", decided));
    assert!(implies("not(permission(\"edit\"))", "any(role(a), not(role(a)))"));
    // A permission that is there says nothing of the other roles.
    assert!(!implies("permission(\"edit\")", "any(role(a), not(role(a)))"));
    for other in ["scope(\"a\")", "amr(\"a\")", "claim(\"a\", \"a\")", "fresh(\"1m\")"] {
        assert!(!implies("not(role(a))", &format!("any({other}, not({other}))")), "{other}");
    }
}

#[test]
fn claims_differ_by_their_name_and_their_value() {
    let (one, value, name) = ("claim(\"a\", \"x\")", "claim(\"a\", \"y\")", "claim(\"b\", \"x\")");
    for (one, other) in [(one, value), (one, name), (value, name)] {
        assert!(!implies(one, other) && !implies(other, one), "{one} and {other}");
    }
    // Values of one claim are read together, those of another for themselves.
    assert!(implies(&format!("not({one})"), &format!("any({value}, not({value}))")));
    assert!(!implies(&format!("not({one})"), &format!("any({name}, not({name}))")));
    let unread = of(&format!("not({one})")).beside(&of(&format!("any({name}, not({name}))"))).unwrap().unwrap();
    assert_eq!(
        unread.to_string(),
        "a subject without claim `a` = `x` and claim `b` = `x`, whose claim `b` cannot be read"
    );
    // One claim may have both values.
    assert!(of(&format!("all({one}, {value})")).example().unwrap().is_some());
}

#[test]
fn facts_of_one_word_are_not_those_of_another() {
    let words = ["role(a)", "permission(\"a\")", "scope(\"a\")", "amr(\"a\")", "claim(\"a\", \"a\")"];
    for (i, one) in words.iter().enumerate() {
        for other in words.iter().skip(i + 1) {
            assert!(!implies(one, other) && !implies(other, one), "{one} and {other}");
        }
    }
    // The scope of a key is not that of a subject beside it.
    assert!(implies(
        "all(any(auth, api_key), scope(\"a\"))",
        "any(all(auth, scope(\"a\")), all(api_key, scope(\"a\")))"
    ));
    assert!(!implies("all(api_key, scope(\"a\"))", "all(auth, scope(\"a\"))"));
    assert!(!implies("any(auth, all(api_key, scope(\"a\")))", "all(any(auth, api_key), scope(\"a\"))"));
    assert!(!implies("all(any(auth, api_key), not(scope(\"a\")))", "all(any(auth, api_key), scope(\"b\"))"));
}

#[test]
fn a_credential_of_each_kind_must_meet_a_leaf_and_lack_a_negated_one() {
    let (both, scope) = ("all(by(auth, auth), by(api_key, api_key))", "all(any(auth, api_key), scope(\"a\"))");
    let without = |one: String| of(&one).example().unwrap().map(|it| it.to_string());
    let has = "a subject with scope `a`, who also sends an API key with scope `a`";
    assert_eq!(
        without(format!("all({both}, by(any(auth, api_key), {scope}))").replace("by(any(auth, api_key), ", "all(")),
        Some(has.to_owned())
    );
    let lacks = of("all(any(auth, api_key), not(scope(\"a\")))");
    for one in [
        "all(by(auth, scope(\"a\")), by(api_key, api_key))",
        "all(by(api_key, all(api_key, scope(\"a\"))), by(auth, auth))",
    ] {
        let either = all([lacks.clone(), of(one)]);
        assert_eq!(either.example().unwrap(), None, "{one}");
    }
}

#[test]
fn scopes_of_a_key_are_always_read() {
    let decided = "any(scope(\"a\"), not(scope(\"a\")))";
    assert!(implies("api_key", &format!("all(api_key, {decided})")));
    assert!(!implies("auth", &format!("all(auth, {decided})")));
}

#[test]
fn nothing_fails_what_demands_nothing() {
    for none in ["not(public)", "not(auth(optional))", "not(all())", "all(auth, not(any(scope(\"a\"), all())))"] {
        assert_eq!(of(none).example().unwrap(), None, "{none}");
    }
    assert!(implies("all(auth, not(any()))", "auth") && implies("auth", "all(auth, not(any()))"));
    let text = "all(auth, not(all(scope(\"a\"), scope(\"b\"))))";
    assert!(implies("all(auth, not(scope(\"a\")))", text) && implies("all(auth, not(scope(\"b\")))", text));
    assert!(!implies(text, "all(auth, not(scope(\"a\")))") && !implies(text, "all(auth, not(scope(\"b\")))"));
}

#[test]
fn all_roles_that_satisfy_a_leaf_do_and_no_others() {
    let user: OwnedRequirement = Requirement::role("user", &["user", "staff", "root"]).into();
    let staff: OwnedRequirement = Requirement::role("staff", &["staff", "root"]).into();
    for role in ["user", "staff", "root"] {
        assert_eq!(of(&format!("role({role})")).beside(&user), Ok(None), "{role}");
    }
    assert!(of("role(other)").beside(&user).unwrap().is_some());
    assert_eq!(staff.beside(&user), Ok(None));
    let witness = user.beside(&staff).unwrap().unwrap().to_string();
    assert_eq!(witness, "a subject with role `user` and without role `staff` or `root`");
}

#[test]
fn a_witness_between_two_ages_has_the_nearer_of_each() {
    let between = "all(fresh(\"1h\"), fresh(\"30m\"), not(fresh(\"10m\")), not(fresh(\"5m\")))";
    let witness = of(between).example().unwrap().unwrap();
    assert_eq!(witness.to_string(), "a subject that authenticated 10m to 30m ago");
    let subject = witness.subject.unwrap();
    assert_eq!((subject.more_than_secs_ago, subject.at_most_secs_ago), (Some(600), Some(1_800)));
    assert_eq!(subject.age(), Duration::from_secs(601));
    assert_eq!(of("not(fresh(\"10m\"))").example().unwrap().unwrap().subject.unwrap().age(), Duration::from_secs(601));
}

#[test]
fn an_access_has_its_condition_and_any_of_several_lets_in() {
    let condition = ["c".to_owned()];
    let (auth, scope, key) = (of("auth"), of("scope(\"a\")"), of("api_key"));
    let with = Access { conditions: &condition, ..(&auth).into() };
    let said = |it: Option<Witness>| it.map(|it| it.to_string());
    assert_eq!(said(common(with, (&auth).into()).unwrap()), Some("a subject, where `c` holds".to_owned()));
    assert_eq!(said(beside((&auth).into(), with).unwrap()), Some("a subject, where `c` does not hold".to_owned()));
    assert_eq!(common((&scope).into(), (&of("not(scope(\"a\"))")).into()), Ok(None));
    let compared = compare(&[(&scope).into(), (&key).into()], &[(&key).into(), (&auth).into()]).unwrap();
    assert_eq!((said(compared.gained), compared.lost), (Some("a subject without scope `a`".to_owned()), None));
}

#[test]
fn a_witness_is_the_plainest_caller_with_nothing_that_does_not_matter() {
    let example = |text: &str| of(text).example().unwrap().unwrap().to_string();
    let beside = |one: &str, other: &str| of(one).beside(&of(other)).unwrap().unwrap().to_string();
    let (a, b, c) = ("scope(\"a\")", "scope(\"b\")", "scope(\"c\")");
    assert_eq!(example(&format!("any(all({a}, {b}), {c})")), "a subject with scope `c`");
    assert_eq!(example(&format!("all(auth, any({a}, not({b})))")), "a subject without scope `b`");
    // What cannot be read is rarer than a role.
    assert_eq!(beside("auth", "not(role(a))"), "a subject with role `a`");
    assert_eq!(beside("auth", "not(claim(\"a\", \"x\"))"), "a subject with claim `a` = `x`");
    assert_eq!(beside("public", "auth(optional)"), "an API key");
    assert!(implies("auth(optional)", "auth(optional)") && implies("auth", "auth(optional)"));
}

#[test]
fn a_path_has_no_fact_that_follows_from_another() {
    let facts = |text: &str| {
        let whole = of(text);
        let mut space = Space::of([&whole.0]);
        let callers = space.access((&whole).into()).unwrap();
        let path = space.path(callers).unwrap().unwrap();
        let length = path.len();
        let path = space.shortened(path, callers).unwrap();
        (length, path.iter().filter(|(_, value)| *value).count(), path.iter().filter(|(_, value)| !value).count())
    };
    // That there is an access token, that its time can be read, and the time.
    assert_eq!(facts("all(fresh(\"5m\"), fresh(\"10m\"))"), (4, 3, 0));
    assert_eq!(facts("not(any(fresh(\"5m\"), fresh(\"10m\")))"), (4, 2, 1));
}

#[test]
fn of_several_ages_a_witness_names_the_nearest() {
    let ages = |value: bool| [600, 300, 900].map(|age| (Fact::Younger(age), value));
    let facts = |value: bool| {
        let all = [(Fact::Has(Kind::Subject), true)].into_iter().chain(ages(value)).collect::<Vec<_>>();
        Witness::of(all.iter().map(|(fact, value)| (fact, *value)), &[]).subject.unwrap()
    };
    assert_eq!((facts(true).at_most_secs_ago, facts(false).more_than_secs_ago), (Some(300), Some(900)));
}

#[test]
fn sets_beyond_the_bound_are_said_to_be_left_out() {
    let sets = |text: &str, most: usize| {
        let whole = of(text);
        let (sets, is_all) = minimal((&whole).into(), most).unwrap();
        (sets.iter().map(ToString::to_string).collect::<Vec<_>>(), is_all)
    };
    let three = "any(scope(\"c\"), scope(\"a\"), scope(\"b\"))";
    let words = |names: &[&str]| names.iter().map(|name| format!("a subject with scope `{name}`")).collect::<Vec<_>>();
    assert_eq!(sets(three, 3), (words(&["a", "b", "c"]), true));
    let (some, is_all) = sets(three, 2);
    assert_eq!((some.len(), is_all), (2, false));
    assert_eq!(sets(three, 64), (words(&["a", "b", "c"]), true));
}

#[cfg(feature = "test-util")]
#[test]
fn a_route_is_open_to_callers_without_any_credential() {
    for closed in ["auth", "api_key", "any(auth, api_key)", "any()", "all(auth, not(scope(\"a\")))"] {
        assert_eq!(open((&of(closed)).into()), Ok(None), "{closed}");
    }
    for text in ["public", "auth(optional)", "all()", "any(scope(\"a\"), public)"] {
        assert_eq!(open((&of(text)).into()).unwrap().unwrap().to_string(), "a caller without credentials", "{text}");
    }
}

#[test]
fn a_requirement_that_demands_nothing_is_written_as_it_is() {
    assert_eq!(OwnedRequirement::from(Requirement::Public).to_string(), "public");
    assert_eq!(OwnedRequirement::from(Requirement::Optional).to_string(), "auth(optional)");
    let role = OwnedRequirement::from(Requirement::role("b", &["c", "a", "b", "c"]));
    assert_eq!(role.0.grants().into_iter().next(), Some(("b", ["b".into(), "a".into(), "c".into()].as_slice())));
}
