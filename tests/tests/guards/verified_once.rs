//! A credential is verified once for each request, however many guards and extractors use it.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use auth_core::prelude::*;
use auth_core::store::MemoryStore;

use crate::counting::Counting;
use crate::handlers::Staff;
use crate::service::Role::Moderator;
use crate::service::{INSUFFICIENT, NOTHING, Role, Service, let_in, refused};

#[require_auth]
#[require_role(User)]
#[require_role(Moderator)]
async fn stacked(_: Identity, _: Claims, _: Principal, _: Option<Identity>, proof: Guard<Staff>) {
    needs_staff(proof.proof());
}

fn needs_staff(_by: &Proof<Staff>) {}

#[require(any(auth, api_key))]
async fn either(_: Principal, _: Option<ApiKeyIdentity>) {}

async fn plain(_: Guard<Staff>, _: Identity) {}

fn routes(auth: &Auth) -> axum::Router {
    let guarded = GuardedRouter::new().guard::<Staff>().route("/stacked", get(stacked)).with_state(auth.clone());
    let open = GuardedRouter::new().route("/either", get(either)).with_state(auth.clone());
    let layered = axum::Router::new().route("/plain", axum::routing::get(plain)).with_state(auth.clone());
    guarded.merge(layered.layer(Staff::layer(auth))).merge(open)
}

async fn start() -> (Service, Counting) {
    let store = Arc::new(Mutex::new(None));
    let kept = Arc::clone(&store);
    let counting = move |builder: auth_core::AuthBuilder| {
        let shared = MemoryStore::default();
        let counting = Counting::over(shared);
        *kept.lock().unwrap() = Some(counting.clone());
        builder.cache_ttl(Duration::ZERO).sessions(counting.clone()).api_keys(counting)
    };
    let service = Service::start_with(counting, routes).await;
    let counting = store.lock().unwrap().clone().unwrap();
    (service, counting)
}

#[tokio::test]
async fn attributes_extractors_layers_and_router_guards_share_one_verification() {
    let (service, counting) = start().await;
    let token = service.token(&[Moderator]).await;
    counting.taken();
    for path in ["/stacked", "/plain", "/either"] {
        assert_eq!(service.with_token(path, &token).await, let_in(), "{path}");
        assert_eq!(counting.taken(), 1, "{path}");
    }
    let key = service.key(&[]).await;
    assert_eq!(service.with_key("/either", &key).await, let_in());
    assert_eq!(counting.taken(), 1);
}

#[tokio::test]
async fn a_layer_refuses_as_a_guard_does_before_the_handler() {
    let (service, counting) = start().await;
    let token = service.token(&[Role::User]).await;
    counting.taken();
    for path in ["/stacked", "/plain"] {
        assert_eq!(service.with_token(path, &token).await, refused(403, INSUFFICIENT), "{path}");
        assert_eq!(counting.taken(), 1, "{path}");
        assert_eq!(service.anonymously(path).await, refused(401, NOTHING), "{path}");
        assert_eq!(counting.taken(), 0, "{path}");
    }
}
