//! Registrations with fields of the application's own.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use auth_core::password::PasswordHash;
use auth_core::prelude::*;
use auth_core::store::{
    Audit, Created, FieldError, MemoryStore, NewUser, StoreError, UserRecord, UserRegistry, UserRejected, UserStore,
};
use auth_core::{AccountError, Context, Registration};
use auth_tests::{Answer, Client, Node, serve};
use reqwest::Method;
use serde_json::{Value, json};

use crate::{NODE, OTHER_PASSWORD, PASSWORD, node};

#[tokio::test]
async fn a_private_registration_by_a_setting_tells_no_one_who_has_an_account() {
    let node = Node::start_with(NODE, &[("AUTH_PRIVATE_REGISTRATION", "on")]);
    let client = node.client();
    let body = json!({ "email": "ada@example.com", "password": PASSWORD });
    let mut tokens = Vec::new();
    for message in ["registration", "account_exists"] {
        let answer = client.post_json("/auth/register", &body).await;
        assert_eq!((answer.status.as_u16(), answer.text.as_str()), (202, ""));
        tokens.push(node.message(message, "ada@example.com").await);
        assert_eq!(client.try_login("ada@example.com", PASSWORD).await.status, 401);
    }
    // The owner of the address chooses the password.
    let reset = json!({ "token": tokens.pop(), "new_password": OTHER_PASSWORD });
    assert_eq!(client.post_json("/auth/password/reset", &reset).await.status, 204);
    client.login("ada@example.com", OTHER_PASSWORD).await;
}

/// A registry with unique user names and an age.
#[derive(Clone, Default)]
struct Named {
    users: MemoryStore,
    names: Arc<Mutex<HashMap<String, SubjectId>>>,
}

#[async_trait]
impl UserStore for Named {
    async fn find_by_login(&self, login: &str) -> Result<Option<UserRecord>, StoreError> {
        self.users.find_by_login(login).await
    }

    async fn find_by_id(&self, id: &SubjectId) -> Result<Option<UserRecord>, StoreError> {
        self.users.find_by_id(id).await
    }

    async fn set_password(
        &self,
        id: &SubjectId,
        version: u64,
        hash: &PasswordHash,
        audit: Audit<'_, Option<u64>>,
    ) -> Result<Option<u64>, StoreError> {
        self.users.set_password(id, version, hash, audit).await
    }

    async fn revoke_tokens(&self, id: &SubjectId, audit: Audit<'_, Option<u64>>) -> Result<Option<u64>, StoreError> {
        self.users.revoke_tokens(id, audit).await
    }

    async fn upgrade_hash(
        &self,
        id: &SubjectId,
        old: &PasswordHash,
        new: &PasswordHash,
        audit: Audit<'_, bool>,
    ) -> Result<bool, StoreError> {
        self.users.upgrade_hash(id, old, new, audit).await
    }
}

#[async_trait]
impl UserRegistry for Named {
    fn accepts(&self, field: &str) -> bool {
        ["username", "age"].contains(&field)
    }

    async fn create(&self, user: NewUser, audit: Audit<'_, Created>) -> Result<Created, StoreError> {
        let mut errors = Vec::new();
        let name = user.text("username").unwrap_or_default().to_owned();
        if name.is_empty() {
            errors.push(FieldError::invalid("username", "is required"));
        } else if self.names.lock().unwrap().contains_key(&name) {
            errors.push(FieldError::taken("username"));
        }
        if user.extra.get("age").is_some_and(|age| !age.is_u64()) {
            errors.push(FieldError::invalid("age", "must be a number"));
        }
        if !errors.is_empty() {
            return Ok(Err(UserRejected::Fields(errors)));
        }
        let created = self.users.create(user, audit).await?;
        if let Ok(id) = &created {
            self.names.lock().unwrap().insert(name, id.clone());
        }
        Ok(created)
    }
}

async fn service() -> (Client, Named) {
    let users = Named::default();
    let auth = auth_core::testing::in_memory().registry(users.clone()).build().unwrap();
    let client = Client::new(&serve(GuardedRouter::new().merge(auth.routes()).with_state(auth)).await);
    (client, users)
}

