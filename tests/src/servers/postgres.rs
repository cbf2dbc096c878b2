//! A PostgreSQL server for the tests.

use std::fs;
use std::path::PathBuf;
use std::process::Stdio;

use super::process::{Folder, Port, Server, program};
use super::tls::Certificate;

/// A temporary PostgreSQL server, which a test can stop and start. It ends with the test process.
pub struct Postgres {
    folder: Folder,
    programs: PathBuf,
    port: Port,
    settings: Vec<String>,
    running: Option<Server>,
}

impl Postgres {
    /// A running server; leaves the suite out when PostgreSQL is not installed.
    #[must_use]
    pub fn start(suite: &str) -> Option<Self> {
        Self::start_with(suite, &[])
    }

    /// The same with more settings, such as `log_statement=all`.
    #[must_use]
    pub fn start_with(suite: &str, settings: &[&str]) -> Option<Self> {
        let mut server = Self::new(suite, settings)?;
        server.start_again();
        Some(server)
    }

    /// A server that accepts only TLS as `localhost`, and the file of the authority that signed its certificate.
    #[must_use]
    pub fn start_with_tls(suite: &str) -> Option<(Self, PathBuf)> {
        let mut server = Self::new(suite, &["ssl=on"])?;
        let tls = Certificate::make(&server.folder, suite)?;
        server.settings.push(format!("ssl_cert_file={}", tls.chain.display()));
        server.settings.push(format!("ssl_key_file={}", tls.key.display()));
        server.start_again();
        Some((server, tls.authority))
    }

    /// Its port.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port.number()
    }

    fn new(suite: &str, settings: &[&str]) -> Option<Self> {
        let Some(postgres) = program("postgres", debian()) else {
            super::leave_out(suite, "install PostgreSQL (Debian: `apt-get install postgresql`) or set DATABASE_URL");
            return None;
        };
        let programs = postgres.parent()?.to_owned();
        let settings = settings.iter().map(|&setting| setting.to_owned()).collect();
        let mut server = Self { folder: Folder::new(), programs, port: Port::reserve(), settings, running: None };
        server.create();
        Some(server)
    }

    /// The URL of a database on it; `postgres` is always there.
    #[must_use]
    pub fn url(&self, database: &str) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{database}", self.port())
    }

    /// Stops it at once, as a crash would; committed data is kept.
    pub fn stop(&mut self) {
        if let Some(server) = self.running.take() {
            server.stop();
        }
    }

    /// Starts it again on the same port.
    pub fn start_again(&mut self) {
        let postgres = self.programs.join("postgres");
        let port = self.port().to_string();
        let mut command = vec![postgres.to_str().expect("UTF-8"), "-D", "data", "-p", &port];
        let settings = [
            "listen_addresses=localhost",
            "unix_socket_directories=",
            "max_connections=300",
            // Only a power failure could lose data by this; a killed server loses none.
            "fsync=off",
            "full_page_writes=off",
        ];
        let settings = settings.into_iter().chain(self.settings.iter().map(String::as_str));
        command.extend(settings.flat_map(|setting| ["-c", setting]));
        self.running = Some(Server::start(&self.folder, "QUIT", &command));
        self.folder.wait_for("PostgreSQL", || {
            let mut ready = self.folder.command(self.programs.join("pg_isready"));
            ready.args(["-q", "-h", "127.0.0.1", "-p", &port]).status().is_ok_and(|status| status.success())
        });
    }

    fn create(&mut self) {
        let mut initdb = self.folder.command(self.programs.join("initdb"));
        initdb.args(["-D", "data", "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"]);
        let made = initdb.stdout(Stdio::null()).stderr(Stdio::piped()).output().expect("initdb beside postgres");
        assert!(made.status.success(), "initdb: {}", String::from_utf8_lossy(&made.stderr));
    }
}

/// Debian's folders of the server's programs, newest version first; `AUTH_TESTS_POSTGRESQL` names another folder.
fn debian() -> Vec<PathBuf> {
    let folder = std::env::var_os("AUTH_TESTS_POSTGRESQL").unwrap_or_else(|| "/usr/lib/postgresql".into());
    let versions = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut versions: Vec<_> =
        versions.filter_map(|entry| Some((entry.file_name().to_str()?.parse::<u32>().ok()?, entry.path()))).collect();
    versions.sort_unstable_by(|a, b| b.cmp(a));
    versions.into_iter().map(|(_, path)| path.join("bin")).collect()
}
