//! The document against what a running service does: who is let in is what it says.

use auth_tests::{Client, Node};
use reqwest::Method;
use serde_json::{Value, json};

/// An operation of a document.
pub(crate) struct Operation {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) object: Value,
}

pub(crate) fn operations(document: &Value) -> Vec<Operation> {
    let paths = document["paths"].as_object().unwrap();
    let of_path = |(path, item): (&String, &Value)| {
        let of_method = |(method, object): (&String, &Value)| Operation {
            method: method.to_uppercase().parse().unwrap(),
            path: path.clone(),
            object: object.clone(),
        };
        item.as_object().unwrap().iter().map(of_method).collect::<Vec<_>>()
    };
    paths.iter().flat_map(of_path).collect()
}

impl Operation {
    pub(crate) fn name(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    fn alternatives(&self) -> Vec<&serde_json::Map<String, Value>> {
        self.object["security"].as_array().unwrap().iter().map(|one| one.as_object().unwrap()).collect()
    }

    /// Whether a caller without credentials is let in.
    fn is_open(&self) -> bool {
        self.alternatives().is_empty() || self.alternatives().iter().any(|one| one.is_empty())
    }

    /// Whether credentials of these schemes are enough, with these scopes.
    fn takes(&self, schemes: &[&str], scopes: &[&str]) -> bool {
        let fits = |(scheme, wanted): (&String, &Value)| {
            let wanted = wanted.as_array().unwrap();
            schemes.contains(&scheme.as_str()) && wanted.iter().all(|scope| scopes.contains(&scope.as_str().unwrap()))
        };
        self.is_open() || self.alternatives().into_iter().any(|one| one.iter().all(fits))
    }

    /// Each parameter is replaced by an id that nothing has.
    fn url(&self) -> String {
        let segments = self
            .path
            .split('/')
            .map(|segment| if segment.starts_with('{') { "019c0000-0000-7000-8000-000000000000" } else { segment });
        segments.collect::<Vec<_>>().join("/")
    }

    async fn call(&self, client: &Client, header: Option<(&str, &str)>) -> u16 {
        // As a page of the service: browser mode refuses another sender of what may change something.
        let request = client.request(self.method.clone(), &self.url()).header("sec-fetch-site", "same-origin");
        let request = match header {
            Some((name, value)) => request.header(name, value),
            None => request,
        };
        client.send(request).await.status.as_u16()
    }
}

/// Callers without credentials are refused with 401 by exactly the operations whose document demands some.
pub(crate) async fn is_what_the_document_says(client: &Client, document: &Value) -> usize {
    let operations = operations(document);
    for operation in &operations {
        let status = operation.call(client, None).await;
        assert_eq!(
            status == 401,
            !operation.is_open(),
            "{} answers {status} to a caller without credentials",
            operation.name()
        );
        let documented = operation.object["responses"].as_object().unwrap();
        let is_documented = documented.contains_key(&status.to_string()) || documented.contains_key("default");
        assert!(is_documented, "{} answers {status}, which is not documented", operation.name());
    }
    operations.len()
}

#[tokio::test]
async fn the_quickstart_lets_in_whom_its_document_says() {
    let node = Node::start_with(env!("CARGO_BIN_EXE_node"), &[("AUTH_RATE_LIMIT", "off")]);
    let client = node.client();
    let document = client.get("/openapi.json").await.json();
    assert!(is_what_the_document_says(&client, &document).await > 35);
    let admin = client.admin().await;
    let new = json!({ "name": "document", "scopes": ["another"] });
    let key = client.json_as(&admin.access, Method::POST, "/auth/api-keys", &new).await.json();
    let key = key["key"].as_str().unwrap();
    for operation in operations(&document) {
        // These end the caller's session.
        if operation.path.starts_with("/auth/logout") {
            continue;
        }
        let name = operation.name();
        let token = format!("Bearer {}", admin.access);
        let status = operation.call(&client, Some(("authorization", &token))).await;
        let refused = matches!(status, 401 | 403);
        if !operation.takes(&["login", "bearer"], &[]) {
            assert!(refused, "{name} answers {status} to an access token, which is not one of its alternatives");
        } else if !operation.is_open() {
            assert!(!refused, "{name} answers {status} to an admin's access token, which its document accepts");
        }
        if !operation.is_open() {
            let status = operation.call(&client, Some(("x-api-key", key))).await;
            let takes = operation.takes(&["api_key"], &["another"]);
            assert_eq!(matches!(status, 401 | 403), !takes, "{name} answers {status} to an API key");
        }
    }
}
