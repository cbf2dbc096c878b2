//! auth-core: the attribute, with session and subject checks on every request.

use auth_core::prelude::*;
use auth_core::store::MemoryStore;
use auth_core::token::KeySet;
use auth_core::{Context, Login, Registration};
use axum::Router;

use crate::tokens::{AUDIENCE, ISSUER};

#[require_auth]
async fn me() -> &'static str {
    "ok"
}

#[require_auth]
#[authorize(true)]
async fn me_on_a_condition() -> &'static str {
    "ok"
}

/// A service, and the token of each of its subjects' sessions.
pub(crate) async fn service(keys: KeySet, subjects: usize) -> (Auth, Vec<String>) {
    let auth = Auth::builder(keys, ISSUER, AUDIENCE).store(MemoryStore::default()).build().unwrap();
    let mut tokens = Vec::new();
    for subject in 0..subjects {
        let (email, password) = (format!("subject-{subject}@example.com"), "correct horse battery staple".to_owned());
        auth.register(&Context::system("test"), Registration::new(&email, password.clone())).await.unwrap();
        let login = auth.login(&Context::system("test"), Login::new(&email, password)).await.unwrap();
        tokens.push(login.access.expose().to_owned());
    }
    (auth, tokens)
}

pub(crate) fn router(auth: &Auth) -> Router {
    GuardedRouter::new().route("/me", get(me)).with_state(auth.clone())
}

/// The same route with an `#[authorize(..)]`.
pub(crate) fn router_with_a_condition(auth: &Auth) -> Router {
    GuardedRouter::new().route("/me", get(me_on_a_condition)).with_state(auth.clone())
}
