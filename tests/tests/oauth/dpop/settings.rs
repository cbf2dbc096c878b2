//! The service's addresses, and invalid settings.

use std::time::Duration;

use auth_core::prelude::*;
use auth_core::store::MemoryStore;
use auth_core::token::{Hs256, SigningKey};
use auth_core::{Dpop, OAuthClient, ProofError};
use auth_tests::Node;

use super::{Bound, Prover, proof};

#[tokio::test]
async fn htu_is_compared_with_the_configured_addresses() {
    let dpop = Dpop::optional().address("https://api.example.com").address("http://Internal:8080/v1/");
    let service = Bound::start(|builder| builder.dpop(dpop)).await;
    let prover = Prover::es256();
    for (htu, taken) in [
        ("https://api.example.com/auth/token", true),
        ("https://API.example.com:443/auth/token", true),
        ("http://internal:8080/v1/auth/token", true),
        ("http://internal:8080/v1/v1/auth/token", false),
        ("http://internal:8080/auth/token", false),
        ("http://internal/v1/auth/token", false),
        ("https://api.example.com/v1/auth/token", false),
        // The issuer is not one of the addresses any more.
        ("https://issuer.example/auth/token", false),
    ] {
        let mut draft = prover.draft(&service, "POST", "/auth/token");
        draft.claims.insert("htu".to_owned(), htu.into());
        let answer = service.login(Some(&draft.signed_by(&prover))).await;
        assert_eq!(answer.status, if taken { 200 } else { 400 }, "{htu}: {}", answer.body);
        if !taken {
            service.reasons.are(&proof(ProofError::Address), htu);
        }
    }
}

#[tokio::test]
async fn an_issuers_path_is_not_part_of_the_address() {
    let secret = "b7Qm-2xVfL9zT4kWc8RyN1sHd6Gj0PaE".to_owned().into();
    let key = SigningKey::<Hs256>::hs256(&secret).unwrap();
    let auth = Auth::builder(key, "https://issuer.example/tenant", "api").store(MemoryStore::default());
    assert!(auth.dpop(Dpop::optional()).build().is_ok());
}

fn error(issuer: &str, dpop: Dpop) -> String {
    let secret = "b7Qm-2xVfL9zT4kWc8RyN1sHd6Gj0PaE".to_owned().into();
    let key = SigningKey::<Hs256>::hs256(&secret).unwrap();
    let built = Auth::builder(key, issuer, "api").store(MemoryStore::default()).dpop(dpop).build();
    built.expect_err("it was built").to_string()
}

#[test]
fn invalid_settings_are_not_built() {
    let dpop = Dpop::optional;
    assert!(error("issuer", dpop()).contains("Dpop::address"), "{}", error("issuer", dpop()));
    for url in ["api.example.com", "ftp://api.example.com", "", "/", "https://user@api.example.com"] {
        assert!(error("https://issuer.example", dpop().address(url)).contains("http or https URL"), "{url}");
    }
    for lifetime in [Duration::ZERO, Duration::from_millis(999), Duration::from_mins(11)] {
        assert!(error("https://issuer.example", dpop().proof_lifetime(lifetime)).contains("proof_lifetime"));
    }
}

#[test]
fn a_client_with_bound_tokens_only_needs_dpop() {
    let secret = "b7Qm-2xVfL9zT4kWc8RyN1sHd6Gj0PaE".to_owned().into();
    let key = SigningKey::<Hs256>::hs256(&secret).unwrap();
    let client = OAuthClient::public("app").unwrap().dpop_bound_access_tokens();
    let builder = Auth::builder(key, "https://issuer.example", "api").store(MemoryStore::default()).client(client);
    assert!(builder.build().expect_err("it was built").to_string().contains("AUTH_DPOP"));
}

#[test]
fn the_environment_turns_dpop_on() {
    let node = env!("CARGO_BIN_EXE_node");
    for (env, said) in [
        (&[("AUTH_DPOP", "on")][..], "AUTH_DPOP: expected one of `off`, `optional`, `required`"),
        (&[("AUTH_CLIENTS", r#"[{"id":"app","dpop_bound_access_tokens":true}]"#)], "requires DPoP, which is off"),
        (&[("AUTH_DPOP_URLS", "https://a.example")], "AUTH_DPOP_URLS: AUTH_DPOP is unset"),
        (&[("AUTH_DPOP", "optional"), ("AUTH_ISSUER", "quickstart")], "AUTH_DPOP_URLS"),
        (
            &[("AUTH_DPOP", "required"), ("AUTH_DPOP_URLS", "https://a.example, b.example")],
            "AUTH_DPOP_URLS: write http",
        ),
    ] {
        let output = Node::refuse_to_start(node, env);
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && text.contains(said), "{env:?}: {text}");
    }
}
