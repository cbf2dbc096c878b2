//! A full disk under a node with an SQLite file.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::Command;

use auth_tests::servers::leave_out;
use auth_tests::{Client, Node};
use reqwest::Method;
use serde_json::json;
use sqlx::SqlitePool;

use crate::{NODE, PASSWORD, report};

/// A file system of a few megabytes, mounted on its own folder.
struct SmallDisk(tempfile::TempDir);

impl SmallDisk {
    /// `None` without the right to mount; the store's own tests cover errors of the disk there.
    fn mount() -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let mut mount = Command::new("mount");
        let mounted = mount.args(["-t", "tmpfs", "-o", "size=3m,mode=777", "none"]).arg(folder.path()).output();
        if mounted.is_ok_and(|mounted| mounted.status.success()) {
            return Some(Self(folder));
        }
        leave_out(
            "a full disk",
            "run it as a user who may mount a tmpfs, such as root in a container with CAP_SYS_ADMIN",
        );
        None
    }

    fn path(&self) -> &Path {
        self.0.path()
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.path()).status();
    }
}

/// Registers users of some kilobytes each, since the file grows by pages, until one is refused; returns their number.
async fn fill(client: &Client) -> usize {
    for n in 0.. {
        let email = format!("user{n}@example.com");
        let body = json!({ "email": email, "password": PASSWORD });
        let answer = client.send(client.request(Method::POST, "/auth/register").json(&body)).await;
        if answer.status != 201 {
            answer.is_problem(503);
            assert_eq!(answer.header("retry-after"), Some("1"));
            return n;
        }
    }
    unreachable!()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_503_and_loses_nothing() {
    let Some(disk) = SmallDisk::mount() else { return };
    let ballast = disk.path().join("ballast");
    let url = format!("sqlite://{}", disk.path().join("service.db").display());
    let mut node = Node::start_with(NODE, &[("DATABASE_URL", &url), ("AUTH_RATE_LIMIT", "off"), ("RUST_LOG", "info")]);
    let client = node.client();
    client.register("ada@example.com", PASSWORD).await;
    let tokens = client.login("ada@example.com", PASSWORD).await;
    // Fills the disk, except for a few pages of the log.
    let _ = fs::write(&ballast, vec![0; 4 << 20]);
    let held = fs::metadata(&ballast).unwrap().len();
    fs::File::options().write(true).open(&ballast).unwrap().set_len(held - (64 << 10)).unwrap();

    let registered = fill(&client).await;
    // Fills the rest: a registration may have needed more than a login.
    let mut rest = fs::File::options().append(true).open(&ballast).unwrap();
    while rest.write(&[0; 4 << 10]).is_ok_and(|written| written > 0) {}
    drop(rest);
    client.try_login("ada@example.com", PASSWORD).await.is_problem(503);
    client.try_refresh(&tokens.refresh).await.is_problem(503);
    // Reads still work.
    assert_eq!(client.get_as(&tokens.access, "/users/me").await.status, 200);
    let log = fs::read_to_string(node.path("log")).unwrap();
    assert!(log.contains("database or disk is full"), "the log does not say why");
    report(format_args!("disk full: {registered} users were registered until it was"));

    fs::remove_file(&ballast).unwrap();
    let tokens = client.try_refresh(&tokens.refresh).await.tokens();
    assert_eq!(client.get_as(&tokens.access, "/users/me").await.status, 200);
    for n in 0..registered {
        client.try_login(&format!("user{n}@example.com"), PASSWORD).await.tokens();
    }
    client.try_login(&format!("user{registered}@example.com"), PASSWORD).await.is_problem(401);
    assert!(node.stop().success());
    let pool = SqlitePool::connect(&url).await.unwrap();
    let check: String = sqlx::query_scalar("PRAGMA integrity_check").fetch_one(&pool).await.unwrap();
    assert_eq!(check, "ok");
    pool.close().await;
}
