//! A Redis or Valkey server for the tests.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::OnceLock;

use super::named;
use super::process::{Folder, Port, Server, program};
use super::tls::Certificate;

/// A temporary Redis server, which a test can stop and start. It ends with the test process.
pub struct Redis {
    folder: Folder,
    program: String,
    port: Port,
    tls: Option<Certificate>,
    running: Option<Server>,
}

impl Redis {
    /// A running server; leaves the suite out when neither Redis nor Valkey is installed.
    #[must_use]
    pub fn start(suite: &str) -> Option<Self> {
        let mut server = Self::new(suite)?;
        server.start_again();
        Some(server)
    }

    /// A server that accepts only TLS, with a certificate of an unknown authority.
    #[must_use]
    pub fn start_with_tls(suite: &str) -> Option<Self> {
        let mut server = Self::new(suite)?;
        server.tls = Some(Certificate::make(&server.folder, suite)?);
        server.start_again();
        Some(server)
    }

    fn new(suite: &str) -> Option<Self> {
        let Some(program) = ["redis-server", "valkey-server"].iter().find_map(|name| program(name, [])) else {
            super::leave_out(suite, "install Redis (Debian: `apt-get install redis-server`) or set REDIS_URL");
            return None;
        };
        let program = program.into_os_string().into_string().ok()?;
        Some(Self { folder: Folder::new(), program, port: Port::reserve(), tls: None, running: None })
    }

    /// The URL of the server of `REDIS_URL`, or of this test binary's server; leaves the suite out when there is
    /// neither. Tests share it, so each uses its own channel and keys.
    #[must_use]
    pub fn shared(suite: &str) -> Option<String> {
        static OWN: OnceLock<Option<Redis>> = OnceLock::new();
        if let Some(url) = named("REDIS_URL", &["redis://", "rediss://"]) {
            return Some(url);
        }
        let Some(server) = OWN.get_or_init(|| Self::start(suite)) else {
            super::leave_out(suite, "there is no Redis");
            return None;
        };
        Some(server.url())
    }

    /// Its URL.
    #[must_use]
    pub fn url(&self) -> String {
        match self.tls {
            None => format!("redis://127.0.0.1:{}", self.port.number()),
            Some(_) => format!("rediss://localhost:{}", self.port.number()),
        }
    }

    /// Stops it at once.
    pub fn stop(&mut self) {
        if let Some(server) = self.running.take() {
            server.stop();
        }
    }

    /// Starts it again on the same port, empty.
    pub fn start_again(&mut self) {
        let port = self.port.number().to_string();
        let mut command = vec![&*self.program, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"];
        if let Some(tls) = &self.tls {
            let files = [&tls.chain, &tls.key].map(|file| file.to_str().expect("UTF-8"));
            command.extend(["--port", "0", "--tls-port", &port, "--tls-auth-clients", "no"]);
            command.extend(["--tls-cert-file", files[0], "--tls-key-file", files[1], "--tls-ca-cert-file", files[0]]);
        } else {
            command.extend(["--port", &port]);
        }
        self.running = Some(Server::start(&self.folder, "KILL", &command));
        self.folder.wait_for("Redis", || match self.tls {
            None => answers(self.port.number()).unwrap_or(false),
            Some(_) => TcpStream::connect(("127.0.0.1", self.port.number())).is_ok(),
        });
    }
}

fn answers(port: u16) -> std::io::Result<bool> {
    let mut connection = TcpStream::connect(("127.0.0.1", port))?;
    connection.write_all(b"PING\r\n")?;
    let mut answer = [0; 5];
    connection.read_exact(&mut answer)?;
    Ok(&answer == b"+PONG")
}
