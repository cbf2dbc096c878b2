//! Three nodes as one service.

use auth_core::analysis::Witness;
use auth_core::testing::{AccessMatrix, Target, TestAuth, in_memory, laws, role};
use auth_tests::servers::{Database, Redis};

#[tokio::test(flavor = "multi_thread")]
async fn a_user_disabled_at_one_node_is_refused_by_all() {
    let suite = "example of three nodes";
    let (Some(database), Some(redis)) = (Database::create(suite).await, Redis::shared(suite)) else { return };
    let namespace = format!("cluster-{}", uuid::Uuid::new_v4().simple());
    let secret = "a secret of this test alone: kW92xQ";
    let shared = cluster::Shared::open(&database.url(), &redis, &namespace, secret.into()).await.unwrap();
    let mut nodes = Vec::new();
    for _ in 0..3 {
        nodes.push(cluster::start(shared.node().unwrap()).await.unwrap().0);
    }
    let steps = cluster::demonstrate(&shared.node().unwrap(), &nodes).await.unwrap();
    let shown: Vec<_> = steps.iter().map(|step| (step.node, step.status)).collect();
    let expected = [(1, 201), (2, 200), (3, 200), (1, 200), (2, 200), (3, 200), (1, 204), (2, 401), (3, 401), (1, 401)];
    assert_eq!(shown, expected, "{steps:#?}");
}

#[test]
fn laws_of_the_policy_hold() {
    laws(&cluster::routes(&in_memory().build().unwrap()).policy())
        .only("/users/**", role(cluster::Role::Admin))
        .never_public("/me")
        .never_public("DELETE /**")
        .never_public("/auth/sessions/**")
        .no_unchecked_except([]);
}

#[tokio::test]
async fn every_witness_of_the_policy_gets_its_answer() {
    let test = TestAuth::new();
    let routes = cluster::routes(&test.auth());
    let matrix = AccessMatrix::new(routes.policy()).witnesses(async |witness: &Witness| test.caller_of(witness)).await;
    matrix.hold(&Target::router(routes.with_state(test.auth()))).await;
}
