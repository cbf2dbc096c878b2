//! The truth table, and which refusal is right. It shares no code with the evaluator.

use auth_core::{AccessError, Leaf, Requirement};

/// The properties of a caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct World {
    pub(crate) subject: Option<Subject>,
    /// Whether the API key carries the scope.
    pub(crate) key: Option<bool>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Subject {
    pub(crate) role: bool,
    pub(crate) scope: bool,
    pub(crate) fresh: bool,
    pub(crate) otp: bool,
    pub(crate) claim: bool,
}

impl World {
    pub(crate) const fn of_subject(all: bool) -> Self {
        Self { subject: Some(Subject { role: all, scope: all, fresh: all, otp: all, claim: all }), key: None }
    }

    const fn known(&self) -> bool {
        self.subject.is_some() || self.key.is_some()
    }
}

/// Whether `world` meets `requirement`.
pub(crate) fn holds(requirement: &Requirement, world: &World) -> bool {
    certain(requirement, &View::of(requirement, world))
}

/// A caller as a requirement sees it.
struct View {
    /// The credentials that it looks at.
    seen: World,
    /// All that were sent, of which what is bound inside looks at its own.
    sent: World,
}

impl View {
    fn of(requirement: &Requirement, sent: &World) -> Self {
        let (subject, key) = looks_at(requirement);
        let seen = World { subject: sent.subject.filter(|_| subject), key: sent.key.filter(|_| key) };
        Self { seen, sent: *sent }
    }
}

/// Whether the requirement looks at access tokens, and at API keys.
fn looks_at(requirement: &Requirement) -> (bool, bool) {
    let names = |leaf: fn(&Requirement) -> bool| mentions(requirement, leaf);
    let key = names(|leaf| matches!(leaf, Requirement::Leaf(Leaf::ApiKey(_))));
    let subject = names(|leaf| {
        matches!(
            leaf,
            Requirement::Leaf(Leaf::Auth(_) | Leaf::Role(_) | Leaf::Fresh(_) | Leaf::Amr(_) | Leaf::Claim(_))
        )
    });
    let scope = names(|leaf| matches!(leaf, Requirement::Leaf(Leaf::Scope(_))));
    if !key && !subject && !scope {
        // It names nothing itself, so a negation in it is about what is bound inside the negation.
        let inside = bound_inside(requirement, !has_negation(requirement)).into_iter().map(looks_at);
        return inside.fold((false, false), |(subject, key), inside| (subject || inside.0, key || inside.1));
    }
    (subject || !key, key)
}

/// What is bound inside, and `counts` or stands in a negation.
fn bound_inside(requirement: &Requirement, counts: bool) -> Vec<&'static Requirement> {
    match requirement {
        Requirement::All(parts) | Requirement::Any(parts) => {
            parts.iter().flat_map(|part| bound_inside(part, counts)).collect()
        }
        Requirement::Not(inner) => bound_inside(inner, true),
        Requirement::Bound(bound) if counts => vec![bound.requirement()],
        _ => Vec::new(),
    }
}

fn has_negation(requirement: &Requirement) -> bool {
    match requirement {
        Requirement::All(parts) | Requirement::Any(parts) => parts.iter().any(has_negation),
        other => matches!(other, Requirement::Not(_)),
    }
}

fn mentions(requirement: &Requirement, leaf: fn(&Requirement) -> bool) -> bool {
    match requirement {
        Requirement::All(parts) | Requirement::Any(parts) => parts.iter().any(|part| mentions(part, leaf)),
        Requirement::Not(inner) => mentions(inner, leaf),
        other => leaf(other),
    }
}

/// True for each of the caller's credentials.
fn certain(requirement: &Requirement, view: &View) -> bool {
    let world = &view.seen;
    match requirement {
        Requirement::Leaf(Leaf::Scope(_)) => {
            world.known() && world.subject.is_none_or(|subject| subject.scope) && world.key.unwrap_or(true)
        }
        Requirement::All(parts) => parts.iter().all(|part| certain(part, view)),
        Requirement::Any(parts) => parts.iter().any(|part| certain(part, view)),
        Requirement::Not(inner) => world.known() && !possible(inner, view),
        Requirement::Bound(bound) => certain(bound.requirement(), &View::of(bound.requirement(), &view.sent)),
        other => fact(other, world),
    }
}

/// True for at least one of the caller's credentials.
fn possible(requirement: &Requirement, view: &View) -> bool {
    let world = &view.seen;
    match requirement {
        Requirement::Leaf(Leaf::Scope(_)) => {
            world.subject.is_some_and(|subject| subject.scope) || world.key.unwrap_or(false)
        }
        Requirement::All(parts) => parts.iter().all(|part| possible(part, view)),
        Requirement::Any(parts) => parts.iter().any(|part| possible(part, view)),
        Requirement::Not(inner) => world.known() && !certain(inner, view),
        Requirement::Bound(bound) => possible(bound.requirement(), &View::of(bound.requirement(), &view.sent)),
        other => fact(other, world),
    }
}

fn fact(leaf: &Requirement, world: &World) -> bool {
    let subject = |what: fn(Subject) -> bool| world.subject.is_some_and(what);
    match leaf {
        Requirement::Public => true,
        Requirement::Leaf(Leaf::Auth(_)) => subject(|_| true),
        Requirement::Leaf(Leaf::ApiKey(_)) => world.key.is_some(),
        Requirement::Leaf(Leaf::Role(_)) => subject(|subject| subject.role),
        Requirement::Leaf(Leaf::Fresh(_)) => subject(|subject| subject.fresh),
        Requirement::Leaf(Leaf::Amr(_)) => subject(|subject| subject.otp),
        Requirement::Leaf(Leaf::Claim(_)) => subject(|subject| subject.claim),
        other => unreachable!("{other} is not in these tests"),
    }
}

