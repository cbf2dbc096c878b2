//! Random trees of routers: whatever the order in which routes, guards, fallbacks, layers, and nested, merged and plain
//! routers are added, a request is answered only if its caller passes the guard of every router around and the handler's own.
//!
//! `TREES=200000 SEED=7 cargo test -p auth-tests --test guards truth::routers` tests more of them, and others.

use auth_core::prelude::*;
use auth_core::testing::admit;
use auth_core::{GuardedMethodRouter, Requirement};
use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use axum::routing::MethodFilter;
use axum::{Extension, Router};
use tower_service::Service as _;

use super::callers::{Caller, callers};
use super::composed::setting;
use super::oracle;
use super::shapes::Rng;
use super::typed::{All, Any, Claim, Fresh, Key, Not, Of, Otp, Role, Scope, Subject, Tree};

/// How many of these run in CI.
const TREES: usize = 10_000;

/// A part that is a policy of its own, as `guard!` makes one.
struct Named<T>(std::marker::PhantomData<T>);

impl<T: Tree> Tree for Named<T> {
    const REQUIREMENT: Requirement = Requirement::bound(&T::REQUIREMENT);
}

async fn handler<T: Tree>(_: Guard<Of<T>>) {}

#[require_auth(optional)]
async fn optional() {}

type Around = fn(GuardedRouter<Auth>, &Auth) -> GuardedRouter<Auth>;

/// Adds a policy, or a handler that it guards.
#[derive(Clone, Copy)]
struct Typed {
    requirement: Requirement,
    guard: fn(GuardedRouter<Auth>) -> GuardedRouter<Auth>,
    fallback: fn(GuardedRouter<Auth>) -> GuardedRouter<Auth>,
    not_allowed: fn(GuardedRouter<Auth>) -> GuardedRouter<Auth>,
    on: fn(GuardedMethodRouter<Auth>, MethodFilter) -> GuardedMethodRouter<Auth>,
    others: fn(GuardedMethodRouter<Auth>) -> GuardedMethodRouter<Auth>,
    layer: fn(Router<Auth>, &Auth) -> Router<Auth>,
    route_layer: fn(Router<Auth>, &Auth) -> Router<Auth>,
    /// Around what a guarded router has so far, and around its routes so far.
    around: [Around; 2],
}

impl Typed {
    fn of<T: Tree>() -> Self {
        Self {
            requirement: T::REQUIREMENT,
            guard: |router| router.guard::<Of<T>>(),
            fallback: |router| router.fallback(handler::<T>),
            not_allowed: |router| router.method_not_allowed_fallback(handler::<T>),
            on: |methods, filter| methods.on(filter, handler::<T>),
            others: |methods| methods.fallback(handler::<T>),
            layer: |router, auth| router.layer(Of::<T>::layer(auth)),
            route_layer: |router, auth| router.route_layer(Of::<T>::layer(auth)),
            around: [
                |router, auth| router.layer(Of::<T>::layer(auth)),
                |router, auth| router.route_layer(Of::<T>::layer(auth)),
            ],
        }
    }
}

fn policies() -> Vec<Typed> {
    vec![
        Typed::of::<Subject>(),
        Typed::of::<Key>(),
        Typed::of::<Role>(),
        Typed::of::<Scope>(),
        Typed::of::<Fresh>(),
        Typed::of::<Otp>(),
        Typed::of::<Claim>(),
        Typed::of::<Not<Role>>(),
        Typed::of::<Not<Scope>>(),
        Typed::of::<Any<Subject, Key>>(),
        Typed::of::<Any<Role, All<Key, Scope>>>(),
        Typed::of::<All<Key, Scope>>(),
        Typed::of::<All<Key, Not<Scope>>>(),
        Typed::of::<All<Named<Key>, Scope>>(),
        Typed::of::<Any<Named<All<Key, Scope>>, Not<Otp>>>(),
        Typed::of::<Not<Named<Any<Fresh, Claim>>>>(),
    ]
}

/// What answers a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Handler,
    OptionalHandler,
    HandlerOfOtherMethods,
    MethodNotAllowed,
    Fallback,
    Plain,
}

#[derive(Clone, Debug)]
struct Endpoint {
    kind: Kind,
    method: Method,
    path: String,
    /// The guards around it, from the inside out, behind its own.
    steps: Vec<Requirement>,
    is_layered: bool,
}

struct Build<'a> {
    auth: &'a Auth,
    policies: &'a [Typed],
    rng: &'a mut Rng,
    paths: usize,
}

/// A router and what it answers.
struct Built {
    router: GuardedRouter<Auth>,
    endpoints: Vec<Endpoint>,
    guards: Vec<Requirement>,
    has_fallback: bool,
    /// A router nested in it has a fallback.
    nests_fallback: bool,
}

