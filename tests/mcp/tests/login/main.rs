//! A client of the Model Context Protocol knows the address of its server alone. By the challenges and the metadata of the
//! resource (RFC 9728) it finds the issuer, logs in, and asks for more scope when a tool needs it.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking, its helpers, too")]

mod issuer;

use std::collections::HashMap;

use auth_core::issuer::Issuer as Trusted;
use auth_core::prelude::*;
use auth_core::testing::{in_memory, laws, scope};
use auth_mcp_tests::{App, routes};
use reqwest::header::LOCATION;
use reqwest::redirect::Policy;
use reqwest::{Client, Url};
use rmcp::ServiceExt as _;
use rmcp::model::{CallToolRequestParams, ClientConfig};
use rmcp::service::{RoleClient, RunningService, ServiceError};
use rmcp::transport::StreamableHttpClientTransport;
use rmcp::transport::auth::{
    AuthClient, AuthorizationCallback, AuthorizationRequest, OAuthState, WWWAuthenticateParams,
};
use rmcp::transport::streamable_http_client::StreamableHttpClientTransportConfig;
use tokio::net::TcpListener;

use issuer::{CALLBACK, Issuer};

async fn bound() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    (listener, url)
}

type Connection = RunningService<RoleClient, ClientConfig>;

/// A server at an address of its own, which trusts `issuer`.
async fn server(issuer: &Issuer) -> String {
    let (listener, url) = bound().await;
    let trusted = Trusted::new(&*issuer.url, "notes").unwrap().plain_http();
    let auth = Auth::resource_server("notes").resource(&url).trust(trusted).build().unwrap();
    let app = routes(&auth).with_state::<()>(App::new(auth, "127.0.0.1"));
    tokio::spawn(async move { axum::serve(listener, app).await });
    url
}

fn config(url: &str) -> StreamableHttpClientTransportConfig {
    StreamableHttpClientTransportConfig::with_uri(format!("{url}/mcp"))
}

/// The challenge of a server that lets no client in without a token.
async fn challenge(url: &str) -> String {
    let transport = StreamableHttpClientTransport::with_client(Client::new(), config(url));
    let error = ClientConfig::default().serve(transport).await.unwrap_err();
    error.auth_challenge().expect("a challenge").to_owned()
}

/// The browser of the user: the page that it asked for, and the address that the issuer sent it back to.
async fn browse(page: &str) -> (HashMap<String, String>, String) {
    let browser = Client::builder().redirect(Policy::none()).build().unwrap();
    let answer = browser.get(page).send().await.unwrap();
    let asked = Url::parse(page).unwrap().query_pairs().into_owned().collect();
    (asked, answer.headers()[LOCATION].to_str().unwrap().to_owned())
}

async fn call(client: &Connection, tool: &'static str) -> Result<String, ServiceError> {
    let result = client.call_tool(CallToolRequestParams::new(tool)).await?;
    Ok(result.content[0].as_text().expect("a text").text.clone())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_finds_the_issuer_logs_in_and_asks_for_more_scope() {
    let issuer = Issuer::start("notes").await;
    let server = server(&issuer).await;
    let metadata = format!("{server}/.well-known/oauth-protected-resource");

    let found = challenge(&server).await;
    assert_eq!(found, format!(r#"Bearer realm="notes", scope="notes:read", resource_metadata="{metadata}""#));
    let mut login = OAuthState::new(format!("{server}/mcp"), None).await.unwrap();
    let request = AuthorizationRequest::new(CALLBACK).with_initial_scope_selection().with_challenge(found);
    login.start_authorization(request).await.unwrap();
    let page = login.get_authorization_url().await.unwrap();
    assert!(page.starts_with(&format!("{}/authorize?", issuer.url)), "{page}");
    let (asked, back) = browse(&page).await;
    assert_eq!((asked["scope"].as_str(), asked["resource"].as_str()), ("notes:read", server.as_str()));
    login.handle_callback_url(&back).await.unwrap();

    let manager = login.into_authorization_manager().expect("logged in");
    let login = AuthClient::new(Client::new(), manager);
    let transport = StreamableHttpClientTransport::with_client(login.clone(), config(&server));
    let client = ClientConfig::default().serve(transport).await.unwrap();
    assert_eq!(call(&client, "list").await.unwrap(), format!("the notes of {}", issuer.user));

    let refused = call(&client, "clear").await.unwrap_err();
    let found = WWWAuthenticateParams::parse(refused.auth_challenge().expect("a challenge"), &server.parse().unwrap());
    assert!(found.is_insufficient_scope(), "{found:?}");
    assert_eq!(found.resource_metadata_url, Some(metadata.parse().unwrap()));
    {
        let manager = login.auth_manager.lock().await;
        let page = manager.request_scope_upgrade(&found.scope.expect("a scope")).await.unwrap();
        let (asked, back) = browse(&page).await;
        assert_eq!(asked["scope"], "notes:read notes:write");
        let back = AuthorizationCallback::from_redirect_url(&back).unwrap();
        manager.exchange_code_for_token(&back.code, &back.csrf_token).await.unwrap();
    }
    assert_eq!(call(&client, "clear").await.unwrap(), format!("no notes of {}", issuer.user));
    client.cancel().await.unwrap();
}

#[tokio::test]
async fn a_call_is_refused_unless_the_guard_and_the_tools_read_the_same() {
    let issuer = Issuer::start("notes").await;
    let server = server(&issuer).await;
    let reader = issuer.token("notes:read").await;
    let call = |names: &str| {
        let params =
            format!(r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{{names},"arguments":{{}}}}}}"#);
        let request = Client::new().post(format!("{server}/mcp")).bearer_auth(&reader).body(params);
        let request = request.header("content-type", "application/json");
        request.header("accept", "application/json, text/event-stream").send()
    };
    // With two names it is no call of a tool for either.
    for (names, status, answered) in [
        (r#""name":"list""#, 200, "the notes of"),
        (r#""name":"clear""#, 403, "insufficient-scope"),
        (r#""name":"clea\u0072""#, 403, "insufficient-scope"),
        (r#""name":"list","name":"clear""#, 200, "-32601"),
        (r#""name":"clear","name":"list""#, 200, "-32601"),
    ] {
        let answer = call(names).await.unwrap();
        let (found, text) = (answer.status(), answer.text().await.unwrap());
        assert_eq!(found, status, "{names}: {text}");
        assert!(text.contains(answered), "{names}: {text}");
    }
}

#[test]
fn laws_of_the_policy_hold() {
    let auth = in_memory().resource("https://mcp.example.com").build().unwrap();
    laws(&routes(&auth).policy()).only("/mcp", scope("notes:read")).never_public("/mcp").no_unchecked_except([]);
}
