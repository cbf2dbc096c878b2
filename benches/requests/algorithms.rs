//! One verification with each algorithm: an uncached token by `Identity`'s extractor with its session and subject
//! checks, and the same token by `jsonwebtoken`'s `decode` with a prepared key and rules.

use std::fmt;
use std::hint::black_box;
use std::time::Instant;

use auth_core::prelude::*;
use auth_core::token::{EdDsa, Es256, KeySet, Ps256, Rs256, SigningKey};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Validation, decode};
use tokio::runtime::Runtime;

use crate::tokens::{Mint, SECRET};
use crate::{Effort, by_hand, contender, guarded, median};

/// Keys of the tests, which are public.
macro_rules! pem {
    ($name:literal) => {
        include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/tests/tokens/keys/", $name, ".pem"))
    };
}

struct Contest {
    algorithm: Algorithm,
    auth: Auth,
    session: String,
    mint: Mint,
    key: DecodingKey,
    validation: Validation,
    /// Nanoseconds per token, one sample a round.
    ours: Vec<f64>,
    theirs: Vec<f64>,
}

pub(crate) struct Algorithms(Vec<Contest>);

impl Algorithms {
    pub(crate) fn measured(runtime: &Runtime, effort: Effort) -> Self {
        let mut contests = every(runtime);
        for round in 0..=effort.rounds {
            for contest in &mut contests {
                contest.round(runtime, effort.batch, round);
            }
        }
        Self(contests)
    }
}

impl Contest {
    fn new(runtime: &Runtime, algorithm: Algorithm, keys: KeySet, pair: (EncodingKey, DecodingKey)) -> Self {
        let (auth, mut sessions) = runtime.block_on(guarded::service(keys, 1));
        let (session, validation) = (sessions.swap_remove(0), by_hand::validation(algorithm));
        let mint = Mint::new(pair.0, algorithm);
        Self { algorithm, auth, session, mint, key: pair.1, validation, ours: Vec::new(), theirs: Vec::new() }
    }

    /// The sides take turns in being first.
    fn round(&mut self, runtime: &Runtime, batch: usize, round: usize) {
        let tokens: Vec<String> = (0..batch).map(|_| self.mint.another(&self.session)).collect();
        let (ours, theirs) = if round.is_multiple_of(2) {
            let ours = runtime.block_on(self.by_guard(&tokens));
            (ours, self.by_decode(&tokens))
        } else {
            let theirs = self.by_decode(&tokens);
            (runtime.block_on(self.by_guard(&tokens)), theirs)
        };
        // The first round is the warm-up.
        if round > 0 {
            self.ours.push(ours);
            self.theirs.push(theirs);
        }
    }

    async fn by_guard(&self, tokens: &[String]) -> f64 {
        let mut requests: Vec<Parts> = tokens.iter().map(|token| contender::request(token).into_parts().0).collect();
        let start = Instant::now();
        for parts in &mut requests {
            let identity = <Identity as FromRequestParts<Auth>>::from_request_parts(parts, &self.auth).await;
            black_box(identity.unwrap());
        }
        contender::nanos_each(start.elapsed(), tokens.len())
    }

    fn by_decode(&self, tokens: &[String]) -> f64 {
        let start = Instant::now();
        for token in tokens {
            black_box(decode::<by_hand::Claims>(token, &self.key, &self.validation).unwrap());
        }
        contender::nanos_each(start.elapsed(), tokens.len())
    }
}

fn every(runtime: &Runtime) -> Vec<Contest> {
    let rsa = || {
        let public = DecodingKey::from_rsa_pem(pem!("rsa.pub").as_bytes()).unwrap();
        (EncodingKey::from_rsa_pem(pem!("rsa").as_bytes()).unwrap(), public)
    };
    let p256 = EncodingKey::from_ec_pem(pem!("p256").as_bytes()).unwrap();
    let p256 = (p256, DecodingKey::from_ec_pem(pem!("p256.pub").as_bytes()).unwrap());
    let ed25519 = EncodingKey::from_ed_pem(pem!("ed25519").as_bytes()).unwrap();
    let ed25519 = (ed25519, DecodingKey::from_ed_pem(pem!("ed25519.pub").as_bytes()).unwrap());
    let secret =
        (EncodingKey::from_secret(SECRET.as_bytes()).unwrap(), DecodingKey::from_secret(SECRET.as_bytes()).unwrap());
    let contest = |algorithm, keys, pair| Contest::new(runtime, algorithm, keys, pair);
    vec![
        contest(Algorithm::HS256, SigningKey::hs256(&SECRET.into()).unwrap().into(), secret),
        contest(Algorithm::RS256, SigningKey::<Rs256>::from_pem(&pem!("rsa").into()).unwrap().into(), rsa()),
        contest(Algorithm::PS256, SigningKey::<Ps256>::from_pem(&pem!("rsa").into()).unwrap().into(), rsa()),
        contest(Algorithm::ES256, SigningKey::<Es256>::from_pem(&pem!("p256").into()).unwrap().into(), p256),
        contest(Algorithm::EdDSA, SigningKey::<EdDsa>::from_pem(&pem!("ed25519").into()).unwrap().into(), ed25519),
    ]
}

impl fmt::Display for Algorithms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:<28} {:>10} {:>16} {:>8}", "one verification, median ns", "auth-core", "jsonwebtoken", "ratio")?;
        for contest in &self.0 {
            let (ours, theirs) = (median(&contest.ours), median(&contest.theirs));
            let name = format!("{:?}", contest.algorithm);
            writeln!(f, "{name:<28} {ours:>10.0} {theirs:>16.0} {:>8.2}", ours / theirs)?;
        }
        Ok(())
    }
}
