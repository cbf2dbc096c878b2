//! 100 concurrent refreshes of one token, over HTTP and with an SQLite file.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Barrier;
use tokio::task::JoinSet;

use crate::service::{Answer, Service};

const CALLERS: usize = 100;

async fn at_once(service: &Arc<Service>, token: &str) -> Vec<Answer> {
    let start = Arc::new(Barrier::new(CALLERS));
    let mut calls = JoinSet::new();
    for _ in 0..CALLERS {
        let (service, start, token) = (Arc::clone(service), Arc::clone(&start), token.to_owned());
        calls.spawn(async move {
            start.wait().await;
            service.refresh(&token, &[]).await
        });
    }
    calls.join_all().await
}

#[tokio::test(flavor = "multi_thread")]
async fn of_100_concurrent_refreshes_all_get_the_same_successor() {
    let service = Arc::new(Service::on_sqlite(|builder| builder).await);
    let (phone, laptop) = (service.password(&[]).await, service.password(&[]).await);
    let answers = at_once(&service, &phone.refresh()).await;
    let successors: HashSet<String> = answers.iter().map(Answer::refresh).collect();
    assert_eq!(successors.len(), 1, "more than one successor exists");
    for answer in &answers {
        assert_eq!(service.me(&answer.access()).await, 200);
    }
    let successor = successors.into_iter().next().unwrap();
    assert_eq!(service.refresh(&successor, &[]).await.status, 200);
    assert_eq!(service.refresh(&laptop.refresh(), &[]).await.status, 200, "another device suffered");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_leeway_exactly_one_of_100_concurrent_refreshes_succeeds() {
    let service = Arc::new(Service::on_sqlite(|builder| builder.refresh_leeway(Duration::ZERO)).await);
    let (phone, laptop) = (service.password(&[]).await, service.password(&[]).await);
    let answers = at_once(&service, &phone.refresh()).await;
    let (good, refused): (Vec<_>, Vec<_>) = answers.into_iter().partition(|answer| answer.status == 200);
    assert_eq!(good.len(), 1, "callers that succeeded");
    for answer in refused {
        answer.is_error(400, "invalid_grant");
    }
    assert_eq!(service.me(&laptop.access()).await, 200, "another device suffered");
    assert_eq!(service.refresh(&laptop.refresh(), &[]).await.status, 200, "another device suffered");
    // 99 callers sent a used token: the family has ended.
    service.refresh(&good[0].refresh(), &[]).await.is_error(400, "invalid_grant");
    assert_eq!(service.me(&good[0].access()).await, 401);
}
