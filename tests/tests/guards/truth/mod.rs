//! Every shape of requirement to depth 4, compared with an independent truth table.
//!
//! The requirements are made at run time, so they go through `testing::admit`: request headers, real verification, the
//! decision and its refusal, by the function that every guard calls. `typed` checks that the guards of a router decide
//! the same.

mod callers;
mod composed;
mod emitted;
mod oracle;
mod routers;
mod shapes;
mod typed;

use auth_core::testing::admit;
use auth_core::{AccessError, Auth, Requirement};
use callers::{Caller, callers};
use shapes::{Rng, all_of_depth, leaves, shapes_of_depth, with_leaves};

const SUBJECT: Requirement = Requirement::auth();
const API_KEY: Requirement = Requirement::api_key();

/// Checks the guard's answer for one caller against the truth table.
async fn check(auth: &Auth, caller: &mut Caller, requirement: &Requirement) {
    let answer = admit(auth, &mut caller.parts, requirement).await;
    let refusal = answer.as_ref().err();
    if let Err(why) = oracle::check(requirement, &caller.world, refusal) {
        panic!("`{requirement}` for {:?}: {why}; answered {refusal:?}", caller.world);
    }
}

#[tokio::test]
async fn every_requirement_to_depth_2_for_every_caller() {
    let (auth, mut callers) = callers().await;
    let mut let_in = 0;
    for requirement in all_of_depth(2) {
        for caller in &mut callers {
            check(&auth, caller, &requirement).await;
            let_in += usize::from(oracle::holds(&requirement, &caller.world));
        }
    }
    assert!(let_in > 1000, "a table that lets no caller in shows nothing");
}

#[tokio::test]
async fn every_requirement_to_depth_3() {
    let (auth, mut callers) = callers().await;
    let mut rng = Rng(3);
    for requirement in all_of_depth(3) {
        for _ in 0..2 {
            let caller = rng.below(callers.len());
            check(&auth, &mut callers[caller], &requirement).await;
        }
    }
}

/// The leaves are drawn at random; the shapes are exhaustive.
#[tokio::test]
async fn every_shape_to_depth_4() {
    const VARIANTS: usize = 8;
    let (auth, mut callers) = callers().await;
    let mut rng = Rng(4);
    let leaves = leaves();
    let below: Vec<[Requirement; VARIANTS]> = shapes_of_depth(3)
        .iter()
        .map(|shape| std::array::from_fn(|_| with_leaves(shape, &mut || leaves[rng.below(leaves.len())])))
        .collect();
    let mut shapes = below.len();
    for (i, one) in below.iter().enumerate() {
        let mut pick = |of: &[Requirement; VARIANTS]| of[rng.below(VARIANTS)];
        // Each shape beside each earlier one, once in either order: `one, 0, one, 1, one, 2, ..`.
        let beside: Vec<Requirement> = below[..=i].iter().flat_map(|other| [pick(one), pick(other)]).collect();
        let beside: &'static [Requirement] = beside.leak();
        let alone = [Requirement::All(&beside[..1]), Requirement::Any(&beside[..1]), Requirement::Not(&beside[0])];
        let pairs = beside.windows(2).enumerate().map(|(at, pair)| match at % 2 {
            0 => Requirement::All(pair),
            _ => Requirement::Any(pair),
        });
        for requirement in alone.into_iter().chain(pairs) {
            let caller = rng.below(callers.len());
            check(&auth, &mut callers[caller], &requirement).await;
            shapes += 1;
        }
    }
    assert!(shapes > 3_500_000, "{shapes}");
}

