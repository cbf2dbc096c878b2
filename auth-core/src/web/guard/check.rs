//! Checks of a handler's parameters, which the attributes write beside it so that rustc shows the parameter at fault.
//!
//! Each check is a method call in a function that is never called. rustc takes the first method that applies: an inherent
//! one, then one of a trait for the value, then one for a reference to it. The attributes do not know the application's
//! state, so a check refuses only what is wrong with every state; the last method accepts.
#![allow(missing_docs, reason = "only generated code names these items")]

use std::marker::PhantomData;

use axum::extract::{FromRef, FromRequest, FromRequestParts, Path, Query};
use axum::{Form, Json};
use serde::de::DeserializeOwned;

use crate::service::Auth;
use crate::token::Claims;
use crate::verify::{ApiKeyIdentity, Identity, Principal};
use crate::web::extract::CurrentUser;
use crate::web::http;

/// A parameter.
#[derive(Debug)]
pub struct Parameter<T>(PhantomData<T>);

impl<T> Parameter<T> {
    pub const NEW: Self = Self(PhantomData);
}

/// Extractors for every state that has an [`Auth`], such as that type itself.
impl<T: FromRequestParts<Auth>> Parameter<T> {
    pub const fn earlier(self) {}
}

/// Extractors that take the body.
pub trait OfBody: Sized {
    type Extractor;

    fn earlier(self)
    where
        Self::Extractor: FromHead,
    {
    }
}

macro_rules! of_body {
    ($($extractor:ty),*) => {$(
        /// Whatever the body's type is.
        impl<T> OfBody for Parameter<$extractor> {
            type Extractor = $extractor;
        }
    )*};
}

of_body!(Json<T>, Form<T>, http::Json<T>, http::Form<T>, http::FormOrJson<T>);

impl<T: FromRequest<Auth>> OfBody for &Parameter<T> {
    type Extractor = T;
}

/// Implemented by nothing.
#[diagnostic::on_unimplemented(
    message = "`{Self}` reads the body, so it must be the last parameter",
    label = "not the last parameter",
    note = "a request has one body: move this parameter to the end, and read the body by one parameter only"
)]
pub trait FromHead {}

/// Extractors of a value that serde reads.
pub trait OfData: Sized {
    type Data;

    fn data(self)
    where
        Self::Data: Data,
    {
    }
}

macro_rules! of_data {
    ($($extractor:ty),*) => {$(
        impl<T> OfData for Parameter<$extractor> {
            type Data = T;
        }
    )*};
}

of_data!(Json<T>, Form<T>, Query<T>, Path<T>, http::Json<T>, http::Form<T>, http::FormOrJson<T>);

/// A value that serde reads.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be read from a request",
    label = "`{Self}` does not implement `Deserialize`",
    note = "write `#[derive(serde::Deserialize)]` above the type, and own the data in it: `String`, not `&str`"
)]
pub trait Data {}

#[diagnostic::do_not_recommend]
impl<T: DeserializeOwned> Data for T {}

/// States that are extractors of themselves.
impl<T: FromRequestParts<T>> Parameter<T> {
    pub const fn state(self) {}
}

/// States of an application.
pub trait OfState: Sized {
    type State;

    fn state(self)
    where
        Self::State: Extractor,
    {
    }
}

impl<T> OfState for Parameter<T>
where
    Auth: FromRef<T>,
{
    type State = T;
}

/// Implemented by nothing.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is the application's state, and no extractor",
    label = "the state",
    note = "write `State(state): State<{Self}>`, with `use axum::extract::State;`"
)]
pub trait Extractor {}

/// A parameter of a handler whose policy is `auth(optional)`, if `OPTIONAL`.
#[derive(Debug)]
pub struct Under<T, const OPTIONAL: bool>(PhantomData<T>);

impl<T, const OPTIONAL: bool> Under<T, OPTIONAL> {
    pub const NEW: Self = Self(PhantomData);
}

/// Extractors that refuse callers without credentials.
pub trait OfCaller<const OPTIONAL: bool>: Sized {
    type Extractor;

    fn check(self)
    where
        Policy<OPTIONAL>: Admits<Self::Extractor>,
    {
    }
}

impl<U, const OPTIONAL: bool> OfCaller<OPTIONAL> for Under<CurrentUser<U>, OPTIONAL> {
    type Extractor = CurrentUser<U>;
}

macro_rules! of_caller {
    ($($extractor:ty),*) => {$(
        impl<const OPTIONAL: bool> OfCaller<OPTIONAL> for Under<$extractor, OPTIONAL> {
            type Extractor = $extractor;
        }
    )*};
}

of_caller!(Identity, Claims, Principal, ApiKeyIdentity);

/// Accepts every other extractor.
pub trait OfAny: Sized {
    fn check(self) {}
    fn earlier(self) {}
    fn data(self) {}
    fn state(self) {}
}

impl<T, const OPTIONAL: bool> OfAny for &Under<T, OPTIONAL> {}

impl<T> OfAny for &mut Parameter<T> {}

/// A policy: `auth(optional)` or another.
#[derive(Debug)]
pub struct Policy<const OPTIONAL: bool>;

#[diagnostic::on_unimplemented(
    message = "`{T}` refuses callers without credentials, whom `#[require_auth(optional)]` lets in",
    label = "refuses callers without credentials",
    note = "write `Option<{T}>`; to demand a credential of every caller, write `#[require_auth]`"
)]
pub trait Admits<T> {}

#[diagnostic::do_not_recommend]
impl<T> Admits<T> for Policy<false> {}
