//! A PostgreSQL proxy that lets through a limited number of requests.

use std::collections::HashMap;
use std::io;

use sqlx::postgres::PgConnectOptions;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, copy};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// A setting that only the purge transaction contains, which also runs at the start of a node.
const HOUSEKEEPING: &str = "enable_sort";

/// A proxy before a database server that lets through a given number of steps. A step is a client's messages up to the
/// one that makes the server answer.
pub struct Valve {
    url: String,
    state: watch::Sender<State>,
}

#[derive(Clone, Default)]
struct State {
    /// Connections of an older generation are closed.
    generation: u64,
    /// Requests that are let through from now on; no limit if `None`.
    left: Option<usize>,
    /// The statement of the first request that was held.
    held: Option<String>,
    /// Whether the purge task of this generation has run.
    tidied: bool,
}

impl Valve {
    /// A proxy before the server of a URL, without a limit.
    pub async fn before(url: &str) -> Self {
        let options: PgConnectOptions = url.parse().unwrap();
        let server = (options.get_host().to_owned(), options.get_port());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let url = url.replacen(&format!("{}:{}", server.0, server.1), &format!("127.0.0.1:{port}"), 1);
        assert!(url.contains(&port.to_string()), "DATABASE_URL names a host and a port");
        let state = watch::Sender::new(State::default());
        let shared = state.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(connection(client, server.clone(), shared.clone()));
            }
        });
        Self { url, state }
    }

    /// The database's URL through the proxy.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Waits until the node behind it sends no request of its own for the next minute.
    pub async fn quiet(&self) {
        self.state.subscribe().wait_for(|state| state.tidied).await.unwrap();
    }

    /// Sets the number of further requests to let through.
    pub fn limit(&self, requests: usize) {
        self.state.send_modify(|state| state.left = Some(requests));
    }

    /// Waits until a request is held, and returns its statement.
    pub async fn holds(&self) -> String {
        self.state.subscribe().wait_for(|state| state.held.is_some()).await.unwrap().held.clone().unwrap()
    }

    /// Closes every connection, with the requests held on it, and accepts new ones without a limit.
    pub fn cut(&self) {
        self.state.send_modify(|state| *state = State { generation: state.generation + 1, ..State::default() });
    }
}

async fn connection(client: TcpStream, server: (String, u16), state: watch::Sender<State>) {
    let Ok(server) = TcpStream::connect(server).await else { return };
    // Sends each message at once.
    if client.set_nodelay(true).and(server.set_nodelay(true)).is_err() {
        return;
    }
    let generation = state.borrow().generation;
    let ((from_client, mut to_client), (mut from_server, to_server)) = (client.into_split(), server.into_split());
    let mut changes = state.subscribe();
    tokio::select! {
        _ = forward(from_client, to_server, &state, generation) => {}
        _ = copy(&mut from_server, &mut to_client) => {}
        _ = changes.wait_for(|state| state.generation != generation) => {}
    }
}

/// Forwards message by message, in PostgreSQL's protocol 3.0.
async fn forward(
    mut client: OwnedReadHalf,
    mut server: OwnedWriteHalf,
    state: &watch::Sender<State>,
    generation: u64,
) -> io::Result<()> {
    // The messages that begin a connection have no type, and a length that includes itself: requests for TLS, then the
    // start.
    loop {
        let message = body(&mut client).await?;
        server.write_all(&message).await?;
        if message[4..8] == 0x0003_0000_u32.to_be_bytes() {
            break;
        }
    }
    let mut prepared = HashMap::new();
    let (mut listens, mut tidies, mut begins) = (false, false, true);
    loop {
        let kind = client.read_u8().await?;
        let message = body(&mut client).await?;
        let says = says(kind, &message[4..], &mut prepared);
        // A node that listens for changes checks now and then whether its connection is alive.
        listens |= says.starts_with("LISTEN");
        // Messages that only prepare a statement, check a connection or close it are not steps.
        if begins && !listens && !matches!(kind, b'P' | b'S' | b'X') {
            pass(state, generation, &says).await;
        }
        begins = matches!(kind, b'S' | b'Q');
        server.write_all(&[&[kind], message.as_slice()].concat()).await?;
        tidies |= says.contains(HOUSEKEEPING);
        if tidies && says == "COMMIT" {
            tidies = false;
            state.send_modify(|state| state.tidied = true);
        }
    }
}

/// Reads a length and the bytes after it.
async fn body(from: &mut OwnedReadHalf) -> io::Result<Vec<u8>> {
    let length = from.read_u32().await?;
    let mut message = vec![0; usize::try_from(length).map_err(io::Error::other)?];
    message[..4].copy_from_slice(&length.to_be_bytes());
    from.read_exact(&mut message[4..]).await?;
    Ok(message)
}

/// The statement of a message, if it has one.
fn says(kind: u8, body: &[u8], prepared: &mut HashMap<Vec<u8>, String>) -> String {
    let mut texts = body.split(|byte| *byte == 0);
    let mut next = || texts.next().unwrap_or_default();
    let text = |bytes| String::from_utf8_lossy(bytes).trim().to_owned();
    match kind {
        b'Q' => text(next()),
        b'P' => {
            let (name, statement) = (next().to_owned(), text(next()));
            prepared.insert(name, statement.clone());
            statement
        }
        // A portal has its statement's name.
        b'B' => {
            next();
            prepared.get(next()).cloned().unwrap_or_default()
        }
        _ => String::new(),
    }
}

/// Returns when this request may proceed; never for one that is held.
async fn pass(state: &watch::Sender<State>, generation: u64, says: &str) {
    let mut goes_on = false;
    state.send_if_modified(|state| {
        if state.generation != generation {
            return false;
        }
        match &mut state.left {
            None => goes_on = true,
            Some(0) => {
                state.held.get_or_insert_with(|| says.to_owned());
                return true;
            }
            Some(left) => {
                *left -= 1;
                goes_on = true;
            }
        }
        false
    });
    if !goes_on {
        std::future::pending::<()>().await;
    }
}
