//! Commands over a service's database, and a running service that sees their changes.

use std::time::{Duration, Instant};

use auth_core::cluster::PostgresFanout;
use auth_core::prelude::*;
use auth_core::store::{PostgresStore, SqliteStore, Store};
use auth_core::testing::{in_memory, send, sign_in};
use auth_core::{AuthBuilder, Context, Login};
use auth_tests::servers::Database;
use axum::Router;
use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};

use crate::{PASSWORD, Ran, run};

/// Runs commands on a database.
struct Cli<'a>(&'a str);

impl Cli<'_> {
    fn run(&self, arguments: &str, input: &str) -> Ran {
        run(&format!("--json {arguments}"), input, &[("DATABASE_URL", self.0)])
    }

    fn json(&self, arguments: &str, input: &str) -> Value {
        self.run(arguments, input).json()
    }

    fn text(&self, arguments: &str) -> String {
        run(arguments, "", &[("DATABASE_URL", self.0)]).out
    }
}

#[require_role(Admin)]
async fn for_admins() {}

#[require_auth]
async fn for_users() {}

#[api_key(scope = "reports:read")]
async fn for_programs() {}

#[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    Admin,
}

fn app(auth: Auth) -> Router {
    let routes = GuardedRouter::new().route("/admins", get(for_admins)).route("/users", get(for_users));
    routes.route("/programs", get(for_programs)).with_state(auth)
}

async fn status(app: &Router, path: &str, header: (&str, &str)) -> u16 {
    let request = Request::get(path).header(header.0, header.1).body(Body::empty()).unwrap();
    send(app, request).await.status().as_u16()
}

