//! `Allowed<P, U>`: a guard and the application's user as one parameter.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use auth_core::prelude::*;
use auth_core::store::StoreError;
use axum::extract::{FromRef, State};

use crate::service::Role::{Admin, User};
use crate::service::{INSUFFICIENT, NOTHING, Role, Service, let_in, refused};

guard!(AdminOnly = role(Admin));
guard!(Anyone = any(auth, api_key));

#[derive(Clone, FromRef)]
struct App {
    auth: Auth,
    loads: Arc<AtomicUsize>,
}

/// A row of the application's table; a subject named in it does not exist any more.
struct Person {
    id: SubjectId,
}

impl FromSubject<App> for Person {
    async fn from_subject(identity: &Identity, app: &App) -> Result<Option<Self>, StoreError> {
        app.loads.fetch_add(1, Ordering::Relaxed);
        Ok(identity.has_scope("known").then(|| Self { id: identity.subject().clone() }))
    }
}

type AdminUser = Allowed<AdminOnly, Person>;

fn delete_all(_: &Proof<AdminOnly>) {}

async fn settings(admin: AdminUser, State(_): State<Arc<AtomicUsize>>) -> String {
    delete_all(admin.proof());
    let id = admin.id.clone();
    format!("{id} {}", admin.into_inner().id)
}

async fn who(admin: Allowed<AdminOnly, Identity>) -> String {
    admin.subject().to_string()
}

async fn subjects(caller: Allowed<Anyone, Identity>) -> String {
    caller.subject().to_string()
}

/// An attribute as well: both are checked.
#[require_scope("known")]
async fn both(admin: Allowed<AdminOnly, Identity>) -> String {
    admin.subject().to_string()
}

fn routes() -> GuardedRouter<App> {
    GuardedRouter::new()
        .route("/settings", get(settings))
        .route("/who", get(who))
        .route("/subjects", get(subjects))
        .route("/both", get(both))
}

async fn start() -> (Service, Arc<AtomicUsize>) {
    let loads = Arc::<AtomicUsize>::default();
    let state = |auth: &Auth| App { auth: auth.clone(), loads: Arc::clone(&loads) };
    (Service::start(|auth| routes().with_state(state(auth))).await, loads)
}

#[tokio::test]
async fn it_lets_in_who_meets_the_policy_and_hands_over_the_user() {
    let (service, loads) = start().await;
    let (admin, user) = (service.user(&[Admin]).await, service.user(&[User]).await);
    let (known, unknown) = (service.token_of(&admin, "pwd", "known").await, service.token_of(&admin, "pwd", "").await);
    let user = service.token_of(&user, "pwd", "known").await;
    assert_eq!(service.anonymously("/settings").await, refused(401, NOTHING));
    assert_eq!(service.with_token("/settings", &user).await, refused(403, INSUFFICIENT));
    assert_eq!(loads.load(Ordering::Relaxed), 0, "a refused caller costs a query");
    let body = service.get("/settings").bearer_auth(&known).send().await.unwrap().text().await.unwrap();
    assert_eq!(body, format!("{admin} {admin}"));
    assert_eq!(loads.load(Ordering::Relaxed), 1);
    assert_eq!(service.with_token("/settings", &unknown).await.status, 401, "a subject without a user");
    assert_eq!(service.with_token("/who", &unknown).await, let_in());
    assert_eq!(service.with_token("/both", &unknown).await.status, 403);
    assert_eq!(service.with_token("/both", &user).await.status, 403);
    assert_eq!(service.with_token("/both", &known).await, let_in());
}

#[tokio::test]
async fn it_needs_a_subject_also_where_the_policy_lets_a_key_in() {
    let (service, _) = start().await;
    let (key, token) = (service.key(&[]).await, service.token(&[]).await);
    assert_eq!(service.with_token("/subjects", &token).await, let_in());
    assert_eq!(service.with_key("/subjects", &key).await.status, 401);
}

#[test]
fn the_table_shows_the_policy_and_the_handler() {
    let table = routes().policy();
    let row = table.routes().iter().find(|row| row.path == "/settings").unwrap();
    assert_eq!(row.requirement.to_string(), "role(Admin)");
    assert_eq!((row.declared.name, row.function), ("AdminOnly", Some("guards::allowed::settings")));
    assert_eq!(row.handler(), "guards::allowed::settings by AdminOnly");
    let json = serde_json::to_value(row).unwrap();
    assert_eq!((&json["function"], &json["handler"]), (&"guards::allowed::settings".into(), &"AdminOnly".into()));
    let attributed = table.routes().iter().find(|row| row.path == "/both").unwrap();
    assert_eq!((attributed.function, attributed.handler().as_str()), (None, "guards::allowed::both"));
}
