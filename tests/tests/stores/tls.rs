//! TLS connections: to servers with a trusted certificate only.

use std::path::Path;

use auth_core::cluster::{Change, Fanout, PostgresFanout, RedisFanout};
use auth_core::store::{OpenError, PostgresStore};
use auth_core::{SessionId, SubjectId};
use auth_tests::servers::{Postgres, Redis};

fn url(server: &Postgres, host: &str, mode: &str, authority: &Path) -> String {
    format!("postgres://postgres@{host}:{}/postgres?sslmode={mode}&sslrootcert={}", server.port(), authority.display())
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_is_used_by_tls_with_a_trusted_certificate_only() {
    let suite = "PostgreSQL by TLS";
    let Some((server, authority)) = Postgres::start_with_tls(suite) else { return };
    let Some((_other, stranger)) = Postgres::start_with_tls(suite) else { return };
    let store = PostgresStore::open(&url(&server, "localhost", "verify-full", &authority)).await.unwrap();
    let encrypted = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()";
    assert!(sqlx::query_scalar::<_, bool>(encrypted).fetch_one(store.pool()).await.unwrap());
    // Changes use the same connection settings.
    let fanout = PostgresFanout::new(&store);
    let mut subscription = fanout.subscribe().await.unwrap();
    let change = Change::Session(SessionId::random());
    fanout.publish(std::slice::from_ref(&change)).await.unwrap();
    assert_eq!(subscription.next().await.unwrap(), [change]);
    let plaintext = "SELECT count(*) FROM pg_stat_ssl s JOIN pg_stat_activity a USING (pid)
                     WHERE a.application_name = 'auth-core' AND NOT s.ssl";
    assert_eq!(sqlx::query_scalar::<_, i64>(plaintext).fetch_one(store.pool()).await.unwrap(), 0);
    // It keeps a connection, for which closing the store would wait.
    drop(subscription);
    store.close().await;

    for (host, mode, authority, why) in [
        ("localhost", "verify-full", &stranger, "signed by another authority"),
        ("localhost", "verify-ca", &stranger, "signed by another authority"),
        ("127.0.0.1", "verify-full", &authority, "not the name of the certificate"),
    ] {
        let opened = PostgresStore::open(&url(&server, host, mode, authority)).await;
        assert!(matches!(opened, Err(OpenError::Unreachable { .. })), "{mode} took a server that is {why}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_postgres_without_tls_is_refused_where_tls_is_required() {
    let Some(server) = Postgres::start("PostgreSQL without TLS") else { return };
    for mode in ["require", "verify-ca", "verify-full"] {
        let opened = PostgresStore::open(&format!("{}?sslmode={mode}", server.url("postgres"))).await;
        assert!(matches!(opened, Err(OpenError::Unreachable { .. })), "{mode} fell back to plaintext");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redis_with_an_unknown_authority_is_refused() {
    let Some(server) = Redis::start_with_tls("Redis by TLS") else { return };
    let fanout = RedisFanout::new(&server.url(), "tls").unwrap();
    let error = fanout.publish(&[Change::Subject(SubjectId::random())]).await.unwrap_err();
    assert!(error.to_string().contains("UnknownIssuer"), "{error}");
    let Err(error) = fanout.subscribe().await else { panic!("it subscribes to an untrusted server") };
    assert!(error.to_string().contains("UnknownIssuer"), "{error}");
}