impl Built {
    fn add(&mut self, kind: Kind, method: Method, path: String, requirement: Requirement) {
        self.endpoints.push(Endpoint { kind, method, path, steps: vec![requirement], is_layered: false });
    }
}

impl Build<'_> {
    fn router(&mut self, depth: usize, may_fall_back: bool) -> Built {
        let mut built = Built {
            router: GuardedRouter::new(),
            endpoints: Vec::new(),
            guards: Vec::new(),
            has_fallback: false,
            nests_fallback: false,
        };
        let mut has_not_allowed = false;
        for _ in 0..2 + self.rng.below(5) {
            match self.rng.below(if depth == 0 { 9 } else { 14 }) {
                0..3 => self.route(&mut built, has_not_allowed),
                3 | 4 => {
                    let policy = self.policy();
                    built.router = (policy.guard)(built.router);
                    built.guards.push(policy.requirement);
                }
                5 if may_fall_back => self.fallback(&mut built),
                6 if !has_not_allowed => {
                    has_not_allowed = true;
                    self.not_allowed(&mut built);
                }
                7 => self.plain(&mut built),
                8 => self.around(&mut built),
                9..12 => {
                    let (mut inner, prefix) = (self.router(depth - 1, true), self.path("nested"));
                    if inner.nests_fallback {
                        // Without one of its own it would lose those nested in it. Its guards apply to what is added later.
                        let before = inner.endpoints.len();
                        self.fallback(&mut inner);
                        for added in inner.endpoints.iter_mut().skip(before) {
                            added.steps.extend(&inner.guards);
                        }
                    }
                    built.router = built.router.nest(&prefix, inner.router);
                    built.nests_fallback |= inner.has_fallback;
                    let below = |it: Endpoint| Endpoint { path: format!("{prefix}{}", it.path), ..it };
                    built.endpoints.extend(inner.endpoints.into_iter().map(below));
                }
                12.. => {
                    let inner = self.router(depth - 1, may_fall_back && !built.has_fallback);
                    built.router = built.router.merge(inner.router);
                    built.has_fallback |= inner.has_fallback;
                    built.nests_fallback |= inner.nests_fallback;
                    built.endpoints.extend(inner.endpoints);
                }
                _ => {}
            }
        }
        for endpoint in &mut built.endpoints {
            endpoint.steps.extend(&built.guards);
        }
        built
    }

    /// A policy as a layer, or another layer. The table does not show it.
    fn around(&mut self, built: &mut Built) {
        let policy = self.policy();
        let of_routes = self.rng.below(2) == 1 && built.endpoints.iter().any(|it| it.kind == Kind::Handler);
        let router = std::mem::take(&mut built.router).layer(Extension(()));
        let [all, routes] = policy.around;
        built.router = if of_routes { routes(router, self.auth) } else { all(router, self.auth) };
        for endpoint in built.endpoints.iter_mut().filter(|it| !(of_routes && it.kind == Kind::Fallback)) {
            endpoint.steps.push(policy.requirement);
            endpoint.is_layered = true;
        }
    }

    /// A fallback, unless it has one.
    fn fallback(&mut self, built: &mut Built) {
        if !std::mem::replace(&mut built.has_fallback, true) {
            let (policy, path) = (self.policy(), self.path("none"));
            built.router = (policy.fallback)(std::mem::take(&mut built.router));
            built.add(Kind::Fallback, Method::GET, path, policy.requirement);
        }
    }

    /// Handlers of one path, in one method router or two that are merged.
    fn route(&mut self, built: &mut Built, has_layer: bool) {
        let path = self.path("route");
        let mut both = [GuardedMethodRouter::new(), GuardedMethodRouter::new()];
        for (method, filter) in [(Method::GET, MethodFilter::GET), (Method::PUT, MethodFilter::PUT)] {
            let at = self.rng.below(2);
            let methods = std::mem::take(&mut both[at]);
            if self.rng.below(5) == 0 {
                both[at] = methods.on(filter, optional);
                built.add(Kind::OptionalHandler, method, path.clone(), Requirement::Optional);
            } else {
                let policy = self.policy();
                both[at] = (policy.on)(methods, filter);
                built.add(Kind::Handler, method, path.clone(), policy.requirement);
            }
        }
        if self.rng.below(2) == 0 {
            let (at, policy) = (self.rng.below(2), self.policy());
            both[at] = (policy.others)(std::mem::take(&mut both[at]));
            built.add(Kind::HandlerOfOtherMethods, Method::DELETE, path.clone(), policy.requirement);
        }
        let [first, second] = both;
        let methods = first.merge(second);
        let methods = if has_layer { methods.layer(Extension(())) } else { methods };
        built.router = std::mem::take(&mut built.router).route(&path, methods);
    }

    /// For the paths so far where no handler answers `DELETE`.
    fn not_allowed(&mut self, built: &mut Built) {
        let policy = self.policy();
        built.router = (policy.not_allowed)(std::mem::take(&mut built.router));
        let answered = |path: &str| {
            built
                .endpoints
                .iter()
                .any(|it| it.path == path && it.kind != Kind::Handler && it.kind != Kind::OptionalHandler)
        };
        let of_this = |it: &&Endpoint| it.steps.len() == 1 && it.method == Method::PUT && it.path.starts_with("/route");
        let paths: Vec<_> = built.endpoints.iter().filter(of_this).map(|it| it.path.clone()).collect();
        for path in paths.into_iter().filter(|path| !answered(path)).collect::<Vec<_>>() {
            built.add(Kind::MethodNotAllowed, Method::DELETE, path, policy.requirement);
        }
    }

    /// A plain router, behind a policy's layer or none.
    fn plain(&mut self, built: &mut Built) {
        let (path, policy) = (self.path("plain"), self.policy());
        let plain = Router::new().route(&path, axum::routing::get(|| async {}));
        let (plain, steps) = match self.rng.below(3) {
            0 => (plain, vec![]),
            1 => ((policy.layer)(plain, self.auth), vec![policy.requirement]),
            _ => ((policy.route_layer)(plain, self.auth), vec![policy.requirement]),
        };
        let nested = self.rng.below(2) == 0;
        let prefix = if nested { self.path("nested") } else { String::new() };
        let router = std::mem::take(&mut built.router);
        built.router = if nested { router.nest_unchecked(&prefix, plain) } else { router.merge_unchecked(plain) };
        built.endpoints.push(Endpoint {
            kind: Kind::Plain,
            method: Method::GET,
            path: format!("{prefix}{path}"),
            steps,
            is_layered: false,
        });
    }

    fn policy(&mut self) -> Typed {
        self.policies[self.rng.below(self.policies.len())]
    }

    fn path(&mut self, name: &str) -> String {
        self.paths += 1;
        format!("/{name}{}", self.paths)
    }
}

