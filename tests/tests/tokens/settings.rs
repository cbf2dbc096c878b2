//! Keys from the environment.
//!
//! The environment belongs to the process, so each case runs in a child process.

use std::process::Command;

use auth_core::Settings;

use crate::forge::{SECRET, pem};

/// Not a test: the child process of the others.
#[test]
#[ignore = "run by the other tests of this module"]
fn child() {
    match Settings::from_env() {
        Ok(settings) => println!("keys: {:?}, remembered: {:?}", settings.keys, settings.token_cache),
        Err(error) => println!("error: {error}"),
    }
}

/// Not a test either.
#[test]
#[ignore = "run by the other tests of this module"]
fn issuers_child() {
    match Settings::from_env() {
        Ok(settings) => println!("issuers: {:?}", settings.trusted_issuers),
        Err(error) => println!("error: {error}"),
    }
}

fn read(variables: &[(&str, &str)]) -> String {
    said("settings::child", "keys: ", variables)
}

/// The line of a child process with this prefix, or with `error: `.
pub(crate) fn said(child: &str, begins: &str, variables: &[(&str, &str)]) -> String {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--ignored", "--exact", child, "--nocapture"]).env_clear();
    let output = command.envs(variables.iter().copied()).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let line = text.lines().find_map(|line| line.find(begins).or(line.find("error: ")).map(|at| line[at..].to_owned()));
    line.unwrap_or(text)
}

