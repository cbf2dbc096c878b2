//! A route for API keys.

use auth_core::http::Json;
use auth_core::prelude::*;
use serde::Serialize;
use utoipa::ToSchema;

#[derive(Serialize, ToSchema)]
pub(crate) struct Report {
    title: &'static str,
    made_for: String,
}

/// A report, for programs.
#[api_key(scope = "reports:read")]
#[utoipa::path(get, path = "/reports", tag = "reports", responses((status = 200, body = Report)))]
pub(crate) async fn report(key: ApiKeyIdentity) -> Json<Report> {
    Json(Report { title: "Quarterly report", made_for: key.name().to_owned() })
}
