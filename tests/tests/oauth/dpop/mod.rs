//! RFC 9449: tokens that are bound to a key.

mod clients;
mod guards;
mod issuing;
mod proofs;
mod replays;
mod settings;
mod using;

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use auth_core::event::{Event, EventKind, EventSink};
use auth_core::{AuthBuilder, Clock, Dpop, ProofError};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::{Jwk, ThumbprintHash};
use jsonwebtoken::{Algorithm, EncodingKey, crypto};
use reqwest::Method;
use serde_json::{Map, Value, json};

use crate::service::{Answer, EMAIL, ISSUER, PASSWORD, Service};

macro_rules! pem {
    ($name:literal) => {
        include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/tokens/keys/", $name, ".pem"))
    };
}

const LOGIN: &[(&str, &str)] = &[("grant_type", "password"), ("username", EMAIL), ("password", PASSWORD)];

/// The reasons of refusals, from events; no answer contains them.
#[derive(Clone, Default)]
pub(crate) struct Reasons(Arc<Mutex<Vec<String>>>);

#[async_trait]
impl EventSink for Reasons {
    async fn record(&self, event: Event) {
        if let EventKind::CredentialRefused { reason } = event.kind {
            self.0.lock().unwrap().push(reason);
        }
    }
}

impl Reasons {
    /// The reasons since the last call.
    fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }

    #[track_caller]
    fn are(&self, reason: &dyn ToString, case: &str) {
        assert_eq!(self.take(), [reason.to_string()], "{case}");
    }
}

/// A service, and the reasons of its refusals.
struct Bound {
    service: Service,
    reasons: Reasons,
}

impl std::ops::Deref for Bound {
    type Target = Service;

    fn deref(&self) -> &Service {
        &self.service
    }
}

impl Bound {
    async fn optional() -> Self {
        Self::start(|builder| builder.dpop(Dpop::optional())).await
    }

    async fn required() -> Self {
        Self::start(|builder| builder.dpop(Dpop::required())).await
    }

    async fn start(set: impl FnOnce(AuthBuilder) -> AuthBuilder) -> Self {
        let reasons = Reasons::default();
        let service = Service::start_with(|builder| set(builder.events(reasons.clone()))).await;
        Self { service, reasons }
    }

    /// A login, with this proof if there is one.
    async fn login(&self, proof: Option<&str>) -> Answer {
        self.grant(LOGIN, proof).await
    }

    async fn grant(&self, form: &[(&str, &str)], proof: Option<&str>) -> Answer {
        let headers: Vec<_> = proof.map(|proof| ("DPoP", proof)).into_iter().collect();
        send(self, Method::POST, "/auth/token", &headers, form).await
    }

    async fn renew(&self, refresh: &str, proof: Option<&str>) -> Answer {
        self.grant(&[("grant_type", "refresh_token"), ("refresh_token", refresh)], proof).await
    }

    /// `GET /me` with the scheme `DPoP`.
    async fn get_me(&self, token: &str, proof: &str) -> Answer {
        let authorization = format!("DPoP {token}");
        send(self, Method::GET, "/me", &[("Authorization", &authorization), ("DPoP", proof)], &[]).await
    }
}

/// A request with these headers, and this form if there is one.
async fn send(
    service: &Service,
    method: Method,
    path: &str,
    headers: &[(&str, &str)],
    form: &[(&str, &str)],
) -> Answer {
    let mut request = service.http.request(method, format!("{}{path}", service.url));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    if !form.is_empty() {
        request = request.form(form);
    }
    Answer::of(request.send().await.unwrap()).await
}

/// A client with a key.
struct Prover {
    key: EncodingKey,
    algorithm: Algorithm,
    jwk: Value,
    thumbprint: String,
}

impl Prover {
    fn new(key: EncodingKey, algorithm: Algorithm) -> Self {
        let _ = crypto::aws_lc::DEFAULT_PROVIDER.install_default();
        let jwk = Jwk::from_encoding_key(&key, algorithm).unwrap();
        let thumbprint = jwk.thumbprint(ThumbprintHash::SHA256).unwrap();
        Self { key, algorithm, jwk: serde_json::to_value(jwk).unwrap(), thumbprint }
    }