async fn register(client: &Client, body: &Value) -> Answer {
    client.send(client.request(Method::POST, "/auth/register").json(body)).await
}

#[tokio::test]
async fn a_field_that_the_store_does_not_take_is_refused_and_not_named() {
    let node = node();
    let client = node.client();
    for (field, value) in [("hunter2field", json!("hunter2value")), ("role", json!("admin")), ("id", json!("1"))] {
        let answer =
            register(&client, &json!({ "email": "ada@example.com", "password": PASSWORD, field: value })).await;
        answer.is_problem(422);
        assert!(!answer.text.contains(field) && !answer.text.contains("hunter2"), "{}", answer.text);
    }
    let twice = r#"{"email":"ada@example.com","password":"correct staple in a battery","age":1,"age":2}"#;
    let request = client.request(Method::POST, "/auth/register").header("content-type", "application/json").body(twice);
    client.send(request).await.is_problem(422);
    client.register("ada@example.com", PASSWORD).await;
}

#[tokio::test]
async fn fields_reach_the_registry_which_answers_for_each() {
    let (client, users) = service().await;
    let ada = |name: &str, age: Value| json!({ "email": "ada@example.com", "password": PASSWORD, "username": name, "age": age });
    let answer = register(&client, &ada("ada", json!(36))).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    assert_eq!(users.names.lock().unwrap()["ada"].as_str(), answer.json()["id"]);

    // By the registry, in the form of RFC 9457 section 3.
    let taken =
        register(&client, &json!({ "email": "bob@example.com", "password": PASSWORD, "username": "ada" })).await;
    taken.is_problem(409);
    assert_eq!(taken.json()["errors"], json!([{ "detail": "is taken", "pointer": "#/username" }]));
    let both = register(&client, &ada("ada", json!("hunter2"))).await;
    both.is_problem(422);
    let errors = json!([{ "detail": "is taken", "pointer": "#/username" }, { "detail": "must be a number", "pointer": "#/age" }]);
    assert_eq!(both.json()["errors"], errors);
    assert!(!both.text.contains("hunter2"), "{}", both.text);
    let email = register(&client, &ada("lovelace", json!(36))).await;
    email.is_problem(409);
    assert_eq!(email.json()["errors"], json!([{ "detail": "is taken", "pointer": "#/email" }]));

    // Before it.
    register(&client, &json!({ "email": "bob@example.com", "password": PASSWORD, "username": "bob", "admin": true }))
        .await
        .is_problem(422);
    let own_name =
        json!({ "email": "bob@example.com", "password": "bobs very long name", "username": "Bobs very long name" });
    let weak = register(&client, &own_name).await;
    weak.is_problem(422);
    assert!(weak.json()["type"].as_str().unwrap().ends_with("weak-password"), "{}", weak.text);
    let missing = register(&client, &json!({ "password": PASSWORD, "username": "bob" })).await;
    assert!(missing.is_problem(422).text.contains("missing field `email`"), "{}", missing.text);
    assert_eq!(users.names.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn the_operation_takes_the_fields_that_the_route_takes() {
    let users = Named::default();
    let auth = auth_core::testing::in_memory().registry(users.clone()).build().unwrap();
    let context = Context::system("test");
    let ada = || Registration::new("ada@example.com", PASSWORD.to_owned());
    auth.register(&context, ada().with_field("username", "ada")).await.unwrap();
    let unknown = auth.register(&context, ada().with_field("admin", true)).await.unwrap_err();
    assert!(matches!(unknown, AccountError::InvalidInput { .. }), "{unknown:?}");
    let taken = auth.register(&context, ada().with_field("username", "ada")).await.unwrap_err();
    assert_eq!(taken.fields(), [FieldError::taken("username")]);
    assert_eq!(taken.to_string(), "The registration cannot be accepted: `username` is taken.");
    // A user of the application's own statement is none of a registry with fields.
    assert_eq!(auth.new_user(&context, ada()).await.unwrap().email.as_str(), "ada@example.com");
}
