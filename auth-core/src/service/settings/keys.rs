//! Keys from the environment and from key files.

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use super::SettingsError;
use super::environment::{read, shown};
use crate::token::{Any, Hs256, KeyError, KeySet, SigningKey, VerifyingKey, WeakSecret};

/// `AUTH_SECRET`.
#[derive(Deserialize)]
#[serde(try_from = "SecretString")]
pub(super) struct Secret(SigningKey<Hs256>);

impl TryFrom<SecretString> for Secret {
    type Error = WeakSecret;

    fn try_from(secret: SecretString) -> Result<Self, WeakSecret> {
        SigningKey::hs256(&secret).map(Self)
    }
}

/// The key that `AUTH_SIGNING_KEY_FILE` names.
#[derive(Deserialize)]
#[serde(try_from = "String")]
pub(super) struct KeyFile(SigningKey<Any>);

impl TryFrom<String> for KeyFile {
    type Error = String;

    fn try_from(path: String) -> Result<Self, String> {
        let text = read(&path)?;
        warn_of_readers(&path);
        let key = if is_json(text.expose_secret()) { SigningKey::from_jwk(&text) } else { SigningKey::from_pem(&text) };
        key.map(Self).map_err(|error| unusable(&path, error))
    }
}

/// The key that `AUTH_LEGACY_KEY_FILE` names.
#[derive(Deserialize)]
#[serde(try_from = "String")]
pub(super) struct PublicKeyFile {
    path: String,
    text: SecretString,
}

impl TryFrom<String> for PublicKeyFile {
    type Error = String;

    fn try_from(path: String) -> Result<Self, String> {
        let text = read(&path)?;
        Ok(Self { path, text })
    }
}

impl PublicKeyFile {
    /// The key, whose algorithm another variable may name.
    pub(super) fn read<T>(&self, read: impl FnOnce(&str) -> Result<T, KeyError>) -> Result<T, String> {
        read(self.text.expose_secret()).map_err(|error| unusable(&self.path, error))
    }
}

/// The keys that `AUTH_VERIFY_KEY_FILES` names, with the paths.
#[derive(Deserialize)]
#[serde(try_from = "String")]
pub(super) struct KeyFiles(Vec<(String, VerifyingKey<Any>)>);

impl TryFrom<String> for KeyFiles {
    type Error = String;

    fn try_from(paths: String) -> Result<Self, String> {
        let keys = paths.split(',').map(str::trim).map(|path| Ok((path.to_owned(), verifying(path)?)));
        keys.collect::<Result<_, _>>().map(Self)
    }
}

pub(super) fn keys(
    secret: Option<Secret>,
    file: Option<KeyFile>,
    verifying: Option<KeyFiles>,
) -> Result<Option<KeySet>, SettingsError> {
    let signing = match (file, secret) {
        // A switch to a key file must not log users out.
        (Some(KeyFile(key)), Some(Secret(secret))) => Some(
            KeySet::from(key)
                .accept(secret.verifying_key())
                .map_err(|error| SettingsError::new("AUTH_SECRET", error.to_string()))?,
        ),
        (Some(KeyFile(key)), None) => Some(key.into()),
        (None, secret) => secret.map(|Secret(secret)| secret.into()),
    };
    let Some(KeyFiles(verifying)) = verifying else { return Ok(signing) };
    let wrong = |problem: String| SettingsError::new("AUTH_VERIFY_KEY_FILES", problem);
    let signing = signing
        .ok_or_else(|| wrong("there is no signing key; also set AUTH_SIGNING_KEY_FILE or AUTH_SECRET".to_owned()))?;
    let keys = verifying
        .into_iter()
        .try_fold(signing, |keys, (path, key)| keys.accept(key).map_err(|error| wrong(unusable(&path, error))));
    keys.map(Some)
}

fn verifying(path: &str) -> Result<VerifyingKey<Any>, String> {
    verifying_key(read(path)?.expose_secret()).map_err(|error| unusable(path, error))
}

/// Reads a verifying key in PEM or a JWK.
pub(super) fn verifying_key(text: &str) -> Result<VerifyingKey<Any>, KeyError> {
    if is_json(text) { VerifyingKey::from_jwk(text) } else { VerifyingKey::from_pem(text) }
}

fn is_json(text: &str) -> bool {
    text.starts_with('{')
}

fn unusable(path: &str, error: KeyError) -> String {
    format!("the key in {} cannot be used: {error}", shown(path))
}

/// Only a warning: in a container the orchestrator sets the mode.
fn warn_of_readers(path: &str) {
    #[cfg(unix)]
    if std::fs::metadata(path).is_ok_and(|file| std::os::unix::fs::MetadataExt::mode(&file) & 0o044 != 0) {
        tracing::warn!(target: "auth", "others can read the key in {path}; run `chmod 600 {path}`");
    }
    #[cfg(not(unix))]
    let _ = path;
}
