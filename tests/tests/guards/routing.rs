//! What axum's routers can, guarded: methods by filter, fallbacks of one path, merged method routers, layers of routes, and
//! services, which are unchecked.

use std::convert::Infallible;

use auth_core::prelude::*;
use auth_core::routing::on;
use axum::extract::Request;
use axum::http::HeaderValue;
use axum::middleware::map_response;
use axum::response::Response;
use axum::routing::MethodFilter;
use reqwest::Method;

use crate::handlers::Staff;
use crate::service::Role::{Moderator, User};
use crate::service::{INSUFFICIENT, NOTHING, Service, let_in, refused};

#[require_auth]
async fn own() {}

#[require_role(crate::service::Role::Moderator)]
async fn staff() {}

#[public]
async fn open() {}

#[derive(Clone)]
struct Anything;

impl tower_service::Service<Request> for Anything {
    type Response = Response;
    type Error = Infallible;
    type Future = std::future::Ready<Result<Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut std::task::Context<'_>) -> std::task::Poll<Result<(), Infallible>> {
        std::task::Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Request) -> Self::Future {
        std::future::ready(Ok(Response::default()))
    }
}

/// Methods, paths and requirements.
fn rows(router: &GuardedRouter<Auth>) -> Vec<String> {
    router.policy().lock().lines().map(|line| line.split(" [").next().unwrap().to_owned()).collect()
}

async fn status(service: &Service, method: Method, path: &str, token: Option<&str>) -> u16 {
    let request = service.request(method, path);
    let request = token.into_iter().fold(request, reqwest::RequestBuilder::bearer_auth);
    request.send().await.unwrap().status().as_u16()
}

#[tokio::test]
async fn a_path_has_a_row_for_each_method_and_for_its_fallback() {
    let reading = get(open);
    let changing = on(MethodFilter::PUT.or(MethodFilter::PATCH), own);
    let router = GuardedRouter::new()
        .route("/merged", reading.merge(changing).on(MethodFilter::DELETE, staff))
        .route("/fallback", get(open).fallback(staff))
        .route("/replaced", any(open).post(own).fallback(own).fallback(staff))
        .route("/merged-fallback", get(open).merge(any(staff)));
    let expected = [
        "GET /fallback: public",
        "OTHER /fallback: role(Moderator)",
        "DELETE /merged: role(Moderator)",
        "GET /merged: public",
        "PATCH /merged: auth",
        "PUT /merged: auth",
        "ANY /merged-fallback: role(Moderator)",
        "GET /merged-fallback: public",
        "OTHER /replaced: role(Moderator)",
        "POST /replaced: auth",
    ];
    assert_eq!(rows(&router), expected);

    let service = Service::start(|auth| router.with_state(auth.clone())).await;
    let user = service.token(&[User]).await;
    let answers = async |method: Method, path: &str| {
        [status(&service, method.clone(), path, None).await, status(&service, method, path, Some(&user)).await]
    };
    for (method, path, expected) in [
        (Method::GET, "/merged", [200, 200]),
        (Method::PUT, "/merged", [401, 200]),
        (Method::PATCH, "/merged", [401, 200]),
        (Method::DELETE, "/merged", [401, 403]),
        (Method::POST, "/merged", [405, 405]),
        (Method::GET, "/fallback", [200, 200]),
        (Method::POST, "/fallback", [401, 403]),
        (Method::GET, "/replaced", [401, 403]),
        (Method::POST, "/replaced", [401, 200]),
        (Method::PUT, "/merged-fallback", [401, 403]),
    ] {
        assert_eq!(answers(method.clone(), path).await, expected, "{method} {path}");
    }
}

#[test]
fn a_second_fallback_takes_the_row_of_the_first() {
    let router = || GuardedRouter::new().fallback(open);
    assert_eq!(rows(&router().fallback(own)), ["ANY *: auth"]);
    assert_eq!(rows(&router().fallback_service_unchecked(Anything)), ["ANY *: unchecked"]);
}

#[tokio::test]
async fn services_are_unchecked_and_behind_the_routers_guard() {
    let services = || {
        let router = GuardedRouter::new().route_service_unchecked("/one", Anything);
        router.nest_service_unchecked("/below", Anything)
    };
    let router = GuardedRouter::new()
        .nest("/open", services())
        .nest("/staff", services().guard::<Staff>())
        .nest("/all", GuardedRouter::new().guard::<Staff>().fallback_service_unchecked(Anything));
    let expected = [
        "ANY /all/*: unchecked behind Staff",
        "ANY /open/below/*: unchecked",
        "ANY /open/one: unchecked",
        "ANY /staff/below/*: unchecked behind Staff",
        "ANY /staff/one: unchecked behind Staff",
    ];
    assert_eq!(rows(&router), expected);
    assert!(router.policy().unchecked().iter().all(|row| row.file.ends_with("routing.rs")));

    let service = Service::start(|auth| router.with_state(auth.clone())).await;
    let (moderator, user) = (service.token(&[Moderator]).await, service.token(&[User]).await);
    for path in ["/open/one", "/open/below/file"] {
        assert_eq!(service.anonymously(path).await, let_in(), "{path}");
    }
    for path in ["/staff/one", "/staff/below/file", "/all/file"] {
        assert_eq!(service.anonymously(path).await, refused(401, NOTHING), "{path}");
        assert_eq!(service.with_token(path, &user).await, refused(403, INSUFFICIENT), "{path}");
        assert_eq!(service.with_token(path, &moderator).await, let_in(), "{path}");
    }
}

#[tokio::test]
async fn a_layer_of_routes_wraps_routes_alone() {
    let mark = || {
        map_response(async |mut response: Response| {
            response.headers_mut().insert("x-seen", HeaderValue::from_static("yes"));
            response
        })
    };
    let router = GuardedRouter::new()
        .route("/methods", get(open).route_layer(mark()).fallback(open))
        .nest("/routes", GuardedRouter::new().route("/one", get(open)).route_layer(mark()))
        .fallback(open);
    let service = Service::start(|auth| router.with_state(auth.clone())).await;
    let seen = async |method: Method, path: &str| {
        service.request(method, path).send().await.unwrap().headers().contains_key("x-seen")
    };
    assert!(seen(Method::GET, "/methods").await && seen(Method::GET, "/routes/one").await);
    assert!(!seen(Method::PUT, "/methods").await && !seen(Method::GET, "/routes/other").await);
}
