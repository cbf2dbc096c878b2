//! Generic states and handlers, `where` clauses, lifetimes, `impl Trait` in results.

use std::fmt::Display;
use std::marker::PhantomData;

use axum::extract::{FromRef, Path, State};
use axum::response::IntoResponse;
use guards::GuardedRouter;
use guards::prelude::*;

/// The store of users.
pub trait Users: Clone + Send + Sync + 'static {
    /// The name of a user.
    fn name(&self, id: u32) -> String;
}

/// The state of the service.
#[derive(Clone, Debug)]
pub struct AppState<U> {
    auth: Auth,
    users: U,
}

impl<U> FromRef<AppState<U>> for Auth {
    fn from_ref(state: &AppState<U>) -> Self {
        state.auth.clone()
    }
}

#[require_auth]
async fn name<U: Users>(State(state): State<AppState<U>>, Path(id): Path<u32>) -> String {
    state.users.name(id)
}

#[require_auth]
#[authorize(state.users.name(id) == identity.subject().as_str())]
async fn rename<U>(
    State(state): State<AppState<U>>,
    identity: Identity,
    Path(id): Path<u32>,
    body: String,
) -> Result<impl IntoResponse, String>
where
    U: Users,
{
    if body.is_empty() { Err(identity.subject().to_string()) } else { Ok(body + &state.users.name(id)) }
}

#[require_scope("list")]
async fn list<const LIMIT: usize>() -> impl IntoResponse + use<LIMIT> {
    LIMIT.to_string()
}

#[public]
async fn motto<'a>() -> &'a str {
    "short"
}

/// Handlers that belong to a type with a parameter.
#[derive(Debug)]
pub struct Api<U>(PhantomData<U>);

#[require_auth]
impl<U> Api<U>
where
    U: Users,
{
    const GREETING: &'static str = "hello";

    async fn greet(State(state): State<AppState<U>>, Path(id): Path<u32>) -> String {
        Self::greeting(&state.users.name(id))
    }

    fn greeting(name: &impl Display) -> String {
        format!("{} {name}", Self::GREETING)
    }
}

/// One of two kinds of desk.
#[derive(Debug)]
pub struct Front;

/// The other.
#[derive(Debug)]
pub struct Back;

/// A desk of some kind.
#[derive(Debug)]
pub struct Desk<K>(PhantomData<K>);

#[require_auth]
impl Desk<Front> {
    async fn open() {}
}

#[require_scope("back")]
impl Desk<Back> {
    async fn open() {}
}

/// The routes of this module.
pub fn routes<U: Users>() -> GuardedRouter<AppState<U>> {
    GuardedRouter::new()
        .route("/names/{id}", get(name::<U>).post(rename::<U>))
        .route("/list", get(list::<3>))
        .route("/motto", get(motto))
        .route("/greet/{id}", get(Api::<U>::greet))
        .route("/desks", get(Desk::<Front>::open).post(Desk::<Back>::open))
}
