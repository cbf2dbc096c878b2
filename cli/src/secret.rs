//! `auth-core secret` and `auth-core key`: secrets and signing keys.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use auth_core::token::{Any, SigningKey, random_secret};
use aws_lc_rs::encoding::AsDer as _;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair};
use clap::{Args, ValueEnum};
use pem::{EncodeConfig, LineEnding, Pem};
use secrecy::ExposeSecret as _;
use serde::Serialize;

use crate::Answer;
use crate::error::Error;
use crate::output::Output;

#[derive(Serialize)]
struct Secret<'a> {
    secret: &'a str,
}

/// Prints 32 random bytes for `AUTH_SECRET`.
pub(crate) fn secret(output: &mut Output) -> Result<Answer, Error> {
    let secret = random_secret()?;
    output.show(&Secret { secret: secret.expose_secret() }, secret.expose_secret())?;
    Ok(Answer::Done)
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Algorithm {
    /// EdDSA: small and fast; not every verifier knows it.
    Ed25519,
    /// ES256: known to nearly every verifier.
    P256,
    /// RS256 with 3072 bits: for verifiers that know nothing else.
    Rsa,
}

#[derive(Args, Debug)]
pub(crate) struct Key {
    #[arg(value_enum)]
    algorithm: Algorithm,
    /// Write the key into a new file that only this user can read, instead of printing it.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

#[derive(Serialize)]
struct Made<'a> {
    kid: &'a str,
    algorithm: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<&'a Path>,
    #[serde(skip_serializing_if = "Option::is_none")]
    private_key: Option<&'a str>,
}

/// Makes a private key in PEM (PKCS#8) for `AUTH_SIGNING_KEY_FILE`.
pub(crate) fn key(key: &Key, output: &mut Output) -> Result<Answer, Error> {
    let der = generate(key.algorithm).ok_or(Error::Failed("the system provides no randomness".to_owned()))?;
    let pem = pem::encode_config(&Pem::new("PRIVATE KEY", der), EncodeConfig::new().set_line_ending(LineEnding::LF));
    // As the service will read it.
    let read: SigningKey<Any> =
        SigningKey::from_pem(&pem.clone().into()).map_err(|error| Error::Failed(error.to_string()))?;
    let algorithm = format!("{:?}", read.algorithm());
    if let Some(path) = &key.out {
        create(path, &pem)?;
        let made = Made { kid: read.kid(), algorithm, file: Some(path), private_key: None };
        output.show(&made, format!("wrote {} (kid {})", path.display(), read.kid()))?;
    } else {
        output.show(&Made { kid: read.kid(), algorithm, file: None, private_key: Some(&pem) }, &pem)?;
    }
    Ok(Answer::Done)
}

fn generate(algorithm: Algorithm) -> Option<Vec<u8>> {
    let random = SystemRandom::new();
    let der = match algorithm {
        Algorithm::Ed25519 => Ed25519KeyPair::generate_pkcs8v1(&random).ok()?.as_ref().to_vec(),
        Algorithm::P256 => {
            EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).ok()?.as_ref().to_vec()
        }
        Algorithm::Rsa => {
            let pair = KeyPair::generate(KeySize::Rsa3072).ok()?;
            let der: aws_lc_rs::encoding::Pkcs8V1Der<'_> = pair.as_der().ok()?;
            der.as_ref().to_vec()
        }
    };
    Some(der)
}

/// A new file, private from its first moment.
fn create(path: &Path, text: &str) -> Result<(), Error> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let failed = |source| Error::Create { path: path.to_owned(), source };
    let mut file = options.open(path).map_err(failed)?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(failed)
}
