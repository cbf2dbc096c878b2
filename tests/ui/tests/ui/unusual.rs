//! Handlers and helpers of rare forms that must compile: names that macros and derives use too, items passed on by a macro,
//! types within types in a guarded module.

use auth_core::prelude::*;
use axum::extract::{FromRef, FromRequestParts, Path, Request};
use axum::http::{StatusCode, request::Parts};
use axum::response::{Html, IntoResponse, Response};

#[derive(Clone, FromRef)]
struct AppState {
    auth: Auth,
}

#[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
enum Answered {
    Ok,
    Err,
    Some,
}

#[require_auth]
#[authorize(format!("{type}").len() < 3)]
async fn raw_name_in_a_text(Path(r#type): Path<u32>) {}

#[require_auth]
async fn state_of_an_extractor_of_ones_own(own: OwnState) {}

#[derive(Clone)]
struct OwnState;

impl FromRequestParts<OwnState> for OwnState {
    type Rejection = StatusCode;

    async fn from_request_parts(_: &mut Parts, state: &OwnState) -> Result<Self, StatusCode> {
        Ok(state.clone())
    }
}

impl FromRef<OwnState> for Auth {
    fn from_ref(_: &OwnState) -> Auth {
        unimplemented!()
    }
}

macro_rules! around {
    ($($item:item)*) => {
        #[require_auth]
        mod around {
            use super::*;

            $($item)*
        }
    };
}

around! {
    pub struct Before;
    const LIMIT: usize = 3;
    pub async fn passed_as_an_item() {}
    fn helper() -> Option<Before> {
        Some(Before)
    }
}

/// Types of helpers that no router takes.
#[require_auth]
mod with_unusual_helpers {
    use std::borrow::Cow;
    use std::path::Path;
    use std::sync::{Arc, LazyLock};

    use super::*;

    struct Desk<const SIZE: usize>;

    trait Drawers {
        type Drawer: ?Sized;
    }

    impl<const SIZE: usize> Desk<SIZE> {
        pub async fn shared(self: Arc<Self>) {}
        pub async fn referred(&self) -> [u8; SIZE] {
            [0; SIZE]
        }
        fn wider(&self) -> Desk<{ 2 + 1 }> {
            Desk
        }
        fn same(&self) -> Option<Desk<SIZE>> {
            Some(Desk)
        }
        fn drawer<'a, T: Drawers>(&self, drawer: &'a T::Drawer) -> Option<&'a T::Drawer> {
            Some(drawer)
        }
    }

    static HOME: LazyLock<Arc<Path>> = LazyLock::new(|| Path::new("/").into());
    static PAGES: [(Cow<'static, str>, &'static Path); 0] = [];

    fn page() -> impl IntoResponse + Clone {
        Html("page")
    }

    fn borrowed<'a>(names: &'a [String], by: &'a str) -> (Cow<'a, str>, Option<Cow<'a, [u8]>>) {
        (by.into(), None)
    }

    fn shortened<'a>(name: &'a str) -> Cow<'a, str> {
        name.into()
    }

    fn pages() -> Vec<(StatusCode, Html<&'static str>)> {
        vec![(StatusCode::OK, Html("page"))]
    }

    fn fill(names: &mut Vec<String>, desk: &'static mut Desk<3>, by: impl Fn(&str) -> String) -> usize {
        names.push(by("name"));
        names.len()
    }

    fn boxed(desk: Box<dyn Fn(&str) -> usize>) -> Result<Box<dyn Fn(&str) -> usize>, Box<dyn std::error::Error>> {
        Ok(desk)
    }

    pub async fn listed() {}

    pub async fn middleware(request: Request, next: axum::middleware::Next) -> Response {
        next.run(request).await
    }
}

fn behind_a_middleware(state: AppState) -> GuardedRouter<AppState> {
    let layer = axum::middleware::from_fn_with_state(state, with_unusual_helpers::middleware);
    GuardedRouter::new()
        .route("/", get(with_unusual_helpers::listed).layer(layer))
        .route("/around", get(around::passed_as_an_item))
}
