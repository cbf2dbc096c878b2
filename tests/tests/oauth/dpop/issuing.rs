//! Sections 5 and 6: tokens are bound when they are issued, and stay bound.

use auth_core::prelude::*;
use auth_core::{
    AccountError, Context, Dpop, GrantType, Login, OAuthClient, ProofError, Refusal, SignIn, Timestamp, TokenProof,
    Tokens,
};
use axum::extract::State;
use reqwest::Method;
use serde_json::{Value, json};
use tower_service::Service as _;

use super::{Bound, LOGIN, Prover, claims, proof, send};
use crate::service::{Answer, EMAIL, PASSWORD, SECRET};

#[tokio::test]
async fn rfc9449_s5_a_proof_binds_the_tokens() {
    let (service, prover) = (Bound::optional().await, Prover::es256());
    let answer = service.login(Some(&prover.for_tokens(&service))).await;
    assert_eq!(answer.text("token_type"), "DPoP");
    answer.is_not_stored();
    assert_eq!(claims(&answer.access())["cnf"], json!({ "jkt": prover.thumbprint }));
    let used = prover.using(&service, "GET", "/me", &answer.access());
    assert_eq!(service.get_me(&answer.access(), &used).await.status, 200);
}

#[tokio::test]
async fn rfc9449_s5_the_proof_of_the_rfc_binds_tokens_to_its_key() {
    // Figures 2 and 6. The client uses another path for the token endpoint than the service does.
    const PROOF: &str = "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0VjNo\
                         UklDUkRZOXpDa0RscEJoRjQyVVFVZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERW\
                         clUwQ2R2R1JEQSIsImNydiI6IlAtMjU2In19.eyJqdGkiOiItQndDM0VTYzZhY2MybFRjIiwiaHRtIjoiUE9TVCIsImh\
                         0dSI6Imh0dHBzOi8vc2VydmVyLmV4YW1wbGUuY29tL3Rva2VuIiwiaWF0IjoxNTYyMjYyNjE2fQ.2-GxA6T8lP4vfrg8\
                         v-FdWP0A0zdrj8igiMLvqRMUvwnQg4PtFLbdLXiOSsX0x7NVY-FNyJK70nfbV37xRZT3Lg";
    let service = Bound::start(|builder| builder.dpop(Dpop::optional().address("https://server.example.com"))).await;
    service.clock.set(Timestamp::from_secs(1_562_262_616));
    let own: axum::Router = service.auth.routes().into_router().with_state(());
    let token = move |mut request: axum::extract::Request| {
        *request.uri_mut() = "/auth/token".parse().unwrap();
        own.clone().call(request)
    };
    let url = auth_tests::serve(axum::Router::new().route("/token", axum::routing::post(token))).await;
    let request = service.http.post(format!("{url}/token")).header("DPoP", PROOF).form(LOGIN);
    let answer = Answer::of(request.send().await.unwrap()).await;
    assert_eq!(answer.text("token_type"), "DPoP");
    assert_eq!(claims(&answer.access())["cnf"]["jkt"], "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I");
}

#[tokio::test]
async fn rfc9449_s5_without_a_proof_tokens_are_bearer_tokens() {
    let service = Bound::optional().await;
    let answer = service.login(None).await;
    assert_eq!(answer.text("token_type"), "bearer");
    assert!(claims(&answer.access()).get("cnf").is_none());
    assert_eq!(service.me(&answer.access()).await, 200);
    let renewed = service.renew(&answer.refresh(), None).await;
    assert_eq!(renewed.text("token_type"), "bearer");
}