fn file(folder: &tempfile::TempDir, name: &str, text: &str) -> String {
    let path = folder.path().join(name);
    std::fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn keys_are_read_from_a_secret_a_file_and_several_files() {
    let folder = tempfile::tempdir().unwrap();
    let (p256, ed25519) = (file(&folder, "p256", pem!("p256")), file(&folder, "ed25519", pem!("ed25519.pub")));
    assert_eq!(read(&[]), "keys: None, remembered: None");
    let secret = read(&[("AUTH_SECRET", SECRET)]);
    assert!(secret.contains("Hs256") && secret.contains("Signing"), "{secret}");
    let file_ = read(&[("AUTH_SIGNING_KEY_FILE", &p256)]);
    assert!(file_.contains("algorithm: Es256, state: Signing"), "{file_}");
    let both = read(&[("AUTH_SECRET", SECRET), ("AUTH_SIGNING_KEY_FILE", &p256), ("AUTH_VERIFY_KEY_FILES", &ed25519)]);
    assert!(both.contains("Es256, state: Signing"), "{both}");
    assert!(both.contains("Hs256, state: Verifying") && both.contains("EdDsa, state: Verifying"), "{both}");
    let list = format!("{ed25519}, {p256}");
    let listed = read(&[("AUTH_SECRET", SECRET), ("AUTH_VERIFY_KEY_FILES", &list)]);
    assert!(listed.contains("Hs256, state: Signing") && listed.contains("Es256, state: Verifying"), "{listed}");
    let jwk = file(
        &folder,
        "jwk",
        r#"{"kty":"OKP","crv":"Ed25519","d":"WZSlwWK7ERddGDbr1gJd8kLCJxkT3lHdofIdHhZTsk4","x":"M_q8a7iHQfZO3TZB0lzXTnuPDLIz2kzSn7Nq9G8UHUU"}"#,
    );
    assert!(read(&[("AUTH_SIGNING_KEY_FILE", &jwk)]).contains("EdDsa, state: Signing"));
}

#[test]
fn the_size_of_the_token_cache_is_a_number() {
    assert_eq!(read(&[("AUTH_TOKEN_CACHE", "0")]), "keys: None, remembered: Some(0)");
    assert_eq!(read(&[("AUTH_TOKEN_CACHE", "500")]), "keys: None, remembered: Some(500)");
    for wrong in ["-1", "10k"] {
        let line = read(&[("AUTH_TOKEN_CACHE", wrong)]);
        assert!(line.starts_with("error: AUTH_TOKEN_CACHE: not a number"), "{line}");
    }
}

#[test]
fn an_unusable_key_is_one_line_that_names_the_variable_and_the_remedy() {
    let folder = tempfile::tempdir().unwrap();
    let (public, encrypted) =
        (file(&folder, "public", pem!("p256.pub")), file(&folder, "encrypted", pem!("encrypted")));
    let small = file(&folder, "small", pem!("rsa1024.pub"));
    let says = |variables: &[(&str, &str)], words: &[&str]| {
        let line = read(variables);
        assert!(line.starts_with("error: ") && words.iter().all(|word| line.contains(word)), "{line}");
        assert!(!line.contains(SECRET));
    };
    says(&[("AUTH_SIGNING_KEY_FILE", "/no/such/file")], &["AUTH_SIGNING_KEY_FILE", "/no/such/file"]);
    says(&[("AUTH_SIGNING_KEY_FILE", &public)], &["AUTH_SIGNING_KEY_FILE", "public key", "private key"]);
    says(&[("AUTH_SIGNING_KEY_FILE", &encrypted)], &["encrypted", "openssl pkey"]);
    says(&[("AUTH_SIGNING_KEY_FILE", "")], &["AUTH_SIGNING_KEY_FILE", "the value is empty"]);
    says(&[("AUTH_VERIFY_KEY_FILES", &public)], &["AUTH_VERIFY_KEY_FILES", "AUTH_SIGNING_KEY_FILE or AUTH_SECRET"]);
    says(&[("AUTH_SECRET", SECRET), ("AUTH_VERIFY_KEY_FILES", &small)], &["1024 bits", "2048"]);
    says(&[("AUTH_SECRET", "short")], &["AUTH_SECRET", "5 bytes", "openssl rand"]);
    let certificate = file(&folder, "certificate", pem!("certificate"));
    says(&[("AUTH_SECRET", SECRET), ("AUTH_VERIFY_KEY_FILES", &certificate)], &["certificate", "openssl x509 -pubkey"]);
}

#[test]
fn issuers_are_read_from_a_list_or_a_file() {
    let issuers = |variables: &[(&str, &str)]| said("settings::issuers_child", "issuers: ", variables);
    assert_eq!(issuers(&[]), "issuers: []");
    let json = r#"[
        { "url": "https://one.example", "audience": "api", "subject_prefix": "one|", "roles_at": ["realm_access.roles"] },
        { "url": "http://127.0.0.1:9", "audience": "other", "scopes_at": ["permissions"], "any_jwt_type": true,
          "plain_http": true, "jwks_uri": "http://127.0.0.1:9/keys", "client_id_as_audience": true,
          "proxy": "http://user:s3cret@127.0.0.1:9" }
    ]"#;
    let folder = tempfile::tempdir().unwrap();
    let path = file(&folder, "issuers", json);
    for variables in [("AUTH_TRUSTED_ISSUERS", json), ("AUTH_TRUSTED_ISSUERS_FILE", &path)] {
        let said = issuers(&[variables]);
        let (one, two) = said.split_once("}, Issuer {").unwrap();
        for word in [
            "https://one.example",
            "\"api\"",
            "one|",
            "realm_access",
            "any_type: false",
            "plain_http: false",
            "private_addresses: false",
            "client_id_as_audience: false",
            "proxy: None",
        ] {
            assert!(one.contains(word), "{word}: {one}");
        }
        for word in [
            "any_type: true",
            "plain_http: true",
            "permissions",
            "/keys",
            "\"other\"",
            "client_id_as_audience: true",
            "proxy: Some(",
        ] {
            assert!(two.contains(word), "{word}: {two}");
        }
        assert!(!said.contains("s3cret"), "{said}");
        assert!(!one.contains("permissions") && !two.contains("realm_access"), "{said}");
    }
    for (json, remedy) in [
        ("{}", "line 1, column 0"),
        (r#"[{"url": "https://one.example"}]"#, "column 31"),
        (r#"[["https://one.example", "api", "", [], [], null, null, false, false, false, false]]"#, "write `[{"),
        (r#"[{"url": "https://one.example", "audience": "api", "roles": ["x"]}]"#, "write `[{"),
        (r#"[{"url": "https://one.example", "audience": ""}]"#, "entry 1: the audience is empty"),
        (r#"[{"url": "https://one.example", "audience": "api", "proxy": "s3cret"}]"#, "entry 1: the proxy is not"),
        (r#"[{"url": "one.example", "audience": "api"}]"#, "entry 1: `one.example` is not an issuer's URL"),
    ] {
        let said = issuers(&[("AUTH_TRUSTED_ISSUERS", json)]);
        assert!(said.starts_with("error: AUTH_TRUSTED_ISSUERS: ") && said.contains(remedy), "{json}: {said}");
    }
}
