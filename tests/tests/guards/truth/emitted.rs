//! What the macros and routers make of modules, impl blocks, policies and attributes is what `composed` says.

use std::fmt::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use auth_core::__private::assert_sound;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use tower_service::Service as _;

use super::callers::callers;
use super::composed::{Attributes, Handler, WORDS, Written, joined, passes};
use super::shapes::Rng;

/// Guarded handlers that this file writes: `UPDATE_SNAPSHOTS=1 cargo test -p auth-tests --test guards truth::emitted`.
#[allow(clippy::all, clippy::pedantic, unused, unreachable_pub, reason = "generated")]
mod sample {
    include!("sample.rs");
}

const HANDLERS: usize = 240;

/// Random handlers that compile: no part contradicts another or has no effect.
fn handlers() -> Vec<Handler> {
    let mut rng = Rng(2026);
    let mut handlers = Vec::new();
    while handlers.len() < HANDLERS {
        let handler = Handler::random(&mut rng, 2);
        if compiles(&handler) {
            handlers.push(handler);
        }
    }
    handlers
}

fn compiles(handler: &Handler) -> bool {
    let lists = || handler.modules.iter().chain(&handler.block).chain([&handler.attributes]);
    let mut policies = Vec::new();
    lists().flatten().chain(&handler.routers).for_each(|written| named(written, &mut policies));
    let requirements = lists().filter(|list| !list.is_empty()).map(|list| joined(list));
    let requirements = requirements.chain(handler.routers.iter().map(Written::requirement));
    let requirements = requirements.chain(policies.iter().map(Written::requirement)).chain([handler.requirement()]);
    // Outside of a test's own output, for these panics are no failures.
    let sound = |requirement| catch_unwind(AssertUnwindSafe(|| assert_sound(&requirement))).is_ok();
    lists().all(|list| each_once(list)) && each_once(&handler.routers) && requirements.into_iter().all(sound)
}

/// Whether no list has the same part twice, which the macros refuse by its text.
fn each_once(parts: &[Written]) -> bool {
    let texts: Vec<_> = parts.iter().map(|part| format!("{part:?}")).collect();
    (1..texts.len()).all(|at| !texts[..at].contains(&texts[at]))
        && parts.iter().all(|part| match part {
            Written::Word(_) => true,
            Written::All(parts) | Written::Any(parts) => each_once(parts),
            Written::Not(inner) | Written::Policy(inner) => each_once(std::slice::from_ref(inner)),
        })
}

/// The policies that are named in it, those inside others first.
fn named(written: &Written, policies: &mut Vec<Written>) {
    match written {
        Written::Word(_) => {}
        Written::All(parts) | Written::Any(parts) => parts.iter().for_each(|part| named(part, policies)),
        Written::Not(inner) => named(inner, policies),
        Written::Policy(inner) => {
            named(inner, policies);
            policies.push((**inner).clone());
        }
    }
}

/// The source of one handler with its containers.
struct Source {
    text: String,
    policies: usize,
}

impl Source {
    fn of(at: usize, handler: &Handler) -> Self {
        let mut source = Self { text: String::new(), policies: 0 };
        let attributes = source.attributes(&handler.attributes);
        let block = handler.block.as_ref().map(|block| source.attributes(block));
        let modules: Vec<_> = handler.modules.iter().map(|module| source.attributes(module)).collect();
        let routers: Vec<_> = handler.routers.iter().map(|guard| source.policy(guard)).collect();

        let mut inside = format!("{attributes}pub async fn handler() {{}}");
        let mut path = "handler".to_owned();
        if let Some(block) = block {
            inside = format!("pub struct Desk; {block}impl Desk {{ {inside} }}");
            path = format!("Desk::{path}");
        }
        for module in modules {
            inside = format!("{module}pub mod inner {{ use super::*; {inside} }}");
            path = format!("inner::{path}");
        }
        let declared = std::mem::take(&mut source.text);
        let mut guards = String::new();
        for guard in routers {
            let _ = write!(guards, ".guard::<{guard}>()");
        }
        source.text = format!(
            "pub mod h{at} {{ use super::*; {declared}{inside} pub fn routes() -> GuardedRouter<Auth> {{ \
             GuardedRouter::new().route(\"/{at}\", get({path})){guards} }} }}\n"
        );
        source
    }

    fn attributes(&mut self, attributes: &Attributes) -> String {
        let mut text = String::new();
        for written in attributes {
            let attribute = match written {
                Written::Word(0) => "require_auth".to_owned(),
                Written::Word(1) => "api_key".to_owned(),
                Written::Word(2) => "require_role(A)".to_owned(),
                Written::Word(3) => "require_scope(\"s\")".to_owned(),
                other => format!("require({})", self.words(other)),
            };
            let _ = write!(text, "#[{attribute}] ");
        }
        text
    }

    fn words(&mut self, written: &Written) -> String {
        let mut parts = |word: &str, parts: &[Written]| {
            let parts: Vec<_> = parts.iter().map(|part| self.words(part)).collect();
            format!("{word}({})", parts.join(", "))
        };
        match written {
            Written::Word(word) => WORDS[*word].to_owned(),
            Written::All(written) => parts("all", written),
            Written::Any(written) => parts("any", written),
            Written::Not(inner) => parts("not", std::slice::from_ref(inner)),
            Written::Policy(inner) => self.policy(inner),
        }
    }

    /// Declares a policy, and gives its name.
    fn policy(&mut self, written: &Written) -> String {
        let words = self.words(written);
        let name = format!("P{}", self.policies);
        self.policies += 1;
        let _ = write!(self.text, "guard!(pub {name} = {words}); ");
        name
    }
}

fn source(handlers: &[Handler]) -> String {
    let mut text = "// Written by `truth/emitted.rs`, and compared with it.\n\nuse auth_core::prelude::*;\n\n\
                    #[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]\n\
                    pub enum Role { A, #[role(includes(A))] Above }\n\n"
        .to_owned();
    let mut routes = String::new();
    for (at, handler) in handlers.iter().enumerate() {
        text.push_str(&Source::of(at, handler).text);
        let _ = write!(routes, ".merge(h{at}::routes())");
    }
    let _ = writeln!(text, "\npub fn routes() -> GuardedRouter<Auth> {{ GuardedRouter::new(){routes} }}");
    text
}

#[tokio::test]
async fn macros_and_routers_compose_as_these_tests_do() {
    let handlers = handlers();
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/guards/truth/sample.rs");
    let written = source(&handlers);
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        return std::fs::write(file, written).unwrap();
    }
    assert!(
        written == include_str!("sample.rs"),
        "sample.rs is of another generator: run this with UPDATE_SNAPSHOTS=1"
    );

    let (auth, mut callers) = callers().await;
    let mut router: axum::Router = sample::routes().with_state(auth.clone());
    let mut let_in = 0;
    for (at, handler) in handlers.iter().enumerate() {
        let steps = handler.steps();
        for caller in &mut callers {
            let mut request = Request::get(format!("/{at}")).body(Body::empty()).unwrap();
            *request.headers_mut() = caller.headers.clone();
            let passed = router.call(request).await.unwrap().status() == StatusCode::OK;
            let expected = passes(&auth, caller, &steps).await;
            assert_eq!(passed, expected, "h{at} in sample.rs, {handler:?}, for {:?}", caller.world);
            let_in += usize::from(passed);
        }
    }
    assert!(let_in > 1000, "{let_in}");
}
