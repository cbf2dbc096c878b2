//! Guards compose monotonically: a caller who passes a guard inside containers passes each container's guard alone, and the
//! guard alone.
//!
//! Random requirements stand in attributes, above impl blocks, modules and routers, and in named policies. They are composed
//! by the functions that the macros' output and the routers use, decided as guards decide, and compared with the truth
//! table. That the macros and routers compose in this way, the handlers of `sample.rs` show: they are written by this
//! generator and compiled once.
//!
//! `TREES=200000 SEED=7 cargo test -p auth-tests --test guards truth::composed` tests more of them, and others.

use auth_core::testing::admit;
use auth_core::{Auth, Requirement};

use super::callers::{Caller, callers};
use super::oracle;
use super::shapes::{Rng, leaves};

/// How many of these run in CI.
const TREES: usize = 10_000;

/// A requirement as it is written.
#[derive(Clone, Debug)]
pub(crate) enum Written {
    /// A word, by its place in [`WORDS`].
    Word(usize),
    All(Vec<Written>),
    Any(Vec<Written>),
    Not(Box<Written>),
    /// The name of a policy, which requires this.
    Policy(Box<Written>),
}

/// The words, in the order of [`leaves`] without `public`, which stands alone.
pub(crate) const WORDS: [&str; 7] =
    ["auth", "api_key", "role(A)", r#"scope("s")"#, r#"fresh("10m")"#, r#"amr("otp")"#, r#"claim("amr", "hwk")"#];

impl Written {
    pub(crate) fn random(rng: &mut Rng, depth: usize) -> Self {
        if depth == 0 || rng.below(3) == 0 {
            return Self::Word(rng.below(WORDS.len()));
        }
        let parts = |rng: &mut Rng| {
            let parts = 2 + usize::from(rng.below(4) == 0);
            (0..parts).map(|_| Self::random(rng, depth - 1)).collect()
        };
        match rng.below(6) {
            0 | 1 => Self::All(parts(rng)),
            2 | 3 => Self::Any(parts(rng)),
            4 => Self::Not(Box::new(Self::random(rng, depth - 1))),
            _ => Self::Policy(Box::new(Self::random(rng, depth - 1))),
        }
    }

    /// The requirement that the macros make of it.
    pub(crate) fn requirement(&self) -> Requirement {
        let parts = |parts: &[Self]| -> &'static [Requirement] {
            parts.iter().map(Self::requirement).collect::<Vec<_>>().leak()
        };
        match self {
            Self::Word(word) => leaves()[word + 1],
            Self::All(written) => Requirement::All(parts(written)),
            Self::Any(written) => Requirement::Any(parts(written)),
            Self::Not(inner) => Requirement::Not(leak(inner.requirement())),
            Self::Policy(inner) => Requirement::bound(leak(inner.requirement())),
        }
    }
}

fn leak(requirement: Requirement) -> &'static Requirement {
    Box::leak(Box::new(requirement))
}

/// The attributes above one item, each a requirement. Together they are one.
pub(crate) type Attributes = Vec<Written>;

pub(crate) fn joined(attributes: &[Written]) -> Requirement {
    let parts = attributes.iter().flat_map(|attribute| match attribute {
        Written::All(parts) => parts.clone(),
        other => vec![other.clone()],
    });
    all(parts.map(|part| part.requirement()).collect())
}

fn all(parts: Vec<Requirement>) -> Requirement {
    match &*parts {
        [only] => *only,
        _ => Requirement::All(parts.leak()),
    }
}

/// A handler, and what stands around it.
#[derive(Clone, Debug)]
pub(crate) struct Handler {
    pub(crate) attributes: Attributes,
    /// Above the impl block that it is in.
    pub(crate) block: Option<Attributes>,
    /// Above the modules around, from the inside out.
    pub(crate) modules: Vec<Attributes>,
    /// The guards of the routers around, from the inside out.
    pub(crate) routers: Vec<Written>,
}

impl Handler {
    pub(crate) fn random(rng: &mut Rng, depth: usize) -> Self {
        let attributes = |rng: &mut Rng, least: usize| -> Attributes {
            (0..least + usize::from(rng.below(3) == 0)).map(|_| Written::random(rng, depth)).collect()
        };
        let block = (rng.below(3) == 0).then(|| attributes(rng, 1));
        let modules: Vec<_> = (0..rng.below(3)).map(|_| attributes(rng, 1)).collect();
        let routers = (0..rng.below(3)).map(|_| Written::random(rng, depth)).collect();
        // A module or block is enough of a guard.
        let least = usize::from(block.is_none() && modules.is_empty() || rng.below(3) > 0);
        Self { attributes: attributes(rng, least), block, modules, routers }
    }

