//! Commands without a database: secrets, keys, passwords, tokens, completion.

use auth_core::testing::TestAuth;
use auth_core::token::{Algorithm, SigningKey};

use crate::{PASSWORD, run};

#[test]
fn a_secret_is_accepted_as_one() {
    let [first, second] = [(), ()].map(|()| run("secret", "", &[]).out);
    assert_ne!(first, second);
    SigningKey::hs256(&first.trim().to_owned().into()).unwrap();
    let json = run("secret --json", "", &[]).json();
    SigningKey::hs256(&json["secret"].as_str().unwrap().to_owned().into()).unwrap();
}

#[test]
fn keys_are_read_as_a_service_reads_them() {
    for (name, algorithm) in [("ed25519", Algorithm::EdDsa), ("p256", Algorithm::Es256), ("rsa", Algorithm::Rs256)] {
        let pem = run(&format!("key {name}"), "", &[]).out;
        let key: SigningKey = SigningKey::from_pem(&pem.into()).unwrap();
        assert_eq!(key.algorithm(), algorithm);
    }
    let made = run("--json key p256", "", &[]).json();
    let key: SigningKey = SigningKey::from_pem(&made["private_key"].as_str().unwrap().to_owned().into()).unwrap();
    assert_eq!(made["kid"], key.kid());
}

#[test]
fn a_key_file_is_private_and_never_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("signing.pem");
    let command = format!("key ed25519 --out {}", file.display());
    let made = run(&command, "", &[]);
    assert!(made.code == 0 && !made.out.contains("PRIVATE"), "{}{}", made.out, made.err);
    let kept = std::fs::read_to_string(&file).unwrap();
    assert!(kept.starts_with("-----BEGIN PRIVATE KEY-----\n"), "{kept}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    }
    assert_eq!(run(&command, "", &[]).code, 3);
    assert_eq!(std::fs::read_to_string(&file).unwrap(), kept);
}

#[test]
fn passwords_are_hashed_and_checked_by_standard_input() {
    let hashed = run("password hash", &format!("{PASSWORD}\n"), &[]);
    assert!(hashed.out.starts_with("$argon2id$"), "{}{}", hashed.out, hashed.err);
    let hash = hashed.out.trim();
    let check = |password: &str| run("password check --json", &format!("{hash}\n{password}\n"), &[]);
    assert_eq!(check(PASSWORD).json()["matches"], true);
    let wrong = check("another password of words");
    assert_eq!((wrong.code, wrong.out.contains("\"matches\": false")), (1, true), "{}", wrong.out);
    let weak = run("password hash", "short\n", &[]);
    assert!(weak.code == 3 && weak.err.contains("15"), "{}", weak.err);
    let none = run("password hash", "", &[]);
    assert!(none.code == 2 && none.err.contains("standard input"), "{}", none.err);
}

#[test]
fn no_command_takes_a_password_or_token_as_an_argument() {
    for command in ["password hash", "password check", "token decode", "user reset-password ada@example.com"] {
        let refused = run(&format!("{command} {}", PASSWORD.replace(' ', "-")), "", &[]);
        assert!(refused.code == 2 && refused.err.contains("unexpected argument"), "{command}: {}", refused.err);
    }
}

#[test]
fn calibrate_says_what_a_hash_costs() {
    let measured = run("--json password calibrate --hashes 2", "", &[]).json();
    assert_eq!(
        (&measured["memory_kib"], &measured["passes"], &measured["lanes"]),
        (&19_456.into(), &2.into(), &1.into())
    );
    assert!(measured["logins_per_second"].as_f64().unwrap() > 0.0, "{measured}");
}

#[tokio::test]
async fn a_decoded_token_is_said_to_be_unverified() {
    let ada = TestAuth::new().as_user("ada").scope("reports:read").sign_in().await;
    let decoded = run("token decode", &format!("{}\n", ada.token()), &[]);
    assert!(decoded.out.starts_with("NOT VERIFIED"), "{}{}", decoded.out, decoded.err);
    assert!(decoded.out.contains("\"sub\": \"ada\"") && decoded.out.contains("exp       20"), "{}", decoded.out);
    // Also a forged one is decoded, and verified is false.
    let forged = format!("{}x", ada.token());
    let json = run("token decode --json", &format!("Bearer {forged}\n"), &[]).json();
    assert_eq!((&json["verified"], &json["claims"]["scope"]), (&false.into(), &"reports:read".into()));
    for (token, word) in [("ak_abc_def", "API key"), ("a.b.c.d.e", "JWE"), ("a.b.c", "base64url"), ("x", "no JWT")] {
        let refused = run("token decode", token, &[]);
        assert!(refused.code == 2 && refused.err.contains(word), "{token}: {}", refused.err);
    }
}

#[test]
fn each_shell_has_a_completion() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = run(&format!("completion {shell}"), "", &[]);
        assert!(script.code == 0 && script.out.contains("reset-password"), "{shell}: {}", script.err);
    }
}