/// The status, as soon as the service has heard of the change.
async fn settles(app: &Router, path: &str, header: (&str, &str), wanted: u16) {
    let begun = Instant::now();
    while status(app, path, header).await != wanted {
        assert!(begun.elapsed() < Duration::from_secs(20), "{path} does not answer {wanted}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// The commands' whole way, beside a service on the same database.
async fn accounts(url: &str, service: AuthBuilder) {
    let (cli, auth) = (Cli(url), service.build().unwrap());
    let app = app(auth.clone());
    let line = format!("{PASSWORD}\n");

    let ada = cli.json("user create Ada@Example.com --role Admin", &line);
    assert_eq!((&ada["email"], &ada["roles"]), (&json!("ada@example.com"), &json!(["Admin"])));
    assert!(ada.get("password").is_none(), "{ada}");
    let id: SubjectId = ada["id"].as_str().unwrap().parse().unwrap();
    let bob = cli.json("user create bob@example.com --generate-password", "");
    auth.login(&Context::system("test"), Login::new("bob@example.com", bob["password"].as_str().unwrap()))
        .await
        .unwrap();
    let again = cli.run("user create bob@example.com", &line);
    assert!(again.code == 3 && again.err.contains("taken"), "{}", again.err);

    let list = cli.json("user list --limit 1", "");
    assert_eq!((list["users"].as_array().unwrap().len(), &list["next"]), (1, &ada["id"]));
    let rest = cli.json(&format!("user list --after {id}"), "");
    assert_eq!((&rest["users"][0]["email"], &rest["next"]), (&json!("bob@example.com"), &Value::Null));

    // Roles, seen by the service.
    let token = sign_in(&auth, &id, "pwd", "").await.unwrap();
    let bearer = format!("Bearer {}", token.expose());
    let bearer = ("authorization", bearer.as_str());
    assert_eq!(status(&app, "/admins", bearer).await, 200);
    let last = cli.run(&format!("user set-role {id} Staff --needed-role Admin"), "");
    assert!(last.code == 3 && status(&app, "/admins", bearer).await == 200, "{}", last.err);
    assert_eq!(cli.json(&format!("user set-role {id} Staff Other"), "")["roles"], json!(["Staff", "Other"]));
    settles(&app, "/admins", bearer, 403).await;
    assert_eq!(cli.json(&format!("user set-role {id} --none"), "")["roles"], json!([]));

    // API keys.
    let key =
        cli.json("api-key create --owner ada@example.com --name nightly --scope reports:read --expires-in 90d", "");
    let secret = key["key"].as_str().unwrap().to_owned();
    assert_eq!(status(&app, "/programs", ("x-api-key", &secret)).await, 200);
    let listed = cli.json("api-key list", "");
    assert_eq!((&listed["api_keys"][0]["name"], listed["api_keys"][0].get("key")), (&json!("nightly"), None));
    let key_id = key["id"].as_str().unwrap();
    let rotated = cli.json(&format!("api-key rotate {key_id}"), "");
    assert_ne!(rotated["key"], key["key"]);
    assert_eq!(cli.json(&format!("api-key revoke {key_id}"), "")["revoked"], true);
    settles(&app, "/programs", ("x-api-key", &secret), 401).await;
    assert_eq!(cli.run(&format!("api-key revoke {key_id}"), "").code, 1);

    // Sessions.
    let sessions = cli.json("session list ada@example.com", "");
    let session = sessions["sessions"][0]["id"].as_str().unwrap().to_owned();
    assert_eq!(cli.run(&format!("session end bob@example.com {session}"), "").code, 1, "another user's session");
    assert_eq!(status(&app, "/users", bearer).await, 200);
    cli.json(&format!("session end ada@example.com {session}"), "");
    settles(&app, "/users", bearer, 401).await;
    let token = sign_in(&auth, &id, "pwd", "").await.unwrap();
    let bearer = format!("Bearer {}", token.expose());
    cli.json("session end ada@example.com --all", "");
    settles(&app, "/users", ("authorization", &bearer), 401).await;

    // Passwords, and disabled accounts.
    cli.json("user reset-password ada@example.com", "four words and no comma\n");
    let login =
        async |password: &str| auth.login(&Context::system("test"), Login::new("ada@example.com", password)).await;
    assert!(login(PASSWORD).await.is_err());
    let tokens = login("four words and no comma").await.unwrap();
    let bearer = format!("Bearer {}", tokens.access.expose());
    assert_eq!(status(&app, "/users", ("authorization", &bearer)).await, 200);
    assert_eq!(cli.json("user disable ada@example.com", "")["active"], false);
    settles(&app, "/users", ("authorization", &bearer), 401).await;
    assert_eq!(cli.json("user enable ada@example.com", "")["active"], true);
    assert_eq!(cli.json("user show ada@example.com", "")["active"], true);
    for missing in ["user show cyd@example.com", "user disable unknown", "session list cyd@example.com"] {
        let refused = cli.run(missing, "");
        assert!(refused.code == 1 && refused.err.contains("there is no user"), "{missing}: {}", refused.err);
    }

    // Every change has its event.
    let events = cli.json("events list --subject ada@example.com", "");
    let kinds: Vec<_> =
        events["events"].as_array().unwrap().iter().filter(|event| event["actor"]["id"] == "command line").collect();
    for kind in ["user_registered", "account_updated", "password_changed", "session_ended", "tokens_revoked"] {
        assert!(kinds.iter().any(|event| event["kind"] == kind), "{kind} in {kinds:?}");
    }
    for kind in ["api_key_created", "api_key_rotated", "api_key_revoked"] {
        assert_eq!(
            cli.json(&format!("events list --kind {kind}"), "")["events"].as_array().unwrap().len(),
            1,
            "{kind}"
        );
    }
    let unknown = cli.run("events list --kind login", "");
    assert!(unknown.code == 2 && unknown.err.contains("login_failed"), "{} {}", unknown.code, unknown.err);
    let exported = cli.text("events export --until 2099-01-01");
    assert!(exported.lines().count() > 10);
    for line in exported.lines() {
        serde_json::from_str::<Value>(line).unwrap();
    }
    for secret in [PASSWORD, &secret, "four words and no comma", bob["password"].as_str().unwrap()] {
        assert!(!exported.contains(secret), "an event has a secret");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removed_row_of_the_trail_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}/service.db", folder.path().display());
    let key = folder.path().join("audit.key");
    std::fs::write(&key, "a key of this test's audit trail: 9xQ2\n").unwrap();
    let cli = |arguments: &str, input: &str| {
        let variables = [("DATABASE_URL", url.as_str()), ("AUTH_AUDIT_KEY_FILE", key.to_str().unwrap())];
        run(arguments, input, &variables)
    };
    let line = format!("{PASSWORD}\n");
    for name in ["ada", "bob"] {
        assert_eq!(cli(&format!("user create {name}@example.com --create-database"), &line).code, 0);
    }
    let heads = folder.path().join("heads.json");
    std::fs::write(&heads, cli("events heads", "").out).unwrap();
    let verify = format!("events verify --heads {}", heads.display());
    let intact = cli(&verify, "");
    assert_eq!(intact.code, 0, "{}{}", intact.out, intact.err);
    let pinned: Value = serde_json::from_str(&std::fs::read_to_string(&heads).unwrap()).unwrap();
    let head = format!("chain 1: head {} {} at 2", pinned[0]["position"], pinned[0]["link"].as_str().unwrap());
    assert!(intact.out.contains(&head) && !intact.out.contains("--heads"), "{head}: {}", intact.out);
    assert!(cli("events verify", "").out.contains("found by `--heads` alone"));
    // Rows of the trail by another key are not those of the service.
    let other = run("events verify", "", &[("DATABASE_URL", &url)]);
    assert!(other.code == 1 && other.out.contains("key"), "{}{}", other.out, other.err);

    let store = SqliteStore::open(&url).await.unwrap();
    let removed = "DELETE FROM auth_events WHERE id = (SELECT min(id) FROM auth_events)";
    auth_core::sqlx::query(removed).execute(store.pool()).await.unwrap();
    let found = cli(&verify, "");
    assert!(found.code == 1 && found.out.contains("missing"), "{}{}", found.out, found.err);
    assert!(!cli("events verify --json", "").out.is_empty());
    // With its head, the whole trail.
    for table in ["auth_events", "auth_event_chains"] {
        let removed = auth_core::sqlx::AssertSqlSafe(format!("DELETE FROM {table}"));
        auth_core::sqlx::query(removed).execute(store.pool()).await.unwrap();
    }
    assert_eq!(cli("events verify", "").code, 0, "nothing is left to find it by");
    let found = cli(&verify, "");
    assert!(found.code == 1 && found.out.contains("chain 1: rows 1 to "), "{}{}", found.out, found.err);
}

fn service(store: impl Store) -> AuthBuilder {
    in_memory().store(store)
}

#[tokio::test(flavor = "multi_thread")]
async fn accounts_in_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}/service.db", folder.path().display());
    let store = SqliteStore::open(&url).await.unwrap();
    // Nothing notifies a service on SQLite: it asks again after this time.
    accounts(&url, service(store).cache_ttl(Duration::from_millis(50))).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn accounts_in_postgresql_are_changed_on_every_node_at_once() {
    let Some(database) = Database::create("accounts_in_postgresql").await else { return };
    let url = database.url();
    let store = PostgresStore::open(&url).await.unwrap();
    // Longer than this test waits.
    let service = service(store.clone()).fanout(PostgresFanout::new(&store)).cache_ttl(Duration::from_mins(1));
    accounts(&url, service).await;
}

#[test]
fn a_missing_file_is_no_empty_database() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}/misspelt.db", folder.path().display());
    let refused = Cli(&url).run("user list", "");
    assert!(refused.code == 2 && refused.err.contains("--create-database"), "{}", refused.err);
    assert!(!folder.path().join("misspelt.db").exists());
    assert_eq!(Cli(&url).json("user list --create-database", "")["users"], json!([]));
}