/// Double negations, which are easily evaluated wrongly.
#[tokio::test]
async fn nested_negations_name_the_missing_property() {
    use Requirement::{All, Any, Not};
    const FRESH: Requirement = Requirement::fresh(3_600);
    const HWK: Requirement = Requirement::amr("hwk");
    const OTP: Requirement = Requirement::amr("otp");
    const S: Requirement = Requirement::scope("s");
    const T: Requirement = Requirement::scope("t");
    let (auth, mut callers) = callers().await;
    let caller = callers.iter_mut().find(|caller| caller.world == oracle::World::of_subject(false));
    let caller = caller.unwrap();
    let step_up = |amr: &[&'static str]| AccessError::StepUp { max_age: None, amr: amr.to_vec() };
    let cases: [(Requirement, AccessError); 6] = [
        (Not(&Not(&OTP)), step_up(&["otp"])),
        (Any(&[OTP, HWK]), step_up(&["otp", "hwk"])),
        (All(&[OTP, FRESH]), step_up(&["otp"])),
        (Not(&Any(&[Not(&S), Not(&T)])), AccessError::InsufficientScope { scopes: vec!["s", "t"] }),
        (All(&[SUBJECT, API_KEY]), AccessError::NoCredential { api_key: true, scopes: vec![] }),
        (Not(&SUBJECT), AccessError::Denied),
    ];
    for (requirement, refusal) in cases {
        let answer = admit(&auth, &mut caller.parts, &requirement).await.unwrap_err();
        assert_eq!(answer, refusal, "{requirement}");
    }
}

/// Which answer RFC 6750 and RFC 9470 define for each combination of missing properties: 401 for a credential that
/// would help, 403 for a property that the sent credential lacks, and never a property of a credential that was not
/// sent.
#[tokio::test]
async fn of_several_missing_properties_the_answer_names_one_that_helps() {
    use Requirement::{All, Any};
    const FRESH: Requirement = Requirement::fresh(shapes::FRESH.as_secs());
    const ROLE: Requirement = Requirement::role("Role", &["Role", "Above"]);
    const S: Requirement = Requirement::scope("s");
    const T: Requirement = Requirement::scope("t");
    let scope = |of: &'static str| AccessError::InsufficientScope { scopes: vec![of] };
    let step_up = AccessError::StepUp { max_age: Some(shapes::FRESH), amr: Vec::new() };
    let (role, no_credential) =
        (AccessError::InsufficientRole, AccessError::NoCredential { api_key: true, scopes: vec![] });
    let cases: [(Requirement, AccessError, AccessError); 13] = [
        // Requirement, answer for a login with nothing else, answer for an API key without scopes.
        (Any(&[ROLE, All(&[SUBJECT, API_KEY])]), role.clone(), no_credential.clone()),
        (Any(&[ROLE, All(&[API_KEY, S])]), role.clone(), scope("s")),
        (Any(&[All(&[API_KEY, S]), ROLE]), role.clone(), scope("s")),
        (Any(&[All(&[SUBJECT, T]), All(&[API_KEY, S])]), scope("t"), scope("s")),
        (Any(&[All(&[API_KEY, S]), All(&[SUBJECT, T])]), scope("t"), scope("s")),
        (Any(&[FRESH, All(&[API_KEY, S])]), step_up.clone(), scope("s")),
        (Any(&[All(&[API_KEY, FRESH]), All(&[SUBJECT, S])]), scope("s"), no_credential.clone()),
        (Any(&[ROLE, FRESH, All(&[API_KEY, S])]), step_up.clone(), scope("s")),
        (All(&[SUBJECT, API_KEY]), no_credential.clone(), no_credential.clone()),
        (All(&[SUBJECT, API_KEY, S]), scope("s"), scope("s")),
        (All(&[API_KEY, ROLE]), role.clone(), no_credential.clone()),
        (All(&[API_KEY, FRESH, S]), scope("s"), scope("s")),
        (All(&[API_KEY, FRESH]), step_up, no_credential.clone()),
    ];
    let (auth, mut callers) = callers().await;
    let login = oracle::World::of_subject(false);
    let key = oracle::World { subject: None, key: Some(false) };
    let anonymous = oracle::World { subject: None, key: None };
    for (requirement, for_login, for_key) in cases {
        for (world, refusal) in [(login, for_login), (key, for_key), (anonymous, no_credential.clone())] {
            let caller = callers.iter_mut().find(|caller| caller.world == world).unwrap();
            let mut answer = admit(&auth, &mut caller.parts, &requirement).await.unwrap_err();
            // The scopes that a challenge names are no decision.
            if let AccessError::NoCredential { scopes, .. } = &mut answer {
                scopes.clear();
            }
            assert_eq!(answer, refusal, "{requirement} for {world:?}");
        }
    }
}
