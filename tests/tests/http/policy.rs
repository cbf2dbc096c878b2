//! The quickstart's policy table: compared with its committed file, with the answers to every kind of caller over HTTP,
//! and as it is served.

use std::net::SocketAddr;

use auth_core::analysis::Witness;
use auth_core::recovery::LogDelivery;
use auth_core::store::MemoryStore;
use auth_core::testing::{
    AccessMatrix, Target, TestAuth, TestCaller, all, api_key, laws, policy_lock, role, scope, sign_in,
};
use auth_core::token::SigningKey;
use auth_core::{Auth, Context, NewApiKey, Registration, Role as _, SubjectId};
use quickstart::{App, Role, router, routes};
use tokio::net::TcpListener;

use crate::{INSUFFICIENT, PASSWORD, node};

/// The condition of `PATCH /users/{id}`.
const MAY_EDIT: &str = "user.id == id || user.is(Role::Admin)";

fn auth() -> Auth {
    let secret = "signing secret of the policy table's tests".to_owned().into();
    Auth::builder(SigningKey::hs256(&secret).unwrap(), "https://api.example", "quickstart")
        .store(MemoryStore::new())
        .delivery(LogDelivery)
        .build()
        .unwrap()
}

async fn served(auth: &Auth) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (address, app) = (listener.local_addr().unwrap(), router(App { auth: auth.clone() }));
    tokio::spawn(async move { axum::serve(listener, app).await });
    address
}

/// A user who signs in before each call.
fn user(auth: &Auth, role: Role, id: SubjectId) -> TestCaller {
    let auth = auth.clone();
    let token = move || {
        let (auth, id) = (auth.clone(), id.clone());
        async move { sign_in(&auth, &id, "pwd", "").await.unwrap().expose().to_owned() }
    };
    TestCaller::subject(role.name(), token).role(role).amr("pwd")
}

#[test]
fn policy_table_matches_its_committed_file() {
    policy_lock(&routes(&auth()).policy(), "../examples/quickstart/policy.lock");
}

#[test]
fn laws_of_the_policy_hold() {
    laws(&routes(&auth()).policy())
        .only("DELETE /users/**", role(Role::Moderator))
        .only("/auth/api-keys/**", role(Role::Admin))
        .only("GET /policy", role(Role::Admin))
        .nobody_without(all([api_key(), scope("reports:read")]), "GET /reports")
        .never_public("/users/**")
        .never_public("/auth/sessions/**")
        .except_fallbacks("*")
        .no_unchecked_except([]);
}

#[tokio::test]
async fn every_route_accepts_exactly_the_callers_of_its_requirement() {
    let auth = auth();
    let mut matrix = AccessMatrix::new(routes(&auth).policy());
    for role in Role::ALL {
        let registration = Registration::new(format!("{role}@example.com"), PASSWORD.to_owned()).with_roles([*role]);
        let (id, _) = auth.register(&Context::system("test"), registration).await.unwrap();
        let caller = user(&auth, *role, id);
        let caller = if *role == Role::Admin { caller.meets(MAY_EDIT) } else { caller };
        matrix = matrix.caller(caller);
    }
    // The owner of the keys is not one of the matrix's callers, whose calls could end its session.
    let (owner, _) = auth
        .register(
            &Context::system("test"),
            Registration::new("owner@example.com", PASSWORD.to_owned()).with_roles([Role::Admin]),
        )
        .await
        .unwrap();
    for scope in ["reports:read", "introspect", "another"] {
        let new = NewApiKey { scopes: vec![scope.into()], ..NewApiKey::new(scope) };
        let key = auth.create_api_key(&Context::system("test"), &owner, new).await.unwrap().key.expose().to_owned();
        let key = move || std::future::ready(key.clone());
        matrix = matrix.caller(TestCaller::api_key(format!("a key for {scope}"), key).scope(scope));
    }
    let calls = matrix.hold(&Target::address(served(&auth).await)).await;
    println!("{calls} calls");
}

#[tokio::test]
async fn every_witness_of_the_policy_gets_its_answer() {
    let test = TestAuth::with(|builder| builder.delivery(LogDelivery));
    let matrix = AccessMatrix::new(routes(&test.auth()).policy());
    let matrix = matrix
        .witnesses(async |witness: &Witness| {
            let mut witness = witness.clone();
            if !witness.conditions.is_empty() {
                // An administrator may edit every user.
                witness.subject.as_mut()?.roles.push(vec![Role::Admin.name().to_owned()]);
            }
            let mut roles = witness.subject.iter().flat_map(|subject| &subject.roles).filter_map(|any| any.first());
            let is_admin = roles.any(|role| role == Role::Admin.name());
            let caller = test.caller_of(&witness)?;
            Some(if is_admin { caller.meets(MAY_EDIT) } else { caller })
        })
        .await;
    let calls = matrix.hold(&Target::address(served(&test.auth()).await)).await;
    println!("{calls} calls");
}

#[tokio::test]
async fn the_table_is_served_to_admins() {
    let node = node();
    let client = node.client();
    let admin = client.admin().await;
    client.register("ada@example.com", PASSWORD).await;
    let ada = client.login("ada@example.com", PASSWORD).await;
    client.get_as(&ada.access, "/policy").await.is_challenge(403, INSUFFICIENT);
    let table = client.get_as(&admin.access, "/policy").await.json();
    let rows = table["routes"].as_array().unwrap();
    let users = rows.iter().find(|row| row["path"] == "/users").unwrap();
    assert_eq!((&users["requirement"], &users["method"]), (&"role(moderator)".into(), &"GET".into()));
    let page = client.request(reqwest::Method::GET, "/policy").bearer_auth(&admin.access).header("accept", "text/html");
    let page = client.send(page).await;
    assert!(page.header("content-type").unwrap().starts_with("text/html"));
    assert!(page.text.contains("role(moderator)"), "{}", page.text);
}
