//! Every caller that the requirements of these tests distinguish, with real credentials in its headers.

use auth_core::Auth;
use auth_core::testing::sign_in;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Request};

use super::oracle::{Subject, World};
use super::shapes::FRESH;
use crate::service::{auth, key, user};

pub(crate) struct Caller {
    pub(crate) world: World,
    pub(crate) headers: HeaderMap,
    pub(crate) parts: Parts,
}

/// Subjects with every combination of properties, and none; API keys with and without the scope, and none.
pub(crate) async fn callers() -> (Auth, Vec<Caller>) {
    let (auth, clock, store) = auth(|builder| builder);
    let (holder, other) = (user(&store, vec!["Above".to_owned()]).await, user(&store, vec![]).await);
    let mut subjects = vec![None];
    for fresh in [false, true] {
        for bits in 0..16u8 {
            let [role, scope, otp, claim] = [bits & 1 > 0, bits & 2 > 0, bits & 4 > 0, bits & 8 > 0];
            let amr = [if otp { "otp" } else { "pwd" }, if claim { " hwk" } else { "" }].concat();
            let granted = if scope { "other s" } else { "other" };
            let token = sign_in(&auth, if role { &holder } else { &other }, &amr, granted).await.unwrap();
            subjects.push(Some((Subject { role, scope, fresh, otp, claim }, token.expose().to_owned())));
        }
        if !fresh {
            clock.advance(FRESH * 2);
        }
    }
    let keys =
        [None, Some((false, key(&auth, &other, &["other"]).await)), Some((true, key(&auth, &other, &["s"]).await))];
    let mut callers = Vec::new();
    for subject in &subjects {
        for key in &keys {
            let world = World {
                subject: subject.as_ref().map(|(facts, _)| *facts),
                key: key.as_ref().map(|(scope, _)| *scope),
            };
            let mut headers = HeaderMap::new();
            if let Some((_, token)) = subject {
                headers.insert("authorization", HeaderValue::from_str(&format!("Bearer {token}")).unwrap());
            }
            if let Some((_, key)) = key {
                headers.insert("x-api-key", HeaderValue::from_str(key).unwrap());
            }
            let (mut parts, ()) = Request::new(()).into_parts();
            parts.headers = headers.clone();
            callers.push(Caller { world, headers, parts });
        }
    }
    (auth, callers)
}
