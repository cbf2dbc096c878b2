//! Generated requirements.

use std::time::Duration;

use auth_core::Requirement;

pub(crate) const FRESH: Duration = Duration::from_mins(10);

/// The possible leaves. Empty lists are shapes of their own.
pub(crate) fn leaves() -> Vec<Requirement> {
    vec![
        Requirement::Public,
        Requirement::auth(),
        Requirement::api_key(),
        Requirement::role("A", &["A", "Above"]),
        Requirement::scope("s"),
        Requirement::fresh(FRESH.as_secs()),
        Requirement::amr("otp"),
        Requirement::claim("amr", "hwk"),
    ]
}

const EMPTY: [Requirement; 2] = [Requirement::All(&[]), Requirement::Any(&[])];

/// Every requirement of at most this depth whose lists have at most two parts.
pub(crate) fn all_of_depth(depth: u8) -> Vec<Requirement> {
    let mut all = leaves();
    all.extend(EMPTY);
    for _ in 1..depth {
        let mut deeper = leaves();
        deeper.extend(EMPTY);
        for one in &all {
            let one: &'static [Requirement] = vec![*one].leak();
            deeper.extend([Requirement::Not(&one[0]), Requirement::All(one), Requirement::Any(one)]);
            for other in &all {
                let both: &'static [Requirement] = vec![one[0], *other].leak();
                deeper.extend([Requirement::All(both), Requirement::Any(both)]);
            }
        }
        all = deeper;
    }
    all
}

/// A requirement's shape, without its leaves.
#[derive(Clone)]
pub(crate) enum Shape {
    Leaf,
    Not(Box<Shape>),
    All(Vec<Shape>),
    Any(Vec<Shape>),
}

/// Every shape of at most this depth whose lists have at most two parts.
pub(crate) fn shapes_of_depth(depth: u8) -> Vec<Shape> {
    let first = || vec![Shape::Leaf, Shape::All(vec![]), Shape::Any(vec![])];
    let mut all = first();
    for _ in 1..depth {
        let mut deeper = first();
        for one in &all {
            deeper.push(Shape::Not(Box::new(one.clone())));
            deeper.push(Shape::All(vec![one.clone()]));
            deeper.push(Shape::Any(vec![one.clone()]));
            for other in &all {
                deeper.push(Shape::All(vec![one.clone(), other.clone()]));
                deeper.push(Shape::Any(vec![one.clone(), other.clone()]));
            }
        }
        all = deeper;
    }
    all
}

pub(crate) fn with_leaves(shape: &Shape, leaf: &mut impl FnMut() -> Requirement) -> Requirement {
    let mut parts = |parts: &[Shape]| -> &'static [Requirement] {
        parts.iter().map(|part| with_leaves(part, leaf)).collect::<Vec<_>>().leak()
    };
    match shape {
        Shape::Leaf => leaf(),
        Shape::Not(inner) => Requirement::Not(&parts(std::slice::from_ref(inner))[0]),
        Shape::All(shapes) => Requirement::All(parts(shapes)),
        Shape::Any(shapes) => Requirement::Any(parts(shapes)),
    }
}

/// A xorshift generator: the same numbers in every run.
pub(crate) struct Rng(pub(crate) u64);

impl Rng {
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 16).unwrap_or(0) % bound
    }
}
