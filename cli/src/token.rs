//! `auth-core token`: looks into a token.

use std::fmt::Write as _;

use auth_core::Timestamp;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use clap::Subcommand;
use secrecy::ExposeSecret as _;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::Answer;
use crate::error::Error;
use crate::input::secret;
use crate::output::Output;
use crate::text::plain;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Print the header and the claims of a JWT, a line of standard input, without verifying it: anyone can write such a
    /// token.
    Decode,
}

#[derive(Serialize)]
struct Decoded {
    /// Always false: neither signature nor times nor issuer are checked.
    verified: bool,
    header: Map<String, Value>,
    claims: Map<String, Value>,
}

pub(crate) fn run(command: &Command, output: &mut Output) -> Result<Answer, Error> {
    let Command::Decode = command;
    let token = secret("Token")?;
    let token = token.expose_secret().trim();
    let parts: Vec<&str> = token.trim_start_matches("Bearer ").split('.').collect();
    let [header, claims, _signature] = parts[..] else {
        return Err(Error::Usage(not_a_jwt(token).to_owned()));
    };
    let decoded = Decoded { verified: false, header: object(header, "header")?, claims: object(claims, "claims")? };
    let mut text = format!(
        "NOT VERIFIED: anyone can write such a token.\nheader {}\nclaims {}\n",
        serde_json::to_string_pretty(&decoded.header)?,
        serde_json::to_string_pretty(&decoded.claims)?
    );
    for name in ["iat", "nbf", "auth_time", "exp"] {
        if let Some(seconds) = decoded.claims.get(name).and_then(Value::as_i64) {
            let _ = writeln!(text, "{name:9} {}", Timestamp::from_secs(seconds));
        }
    }
    // `serde_json` escapes ASCII control characters, and leaves C1.
    let text: Vec<_> = text.lines().map(plain).collect();
    output.show(&decoded, text.join("\n"))?;
    Ok(Answer::Done)
}

fn not_a_jwt(token: &str) -> &'static str {
    if token.starts_with("ak_") {
        "this is an API key: it carries no claims, and its scopes are in the database"
    } else if token.split('.').count() == 5 {
        "this is an encrypted token (JWE), which this command cannot read"
    } else {
        "this is no JWT, which has three parts between dots; refresh tokens carry no claims"
    }
}

fn object(part: &str, what: &str) -> Result<Map<String, Value>, Error> {
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(part).ok();
    let object = bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok());
    object.ok_or_else(|| Error::Usage(format!("the {what} of the token are no JSON object in base64url")))
}
