//! A route for API keys.

use auth_core::http::Json;
use auth_core::prelude::*;
use serde::Serialize;

#[derive(Serialize)]
pub(crate) struct Report {
    title: &'static str,
    made_for: String,
}

#[api_key(scope = "reports:read")]
pub(crate) async fn report(key: ApiKeyIdentity) -> Json<Report> {
    Json(Report { title: "Quarterly report", made_for: key.name().to_owned() })
}
