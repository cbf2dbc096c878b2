//! Settings that nodes must share.

use auth_tests::servers::Database;
use auth_tests::{ADMIN_EMAIL, ADMIN_PASSWORD, Node};

use crate::NODE;

#[tokio::test(flavor = "multi_thread")]
async fn nodes_without_a_shared_secret_and_issuer_warn_and_refuse_each_others_tokens() {
    let Some(database) = Database::create("settings that nodes share").await else { return };
    let url = database.url();
    let nodes = [(); 2].map(|()| Node::start_with(NODE, &[("DATABASE_URL", &url), ("AUTH_SECRET", "")]));
    let [a, b] = nodes.each_ref().map(Node::client);
    let access = a.login(ADMIN_EMAIL, ADMIN_PASSWORD).await.access;
    assert_eq!(a.get_as(&access, "/users/me").await.status, 200);
    b.get_as(&access, "/users/me").await.is_problem(401);
    for node in &nodes {
        let log = std::fs::read_to_string(node.path("log")).unwrap();
        assert!(log.contains("AUTH_SECRET is unset"), "{log}");
        assert!(log.contains("AUTH_ISSUER is unset"), "{log}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_warning_with_database_and_issuer_set() {
    let Some(database) = Database::create("settings that nodes share").await else { return };
    let env = [("DATABASE_URL", &*database.url()), ("AUTH_ISSUER", "https://issuer.example.com")];
    let node = Node::start_with(NODE, &env);
    let log = std::fs::read_to_string(node.path("log")).unwrap();
    assert!(!log.contains("is unset"), "{log}");
}