#[tokio::test]
async fn rfc9449_s5_the_login_and_refresh_routes_bind_as_well() {
    let (service, prover) = (Bound::optional().await, Prover::es256());
    let form = [("username", EMAIL), ("password", PASSWORD)];
    let at = |path: &str| prover.draft(&service, "POST", path).signed_by(&prover);
    let login = send(&service, Method::POST, "/auth/login", &[("DPoP", &at("/auth/login"))], &form).await;
    assert_eq!(login.text("token_type"), "DPoP");
    let token = [("refresh_token", login.refresh())];
    let form: Vec<(&str, &str)> = token.iter().map(|(name, token)| (*name, token.as_str())).collect();
    let refused = send(&service, Method::POST, "/auth/refresh", &[], &form).await;
    assert_eq!(refused.status, 401, "without a proof: {}", refused.body);
    let renewed = send(&service, Method::POST, "/auth/refresh", &[("DPoP", &at("/auth/refresh"))], &form).await;
    assert_eq!(renewed.text("token_type"), "DPoP");
    assert_eq!(claims(&renewed.access())["cnf"]["jkt"], prover.thumbprint);
    // A proof for one of the two routes is a proof for another request than the other's.
    for path in ["/auth/login", "/auth/refresh"] {
        let form = [("username", EMAIL), ("password", PASSWORD), ("refresh_token", "rt_x")];
        let refused = send(&service, Method::POST, path, &[("DPoP", &at("/auth/token"))], &form).await;
        assert_eq!(refused.status, 400, "{}", refused.body);
        assert!(refused.body.contains("urn:auth-core:problem:invalid-dpop-proof"), "{}", refused.body);
        assert!(refused.headers.get("www-authenticate").is_none());
    }
}

/// A login of the application's own, and one without a password.
#[public]
async fn own_login(State(auth): State<Auth>, context: Context, proof: TokenProof) -> Result<Tokens, Refusal> {
    Ok(auth.login(&context, Login::new(EMAIL, PASSWORD.to_owned()).proof(proof)).await?)
}

#[public]
async fn own_sign_in(
    State(auth): State<Auth>,
    context: Context,
    proof: TokenProof,
    subject: String,
) -> Result<Tokens, Refusal> {
    let subject: SubjectId = subject.parse().unwrap();
    Ok(auth.sign_in(&context, SignIn::subject(&subject).proof(proof)).await?)
}

#[tokio::test]
async fn rfc9449_s5_logins_of_the_application_bind_as_well() {
    let (service, prover) = (Bound::required().await, Prover::es256());
    let app = GuardedRouter::new().route("/own/login", post(own_login)).route("/own/sign-in", post(own_sign_in));
    let url = auth_tests::serve(app.with_state(service.auth.clone())).await;
    for path in ["/own/login", "/own/sign-in"] {
        let ask = || service.http.post(format!("{url}{path}")).body(service.subject.to_string());
        let proof = prover.draft(&service, "POST", path).signed_by(&prover);
        let bound = Answer::of(ask().header("DPoP", &proof).send().await.unwrap()).await;
        assert_eq!(bound.text("token_type"), "DPoP", "{path}");
        assert_eq!(claims(&bound.access())["cnf"]["jkt"], prover.thumbprint, "{path}");
        service.renew(&bound.refresh(), None).await.is_error(400, "invalid_dpop_proof");
        // Without a proof, with a used one and with one for another request.
        for refused in [None, Some(proof), Some(prover.for_tokens(&service))] {
            let request = refused.iter().fold(ask(), |request, proof| request.header("DPoP", proof));
            let answer = Answer::of(request.send().await.unwrap()).await;
            assert_eq!(answer.status, 400, "{path}: {}", answer.body);
            assert!(answer.body.contains("urn:auth-core:problem:invalid-dpop-proof"), "{}", answer.body);
        }
    }
}

#[tokio::test]
async fn rfc9449_s5_a_bound_session_is_refreshed_only_with_its_key() {
    let (service, prover, thief) = (Bound::optional().await, Prover::es256(), Prover::another());
    let first = service.login(Some(&prover.for_tokens(&service))).await;
    service.renew(&first.refresh(), None).await.is_error(400, "invalid_grant");
    service.renew(&first.refresh(), Some(&thief.for_tokens(&service))).await.is_error(400, "invalid_grant");
    let second = service.renew(&first.refresh(), Some(&prover.for_tokens(&service))).await;
    assert_eq!(second.text("token_type"), "DPoP");
    assert_eq!(claims(&second.access())["cnf"]["jkt"], prover.thumbprint);
    service.renew(&second.refresh(), None).await.is_error(400, "invalid_grant");
    let third = service.renew(&second.refresh(), Some(&prover.for_tokens(&service))).await;
    assert_eq!(third.status, 200, "another client ended the session: {}", third.body);
}

