//! Each example as a newcomer starts it: it says where it listens, refuses a request without credentials, answers the
//! documented ones, and ends with SIGTERM.
//!
//! In CI each is started by its command, `cargo run -p NAME`, and so built with the features that its manifest names. That
//! builds auth-core seven times; elsewhere all are built at once, and started as that command starts them.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead as _, BufReader, Lines};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::OnceLock;

use auth_tests::servers::{Database, Redis};
use auth_tests::{Client, Tokens};
use reqwest::StatusCode;
use serde_json::{Value, json};
use tempfile::TempDir;

const PASSWORD: &str = "three words and a comma";

const NAMES: [&str; 9] = [
    "browser-app",
    "cluster",
    "existing-users",
    "fastapi-tutorial",
    "minimal",
    "own-tables",
    "quickstart",
    "realworld",
    "resource-server",
];

/// `cargo run -p name`, or the program that it would start.
fn command(name: &str) -> Command {
    static BUILT: OnceLock<BTreeMap<String, String>> = OnceLock::new();
    if std::env::var("CI").is_ok_and(|ci| ci == "true") {
        let mut command = cargo("run");
        command.args(["--package", name]);
        return command;
    }
    Command::new(&BUILT.get_or_init(build)[name])
}

/// Builds every example; returns the programs by name.
fn build() -> BTreeMap<String, String> {
    let packages = NAMES.iter().flat_map(|name| ["--package", name]);
    let mut build = cargo("build");
    let output = build.arg("--message-format=json").args(packages).stderr(Stdio::inherit()).output().unwrap();
    assert!(output.status.success(), "the examples are not built");
    let messages = output.stdout.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    let messages = messages.map(|line| serde_json::from_slice::<Value>(line).unwrap());
    let text = |value: &Value| value.as_str().map(str::to_owned);
    messages.filter_map(|built| Some((text(&built["target"]["name"])?, text(&built["executable"])?))).collect()
}

fn cargo(subcommand: &str) -> Command {
    let mut command = Command::new(env!("CARGO"));
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.toml");
    command.args([subcommand, "--quiet", "--offline", "--locked", "--manifest-path", manifest]);
    command
}

/// An example that was started. Drop kills it.
struct Example {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
    printed: Vec<String>,
    base: String,
    folder: TempDir,
}

impl Example {
    fn start(name: &str) -> Self {
        let folder = TempDir::new().unwrap();
        let database = super::database(&folder);
        Self::start_with(name, folder, &[("DATABASE_URL", &database)])
    }

    fn start_with(name: &str, folder: TempDir, env: &[(&str, &str)]) -> Self {
        let mut command = command(name);
        let log = File::create(folder.path().join("log")).unwrap();
        command.current_dir(folder.path()).stdout(Stdio::piped()).stderr(log);
        command.env("BIND", "127.0.0.1:0").envs(env.iter().copied());
        let mut child = command.spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut example = Self { child, lines, printed: Vec::new(), base: String::new(), folder };
        example.base = example.line_with("listening on ");
        example
    }

    /// Reads until a line has `text`; returns what follows it.
    fn line_with(&mut self, text: &str) -> String {
        loop {
            let Some(line) = self.lines.next() else {
                panic!("the example ended\n{}", std::fs::read_to_string(self.folder.path().join("log")).unwrap());
            };
            self.printed.push(line.unwrap());
            if let Some((_, rest)) = self.printed[self.printed.len() - 1].split_once(text) {
                return rest.to_owned();
            }
        }
    }

    fn client(&self) -> Client {
        Client::new(&self.base)
    }

