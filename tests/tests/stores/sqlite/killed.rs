//! A process that is killed while it refreshes.

use std::io::{BufRead, BufReader};

use auth_core::store::{Redeemed, SqliteStore};

use super::file::{LEEWAY, NOW, TempFile, begin, redeem};
use super::process;

#[tokio::test]
async fn a_refresh_that_was_answered_survives_its_process() {
    if let Some(url) = process::shared_url() {
        return refresh_until_killed(&url).await;
    }
    for answers in [1, 2, 3, 17, 60] {
        let file = TempFile::new();
        begin(&file.open().await).await;

        let test = "sqlite::killed::a_refresh_that_was_answered_survives_its_process";
        let mut other = process::running(test, &file).spawn().unwrap();
        let mut lines = BufReader::new(other.stdout.take().unwrap()).lines().map(Result::unwrap);
        let last =
            lines.by_ref().filter_map(|line| line.strip_prefix("redeemed ")?.parse::<u8>().ok()).nth(answers - 1);
        other.kill().unwrap();
        other.wait().unwrap();
        // It may have answered more before it died.
        let later = lines.filter_map(|line| line.strip_prefix("redeemed ")?.parse().ok()).last();
        let last = later.or(last).expect("the other process redeemed nothing");

        let store = file.open().await;
        let again = redeem(&store, last, NOW, LEEWAY).await;
        assert!(matches!(again, Redeemed::Retried { .. }), "token {last} was answered once, then {again:?}");
        let successor = redeem(&store, last + 1, NOW, LEEWAY).await;
        let is_alive = matches!(successor, Redeemed::Rotated(_) | Redeemed::Retried { .. });
        assert!(is_alive, "the successor of token {last} was answered {successor:?}");
    }
}

async fn refresh_until_killed(url: &str) {
    let store = SqliteStore::open(url).await.unwrap();
    for number in 0..250 {
        assert!(matches!(redeem(&store, number, NOW, LEEWAY).await, Redeemed::Rotated(_)));
        println!("redeemed {number}");
    }
}
