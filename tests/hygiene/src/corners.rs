//! Rare forms: enums with the same name, handlers passed through macros, conditions of every form of expression,
//! uncommon positions of a handler in a router.

use std::marker::PhantomData;

use axum::extract::{FromRef, Path, RawQuery, State};
use axum::response::IntoResponse;
use guards::http::Rejection;
use guards::prelude::*;
use guards::routing::{connect, head, options, trace};

/// Roles, one of them with a name outside ASCII.
#[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Any user.
    User,
    /// The administrator.
    #[role(includes(User))]
    Admin,
    /// The doctor.
    #[role(rename = "doctor")]
    Ärztin,
}

/// Another enum of the same name.
pub mod staff {
    use guards::prelude::*;

    /// Roles of the staff, one of which has the name of a role above.
    #[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Role {
        /// The cleaner.
        User,
        /// The head.
        Head,
    }
}

#[require_role(Admin, staff::Role::User, Ärztin)]
async fn two_enums() {}

/// A bare name is a variant of the nearest enum called `Role`.
fn nearest() -> guards::GuardedMethodRouter<Auth> {
    use staff::Role;

    #[require_role(Head)]
    async fn nearest() -> String {
        Role::Head.to_string()
    }

    get(nearest)
}

mod outer {
    pub(super) mod inner {
        use guards::prelude::*;

        #[require_role(super::super::Role::Admin)]
        pub(in super::super) async fn by_super() {}

        #[require_role(crate::corners::Role::Admin)]
        pub(in crate::corners) async fn by_crate() {}
    }
}

#[require_auth]
async fn any_state<S, T>(State(_): State<T>)
where
    T: Clone + Send + Sync + 'static + FromRef<S>,
    S: Send + Sync,
{
}

#[require_auth]
async fn precise() -> impl IntoResponse + use<> {
    "precise"
}

#[require_auth]
async fn asks_by_itself(_: Option<Identity>, known: Result<Identity, Rejection>) -> Result<(), Rejection> {
    known.map(drop)
}

#[derive(Debug)]
struct Listing<T>(PhantomData<T>);

#[require_role(Admin)]
impl<T: Send + Sync + 'static> Listing<T> {
    const EMPTY: &'static str = "";

    async fn list() -> &'static str {
        Self::EMPTY
    }
}

#[require_auth]
#[authorize(async { !id.is_empty() }.await)]
async fn by_async_block(Path(id): Path<String>) -> String {
    id
}

#[require_auth]
#[authorize({ let first = id.chars().next(); first == Some('a') })]
async fn by_block(Path(id): Path<String>) -> String {
    id
}

#[require_auth]
#[authorize(if let Some(query) = &query { query.len() > 2 } else { false })]
async fn by_if_let(RawQuery(query): RawQuery) -> String {
    query.unwrap_or_default()
}

#[require_auth]
#[authorize(matches!(&query, Some(query) if query.len() > 2))]
async fn by_macro(RawQuery(query): RawQuery) -> String {
    query.unwrap_or_default()
}

#[require_auth]
#[authorize(id.parse::<u32>().map_err(|error| error.to_string())? > 3)]
async fn by_question_mark(Path(id): Path<String>) -> Result<String, String> {
    Ok(id)
}

/// Early `return`, coercions and `?` on two types of errors keep their meaning in a function.
#[require_auth]
#[authorize(id.parse::<u32>()? > 3)]
async fn ends_early(Path(id): Path<String>, mut body: String) -> Result<impl IntoResponse + use<>, Failure> {
    if id.len() > 4 {
        return Err(Failure(Box::new(std::fmt::Error)));
    }
    let number: u8 = body.parse()?;
    std::str::from_utf8(&[number])?;
    let done: Result<_, Box<dyn std::error::Error>> = async { Ok(body.len()) }.await;
    body.push('.');
    Ok(format!("{body}{:?}", done.ok()))
}

/// Any error.
#[derive(Debug)]
struct Failure(Box<dyn std::error::Error>);

impl<E: std::error::Error + 'static> From<E> for Failure {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> axum::response::Response {
        self.0.to_string().into_response()
    }
}

#[require_auth]
#[authorize(ids.iter().map(|id| Some(id.checked_sub(1)? > 0)).all(|positive| positive == Some(true)))]
async fn coerces<'a>(Path(ids): Path<Vec<u32>>) -> &'a [u8] {
    if ids.is_empty() {
        return &[];
    }
    &[1, 2]
}

#[require_auth]
#[authorize(Some(id).is_some_and(|id| id > 3) || async { Some(Some(id)? > 3) }.await.is_none())]
async fn fails_within_itself(Path(id): Path<u32>) -> String {
    id.to_string()
}

macro_rules! handed_on {
    ($item:item) => {
        $item
    };
}

handed_on! {
    #[require_auth]
    async fn as_an_item() {}
}

macro_rules! attribute_given {
    ($($(#[$attribute:meta])* fn $name:ident($($parameter:pat => $ty:ty),*);)*) => {
        $($(#[$attribute])* async fn $name($($parameter: $ty),*) {})*
    };
}

attribute_given! {
    #[require_auth]
    #[require_scope("given")]
    fn two_given();
    #[require_role(Admin)]
    fn one_given(Path(_id) => Path<String>, _body => String);
}

guard!(Known = auth);

/// The routes of this module.
pub fn routes() -> GuardedRouter<Auth> {
    GuardedRouter::new()
        .route("/enums", get(two_enums).post(outer::inner::by_super).put(outer::inner::by_crate))
        .route("/generic", get(any_state::<Auth, Auth>).post(precise).put(asks_by_itself).delete(Listing::<u8>::list))
        .route("/blocks/{id}", get(by_async_block).post(by_block).put(by_question_mark))
        .route("/ends/{id}", get(coerces).post(ends_early).put(fails_within_itself))
        .route("/queries", get(by_if_let).post(by_macro))
        .route("/macros/{id}", get(as_an_item).post(two_given).put(one_given))
        .route("/nearest", nearest())
        .route("/head", head(as_an_item).options(precise))
        .route("/options", options(as_an_item).trace(precise))
        .route("/trace", trace(as_an_item).connect(precise))
        .route("/connect", connect(as_an_item))
        .route("/any", any(|_: Guard<Known>, State(_): State<Auth>| async {}))
        .route("/ready", get(|_: Guard<Known>| std::future::ready("ready")))
        .fallback(two_enums)
        .method_not_allowed_fallback(|_: Guard<Known>| async { "not so" })
}
