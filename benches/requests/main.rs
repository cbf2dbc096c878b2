//! Cost of a guard per request: a GET without a body through the router as a tower service.
//!
//! Everything runs in one process on one thread, in rounds in which the contenders take turns, so that disturbances
//! affect all of them. Only ratios of medians are meaningful.

#![allow(clippy::unwrap_used, reason = "a bench that cannot set up its service should stop and say where")]

mod algorithms;
mod by_hand;
mod contender;
mod guarded;
mod report;
mod tokens;

use algorithms::Algorithms;
use auth_core::token::SigningKey;
use contender::Contender;
use jsonwebtoken::{Algorithm, EncodingKey};
use report::Report;
use tokens::{Mint, SECRET};

/// The size of the measurement.
#[derive(Clone, Copy)]
struct Effort {
    rounds: usize,
    /// Requests of one contender in one round.
    batch: usize,
}

impl Effort {
    /// `cargo bench` passes `--bench`; any other caller only checks that the benchmark works.
    fn from_args(full: Self) -> Self {
        if std::env::args().any(|arg| arg == "--bench") { full } else { Self { rounds: 1, batch: 5 } }
    }
}

/// Frees one large block, after which glibc keeps freed memory for reuse. Otherwise single contenders would pay for
/// page faults now and then.
fn keep_freed_memory() {
    drop(std::hint::black_box(vec![1_u8; 16 << 20]));
}

fn median(samples: &[f64]) -> f64 {
    let mut sorted = samples.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[sorted.len() / 2]
}

/// The tokens that a contender receives.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Case {
    /// None: the route is not guarded.
    Open,
    /// Each token once in the life of the process.
    SeenFirst,
    /// One token again and again.
    SeenBefore,
}

impl Case {
    const fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::SeenFirst => "token seen first",
            Self::SeenBefore => "token seen before",
        }
    }
}

fn main() {
    keep_freed_memory();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let effort = Effort::from_args(Effort { rounds: 301, batch: 500 });
    let mut mint = Mint::new(EncodingKey::from_secret(SECRET.as_bytes()).unwrap(), Algorithm::HS256);
    let (auth, sessions) = runtime.block_on(guarded::service(SigningKey::hs256(&SECRET.into()).unwrap().into(), 16));
    let ours = guarded::router(&auth);
    let by_hand = by_hand::router();

    let mut contenders = [
        Contender::new("unguarded", Case::Open, contender::unguarded()),
        Contender::new("by hand, tokens seen first", Case::SeenFirst, by_hand.clone()),
        Contender::new("by hand, token seen before", Case::SeenBefore, by_hand),
        Contender::new("guarded, tokens seen first", Case::SeenFirst, ours.clone()),
        Contender::new("guarded, token seen before", Case::SeenBefore, ours),
        Contender::new("with a condition, the same", Case::SeenBefore, guarded::router_with_a_condition(&auth)),
    ];
    for round in 0..=effort.rounds {
        let fresh: Vec<String> = (0..effort.batch).map(|n| mint.another(&sessions[n % sessions.len()])).collect();
        let known = vec![sessions[0].clone(); effort.batch];
        let count = contenders.len();
        for turn in 0..count {
            // Each is first in turn, because the first one finds the processor's cache as the token generation left it.
            let contender = &mut contenders[(round + turn) % count];
            let tokens = match contender.case {
                Case::SeenFirst => &fresh,
                Case::SeenBefore | Case::Open => &known,
            };
            let took = runtime.block_on(contender.run(tokens));
            // The first round is the warm-up.
            if round > 0 {
                contender.samples.push(took);
            }
        }
    }
    println!("{}", Report::of(&contenders));
    // An RSA signature takes a millisecond.
    let effort = Effort::from_args(Effort { rounds: 101, batch: 20 });
    print!("{}", Algorithms::measured(&runtime, effort));
}
