//! As many tokens as a run needs, as the service issues them, without a login for each.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey, crypto};
use serde_json::{Map, Value};

pub(crate) const SECRET: &str = "benches/requests: 4Tn9xQ2vL7cW5rB8kZ3p";
pub(crate) const ISSUER: &str = "https://issuer.example";
pub(crate) const AUDIENCE: &str = "api";

pub(crate) struct Mint {
    key: EncodingKey,
    algorithm: Algorithm,
    minted: u128,
}

impl Mint {
    pub(crate) fn new(key: EncodingKey, algorithm: Algorithm) -> Self {
        // The library leaves the choice of its backend to the application.
        let _ = crypto::aws_lc::DEFAULT_PROVIDER.install_default();
        Self { key, algorithm, minted: 0 }
    }

    /// The same token as `issued` with another `jti` and signature.
    pub(crate) fn another(&mut self, issued: &str) -> String {
        self.minted += 1;
        let mut parts = issued.split('.');
        let (header, claims) = (parts.next().unwrap(), parts.next().unwrap());
        let claims = BASE64_URL_SAFE_NO_PAD.decode(claims).unwrap();
        let mut claims: Map<String, Value> = serde_json::from_slice(&claims).unwrap();
        claims.insert("jti".to_owned(), format!("{:032x}", self.minted).into());
        let claims = BASE64_URL_SAFE_NO_PAD.encode(serde_json::to_vec(&claims).unwrap());
        let message = format!("{header}.{claims}");
        let signature = crypto::sign(message.as_bytes(), &self.key, self.algorithm).unwrap();
        format!("{message}.{signature}")
    }
}