#[test]
fn a_database_is_demanded_and_its_password_is_not_printed() {
    let refused = run("user list", "", &[]);
    assert!(refused.code == 2 && refused.err.contains("DATABASE_URL"), "{}", refused.err);
    for url in ["mysql://ada:hunter2@127.0.0.1/x", "postgres://ada:hunter2@127.0.0.1:1/x"] {
        let refused = Cli(url).run("user list", "");
        assert!(refused.code >= 2 && !refused.err.contains("hunter2"), "{}", refused.err);
    }
    let help = run("user --help", "", &[("DATABASE_URL", "postgres://ada:hunter2@127.0.0.1/x")]);
    assert!(help.out.contains("DATABASE_URL") && !help.out.contains("hunter2"), "{}", help.out);
}

#[tokio::test(flavor = "multi_thread")]
async fn text_of_a_client_is_no_command_of_the_terminal() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}/service.db", folder.path().display());
    let auth = service(SqliteStore::open(&url).await.unwrap()).build().unwrap();
    Cli(&url).json("user create ada@example.com", &format!("{PASSWORD}\n"));
    let mut login = Login::new("ada@example.com", PASSWORD);
    login.agent = Some("\u{1b}]0;title\u{7}curl".to_owned());
    auth.login(&Context::system("test"), login).await.unwrap();
    let text = Cli(&url).text("session list ada@example.com");
    assert!(text.contains("curl") && !text.contains('\u{1b}'), "{text:?}");
}
