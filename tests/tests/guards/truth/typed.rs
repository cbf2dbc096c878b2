//! The same requirements as types: a router's guards answer as the truth table and `admit` do.

use std::marker::PhantomData;

use auth_core::__private::{Statement, stated};
use auth_core::testing::admit;
use auth_core::{Auth, Guard, GuardedRouter, Policy, Refusal, Requirement, routing};
use axum::body::Body;
use axum::http::{Request, StatusCode};
use tower_service::Service as _;

use super::callers::callers;
use super::oracle;
use super::shapes::FRESH;

/// A requirement as a type.
pub(crate) trait Tree: Send + Sync + 'static {
    const REQUIREMENT: Requirement;
}

macro_rules! leaves {
    ($($name:ident = $requirement:expr;)*) => {$(
        pub(crate) struct $name;
        impl Tree for $name {
            const REQUIREMENT: Requirement = $requirement;
        }
    )*};
}

leaves! {
    Public = Requirement::Public;
    Subject = Requirement::auth();
    Key = Requirement::api_key();
    Role = Requirement::role("A", &["A", "Above"]);
    Scope = Requirement::scope("s");
    Fresh = Requirement::fresh(FRESH.as_secs());
    Otp = Requirement::amr("otp");
    Claim = Requirement::claim("amr", "hwk");
    Nothing = Requirement::All(&[]);
    Never = Requirement::Any(&[]);
}

pub(crate) struct Not<T>(PhantomData<T>);
pub(crate) struct All<A, B>(PhantomData<(A, B)>);
pub(crate) struct Any<A, B>(PhantomData<(A, B)>);

impl<T: Tree> Tree for Not<T> {
    const REQUIREMENT: Requirement = Requirement::Not(&T::REQUIREMENT);
}

impl<A: Tree, B: Tree> Tree for All<A, B> {
    const REQUIREMENT: Requirement = Requirement::All(&[A::REQUIREMENT, B::REQUIREMENT]);
}

impl<A: Tree, B: Tree> Tree for Any<A, B> {
    const REQUIREMENT: Requirement = Requirement::Any(&[A::REQUIREMENT, B::REQUIREMENT]);
}

pub(crate) struct Of<T>(PhantomData<T>);

impl<T: Tree> Policy for Of<T> {
    const STATED: Statement = stated(T::REQUIREMENT, "tree", module_path!());
}

async fn handler<T: Tree>(_: Guard<Of<T>>) {}

type Routes = Vec<(String, Requirement)>;

fn add<T: Tree>(router: GuardedRouter<Auth>, routes: &mut Routes) -> GuardedRouter<Auth> {
    let path = format!("/{}", routes.len());
    routes.push((path.clone(), T::REQUIREMENT));
    router.route(&path, routing::get(handler::<T>))
}

/// Each leaf alone and negated, and every ordered pair of leaves from a part of the list.
macro_rules! pairs {
    ($router:ident, $routes:ident;) => {};
    ($router:ident, $routes:ident; $first:ident $($rest:ident)*) => {
        $router = add::<$first>($router, &mut $routes);
        $router = add::<Not<$first>>($router, &mut $routes);
        $router = add::<Not<Not<$first>>>($router, &mut $routes);
        $(
            $router = add::<All<$first, $rest>>($router, &mut $routes);
            $router = add::<Any<$first, $rest>>($router, &mut $routes);
            $router = add::<Not<Any<$rest, $first>>>($router, &mut $routes);
        )*
        pairs!($router, $routes; $($rest)*);
    };
}

#[tokio::test]
async fn router_guards_answer_as_the_truth_table_does() {
    let (auth, mut callers) = callers().await;
    let (mut router, mut routes) = (GuardedRouter::new(), Routes::new());
    pairs!(router, routes; Public Subject Key Role Scope Fresh Otp Claim Nothing Never);
    let mut router: axum::Router = router.with_state(auth.clone());
    for (path, requirement) in routes {
        for caller in &mut callers {
            let mut request = Request::get(&path).body(Body::empty()).unwrap();
            *request.headers_mut() = caller.headers.clone();
            let response = router.call(request).await.unwrap();
            let admitted = admit(&auth, &mut caller.parts, &requirement).await;
            let expected = admitted.map_or_else(|refused| Refusal::from(refused).status(), |()| StatusCode::OK);
            assert_eq!(response.status(), expected, "{requirement} for {:?}", caller.world);
            let let_in = response.status() == StatusCode::OK;
            assert_eq!(let_in, oracle::holds(&requirement, &caller.world), "{requirement} for {:?}", caller.world);
        }
    }
}