/// Whether `answer` (`None`: accepted) is right. A refusal promises something: a credential, a step-up or a scope that
/// it asks for must be able to help, and a plain 403 says that none of them could.
pub(crate) fn check(requirement: &Requirement, sent: &World, answer: Option<&AccessError>) -> Result<(), &'static str> {
    let world = View::of(requirement, sent).seen;
    let must = |right: bool, why| if right { Ok(()) } else { Err(why) };
    let Some(refusal) = answer else { return must(holds(requirement, &world), "it does not hold") };
    must(!holds(requirement, &world), "it holds")?;
    // With contradicting parts each part alone looks satisfiable; the macros refuse such a requirement.
    if !is_plain(requirement) {
        return Ok(());
    }
    let grown = more_credentials(requirement, &world);
    let could = |change: fn(World) -> World, of: &[World]| of.iter().any(|world| holds(requirement, &change(*world)));
    match refusal {
        AccessError::NoCredential { .. } | AccessError::InvalidCredential { .. } => {
            must(could(|world| world, &grown), "no credential could help")
        }
        _ if !world.known() => must(!could(|world| world, &grown), "a credential could help, so 401"),
        AccessError::StepUp { max_age, amr } => {
            let fresh =
                |world: World| World { subject: world.subject.map(|it| Subject { fresh: true, ..it }), ..world };
            let otp = |world: World| World { subject: world.subject.map(|it| Subject { otp: true, ..it }), ..world };
            must(max_age.is_some() || !amr.is_empty(), "a step-up to what")?;
            let asked = |world: World| if amr.is_empty() { fresh(world) } else { otp(world) };
            let both = max_age.is_some() && !amr.is_empty();
            let stepped = |world: World| if both { fresh(otp(world)) } else { asked(world) };
            must(grown.iter().any(|world| holds(requirement, &stepped(*world))), "that step-up could not help")
        }
        AccessError::InsufficientScope { scopes } => {
            must(scopes == &["s"], "the scope is `s`")?;
            must(STEPS.iter().any(|step| could_by(requirement, &grown, |it| step(scoped(it)))), "no scope could help")
        }
        AccessError::InsufficientRole | AccessError::InsufficientCredential { .. } | AccessError::Denied => {
            let satisfiable = STEPS.iter().any(|step| {
                could_by(requirement, &[world], step) || could_by(requirement, &[world], |it| step(scoped(it)))
            });
            must(!satisfiable, "the caller could satisfy it")
        }
        _ => Err("this is no refusal of a guard"),
    }
}

/// What a caller can change about its authentication: nothing, its age, its method, or both.
const STEPS: [fn(World) -> World; 4] = [
    |world| world,
    |world| World { subject: world.subject.map(|it| Subject { fresh: true, ..it }), ..world },
    |world| World { subject: world.subject.map(|it| Subject { otp: true, ..it }), ..world },
    |world| World { subject: world.subject.map(|it| Subject { fresh: true, otp: true, ..it }), ..world },
];

fn could_by(requirement: &Requirement, of: &[World], change: impl Fn(World) -> World) -> bool {
    of.iter().any(|world| holds(requirement, &change(*world)))
}

fn scoped(world: World) -> World {
    World { subject: world.subject.map(|it| Subject { scope: true, ..it }), key: world.key.map(|_| true) }
}

/// The caller as it is, and with each credential that the requirement reads and the caller did not send.
fn more_credentials(requirement: &Requirement, world: &World) -> Vec<World> {
    let (subject, key) = looks_at(requirement);
    let mut subjects = vec![world.subject];
    if subject && world.subject.is_none() {
        subjects.extend((0..32u8).map(|bits| {
            let has = |bit: u8| bits >> bit & 1 == 1;
            Some(Subject { role: has(0), scope: has(1), fresh: has(2), otp: has(3), claim: has(4) })
        }));
    }
    let mut keys = vec![world.key];
    if key && world.key.is_none() {
        keys.extend([Some(false), Some(true)]);
    }
    subjects.iter().flat_map(|subject| keys.iter().map(|key| World { subject: *subject, key: *key })).collect()
}

/// Whether no leaf occurs both plain and negated, and no `not` excludes a kind of credential.
fn is_plain(requirement: &Requirement) -> bool {
    let (mut for_it, mut against) = (0, 0);
    polarities(requirement, true, &mut for_it, &mut against);
    for_it & against == 0 && against & CREDENTIALS == 0
}

const CREDENTIALS: u8 = 0b11;

fn polarities(requirement: &Requirement, asked: bool, for_it: &mut u8, against: &mut u8) {
    let bit = match requirement {
        Requirement::All(parts) | Requirement::Any(parts) => {
            return parts.iter().for_each(|part| polarities(part, asked, for_it, against));
        }
        Requirement::Not(inner) => return polarities(inner, !asked, for_it, against),
        Requirement::Leaf(Leaf::Auth(_)) => 1,
        Requirement::Leaf(Leaf::ApiKey(_)) => 2,
        Requirement::Leaf(Leaf::Role(_)) => 4,
        Requirement::Leaf(Leaf::Scope(_)) => 8,
        Requirement::Leaf(Leaf::Fresh(_)) => 16,
        Requirement::Leaf(Leaf::Amr(_)) => 32,
        Requirement::Leaf(Leaf::Claim(_)) => 64,
        _ => 0,
    };
    *(if asked { for_it } else { against }) |= bit;
}
