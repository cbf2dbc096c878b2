//! Browsers: cookies, requests of other sites, pages in Chromium.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking, its helpers, too")]

mod app;
mod chromium;
mod cookies;
mod cross_site;
mod renewal;
mod service;
