use auth_core::prelude::*;

type Routes = axum::Router<Auth>;
type Ready = axum::routing::RouterIntoService<axum::body::Body>;

// wrong:

#[require_auth]
mod admin {
    use std::convert::Infallible;
    use std::future::{Ready, ready};
    use std::task::{Context, Poll};

    use axum::extract::Request;
    use axum::handler::HandlerWithoutStateExt;
    use axum::response::{IntoResponse, Response};

    pub async fn first() {}

    pub fn router() -> super::Ready {
        axum::Router::new().route("/second", axum::routing::get(|| async { "open" })).into_service()
    }

    pub fn any() -> impl tower_service::Service<Request, Error = Infallible> + Clone {
        (|| async { "open" }).into_service()
    }

    pub fn changed(routes: &mut super::Routes) {
        *routes = std::mem::take(routes).route("/second", axum::routing::get(|| async { "open" }));
    }

    #[derive(Clone)]
    pub struct Page;

    impl tower_service::Service<Request> for Page {
        type Response = Response;
        type Error = Infallible;
        type Future = Ready<Result<Response, Infallible>>;

        fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
            Poll::Ready(Ok(()))
        }

        fn call(&mut self, _: Request) -> Self::Future {
            ready(Ok("open".into_response()))
        }
    }
}

// right:
//
// #[require_auth]
// mod admin {
//     use auth_core::{GuardedRouter, prelude::*};
//
//     pub async fn first() {}
//
//     pub async fn second() -> &'static str {
//         "for the signed-in"
//     }
//
//     pub fn router() -> GuardedRouter<Auth> {
//         GuardedRouter::new().route("/second", get(second))
//     }
// }

fn main() {
    let _: axum::Router = axum::Router::new().route_service("/", admin::Page);
}
