//! Tokens made by another library, with any header and payload, well formed or not.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey, crypto};
use serde_json::{Map, Value};

use crate::service::Service;

pub(crate) const SECRET: &str = "tests/tokens: 8Jq2vN5xWcR7mZ4kLp9t";

/// A private key of the tests, in PEM.
macro_rules! pem {
    ($name:literal) => {
        include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/tokens/keys/", $name, ".pem"))
    };
}
pub(crate) use pem;

/// Signs any header and payload.
#[derive(Clone)]
pub(crate) struct Forger {
    pub(crate) key: EncodingKey,
    pub(crate) algorithm: Algorithm,
}

impl Forger {
    pub(crate) fn hs256() -> Self {
        Self::new(EncodingKey::from_secret(SECRET.as_bytes()).unwrap(), Algorithm::HS256)
    }

    pub(crate) fn es256() -> Self {
        Self::new(EncodingKey::from_ec_pem(pem!("p256").as_bytes()).unwrap(), Algorithm::ES256)
    }

    pub(crate) fn eddsa() -> Self {
        Self::new(EncodingKey::from_ed_pem(pem!("ed25519").as_bytes()).unwrap(), Algorithm::EdDSA)
    }

    pub(crate) fn rsa(algorithm: Algorithm) -> Self {
        Self::new(EncodingKey::from_rsa_pem(pem!("rsa").as_bytes()).unwrap(), algorithm)
    }

    fn new(key: EncodingKey, algorithm: Algorithm) -> Self {
        let _ = jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER.install_default();
        Self { key, algorithm }
    }

    /// A token with exactly this header and payload.
    pub(crate) fn token(&self, header: &str, payload: &str) -> String {
        self.sign(&format!("{}.{}", BASE64_URL_SAFE_NO_PAD.encode(header), BASE64_URL_SAFE_NO_PAD.encode(payload)))
    }

    /// A token whose first two parts are already encoded.
    pub(crate) fn sign(&self, message: &str) -> String {
        format!("{message}.{}", crypto::sign(message.as_bytes(), &self.key, self.algorithm).unwrap())
    }

    /// The service's valid token with changed claims.
    pub(crate) fn with_claims(&self, service: &Service, change: impl FnOnce(&mut Map<String, Value>)) -> String {
        let mut claims = service.claims();
        change(&mut claims);
        self.token(&Value::from(service.header()).to_string(), &Value::from(claims).to_string())
    }

    /// The service's valid token with a changed header.
    pub(crate) fn with_header(&self, service: &Service, change: impl FnOnce(&mut Map<String, Value>)) -> String {
        let mut header = service.header();
        change(&mut header);
        self.token(&Value::from(header).to_string(), &Value::from(service.claims()).to_string())
    }
}