#[tokio::test]
async fn a_thief_without_the_key_ends_no_session_and_gets_no_token() {
    let (service, prover, thief) = (Bound::optional().await, Prover::es256(), Prover::another());
    let first = service.login(Some(&prover.for_tokens(&service))).await;
    let second = service.renew(&first.refresh(), Some(&prover.for_tokens(&service))).await;
    // Sent by its owner this would be a replay: the token is used, and the leeway is over.
    service.advance(60);
    for stolen in [first.refresh(), second.refresh()] {
        service.renew(&stolen, None).await.is_error(400, "invalid_grant");
        service.renew(&stolen, Some(&thief.for_tokens(&service))).await.is_error(400, "invalid_grant");
    }
    let third = service.renew(&second.refresh(), Some(&prover.for_tokens(&service))).await;
    assert_eq!(third.status, 200, "{}", third.body);
    // Sent by its owner it is one.
    service.renew(&first.refresh(), Some(&prover.for_tokens(&service))).await.is_error(400, "invalid_grant");
    service.renew(&third.refresh(), Some(&prover.for_tokens(&service))).await.is_error(400, "invalid_grant");
}

#[tokio::test]
async fn a_session_is_bound_at_login_or_never() {
    let (service, thief) = (Bound::optional().await, Prover::another());
    let first = service.login(None).await;
    // Bound to the thief's key, the session would be lost to its owner, and nothing would look like a replay.
    service.renew(&first.refresh(), Some(&thief.for_tokens(&service))).await.is_error(400, "invalid_grant");
    let second = service.renew(&first.refresh(), None).await;
    assert_eq!(second.text("token_type"), "bearer");
}

#[tokio::test]
async fn a_lost_response_is_retried_with_a_new_proof() {
    let (service, prover) = (Bound::optional().await, Prover::es256());
    let first = service.login(Some(&prover.for_tokens(&service))).await;
    let lost = service.renew(&first.refresh(), Some(&prover.for_tokens(&service))).await;
    let again = service.renew(&first.refresh(), Some(&prover.for_tokens(&service))).await;
    assert_eq!(lost.refresh(), again.refresh());
    assert_eq!(claims(&again.access())["cnf"]["jkt"], prover.thumbprint);
}

#[tokio::test]
async fn rfc9449_s5_the_sessions_of_a_confidential_client_are_bound_to_its_secret() {
    let (service, prover, next) = (Bound::optional().await, Prover::es256(), Prover::another());
    let client = [("client_id", "backend"), ("client_secret", SECRET)];
    let first = service.grant(&[LOGIN, &client].concat(), Some(&prover.for_tokens(&service))).await;
    assert_eq!(claims(&first.access())["cnf"]["jkt"], prover.thumbprint);
    let refresh = first.refresh();
    let form = [&[("grant_type", "refresh_token"), ("refresh_token", &refresh)], &client[..]].concat();
    // It may use another key, to which its next access token is bound.
    let second = service.grant(&form, Some(&next.for_tokens(&service))).await;
    assert_eq!(claims(&second.access())["cnf"]["jkt"], next.thumbprint);
    // The secret is still required.
    service.renew(&second.refresh(), Some(&next.for_tokens(&service))).await.is_error(400, "invalid_grant");
}

