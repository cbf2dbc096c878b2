//! A client that sends each request to the next node, and shows what a user does on one of them holds on all.

use std::error::Error;
use std::time::Duration;

use auth_core::token::random_secret;
use auth_core::{Auth, Context, Registration};
use reqwest::{Method, Response, StatusCode};
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};

use crate::Role;

/// One request of the demonstration.
#[derive(Debug)]
pub struct Step {
    /// The number of the node, from 1.
    pub node: usize,
    /// What was asked.
    pub what: String,
    /// The status of the response.
    pub status: u16,
}

impl std::fmt::Display for Step {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "node {}  {:<40} {}", self.node, self.what, self.status)
    }
}

struct Client<'a> {
    http: reqwest::Client,
    nodes: &'a [String],
    next: usize,
    steps: Vec<Step>,
}

impl Client<'_> {
    /// Sends a request to the next node.
    async fn send(
        &mut self,
        method: Method,
        path: &str,
        token: Option<&str>,
        body: Option<&Value>,
    ) -> Result<Response, Box<dyn Error>> {
        let node = self.next % self.nodes.len();
        self.next += 1;
        let mut request = self.http.request(method.clone(), format!("{}{path}", self.nodes[node]));
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        let response = request.send().await?;
        self.steps.push(Step { node: node + 1, what: format!("{method} {path}"), status: response.status().as_u16() });
        Ok(response)
    }

    /// Asks the next node until it has heard of the change. Redis tells it within milliseconds; without Redis it would ask
    /// PostgreSQL again after 5 seconds.
    async fn send_until_refused(&mut self, path: &str, token: &str) -> Result<(), Box<dyn Error>> {
        let node = self.next;
        for _ in 0..500 {
            self.next = node;
            let status = self.send(Method::GET, path, Some(token), None).await?.status();
            if status == StatusCode::UNAUTHORIZED {
                break;
            }
            // Only the last answer is shown.
            self.steps.pop();
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        Ok(())
    }

    async fn login(&mut self, email: &str, password: &str) -> Result<String, Box<dyn Error>> {
        let body = json!({ "username": email, "password": password });
        let response = self.send(Method::POST, "/auth/login", None, Some(&body)).await?;
        let tokens: Value = response.error_for_status()?.json().await?;
        Ok(tokens["access_token"].as_str().unwrap_or_default().to_owned())
    }
}

/// Registers a user, uses its token on every node, and disables it at one of them: all refuse it. `auth` is any node, which
/// makes the administrator.
///
/// # Errors
///
/// When a node does not answer.
pub async fn demonstrate(auth: &Auth, nodes: &[String]) -> Result<Vec<Step>, Box<dyn Error>> {
    let run = random_secret()?.expose_secret()[..12].to_lowercase();
    let password = random_secret()?;
    let (admin, user) = (format!("admin-{run}@example.com"), format!("user-{run}@example.com"));
    let registration = Registration::new(&admin, password.clone()).with_roles([Role::Admin]);
    auth.register(&Context::system("first start"), registration).await?;

    let mut client = Client { http: reqwest::Client::new(), nodes, next: 0, steps: Vec::new() };
    let password = password.expose_secret();
    let body = json!({ "email": user, "password": password });
    client.send(Method::POST, "/auth/register", None, Some(&body)).await?.error_for_status()?;
    let token = client.login(&user, password).await?;
    let mut id = String::new();
    for _ in nodes {
        id = client.send(Method::GET, "/me", Some(&token), None).await?.text().await?;
    }
    let admin = client.login(&admin, password).await?;
    client.send(Method::DELETE, &format!("/users/{id}"), Some(&admin), None).await?.error_for_status()?;
    for _ in nodes {
        client.send_until_refused("/me", &token).await?;
    }
    Ok(client.steps)
}
