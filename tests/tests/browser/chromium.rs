//! Pages in Chromium, by the scripts beside this file.

use std::path::{Path, PathBuf};

use auth_core::prelude::*;
use auth_tests::{chromium, serve};
use serde_json::json;

pub(crate) fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser").join(name)
}

#[tokio::test(flavor = "multi_thread")]
async fn chromium_shows_a_page_of_this_machine() {
    #[public]
    async fn page() -> axum::response::Html<&'static str> {
        axum::response::Html("<title>A page</title><h1>A page</h1>")
    }
    let auth = auth_core::testing::in_memory().build().unwrap();
    let url = serve(GuardedRouter::new().route("/", get(page)).with_state(auth)).await;
    let Some(printed) = chromium::run(&script("page.cjs"), json!({ "url": url })).await else { return };
    assert_eq!(printed, "A page\n");
}