#[tokio::test]
async fn a_session_of_a_public_client_is_bound_to_client_and_key() {
    let (service, prover) = (Bound::optional().await, Prover::es256());
    let first = service.grant(&[LOGIN, &[("client_id", "app")]].concat(), Some(&prover.for_tokens(&service))).await;
    assert_eq!(first.text("token_type"), "DPoP");
    let refresh = first.refresh();
    let form = [("grant_type", "refresh_token"), ("refresh_token", &refresh), ("client_id", "app")];
    service.grant(&form, None).await.is_error(400, "invalid_grant");
    service.grant(&form[..2], Some(&prover.for_tokens(&service))).await.is_error(400, "invalid_grant");
    assert_eq!(service.grant(&form, Some(&prover.for_tokens(&service))).await.status, 200);
}

#[tokio::test]
async fn rfc9449_s5_where_dpop_is_required_no_tokens_are_issued_without_a_proof() {
    let (service, prover) = (Bound::required().await, Prover::es256());
    service.login(None).await.is_error(400, "invalid_dpop_proof");
    service.reasons.are(&proof(ProofError::Missing), "login");
    let first = service.login(Some(&prover.for_tokens(&service))).await;
    service.renew(&first.refresh(), None).await.is_error(400, "invalid_dpop_proof");
    service.reasons.are(&proof(ProofError::Missing), "refresh");
    let form = [("username", EMAIL), ("password", PASSWORD), ("refresh_token", "rt_x")];
    for path in ["/auth/login", "/auth/refresh"] {
        assert_eq!(send(&service, Method::POST, path, &[], &form).await.status, 400, "{path}");
        service.reasons.are(&proof(ProofError::Missing), path);
    }
    // Nor by the application's own code, which has no request with a proof.
    let refused = service.auth.login(&Context::system("test"), Login::new(EMAIL, PASSWORD.to_owned())).await;
    assert_eq!(refused.err(), Some(AccountError::InvalidDpopProof));
    let refused = service.auth.refresh(&Context::system("test"), &first.refresh()).await;
    assert_eq!(refused.err(), Some(AccountError::InvalidDpopProof));
    assert_eq!(service.renew(&first.refresh(), Some(&prover.for_tokens(&service))).await.status, 200);
}

#[tokio::test]
async fn rfc9449_s5_2_a_client_with_bound_tokens_only_gets_no_others() {
    let both = [GrantType::Password, GrantType::RefreshToken];
    let client = OAuthClient::public("bound-app").unwrap().grants(both).dpop_bound_access_tokens();
    let service = Bound::start(|builder| builder.dpop(Dpop::optional()).client(client)).await;
    let (prover, client) = (Prover::es256(), [("client_id", "bound-app")]);
    service.grant(&[LOGIN, &client].concat(), None).await.is_error(400, "invalid_dpop_proof");
    service.reasons.are(&proof(ProofError::Missing), "login");
    let first = service.grant(&[LOGIN, &client].concat(), Some(&prover.for_tokens(&service))).await;
    assert_eq!(first.text("token_type"), "DPoP");
    let refresh = first.refresh();
    let form = [&[("grant_type", "refresh_token"), ("refresh_token", &refresh)], &client[..]].concat();
    service.grant(&form, None).await.is_error(400, "invalid_dpop_proof");
    assert_eq!(service.grant(&form, Some(&prover.for_tokens(&service))).await.text("token_type"), "DPoP");
    // Other clients need no proof.
    assert_eq!(service.grant(&[LOGIN, &[("client_id", "app")]].concat(), None).await.text("token_type"), "bearer");
}

#[tokio::test]
async fn a_refused_login_does_not_use_up_its_proof() {
    let (service, prover) = (Bound::optional().await, Prover::es256());
    let used = prover.for_tokens(&service);
    let wrong = [("grant_type", "password"), ("username", EMAIL), ("password", "wrong")];
    service.grant(&wrong, Some(&used)).await.is_error(400, "invalid_grant");
    assert_eq!(service.login(Some(&used)).await.status, 200);
}

