//! Third-party libraries verify our tokens with our key set, and we verify theirs: PyJWT, Authlib and jose, with every
//! algorithm.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use auth_core::SystemClock;
use auth_core::token::{EdDsa, Es256, KeySet, Ps256, Rs256, SigningKey};
use auth_tests::{npm, python};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};

use crate::forge::{SECRET, pem};
use crate::service::{AUDIENCE, ISSUER, Service};

const OTHER_SECRET: &str = "tests/tokens, the other: 3Vb6nM1qYx";

/// Our keys, and the same key and another one in the libraries' format.
fn every_algorithm() -> [(KeySet, &'static str, &'static str); 5] {
    [
        (SigningKey::hs256(&SECRET.to_owned().into()).unwrap().into(), SECRET, OTHER_SECRET),
        (SigningKey::<Rs256>::from_pem(&pem!("rsa").into()).unwrap().into(), pem!("rsa"), pem!("other-rsa")),
        (SigningKey::<Ps256>::from_pem(&pem!("rsa").into()).unwrap().into(), pem!("rsa"), pem!("other-rsa")),
        (SigningKey::<Es256>::from_pem(&pem!("p256").into()).unwrap().into(), pem!("p256"), pem!("other-p256")),
        (
            SigningKey::<EdDsa>::from_pem(&pem!("ed25519").into()).unwrap().into(),
            pem!("ed25519"),
            pem!("other-ed25519"),
        ),
    ]
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tokens/interop")
}

/// The libraries' answers to a case.
fn ask(mut command: Command, script: &str, case: &Value) -> Map<String, Value> {
    command.arg(folder().join(script)).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(case.to_string().as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{script}, {}:\n{said}", case["alg"]);
    serde_json::from_slice(&output.stdout).unwrap()
}

/// The token with the claims of another user and its old signature.
fn tampered(service: &Service) -> String {
    let mut claims = service.claims();
    claims.insert("sub".into(), "00000000-0000-7000-8000-000000000000".into());
    let mut parts: Vec<_> = service.token.split('.').map(str::to_owned).collect();
    parts[1] = BASE64_URL_SAFE_NO_PAD.encode(Value::from(claims).to_string());
    parts.join(".")
}

async fn agree(script: &'static str, command: fn() -> Option<Command>, libraries: &[&str]) {
    for (keys, key, wrong_key) in every_algorithm() {
        // The libraries use the system clock.
        let service = Service::start_with(keys, |builder| builder.clock(SystemClock)).await;
        let (header, claims) = (service.header(), service.claims());
        let case = json!({
            "alg": header["alg"], "kid": header["kid"], "issuer": ISSUER, "audience": AUDIENCE,
            "jwks": format!("{}/.well-known/jwks.json", service.url),
            "token": service.token, "tampered": tampered(&service),
            "claims": claims, "key": key, "wrong_key": wrong_key,
        });
        let asked = tokio::task::spawn_blocking(move || Some(ask(command()?, script, &case)));
        let Some(said) = asked.await.unwrap() else { return };
        assert_eq!(said.len(), libraries.len());
        for library in libraries {
            let (said, name) = (&said[*library], format!("{library}, {}", header["alg"]));
            assert_eq!(said["claims"], Value::from(claims.clone()), "{name}");
            assert_eq!(said["refuses_tampered"], true, "{name}");
            let (theirs, wrong) = (said["token"].as_str().unwrap(), said["of_wrong_key"].as_str().unwrap());
            assert_ne!(theirs, service.token, "{name}");
            assert_eq!(service.me(theirs).await, 200, "{name}");
            assert_eq!(service.me(wrong).await, 401, "{name}, of another key");
        }
        assert_eq!(service.me(&tampered(&service)).await, 401);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc9068_s4_pyjwt_and_authlib_read_our_tokens_and_we_read_theirs() {
    agree("libraries.py", || python::command(&folder().join("requirements.txt")), &["PyJWT", "Authlib"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc9068_s4_jose_reads_our_tokens_and_we_read_its() {
    agree("libraries.cjs", || npm::command(&folder()), &["jose"]).await;
}
