//! An HTTP client with assertions on its answers.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use reqwest::header::{HeaderMap, HeaderValue};
use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::Value;

use crate::{ADMIN_EMAIL, ADMIN_PASSWORD};

/// A client of one service.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    bases: Arc<[String]>,
    sent: Arc<AtomicUsize>,
    metadata: Option<Arc<str>>,
    after_changes: Option<Arc<dyn Settle>>,
}

/// What a client waits for after a request that may have changed something.
pub trait Settle: Send + Sync {
    /// Returns when every node of the service has seen the changes before this call.
    fn settle(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>>;
}

/// The tokens of a login or refresh.
#[derive(Clone)]
pub struct Tokens {
    pub access: String,
    pub refresh: String,
}

/// An answer with its body.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
    metadata: Option<Arc<str>>,
}

impl Client {
    pub fn new(base: &str) -> Self {
        Self::round_robin([base])
    }

    /// A client of several nodes, which sends each request to the next one.
    pub fn round_robin<'a>(bases: impl IntoIterator<Item = &'a str>) -> Self {
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        let bases = bases.into_iter().map(str::to_owned).collect();
        Self { http, bases, sent: Arc::default(), metadata: None, after_changes: None }
    }

    /// The same client, which waits after each request but GET until every node has seen the change.
    #[must_use]
    pub fn settling(self, after_changes: Arc<dyn Settle>) -> Self {
        Self { after_changes: Some(after_changes), ..self }
    }

    /// The same client of a service whose challenges name this address of its metadata (RFC 9728).
    #[must_use]
    pub fn with_metadata(self, url: Option<String>) -> Self {
        Self { metadata: url.map(Into::into), ..self }
    }

    /// A request to a path, to be completed and [sent](Self::send).
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.base()))
    }

    /// The address of the node that gets the next request.
    pub fn base(&self) -> &str {
        &self.bases[self.sent.fetch_add(1, Ordering::Relaxed) % self.bases.len()]
    }

    pub async fn send(&self, request: RequestBuilder) -> Answer {
        let (http, request) = request.build_split();
        let request = request.unwrap();
        let only_reads = request.method() == Method::GET;
        let response = http.execute(request).await.unwrap();
        let answer = Answer { metadata: self.metadata.clone(), ..Answer::read(response).await.unwrap() };
        if let Some(after_changes) = self.after_changes.as_ref().filter(|_| !only_reads) {
            after_changes.settle().await;
        }
        answer
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path)).await
    }

    pub async fn get_as(&self, token: &str, path: &str) -> Answer {
        self.send(self.request(Method::GET, path).bearer_auth(token)).await
    }

    pub async fn post_form(&self, path: &str, form: &[(&str, &str)]) -> Answer {
        self.send(self.request(Method::POST, path).form(form)).await
    }

    /// Sends JSON with a bearer token.
    pub async fn json_as(&self, token: &str, method: Method, path: &str, body: &Value) -> Answer {
        self.send(self.request(method, path).bearer_auth(token).json(body)).await
    }

    /// Sends a request without a body, with a bearer token.
    pub async fn call_as(&self, token: &str, method: Method, path: &str) -> Answer {
        self.send(self.request(method, path).bearer_auth(token)).await
    }

    pub async fn try_login(&self, email: &str, password: &str) -> Answer {
        self.post_form("/auth/login", &[("username", email), ("password", password)]).await
    }

    pub async fn login(&self, email: &str, password: &str) -> Tokens {
        self.try_login(email, password).await.tokens()
    }

    pub async fn admin(&self) -> Tokens {
        self.login(ADMIN_EMAIL, ADMIN_PASSWORD).await
    }

    /// Sends JSON without a credential.
    pub async fn post_json(&self, path: &str, body: &Value) -> Answer {
        self.send(self.request(Method::POST, path).json(body)).await
    }

    pub async fn try_refresh(&self, refresh: &str) -> Answer {
        self.post_form("/auth/refresh", &[("refresh_token", refresh)]).await
    }

    /// Registers a user and returns its id.
    pub async fn register(&self, email: &str, password: &str) -> String {
        let body = serde_json::json!({ "email": email, "password": password });
        let answer = self.send(self.request(Method::POST, "/auth/register").json(&body)).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        answer.json()["id"].as_str().unwrap().to_owned()
    }
}

impl Answer {
    /// Reads the body of a response, which may break off.
    pub async fn read(response: reqwest::Response) -> reqwest::Result<Self> {
        let (status, headers) = (response.status(), response.headers().clone());
        Ok(Self { status, headers, text: response.text().await?, metadata: None })
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error} in {:?}", self.text))
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// Every `WWW-Authenticate` challenge, in order. Where the service has [metadata](Client::with_metadata), each challenge
    /// for access tokens must name it, and is returned without that parameter; otherwise it is returned whole.
    #[track_caller]
    pub fn challenges(&self) -> Vec<String> {
        self.headers.get_all("www-authenticate").iter().map(|value| self.challenge(value)).collect()
    }

    #[track_caller]
    fn challenge(&self, value: &HeaderValue) -> String {
        let value = value.to_str().unwrap();
        match &self.metadata {
            Some(url) if !value.starts_with("ApiKey ") && !value.starts_with("Basic ") => {
                let parameter = format!(", resource_metadata=\"{url}\"");
                assert_eq!(value.matches(&parameter).count(), 1, "{value:?} and {parameter:?}");
                value.replace(&parameter, "")
            }
            _ => value.to_owned(),
        }
    }

    #[track_caller]
    pub fn tokens(&self) -> Tokens {
        assert_eq!(self.status, 200, "{}", self.text);
        let body = self.json();
        let token = |name: &str| body[name].as_str().unwrap().to_owned();
        Tokens { access: token("access_token"), refresh: token("refresh_token") }
    }

    /// Asserts a status and the form of RFC 9457.
    #[track_caller]
    pub fn is_problem(&self, status: u16) -> &Self {
        assert_eq!(self.status, status, "{}", self.text);
        assert_eq!(self.header("content-type"), Some("application/problem+json"), "{}", self.text);
        let body = self.json();
        assert_eq!(body["status"], status, "{body}");
        for member in ["type", "title", "detail"] {
            assert!(body[member].is_string(), "{body}");
        }
        self
    }

    /// Asserts a status and one exact challenge.
    #[track_caller]
    pub fn is_challenge(&self, status: u16, challenge: &str) -> &Self {
        self.is_problem(status);
        assert_eq!(self.header("cache-control"), Some("no-store"), "a refusal may be stored");
        assert_eq!(self.challenges(), [challenge]);
        self
    }
}