#[tokio::test]
async fn without_dpop_a_proof_is_ignored() {
    let (service, prover) = (Bound::start(|builder| builder).await, Prover::es256());
    for sent in [prover.for_tokens(&service), "no proof at all".to_owned()] {
        let first = service.login(Some(&sent)).await;
        assert_eq!(first.text("token_type"), "bearer");
        assert!(claims(&first.access()).get("cnf").is_none());
        assert_eq!(service.me(&first.access()).await, 200);
        assert_eq!(service.renew(&first.refresh(), Some(&sent)).await.text("token_type"), "bearer");
    }
    let metadata = send(&service, Method::GET, "/.well-known/oauth-authorization-server", &[], &[]).await.json();
    assert!(metadata.get("dpop_signing_alg_values_supported").is_none());
    let answer = send(&service, Method::GET, "/me", &[], &[]).await;
    assert_eq!(answer.challenge(), "Bearer realm=\"api\"");
}

#[tokio::test]
async fn with_dpop_turned_off_again_a_bound_session_is_refused() {
    use auth_core::store::MemoryStore;
    let (store, prover) = (MemoryStore::default(), Prover::es256());
    let on = Bound::start(|builder| builder.store(store.clone()).dpop(Dpop::optional())).await;
    let first = on.login(Some(&prover.for_tokens(&on))).await;
    let sessions = store.clone();
    let off = Bound::start(|builder| builder.store(MemoryStore::default()).sessions(sessions)).await;
    off.renew(&first.refresh(), None).await.is_error(400, "invalid_grant");
    off.renew(&first.refresh(), Some(&prover.for_tokens(&off))).await.is_error(400, "invalid_grant");
    assert_eq!(on.renew(&first.refresh(), Some(&prover.for_tokens(&on))).await.status, 200);
}

#[tokio::test]
async fn the_client_is_checked_before_the_proof() {
    let confidential = OAuthClient::confidential("billing", &"4f1c9e2ab77d03568cf2e19a40d6b385".to_owned().into());
    let client = confidential.unwrap().grants([GrantType::Password]);
    let (service, prover) = (Bound::start(|b| b.dpop(Dpop::optional()).client(client)).await, Prover::es256());
    let form = [LOGIN, &[("client_id", "billing"), ("client_secret", "wrong")]].concat();
    service.grant(&form, Some(&prover.for_tokens(&service))).await.is_error(401, "invalid_client");
}

#[tokio::test]
async fn rfc9449_s5_1_the_metadata_names_the_algorithms() {
    for service in [Bound::optional().await, Bound::required().await] {
        let metadata = send(&service, Method::GET, "/.well-known/oauth-authorization-server", &[], &[]).await.json();
        assert_eq!(metadata["dpop_signing_alg_values_supported"], json!(["ES256", "EdDSA", "PS256", "RS256"]));
    }
}

#[tokio::test]
async fn rfc9449_s6_2_introspection_returns_the_thumbprint() {
    let (service, prover) = (Bound::optional().await, Prover::es256());
    let key = service.api_key(&["introspect"]).await;
    let bound = service.login(Some(&prover.for_tokens(&service))).await;
    let answer = service.introspect(&key, &bound.access()).await.json();
    assert_eq!((&answer["active"], &answer["token_type"]), (&json!(true), &json!("DPoP")));
    assert_eq!(answer["cnf"], json!({ "jkt": prover.thumbprint }));
    let bearer = service.login(None).await;
    let answer = service.introspect(&key, &bearer.access()).await.json();
    assert_eq!((&answer["token_type"], answer.get("cnf")), (&json!("Bearer"), None::<&Value>));
}

#[tokio::test]
async fn a_bound_session_is_revoked_without_a_proof() {
    let (service, prover) = (Bound::optional().await, Prover::es256());
    let bound = service.login(Some(&prover.for_tokens(&service))).await;
    assert_eq!(service.post("/auth/revoke", &[("token", &bound.refresh())]).await.status, 200);
    let used = prover.using(&service, "GET", "/me", &bound.access());
    service.get_me(&bound.access(), &used).await.is_refused_use("invalid_token", "revoked");
}
