//! An editor's side of rust-analyzer: requests and answers over its standard input and output.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;

const CONTENT_MODIFIED: i32 = -32801;

/// A running rust-analyzer with one crate, whose one file is edited.
pub(crate) struct Editor {
    server: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    file: String,
    _folder: TempDir,
    last: u64,
    /// Whether the server's last status says that it has processed all input.
    quiescent: bool,
}

impl Editor {
    /// Starts the server `command` on `project`, which is written as a `rust-project.json`, and opens `lib.rs` of
    /// `folder`.
    pub(crate) fn open(mut command: Command, project: &Value, folder: TempDir) -> Self {
        let mut server = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let (input, output) = (server.stdin.take().unwrap(), BufReader::new(server.stdout.take().unwrap()));
        let (root, file) = (uri(folder.path()), uri(&folder.path().join("lib.rs")));
        let mut editor = Self { server, input, output, file, _folder: folder, last: 0, quiescent: false };
        // The server does not run Cargo and reports when it has processed its input, so the test needs no timeout.
        editor.ask(
            "initialize",
            &json!({
                "processId": std::process::id(),
                "rootUri": root,
                "capabilities": { "experimental": { "serverStatusNotification": true } },
                "initializationOptions": {
                    "linkedProjects": [project],
                    "checkOnSave": false,
                    "cachePriming": { "enable": false },
                    "numThreads": 1,
                },
            }),
        );
        editor.tell("initialized", &json!({}));
        let document = json!({ "uri": editor.file, "languageId": "rust", "version": 0, "text": "" });
        editor.tell("textDocument/didOpen", &json!({ "textDocument": document }));
        while !editor.quiescent {
            editor.next();
        }
        editor
    }

    /// Replaces the contents of the file by `text`.
    pub(crate) fn write(&mut self, text: &str) {
        self.last += 1;
        let document = json!({ "uri": self.file, "version": self.last });
        let changes = json!([{ "text": text }]);
        self.tell("textDocument/didChange", &json!({ "textDocument": document, "contentChanges": changes }));
    }

    /// The completions that the server offers at a line and column.
    pub(crate) fn completions(&mut self, at: (usize, usize)) -> Vec<String> {
        let answer = self.ask("textDocument/completion", &self.place(at));
        let items = answer["items"].as_array().or(answer.as_array()).cloned().unwrap_or_default();
        items.iter().filter_map(|item| item["label"].as_str()).map(str::to_owned).collect()
    }

    /// The line of the definition of the item at a position.
    pub(crate) fn definition(&mut self, at: (usize, usize)) -> Option<usize> {
        let answer = self.ask("textDocument/definition", &self.place(at));
        let line = answer[0]["range"]["start"]["line"].as_u64()?;
        usize::try_from(line).ok()
    }

    /// The expansion of the macro at a position.
    pub(crate) fn expansion(&mut self, at: (usize, usize)) -> String {
        let answer = self.ask("rust-analyzer/expandMacro", &self.place(at));
        answer["expansion"].as_str().unwrap_or_default().to_owned()
    }

    fn place(&self, (line, character): (usize, usize)) -> Value {
        json!({ "textDocument": { "uri": self.file }, "position": { "line": line, "character": character } })
    }

    fn ask(&mut self, method: &str, params: &Value) -> Value {
        loop {
            self.last += 1;
            let id = self.last;
            self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }));
            let answer = loop {
                let message = self.next();
                if message["id"] == id && message.get("method").is_none() {
                    break message;
                }
            };
            match answer.get("error") {
                None => return answer["result"].clone(),
                // The protocol's error for a request about outdated contents: ask again.
                Some(error) if error["code"] == CONTENT_MODIFIED => {}
                Some(error) => panic!("{method}: {error}"),
            }
        }
    }

    fn tell(&mut self, method: &str, params: &Value) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }));
    }

    fn send(&mut self, message: &Value) {
        let message = message.to_string();
        write!(self.input, "Content-Length: {}\r\n\r\n{message}", message.len()).unwrap();
        self.input.flush().unwrap();
    }

    /// The server's next message. Requests of the server are answered with an empty result.
    fn next(&mut self) -> Value {
        let mut length = 0;
        loop {
            let mut line = String::new();
            assert!(self.output.read_line(&mut line).unwrap() > 0, "rust-analyzer has ended");
            match line.trim_end().split_once(": ") {
                Some(("Content-Length", value)) => length = value.parse().unwrap(),
                Some(_) => {}
                None => break,
            }
        }
        let mut message = vec![0; length];
        self.output.read_exact(&mut message).unwrap();
        let message: Value = serde_json::from_slice(&message).unwrap();
        if message["method"] == "experimental/serverStatus" {
            self.quiescent = message["params"]["quiescent"] == true;
        }
        if let (Some(_), Some(id)) = (message.get("method"), message.get("id")) {
            self.send(&json!({ "jsonrpc": "2.0", "id": id, "result": null }));
        }
        message
    }
}

impl Drop for Editor {
    fn drop(&mut self) {
        // It has nothing to save.
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

fn uri(path: &Path) -> String {
    format!("file://{}", path.display())
}
