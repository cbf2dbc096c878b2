//! What people look at and other programs read: the `OpenAPI` document, Swagger UI, the policy page, the metadata of the
//! resource.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking, its helpers, too")]

mod enforcement;
mod examples;
mod policy_page;
mod python;
mod resource;
mod security;
mod swagger_ui;
