//! An invalid setting stops the start with one line that names the variable and the remedy.

use std::os::unix::fs::PermissionsExt as _;
use std::process::{Command, Stdio};

use auth_core::prelude::*;
use auth_core::recovery::LogDelivery;
use auth_core::store::MemoryStore;
use auth_core::testing::in_memory;
use auth_core::token::{SigningKey, random_secret};
use auth_core::{BuildError, Dpop};
use auth_tests::{ADMIN_PASSWORD, Node};

use crate::NODE;

#[track_caller]
fn refused(env: &[(&str, &str)], variable: &str, remedy: &str) {
    let output = Node::refuse_to_start(NODE, env);
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success(), "{env:?} started");
    let line = said.lines().last().unwrap_or_default();
    assert!(line.starts_with(&format!("quickstart: {variable}: ")), "{env:?}: {said}");
    assert!(line.contains(remedy), "{env:?}: {said}");
    assert!(output.stdout.is_empty(), "{:?}", String::from_utf8_lossy(&output.stdout));
    for (name, value) in env {
        if name.ends_with("_SECRET") && value.len() > 8 {
            assert!(!said.contains(value), "the secret itself was printed: {said}");
        }
    }
}

#[test]
fn weak_secrets_are_refused() {
    refused(&[("AUTH_SECRET", "31 bytes are not enough, really")], "AUTH_SECRET", "openssl rand");
    refused(&[("AUTH_SECRET", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")], "AUTH_SECRET", "openssl rand");
    refused(&[("AUTH_SECRET", "please-changeme-please-changeme-please")], "AUTH_SECRET", "openssl rand");
    let tutorial = "09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7";
    refused(&[("AUTH_SECRET", tutorial)], "AUTH_SECRET", "well-known");
    refused(&[("AUTH_SECRET", "abcdefghijklmnopqrstuvwxyz0123456789")], "AUTH_SECRET", "sequence");
    refused(&[("AUTH_SECRET", ""), ("AUTH_SECRET_FILE", "/nowhere/secret")], "AUTH_SECRET_FILE", "/nowhere/secret");
}

#[test]
fn invalid_settings_are_refused() {
    refused(&[("BIND", "here")], "BIND", "127.0.0.1:3000");
    refused(&[("BIND", "203.0.113.1:80")], "BIND", "choose another address");
    refused(&[("DATABASE_URL", "mysql://root:hunter2@db")], "DATABASE_URL", "sqlite://");
    refused(&[("DATABASE_URL", "sqlite:///nowhere/at/all.db")], "DATABASE_URL", "folder");
    refused(&[("AUTH_ACCESS_TTL", "soon")], "AUTH_ACCESS_TTL", "15m");
    refused(&[("AUTH_ACCESS_TTL", "15")], "AUTH_ACCESS_TTL", "15m");
    refused(&[("AUTH_ACCESS_TTL", "0s")], "AUTH_ACCESS_TTL", "15 minutes");
    for lifetime in ["AUTH_ACCESS_TTL", "AUTH_REFRESH_TTL", "AUTH_SESSION_TTL"] {
        refused(&[(lifetime, "8000years")], lifetime, "have no fixed length");
        refused(&[(lifetime, "15M")], lifetime, "`m` for minutes");
        refused(&[(lifetime, "4000d")], lifetime, "over 10 years");
        refused(&[(lifetime, "99999999999999999999s")], lifetime, "15m");
    }
    refused(&[("AUTH_CACHE_BOUND", "2h")], "AUTH_CACHE_BOUND", "over 1 hour; 5 seconds is usual (AUTH_CACHE_BOUND)");
    refused(&[("AUTH_REFRESH_TTL", "1s")], "AUTH_REFRESH_TTL", "7 days");
    refused(&[("AUTH_ACCESS_TTL", "30d")], "AUTH_ACCESS_TTL", "by default 7 days");
    refused(&[("AUTH_ACCESS_TTL", "2d"), ("AUTH_REFRESH_TTL", "1d")], "AUTH_REFRESH_TTL", "shorter than access_ttl");
    for issuer in
        ["http://", "http://x?q#f", "http://[::1", "https://x:99999", "https://ada:hunter2@x", "\"api\"", "a b"]
    {
        refused(&[("AUTH_ISSUER", issuer)], "AUTH_ISSUER", "(AUTH_ISSUER)");
    }
    for audience in ["\u{fc}", "\"api\"", "a\\b", "a\tb"] {
        refused(&[("AUTH_AUDIENCE", audience)], "AUTH_AUDIENCE", "realm of challenges");
    }
    refused(&[("AUTH_TRUSTED_PROXIES", "0.0.0.0/0")], "AUTH_TRUSTED_PROXIES", "length 0");
    for filter in ["loud", "info,auth", "auth=loud", "info,,debug", "auth"] {
        refused(&[("RUST_LOG", filter)], "RUST_LOG", "`info,auth=debug`");
    }
    let client = r#"[{"id": "app", "scopes": ["a b"]}]"#;
    refused(&[("AUTH_CLIENTS", client)], "AUTH_CLIENTS", "invalid scope");
    refused(&[("AUTH_SESSION_TTL", "1h")], "AUTH_SESSION_TTL", "30 days");
    refused(&[("AUTH_REFRESH_LEEWAY", "1h")], "AUTH_REFRESH_LEEWAY", "10 seconds");
    refused(&[("AUTH_CACHE_BOUND", "5")], "AUTH_CACHE_BOUND", "15m");
    refused(&[("AUTH_TOKEN_CACHE", "10k")], "AUTH_TOKEN_CACHE", "`10000`, or `0`");
    refused(&[("AUTH_CLOCK_SKEW", "1h")], "AUTH_CLOCK_SKEW", "5 seconds");
    refused(&[("AUTH_AUDIENCE", &"a".repeat(256))], "AUTH_AUDIENCE", "255 bytes");
    refused(&[("REDIS_URL", "cache.internal:6379")], "REDIS_URL", "redis://HOST:PORT");
    refused(&[("AUTH_RATE_LIMIT", "maybe")], "AUTH_RATE_LIMIT", "entry 1: write `on`, `off`");
    refused(&[("AUTH_RATE_LIMIT", "login failures account 20")], "AUTH_RATE_LIMIT", "entry 1: not a quota");
    refused(&[("AUTH_AUDIT_RETENTION", "1h")], "AUTH_AUDIT_RETENTION", "shorter than 1 day");
    refused(&[("AUTH_PRIVATE_REGISTRATION", "yes")], "AUTH_PRIVATE_REGISTRATION", "`on` nor `off`");
    refused(&[("AUTH_BROWSER_ORIGINS", "https://a.example,*")], "AUTH_BROWSER_ORIGINS", "https://app.example.com");
    refused(&[("AUTH_TRUSTED_PROXIES", "10.0.0.0/8;10.0.0.1")], "AUTH_TRUSTED_PROXIES", "separated by commas");
    refused(&[("ADMIN_EMAIL", "root")], "ADMIN_EMAIL", "admin@example.com");
    refused(&[("ADMIN_PASSWORD", "admin")], "ADMIN_PASSWORD", "15 characters");
}

#[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
enum Staff {
    Admin,
}

#[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
enum Customer {
    Guest,
}

#[test]
fn a_setting_that_could_have_no_effect_is_refused() {
    let key = SigningKey::hs256(&random_secret().unwrap()).unwrap();
    let store = MemoryStore::new();
    let without_tokens = Auth::builder(key, "https://api.example.com", "api").directory(store.clone());
    let without_tokens = without_tokens.sessions(store.clone()).api_keys(store).delivery(LogDelivery);
    let month = std::time::Duration::from_hours(30 * 24);
    for (named, builder) in [
        ("audit_retention", in_memory().audit_retention(month)),
        ("new_user_role", in_memory().roles::<Staff>().new_user_role(Customer::Guest)),
        ("dpop", in_memory().dpop(Dpop::required().remembered_proofs(0))),
        ("resource", in_memory().resource("https://api.example.com/a b")),
        ("private_registration", without_tokens.private_registration()),
    ] {
        let built = builder.build();
        assert!(matches!(built, Err(BuildError::Setting { setting, .. }) if setting == named), "{named}: {built:?}");
    }
    in_memory().roles::<Staff>().new_user_role(Staff::Admin).build().unwrap();
}

#[test]
fn invalid_settings_of_legacy_tokens_are_refused() {
    let secret = ("AUTH_LEGACY_SECRET", "of-the-service-that-was-here-before-9x");
    let refused = |more: &[(&str, &str)], variable, remedy| refused(&[&[secret], more].concat(), variable, remedy);
    refused(&[], "AUTH_LEGACY_UNTIL", "2027-03-31");
    refused(&[("AUTH_LEGACY_UNTIL", "next spring")], "AUTH_LEGACY_UNTIL", "2027-03-31");
    refused(&[("AUTH_LEGACY_UNTIL", "9999-12-31")], "AUTH_LEGACY_UNTIL", "more than a year");
    refused(&[("AUTH_LEGACY_UNTIL", "2001-01-01"), ("AUTH_LEGACY_SUBJECT", "email")], "AUTH_LEGACY_SUBJECT", "`login`");
    refused(
        &[("AUTH_LEGACY_UNTIL", "2001-01-01"), ("AUTH_LEGACY_SECRET", "short")],
        "AUTH_LEGACY_SECRET",
        "32 or more",
    );
    refused(&[("AUTH_LEGACY_SECRET_FILE", "/nowhere")], "AUTH_LEGACY_SECRET", "unset one of the two");
    let until = ("AUTH_LEGACY_UNTIL", "2001-01-01");
    self::refused(&[until], "AUTH_LEGACY_UNTIL", "AUTH_LEGACY_SECRET is unset");
    self::refused(&[until, ("AUTH_LEGACY_SECRET_FILE", "/nowhere")], "AUTH_LEGACY_SECRET_FILE", "/nowhere");
    refused(&[until, ("AUTH_LEGACY_ALGORITHM", "none")], "AUTH_LEGACY_ALGORITHM", "`HS384`");
    refused(&[until, ("AUTH_LEGACY_CLAIMS", r#"["iss"]"#)], "AUTH_LEGACY_CLAIMS", "a JSON object");
    refused(&[until, ("AUTH_LEGACY_CLAIMS", r#"{"iss": 7}"#)], "AUTH_LEGACY_CLAIMS", "a JSON object");
    refused(&[until, ("AUTH_LEGACY_WITHOUT", "exp")], "AUTH_LEGACY_WITHOUT", "`iat,type`");
    refused(&[until, ("AUTH_LEGACY_KEY_FILE", "/nowhere")], "AUTH_LEGACY_KEY_FILE", "/nowhere");
    for (variable, value) in [
        ("AUTH_LEGACY_ALGORITHM", "HS512"),
        ("AUTH_LEGACY_SUBJECT_CLAIM", "user_id"),
        ("AUTH_LEGACY_CLAIMS", "{}"),
        ("AUTH_LEGACY_WITHOUT", "iat"),
    ] {
        self::refused(&[(variable, value)], variable, "AUTH_LEGACY_SECRET is unset");
    }
}

#[test]
fn invalid_clients_are_refused() {
    let secret = "a-client-secret-of-32-bytes-or-more";
    let hash = "b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9";
    for (json, remedy) in [
        (format!(r#"[{{"id": "a", "secret": 7, "{secret}": 1}}]"#), "secret_sha256"),
        (format!(r#"{{"id": "a", "secret": "{secret}"}}"#), "secret_sha256"),
        (format!(r#"[{{"id": "a", "secrets": "{secret}"}}]"#), "secret_sha256"),
        (r#"[{"secret": "x"}]"#.to_owned(), "secret_sha256"),
        (r#"[{"id": "a"}, {"id": "b", "secret": "short"}]"#.to_owned(), "entry 2: the client secret has 5 bytes"),
        (format!(r#"[{{"id": "a", "secret": "{secret}", "secret_sha256": "{hash}"}}]"#), "one of the two"),
        (r#"[{"id": "a", "secret_sha256": "abc"}]"#.to_owned(), "64 hexadecimal digits"),
        (format!(r#"[{{"id": "a", "secret_sha256": "+{}"}}]"#, &hash[1..]), "64 hexadecimal digits"),
        (r#"[{"id": "", "secret_sha256": "abc"}]"#.to_owned(), "64 hexadecimal digits"),
        (r#"[{"id": ""}]"#.to_owned(), "1 to 255 printable"),
        (r#"[{"id": "b\u00fccher"}]"#.to_owned(), "1 to 255 printable"),
        (r#"[{"id": "a", "grants": ["client_credentials"]}]"#.to_owned(), "use `password` or `refresh_token`"),
        (r#"[{"id": "a", "introspect": true}]"#.to_owned(), "a public client cannot introspect"),
        (r#"[{"id": "a"}, {"id": "a"}]"#.to_owned(), "a unique id"),
        (r#"[{"id": "quickstart"}]"#.to_owned(), "the audience"),
    ] {
        refused(&[("AUTH_CLIENTS", &json)], "AUTH_CLIENTS", remedy);
        let said = Node::refuse_to_start(NODE, &[("AUTH_CLIENTS", &json)]).stderr;
        let said = String::from_utf8(said).unwrap();
        assert!(!said.contains(secret) && !said.contains(&hash[1..]), "what may be a secret was printed: {said}");
    }
    refused(&[("AUTH_CLIENTS_FILE", "/nowhere")], "AUTH_CLIENTS_FILE", "/nowhere");
}

#[test]
fn an_address_in_use_is_refused() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    refused(&[("BIND", &taken.local_addr().unwrap().to_string())], "BIND", "choose another address");
}

#[test]
fn a_misspelt_setting_is_warned_of() {
    let output = Node::refuse_to_start(NODE, &[("AUTH_DPOPP", "required"), ("AUTH_ACCESS_TTL", "never")]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("unknown setting AUTH_DPOPP; did you mean AUTH_DPOP?"), "{said}");
}

#[test]
fn a_key_file_that_others_can_read_is_warned_of() {
    let key = r#"{"kty":"OKP","crv":"Ed25519","d":"WZSlwWK7ERddGDbr1gJd8kLCJxkT3lHdofIdHhZTsk4","x":"M_q8a7iHQfZO3TZB0lzXTnuPDLIz2kzSn7Nq9G8UHUU"}"#;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("signing.jwk");
    std::fs::write(&path, key).unwrap();
    let name = path.to_str().unwrap();
    for (mode, warns) in [(0o600, false), (0o400, false), (0o640, true), (0o604, true)] {
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        let env = [("AUTH_SECRET", ""), ("AUTH_SIGNING_KEY_FILE", name), ("AUTH_ACCESS_TTL", "never")];
        let said = String::from_utf8(Node::refuse_to_start(NODE, &env).stderr).unwrap();
        let warning = format!("others can read the key in {name}; run `chmod 600 {name}`");
        assert_eq!(said.contains(&warning), warns, "{mode:o}: {said}");
    }
}

/// Files and secret stores add a line end, and some editors a byte order mark.
#[tokio::test]
async fn a_line_end_and_a_byte_order_mark_are_no_part_of_a_setting() {
    let password = format!("\u{feff}{ADMIN_PASSWORD}\r\n");
    let node = Node::start_with(
        NODE,
        &[
            ("BIND", "127.0.0.1:0\n"),
            ("DATABASE_URL", "\u{feff}sqlite://quickstart.db\n"),
            ("ADMIN_EMAIL", "admin@example.com\n"),
            ("ADMIN_PASSWORD", &password),
        ],
    );
    node.client().admin().await;
    assert!(node.path("quickstart.db").is_file());
}

#[test]
fn a_start_without_rate_limits_says_so() {
    for (setting, warns) in [("on", false), ("off", true)] {
        let node = Node::start_with(NODE, &[("AUTH_RATE_LIMIT", setting)]);
        let log = std::fs::read_to_string(node.path("log")).unwrap();
        assert_eq!(log.contains("rate limits are off"), warns, "{log}");
    }
}

/// The output of a quickstart with these arguments in this folder. Its input stays open, since it ends with that.
fn run(folder: &std::path::Path, arguments: &[&str], env: &[(&str, &str)]) -> (Option<i32>, String, String) {
    let mut command = Command::new(NODE);
    command.args(arguments).current_dir(folder).env_clear().env("BIND", "127.0.0.1:0").envs(env.iter().copied());
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let input = child.stdin.take();
    let output = child.wait_with_output().unwrap();
    drop(input);
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

#[test]
fn arguments_start_nothing() {
    let folder = tempfile::tempdir().unwrap();
    for (argument, code, out, err) in [
        ("--help", 0, "README.md", ""),
        ("-h", 0, "usage: quickstart", ""),
        ("--version", 0, "quickstart 0.", ""),
        ("serve", 2, "", "unknown argument"),
        ("--port=80", 2, "", "usage: quickstart"),
    ] {
        let (status, stdout, stderr) = run(folder.path(), &[argument], &[]);
        assert_eq!(status, Some(code), "{argument}");
        assert!(stdout.contains(out) && stdout.is_empty() == out.is_empty(), "{argument}: {stdout}");
        assert!(stderr.contains(err) && !stderr.contains("80"), "{argument}: {stderr}");
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "a file was made");
}

#[test]
fn an_invalid_setting_is_found_before_a_file_is_made() {
    for (name, value) in [
        ("ADMIN_PASSWORD", "admin"),
        ("AUTH_ACCESS_TTL", "8000years"),
        ("AUTH_REFRESH_TTL", "1s"),
        ("AUTH_CLIENTS", r#"[{"id": "quickstart"}]"#),
        ("REDIS_URL", "cache.internal:6379"),
        ("DATABASE_URL", "sqlite://"),
        ("DATABASE_URL", "sqlite://x.db?mode=ro"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let (status, stdout, stderr) = run(folder.path(), &[], &[(name, value)]);
        assert_eq!((status, stdout.as_str()), (Some(1), ""), "{name}={value}: {stderr}");
        let last = stderr.lines().last().unwrap();
        assert!(last.starts_with(&format!("quickstart: {name}: ")), "{name}={value}: {stderr}");
        let made: Vec<_> = std::fs::read_dir(folder.path()).unwrap().collect();
        assert!(made.is_empty(), "{name}={value}: {made:?}");
    }
}

#[test]
fn a_start_says_what_is_wrong_with_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let start = |env: &[(&str, &str)]| {
        let (status, _, stderr) = run(folder.path(), &[], &[&[("ADMIN_PASSWORD", ADMIN_PASSWORD)], env].concat());
        assert_eq!(status, Some(1), "{stderr}");
        stderr.lines().last().unwrap().to_owned()
    };
    let said = start(&[("DATABASE_URL", "sqlite://")]);
    assert!(said.contains("it names no file; write `sqlite://FILE`"), "{said}");
    let said = start(&[("DATABASE_URL", "sqlite://x.db?mode=ro")]);
    assert!(said.contains("cannot be read-only"), "{said}");
    let path = folder.path().join("folder");
    std::fs::create_dir(&path).unwrap();
    let said = start(&[("AUTH_SECRET_FILE", path.to_str().unwrap())]);
    assert!(said.contains("cannot read") && said.contains("name a file that this user can read"), "{said}");
    std::fs::create_dir(folder.path().join("quickstart.db.secret")).unwrap();
    let said = start(&[]);
    assert!(said.starts_with("quickstart: AUTH_SECRET: it is unset, and quickstart.db.secret"), "{said}");
    assert!(said.contains("set AUTH_SECRET"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_locked_file_is_named_with_the_remedy() {
    use sqlx::Connection as _;

    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}?mode=rwc", folder.path().join("quickstart.db").display());
    let mut other = sqlx::SqliteConnection::connect(&url).await.unwrap();
    sqlx::query("PRAGMA journal_mode = WAL").execute(&mut other).await.unwrap();
    sqlx::query("BEGIN IMMEDIATE").execute(&mut other).await.unwrap();
    let env = [("ADMIN_PASSWORD", ADMIN_PASSWORD)];
    let (status, _, stderr) = tokio::task::block_in_place(|| run(folder.path(), &[], &env));
    let last = stderr.lines().last().unwrap();
    assert_eq!(status, Some(1), "{stderr}");
    assert!(
        last.starts_with("quickstart: DATABASE_URL: the file quickstart.db is locked by another process"),
        "{last}"
    );
}