/// Whether `caller` passes every step, as the truth table says; of optional authentication, as a guard of its own says.
async fn passes(auth: &Auth, caller: &mut Caller, steps: &[Requirement]) -> bool {
    let mut passes = true;
    for step in steps {
        passes &= match step {
            Requirement::Optional => admit(auth, &mut caller.parts, step).await.is_ok(),
            step => oracle::holds(step, &caller.world),
        };
    }
    passes
}

#[tokio::test]
async fn a_router_within_others_never_lets_in_more() {
    let (auth, mut callers) = callers().await;
    let policies = policies();
    let mut rng = Rng(setting("SEED", 41) as u64);
    let mut counts = std::collections::BTreeMap::<Kind, [usize; 2]>::new();
    let mut deepest = 0;
    for _ in 0..setting("TREES", TREES) {
        let built = Build { auth: &auth, policies: &policies, rng: &mut rng, paths: 0 }.router(3, true);
        let table = built.router.policy();
        let mut app: Router = built.router.with_state(auth.clone());
        for _ in 0..built.endpoints.len().min(4) {
            let Endpoint { kind, method, path, steps, is_layered } = &built.endpoints[rng.below(built.endpoints.len())];
            let caller = rng.below(callers.len());
            let caller = &mut callers[caller];
            let mut request = Request::builder().method(method).uri(path).body(Body::empty()).unwrap();
            *request.headers_mut() = caller.headers.clone();
            let answered = app.call(request).await.unwrap().status();
            let expected = passes(&auth, caller, steps).await;
            let at = || format!("{kind:?} {method} {path} behind {steps:?} for {:?}", caller.world);
            assert_eq!(answered == StatusCode::OK, expected, "{answered}: {}\n{table}", at());
            counts.entry(*kind).or_default()[usize::from(expected)] += 1;
            deepest = deepest.max(steps.len());
            // The table says what is demanded.
            if matches!(kind, Kind::Handler | Kind::OptionalHandler) && !is_layered {
                let row = table.routes().iter().find(|row| row.path == *path && row.method == method.as_str());
                let row: Vec<_> = row.unwrap().requirement.parts().map(ToString::to_string).collect();
                let steps: Vec<_> = steps.iter().rev().map(ToString::to_string).collect();
                assert_eq!(row, steps, "{}", at());
            }
        }
    }
    // Each kind occurs, lets in and refuses, and so do deep trees.
    assert!(counts.len() == 6 && counts.values().flatten().all(|count| *count > 100), "{counts:?}");
    assert!(deepest > 6, "{deepest}");
}