    /// What its policy requires: each container means here what it means alone.
    pub(crate) fn requirement(&self) -> Requirement {
        let mut parts: Vec<_> =
            self.containers().map(|container| Requirement::bound(leak(joined(container)))).collect();
        if !self.attributes.is_empty() {
            match joined(&self.attributes) {
                Requirement::All(own) => parts.extend(own),
                own => parts.push(own),
            }
        }
        all(parts)
    }

    /// The modules and the impl block, from the outside in.
    fn containers(&self) -> impl Iterator<Item = &Attributes> {
        self.modules.iter().rev().chain(&self.block)
    }

    /// All that a request must pass, in the order in which it is decided.
    pub(crate) fn steps(&self) -> Vec<Requirement> {
        self.routers.iter().rev().map(Written::requirement).chain([self.requirement()]).collect()
    }

    /// Each part that is a guard by itself, and what the handler is without one of those around it.
    fn weaker(&self) -> Vec<(&'static str, Vec<Requirement>)> {
        let mut weaker: Vec<_> = self.containers().map(|it| ("a container alone", vec![joined(it)])).collect();
        weaker.extend(self.routers.iter().map(|guard| ("a router's guard alone", vec![guard.requirement()])));
        if !self.attributes.is_empty() {
            weaker.push(("the handler alone", vec![joined(&self.attributes)]));
        }
        let policies = self.attributes.iter().filter(|attribute| matches!(attribute, Written::Policy(_)));
        weaker.extend(policies.map(|policy| ("a named policy alone", vec![policy.requirement()])));
        let mut without = |name, change: &dyn Fn(&mut Self)| {
            let mut less = self.clone();
            change(&mut less);
            let unguarded = less.attributes.is_empty() && less.block.is_none() && less.modules.is_empty();
            if !unguarded {
                weaker.push((name, less.steps()));
            }
        };
        without("without its block", &|less| less.block = None);
        for at in 0..self.modules.len() {
            without("without a module", &|less| drop(less.modules.remove(at)));
        }
        for at in 0..self.routers.len() {
            without("without a router's guard", &|less| drop(less.routers.remove(at)));
        }
        weaker
    }
}

/// Whether every step lets the caller in, each decided as its guard does.
pub(crate) async fn passes(auth: &Auth, caller: &mut Caller, steps: &[Requirement]) -> bool {
    for step in steps {
        if admit(auth, &mut caller.parts, step).await.is_err() {
            return false;
        }
    }
    true
}

pub(crate) fn setting(name: &str, default: usize) -> usize {
    std::env::var(name).map_or(default, |value| value.parse().unwrap())
}

#[tokio::test]
async fn a_guard_within_others_never_lets_in_more() {
    let (auth, mut callers) = callers().await;
    let mut rng = Rng(setting("SEED", 14) as u64);
    let (mut let_in, mut refused, mut unbound) = (0, 0, 0);
    for tree in 0..setting("TREES", TREES) {
        let handler = Handler::random(&mut rng, 3);
        let (steps, weaker) = (handler.steps(), handler.weaker());
        let without_bounds: Vec<_> = steps.iter().map(unbind).collect();
        // A third of the callers, in turn.
        for caller in callers.iter_mut().skip(tree % 3).step_by(3) {
            let passed = passes(&auth, caller, &steps).await;
            let expected = steps.iter().all(|step| oracle::holds(step, &caller.world));
            assert_eq!(passed, expected, "{steps:?} for {:?}", caller.world);
            unbound += usize::from(passed != without_bounds.iter().all(|step| oracle::holds(step, &caller.world)));
            if !passed {
                refused += 1;
                continue;
            }
            let_in += 1;
            for (what, less) in &weaker {
                let still = passes(&auth, caller, less).await;
                assert!(still, "{what} refuses whom all together let in: {handler:?} for {:?}", caller.world);
            }
        }
    }
    // Each decision occurs often, and so do those that would be others without the bounds.
    assert!(let_in > 10_000 && refused > 10_000 && unbound > 1_000, "{let_in}, {refused}, {unbound}");
}

/// The same parts, as if all were written in one attribute.
fn unbind(requirement: &Requirement) -> Requirement {
    let parts =
        |parts: &[Requirement]| -> &'static [Requirement] { parts.iter().map(unbind).collect::<Vec<_>>().leak() };
    match requirement {
        Requirement::Bound(bound) => unbind(bound.requirement()),
        Requirement::All(written) => Requirement::All(parts(written)),
        Requirement::Any(written) => Requirement::Any(parts(written)),
        Requirement::Not(inner) => Requirement::Not(leak(unbind(inner))),
        other => *other,
    }
}