    /// The output of a command that a page or the example itself shows.
    fn shell(&self, script: &str) -> String {
        let script = script.replace("localhost:3000", self.base.trim_start_matches("http://"));
        let output = Command::new("bash").args(["-euc", &script]).current_dir(self.folder.path()).output().unwrap();
        assert!(output.status.success(), "{script}\n{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// The answer to the only shell block of the example's page.
    fn page(&self, page: &str) -> Value {
        let (_, block) = page.split_once("```sh\n").expect("a block");
        serde_json::from_str(&self.shell(block.split_once("```").expect("its end").0)).unwrap()
    }

    /// Registers a user by the ready routes.
    async fn user(&self) -> Tokens {
        self.client().register("ada@example.com", PASSWORD).await;
        self.client().login("ada@example.com", PASSWORD).await
    }

    async fn refuses(&self, path: &str) {
        assert_eq!(self.client().get(path).await.status, StatusCode::UNAUTHORIZED, "{path}");
    }

    async fn answers(&self, token: &str, path: &str) {
        assert_eq!(self.client().get_as(token, path).await.status, StatusCode::OK, "{path}");
    }

    /// SIGTERM, as a service manager sends it to the process, and cargo passes its exit code on.
    fn stop(mut self) {
        let sent = Command::new("kill").arg(self.child.id().to_string()).status().unwrap();
        assert!(sent.success());
        let status = self.child.wait().unwrap();
        assert!(status.success(), "{status}");
    }
}

impl Drop for Example {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test]
async fn quickstart_starts() {
    let folder = TempDir::new().unwrap();
    let database = super::database(&folder);
    let example =
        Example::start_with("quickstart", folder, &[("DATABASE_URL", &database), ("ADMIN_PASSWORD", PASSWORD)]);
    example.refuses("/users/me").await;
    example.answers(&example.user().await.access, "/users/me").await;
    let admin = example.client().login("admin@example.com", PASSWORD).await;
    example.answers(&admin.access, "/users").await;
    example.stop();
}

#[tokio::test]
async fn minimal_starts() {
    let example = Example::start("minimal");
    example.refuses("/me").await;
    example.answers(&example.user().await.access, "/me").await;
    example.stop();
}

#[tokio::test]
async fn resource_server_starts_and_prints_commands_that_work() {
    let example = Example::start("resource-server");
    example.refuses("/reports").await;
    let commands: Vec<_> = example.printed.iter().filter(|line| line.starts_with("curl ")).collect();
    let [editor, reader, reports] = commands[..] else { panic!("{:?}", example.printed) };
    for login in [editor, reader] {
        let tokens: Value = serde_json::from_str(&example.shell(login)).unwrap();
        let token = tokens["access_token"].as_str().unwrap();
        let answer = example.shell(&format!("access_token={token}\n{reports}"));
        assert!(answer.starts_with("HTTP/1.1 200 OK") && answer.ends_with(r#"["July","August"]"#), "{answer}");
    }
    example.stop();
}

#[tokio::test]
async fn existing_users_starts() {
    let example = Example::start("existing-users");
    example.refuses("/me").await;
    example.answers(&example.user().await.access, "/me").await;
    example.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn cluster_starts_and_shows_that_its_nodes_are_one_service() {
    let suite = "example of three nodes by its command";
    let (Some(database), Some(redis)) = (Database::create(suite).await, Redis::shared(suite)) else { return };
    let env = [("DATABASE_URL", &*database.url()), ("REDIS_URL", &*redis)];
    let mut example = Example::start_with("cluster", TempDir::new().unwrap(), &env);
    example.line_with("serving; ");
    example.refuses("/me").await;
    example.answers(&example.user().await.access, "/me").await;
    example.stop();
}

#[tokio::test]
async fn browser_app_starts() {
    let example = Example::start("browser-app");
    let browser = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    // A page without a login leads to the form, and a form of no site is refused.
    let answer = browser.get(&example.base).header("accept", "text/html").send().await.unwrap();
    let to = answer.headers().get("location").expect("the login page").to_str().unwrap();
    assert!(to.starts_with("/login"), "{to}");
    example.refuses("/").await;
    let form = [("email", "ada@example.com"), ("password", PASSWORD), ("next", "/")];
    let post = browser.post(format!("{}/register", example.base)).header("origin", &example.base).form(&form);
    let answer = post.send().await.unwrap();
    let cookies = answer.headers().get_all("set-cookie").iter().map(|cookie| cookie.to_str().unwrap());
    let cookies: Vec<_> = cookies.filter_map(|cookie| cookie.split(';').next()).collect();
    let page = browser.get(&example.base).header("cookie", cookies.join("; ")).send().await.unwrap();
    assert_eq!(page.status(), StatusCode::OK);
    example.stop();
}

#[tokio::test]
async fn realworld_starts_and_its_page_shows_a_registration() {
    let example = Example::start("realworld");
    example.refuses("/api/user").await;
    let user = &example.page(include_str!("../../../examples/realworld/README.md"))["user"];
    let request = example.client().request(reqwest::Method::GET, "/api/user");
    let request = request.header("authorization", format!("Token {}", user["token"].as_str().unwrap()));
    assert_eq!(example.client().send(request).await.json()["user"]["username"], json!("jake"));
    example.stop();
}

#[tokio::test]
async fn fastapi_tutorial_starts_and_its_page_shows_a_login() {
    let example = Example::start("fastapi-tutorial");
    example.refuses("/users/me/").await;
    let tokens = example.page(include_str!("../../../examples/fastapi-tutorial/README.md"));
    example.answers(tokens["access_token"].as_str().unwrap(), "/users/me/items/").await;
    example.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn own_tables_starts_on_sqlite_and_on_postgresql() {
    let mut databases = vec![None];
    if let Some(database) = Database::create("own tables on PostgreSQL, by their command").await {
        databases.push(Some(database));
    }
    for database in &databases {
        let folder = TempDir::new().unwrap();
        let url = database.as_ref().map_or_else(|| super::database(&folder), Database::url);
        let example = Example::start_with("own-tables", folder, &[("DATABASE_URL", &url)]);
        example.refuses("/notes").await;
        let body = json!({ "email": "ada@example.com", "password": PASSWORD, "name": "Ada" });
        assert_eq!(example.client().post_json("/register", &body).await.status, StatusCode::CREATED);
        example.answers(&example.client().login("ada@example.com", PASSWORD).await.access, "/notes").await;
        example.stop();
    }
}

#[test]
fn every_example_is_listed() {
    for entry in std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../examples")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(include_str!("../../../README.md").contains(&format!("| [{name}](examples/{name}) |")), "{name}");
        assert!(NAMES.contains(&&*name), "{name}");
    }
}
