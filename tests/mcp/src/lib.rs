//! A server of the Model Context Protocol behind the guards: the code of docs/recipes/mcp.md, from `use` on.

#![allow(clippy::must_use_candidate, clippy::unused_self, missing_docs, reason = "as the guide shows it")]

use std::sync::Arc;

use auth_core::prelude::*;
use auth_core::{AccessError, Refusal};
use axum::body::{Body, Bytes};
use axum::extract::{FromRef, Request, State};
use axum::http::request::Parts;
use axum::response::Response;
use rmcp::handler::server::common::Extension;
use rmcp::model::{ClientJsonRpcMessage, ClientRequest, ErrorData};
use rmcp::transport::streamable_http_server::session::never::NeverSessionManager;
use rmcp::transport::{StreamableHttpServerConfig, StreamableHttpService};
use rmcp::{tool, tool_router};

#[derive(Clone, Debug)]
pub struct Notes;

#[tool_router(server_handler)]
impl Notes {
    #[tool(description = "Lists the notes of the caller.")]
    fn list(&self, Extension(request): Extension<Parts>) -> Result<String, ErrorData> {
        Ok(format!("the notes of {}", caller(&request)?.subject()))
    }

    #[tool(description = "Deletes the notes of the caller.")]
    fn clear(&self, Extension(request): Extension<Parts>) -> Result<String, ErrorData> {
        Ok(format!("no notes of {}", caller(&request)?.subject()))
    }
}

/// The caller whom the guard of `mcp` let in.
fn caller(request: &Parts) -> Result<&Identity, ErrorData> {
    request.extensions.get().ok_or_else(|| ErrorData::internal_error("no caller", None))
}

/// The scopes that a message needs. A tool that is not named here needs all of them.
fn scopes(message: &ClientJsonRpcMessage) -> Vec<&'static str> {
    match message {
        ClientJsonRpcMessage::Request(request) => match &request.request {
            ClientRequest::CallToolRequest(call) if call.params.name != "list" => vec!["notes:read", "notes:write"],
            _ => vec!["notes:read"],
        },
        _ => vec!["notes:read"],
    }
}

#[require_scope("notes:read")]
async fn mcp(
    identity: Identity,
    State(service): State<Service>,
    mut parts: Parts,
    body: Bytes,
) -> Result<Response, Refusal> {
    // As `rmcp` parses it: what it takes for a call of a tool is one here, too. It refuses what is no message.
    if let Ok(message) = serde_json::from_slice(&body) {
        let scopes = scopes(&message);
        if !scopes.iter().all(|scope| identity.has_scope(scope)) {
            return Err(AccessError::InsufficientScope { scopes }.into());
        }
    }
    parts.extensions.insert(identity);
    Ok(service.handle(Request::from_parts(parts, Body::from(body))).await.map(Body::new))
}

type Service = StreamableHttpService<Notes, NeverSessionManager>;

#[derive(Clone)]
pub struct App {
    auth: Auth,
    service: Service,
}

impl App {
    /// `host` is the one in the URL of the server.
    pub fn new(auth: Auth, host: &str) -> Self {
        // Without sessions each message carries its caller, and none can continue another caller's.
        let config = StreamableHttpServerConfig::default().with_legacy_session_mode(false).with_json_response(true);
        let config = config.with_allowed_hosts([host]);
        let service = Service::new(|| Ok(Notes), Arc::new(NeverSessionManager::default()), config);
        Self { auth, service }
    }
}

impl FromRef<App> for Auth {
    fn from_ref(app: &App) -> Self {
        app.auth.clone()
    }
}

impl FromRef<App> for Service {
    fn from_ref(app: &App) -> Self {
        app.service.clone()
    }
}

pub fn routes(auth: &Auth) -> GuardedRouter<App> {
    GuardedRouter::new().route("/mcp", post(mcp)).merge(auth.resource_routes())
}
