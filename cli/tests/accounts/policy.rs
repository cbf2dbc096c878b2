//! Policy tables compared and questioned.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

const OLD: &str = "\
GET /reports: all(auth, scope(\"reports:read\")) [app::reports]
DELETE /users/{id}: role(admin) [app::remove] where role(admin) is admin
GET /users/{id}: auth [app::show]
";

/// Standard output, standard error and exit code.
fn policy(arguments: &[&str]) -> (String, String, i32) {
    let output = Command::new(env!("CARGO_BIN_EXE_auth-core")).arg("policy").args(arguments).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (text(output.stdout), text(output.stderr), output.status.code().unwrap())
}

/// The old table, and one with `from` replaced.
fn tables(from: &str, to: &str) -> (TempDir, PathBuf, PathBuf) {
    let folder = TempDir::new().unwrap();
    let [old, new] = ["old.lock", "new.lock"].map(|name| folder.path().join(name));
    std::fs::write(&old, OLD).unwrap();
    std::fs::write(&new, OLD.replace(from, to)).unwrap();
    (folder, old, new)
}

fn shown(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn a_widening_has_its_exit_code_and_its_witness() {
    let (_folder, old, new) = tables("all(auth", "any(auth");
    let (text, _, code) = policy(&["diff", shown(&old), shown(&new)]);
    assert_eq!(code, 1);
    assert!(text.starts_with("WIDER GET /reports: any(auth, scope(\"reports:read\")) (was all("), "{text}");
    assert!(text.contains("now allowed: a subject without scope `reports:read`"), "{text}");
    let (markdown, _, code) = policy(&["diff", "--format", "markdown", shown(&old), shown(&new)]);
    assert!(code == 1 && markdown.contains("| **WIDER** | `` GET /reports `` |"), "{markdown}");
    for json in [["--json", "--format", "text"], ["--json", "--format", "json"]] {
        let (json, _, code) = policy(&[&["diff", shown(&old), shown(&new)], &json[..]].concat());
        let json: Value = serde_json::from_str(&json).unwrap();
        assert_eq!((code, &json["changes"][0]["kind"]), (1, &"wider".into()));
    }
    let (text, _, code) = policy(&["diff", shown(&new), shown(&old)]);
    assert!(code == 0 && text.starts_with("NARROWER GET /reports"), "{text}");
    let (text, _, code) = policy(&["diff", shown(&old), shown(&old)]);
    assert_eq!((text.as_str(), code), ("", 0));
}

#[test]
fn a_table_is_printed() {
    let (_folder, old, _) = tables("", "");
    let (text, _, code) = policy(&["show", shown(&old)]);
    assert_eq!(code, 0);
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], "METHOD  PATH         REQUIREMENT");
    assert_eq!(lines[3], "GET     /users/{id}  auth [app::show]", "{text}");
    let (json, _, _) = policy(&["--json", "show", shown(&old)]);
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(
        json[2],
        serde_json::json!({ "method": "GET", "path": "/users/{id}", "requirement": "auth [app::show]" })
    );
}

#[test]
fn questions_are_answered() {
    let (_folder, old, _) = tables("", "");
    let (text, _, code) = policy(&["who-can", shown(&old), "DELETE /users/{user}"]);
    assert_eq!((text.as_str(), code), ("DELETE /users/{id}: role(admin)\n  a subject with role `admin`\n", 0));
    let (text, _, code) = policy(&["what-can", shown(&old), "scope(\"reports:read\")"]);
    let words: Vec<_> = text.lines().map(|line| line.split(':').next().unwrap()).collect();
    assert_eq!(words, ["yes   GET /reports", "yes   GET /users/{id}", "some  DELETE /users/{id}"]);
    assert_eq!(code, 0);
    let (text, _, code) = policy(&["equivalent", shown(&old)]);
    assert_eq!((text.as_str(), code), ("", 0));
}

#[test]
fn what_cannot_be_read_is_an_error_with_its_place() {
    let (_folder, old, new) = tables("role(admin) [", "rol(admin) [");
    let (_, error, code) = policy(&["diff", shown(&old), shown(&new)]);
    assert!(code == 2 && error.contains("new.lock: not a policy table: line 2: expected a word"), "{error}");
    let (_, error, code) = policy(&["who-can", shown(&old), "GET /none"]);
    assert!(code == 2 && error.contains("no route matches `GET /none`"), "{error}");
    let (_, error, code) = policy(&["what-can", shown(&old), "rol(admin)"]);
    assert!(code == 2 && error.contains("expected a word of the requirement language at byte 0"), "{error}");
    let (_, error, code) = policy(&["equivalent", "/none/policy.lock"]);
    assert!(code == 2 && error.contains("cannot read /none/policy.lock"), "{error}");
}