    fn es256() -> Self {
        Self::new(EncodingKey::from_ec_pem(pem!("p256")).unwrap(), Algorithm::ES256)
    }

    fn another() -> Self {
        Self::new(EncodingKey::from_ec_pem(pem!("other-p256")).unwrap(), Algorithm::ES256)
    }

    fn eddsa() -> Self {
        Self::new(EncodingKey::from_ed_pem(pem!("ed25519")).unwrap(), Algorithm::EdDSA)
    }

    fn rsa(algorithm: Algorithm) -> Self {
        Self::new(EncodingKey::from_rsa_pem(pem!("rsa")).unwrap(), algorithm)
    }

    /// A proof for this request, made now.
    fn draft(&self, service: &Service, method: &str, path: &str) -> Draft {
        let header = json!({ "typ": "dpop+jwt", "alg": self.algorithm, "jwk": self.jwk });
        let claims = json!({
            "jti": uuid::Uuid::new_v4().to_string(),
            "htm": method,
            "htu": format!("{ISSUER}{path}"),
            "iat": service.clock.now().as_secs(),
        });
        Draft { header: members(header), claims: members(claims) }
    }

    /// A valid proof for a token request.
    fn for_tokens(&self, service: &Service) -> String {
        self.draft(service, "POST", "/auth/token").signed_by(self)
    }

    /// A valid proof for a use of this token.
    fn using(&self, service: &Service, method: &str, path: &str, token: &str) -> String {
        self.draft(service, method, path).with_token(token).signed_by(self)
    }

    fn sign(&self, message: &str) -> String {
        format!("{message}.{}", crypto::sign(message.as_bytes(), &self.key, self.algorithm).unwrap())
    }
}

/// A proof before it is signed.
struct Draft {
    header: Map<String, Value>,
    claims: Map<String, Value>,
}

impl Draft {
    fn with_token(mut self, token: &str) -> Self {
        self.claims.insert("ath".to_owned(), hash(token).into());
        self
    }

    fn signed_by(&self, prover: &Prover) -> String {
        let (header, claims) = (Value::from(self.header.clone()), Value::from(self.claims.clone()));
        prover.sign(&encoded(&header.to_string(), &claims.to_string()))
    }
}

fn encoded(header: &str, claims: &str) -> String {
    format!("{}.{}", BASE64_URL_SAFE_NO_PAD.encode(header), BASE64_URL_SAFE_NO_PAD.encode(claims))
}

fn hash(token: &str) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, token.as_bytes()))
}

fn members(value: Value) -> Map<String, Value> {
    let Value::Object(members) = value else { panic!("{value} is no object") };
    members
}

/// The claims of an access token.
fn claims(token: &str) -> Value {
    serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap()).unwrap()
}

impl Answer {
    /// Asserts a refusal of a token or proof at a resource: 401, and a `DPoP` challenge with this error.
    #[track_caller]
    fn is_refused_use(&self, error: &str, case: &str) {
        assert_eq!(self.status, 401, "{case}: {}", self.body);
        let challenge = self.challenge_of("DPoP").unwrap_or_else(|| panic!("{case}: no DPoP challenge"));
        assert!(challenge.contains(&format!("error=\"{error}\"")), "{case}: {challenge}");
        assert!(challenge.contains("algs=\"ES256 EdDSA PS256 RS256\""), "{case}: {challenge}");
    }

    fn challenge_of(&self, scheme: &str) -> Option<&str> {
        let challenges = self.headers.get_all("www-authenticate").iter().map(|value| value.to_str().unwrap());
        let mut those = challenges.filter(|challenge| challenge.split(' ').next() == Some(scheme));
        let challenge = those.next();
        assert!(those.next().is_none(), "two challenges of {scheme}");
        challenge
    }
}

fn proof(reason: ProofError) -> String {
    format!("the DPoP proof was refused: {reason}")
}
