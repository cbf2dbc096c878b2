//! A server process that ends with this one, however this one ends.

use std::fs;
use std::io::Write;
use std::net::{Ipv4Addr, TcpListener, UdpSocket};
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// A shell in between: it waits for the end of its input, which comes when this process closes the pipe or dies, and
/// then stops the server. `keep` keeps the server's files.
const WATCHDOG: &str = r#"
signal=$1; folder=$2; shift 2
"$@" </dev/null >>"$folder/log" 2>&1 &
server=$!
read -r word
kill -s "$signal" "$server"
wait "$server"
[ "$word" = keep ] || rm -rf "$folder"
"#;

/// How long a server may take to answer after its start, on a busy machine.
const START: Duration = Duration::from_mins(1);

pub(super) struct Server {
    watchdog: Child,
}

impl Server {
    /// Starts `command`, to be stopped by `signal`; its output goes to `log` in the folder.
    pub(super) fn start(folder: &Folder, signal: &str, command: &[&str]) -> Self {
        let mut watchdog = folder.command("sh");
        watchdog.args(["-c", WATCHDOG, "watchdog", signal]).arg(&folder.path).args(command);
        // Its own process group: an interrupt at the terminal ends the tests, and their end stops the server.
        watchdog.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).process_group(0);
        Self { watchdog: watchdog.spawn().expect("a shell") }
    }

    /// Stops the server and keeps its files.
    pub(super) fn stop(mut self) {
        let mut input = self.watchdog.stdin.take().expect("the watchdog's input is piped");
        input.write_all(b"keep\n").expect("the watchdog runs");
        self.watchdog.wait().expect("the watchdog ends");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.watchdog.stdin.take());
        let _ = self.watchdog.wait();
    }
}

/// A temporary folder that belongs to the server's user.
pub(super) struct Folder {
    pub(super) path: PathBuf,
    /// An unprivileged user where this process runs as root: PostgreSQL refuses to run as root.
    runs_as: Option<(u32, u32)>,
}

impl Folder {
    pub(super) fn new() -> Self {
        let path = tempfile::Builder::new().prefix("auth-tests-").tempdir().expect("a temporary folder").keep();
        let runs_as = is_root().then(unprivileged);
        if let Some((uid, gid)) = runs_as {
            chown(&path, Some(uid), Some(gid)).expect("root may give a folder away");
        }
        Self { path, runs_as }
    }

    /// A command that runs as the folder's owner, in the folder.
    pub(super) fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.path).env("LC_ALL", "C");
        if let Some((uid, gid)) = self.runs_as {
            command.uid(uid).gid(gid);
        }
        command
    }

    /// Waits until the server answers.
    pub(super) fn wait_for(&self, server: &str, answers: impl Fn() -> bool) {
        let deadline = Instant::now() + START;
        while !answers() {
            let log = || fs::read_to_string(self.path.join("log")).unwrap_or_default();
            assert!(Instant::now() < deadline, "{server} did not start:\n{}", log());
            sleep(Duration::from_millis(20));
        }
    }
}

/// A port for a server that stops and restarts. It is reserved as long as this value lives, with or without the server.
///
/// It is outside the ephemeral range, and the UDP port of the same number is bound as a lock between test processes.
pub struct Port {
    number: u16,
    _twin: UdpSocket,
}

impl Port {
    #[must_use]
    pub fn reserve() -> Self {
        let given_away = fs::read_to_string("/proc/sys/net/ipv4/ip_local_port_range").unwrap_or_default();
        let end = given_away.split_whitespace().next().and_then(|first| first.parse().ok()).unwrap_or(32_768);
        let ours = if end > 12_000 { 10_000..end } else { 10_000..u16::MAX };
        let free = (0..10_000).find_map(|_| {
            let [high, low, ..] = *uuid::Uuid::new_v4().as_bytes();
            let number = ours.start + u16::from_be_bytes([high, low]) % (ours.end - ours.start);
            let twin = UdpSocket::bind((Ipv4Addr::LOCALHOST, number)).ok()?;
            TcpListener::bind((Ipv4Addr::LOCALHOST, number)).ok()?;
            Some(Self { number, _twin: twin })
        });
        free.expect("a free port")
    }

    #[must_use]
    pub const fn number(&self) -> u16 {
        self.number
    }
}

/// A program in `PATH` or in one of these folders.
pub(super) fn program(name: &str, folders: impl IntoIterator<Item = PathBuf>) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders: Vec<_> = folders.into_iter().chain(std::env::split_paths(&path)).collect();
    folders.into_iter().map(|folder| folder.join(name)).find(|file| file.is_file())
}

fn is_root() -> bool {
    Path::new("/proc/self").metadata().is_ok_and(|process| process.uid() == 0)
}

fn unprivileged() -> (u32, u32) {
    let passwd = fs::read_to_string("/etc/passwd").expect("/etc/passwd");
    let ids = |user: &str| {
        let line = passwd.lines().find(|line| line.split(':').next() == Some(user))?;
        let mut fields = line.split(':').skip(2);
        Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
    };
    ids("postgres").or_else(|| ids("nobody")).expect("a user without privileges")
}