#[test]
fn unused_names_have_their_exit_code() {
    let folder = TempDir::new().unwrap();
    let table = folder.path().join("policy.lock");
    let line = "GET /users: all(role(moderator), scope(\"users:read\")) [app::users] where role(moderator) is moderator or admin\n";
    std::fs::write(&table, line).unwrap();
    // The table knows that admins are moderators.
    let (text, _, code) = policy(&["unused", shown(&table)]);
    assert_eq!((text.as_str(), code), ("role admin\n", 1));
    let names = ["--role", "user,moderator", "--role", "admin", "--scope", "users:read", "--scope", "reports:read"];
    let (text, _, code) = policy(&[&["unused", shown(&table)], &names[..]].concat());
    assert_eq!((text.as_str(), code), ("role admin\nrole user\nscope reports:read\n", 1));
    let (json, _, code) = policy(&[&["unused", "--json", shown(&table)], &names[..]].concat());
    let expected = serde_json::json!({ "roles": ["admin", "user"], "scopes": ["reports:read"] });
    assert_eq!((serde_json::from_str::<Value>(&json).unwrap(), code), (expected, 1));

    std::fs::write(&table, line.replace(" or admin", "")).unwrap();
    let (text, _, code) = policy(&["unused", shown(&table), "--scope", "users:read"]);
    assert_eq!((text.as_str(), code), ("", 0));
    let (text, _, code) = policy(&["unused", shown(&table), "--scope", "users:write"]);
    assert_eq!((text.as_str(), code), ("scope users:write\n", 1));
    let (_, error, code) = policy(&["unused", "/none/policy.lock"]);
    assert!(code == 2 && error.contains("cannot read /none/policy.lock"), "{error}");
}

#[test]
fn redundant_requirements_have_their_exit_code() {
    let folder = TempDir::new().unwrap();
    let table = folder.path().join("policy.lock");
    let where_ = " where role(user) is user or admin, role(admin) is admin";
    let lines = [
        format!("GET /a: all(role(admin), role(user)) [app::a]{where_}"),
        format!("GET /b: all(role(user), role(admin)) [app::b]{where_}"),
        format!("GET /c: all(scope(\"s\"), all(role(admin), any(role(user), scope(\"t\")))) [app::c]{where_}"),
        // What the handler reads.
        format!("GET /d: all(role(admin), auth) [app::d]{where_}"),
        "GET /e: all(any(auth, api_key), scope(\"s\")) [app::e]".to_owned(),
        "GET /f: all(fresh(\"5m\"), fresh(\"10m\")) [app::f]".to_owned(),
    ];
    std::fs::write(&table, lines.join("\n")).unwrap();
    let (text, _, code) = policy(&["redundant", shown(&table)]);
    let expected = "GET /a: role(user) behind role(admin)\n\
                    GET /c: any(role(user), scope(\"t\")) behind all(scope(\"s\"), role(admin))\n\
                    GET /f: fresh(\"10m\") behind fresh(\"5m\")\n";
    assert_eq!((text.as_str(), code), (expected, 1));
    let (json, _, code) = policy(&["redundant", "--json", shown(&table)]);
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(
        (&json[0]["route"], &json[0]["own"], &json[0]["guard"]),
        (&"GET /a".into(), &"role(user)".into(), &"role(admin)".into())
    );
    assert_eq!(code, 1);
    std::fs::write(&table, &lines[1]).unwrap();
    let (text, _, code) = policy(&["redundant", shown(&table)]);
    assert_eq!((text.as_str(), code), ("", 0));
}

#[test]
fn completions_know_the_questions() {
    for shell in ["bash", "zsh", "fish"] {
        let output = Command::new(env!("CARGO_BIN_EXE_auth-core")).args(["completion", shell]).output().unwrap();
        let script = String::from_utf8(output.stdout).unwrap();
        for name in ["who-can", "what-can", "equivalent", "unused", "redundant"] {
            assert!(script.contains(name), "{shell}: {name}");
        }
    }
}

#[test]
fn more_ways_than_are_listed_and_none_are_said() {
    let folder = TempDir::new().unwrap();
    let table = folder.path().join("policy.lock");
    let scopes: Vec<_> = (0..70).map(|i| format!("scope(\"s{i}\")")).collect();
    std::fs::write(&table, format!("GET /a: any({}) [app::a]\nGET /b: any() [app::b]\n", scopes.join(", "))).unwrap();
    let (text, _, _) = policy(&["who-can", shown(&table), "/a"]);
    assert!(text.lines().count() > 40 && text.ends_with("\n  and others\n"), "{text}");
    let (text, _, _) = policy(&["who-can", shown(&table), "/b"]);
    assert_eq!(text, "GET /b: any()\n  no caller\n");
}

#[test]
fn a_table_of_others_commands_no_terminal_and_writes_no_line() {
    let scope = r#"scope("a`\u{1b}]0;x\u{7}\nSAME GET /reports")"#;
    let (_folder, old, new) = tables("scope(\"reports:read\")", scope);
    for arguments in [
        &["diff", shown(&old), shown(&new)][..],
        &["diff", "--format", "markdown", shown(&old), shown(&new)],
        &["who-can", shown(&new), "GET /reports"],
        &["what-can", shown(&new), scope],
        &["unused", shown(&new), "--scope", "b\u{1b}[2J"],
        &["who-can", shown(&new), "GET /\u{1b}[2J"],
    ] {
        let (text, error, _) = policy(arguments);
        assert!(!text.is_empty() || !error.is_empty(), "{arguments:?}");
        assert!(!(text.clone() + &error).contains(['\u{1b}', '\u{7}']), "{arguments:?}: {text}{error}");
        assert!(!text.lines().any(|line| line.starts_with("SAME")), "{arguments:?}: {text}");
    }
    for hidden in ["GET /users/\u{1b}[2J{id}: auth [app::show]", "GET /users/{id}: auth [app::\u{202e}show]"] {
        let (_folder, old, new) = tables("GET /users/{id}: auth [app::show]", hidden);
        let (_, error, code) = policy(&["diff", shown(&old), shown(&new)]);
        assert!(code == 2 && error.contains("a hidden character: "), "{error}");
    }
}
