//! Nodes count rate limits together.

use crate::{PASSWORD, node};

#[tokio::test(flavor = "multi_thread")]
async fn guesses_at_several_nodes_have_one_limit() {
    let service = node();
    let client = service.client();
    client.register("ada@example.com", PASSWORD).await;
    for n in 0..10 {
        assert_eq!(client.try_login("ada@example.com", "not the password of ada").await.status, 401, "{n}");
    }
    for _ in 0..3 {
        let refused = client.try_login("ada@example.com", PASSWORD).await;
        assert_eq!(refused.is_problem(429).header("ratelimit-policy"), Some(r#""login-account";q=10;w=60"#));
        let secs: u64 = refused.header("retry-after").unwrap().parse().unwrap();
        assert!((1..=60).contains(&secs), "{secs}");
    }
}
