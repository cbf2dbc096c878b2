//! Keys from the environment and from the files that it names.

use secrecy::{ExposeSecret, SecretString};

use super::{SettingsError, read, secret, variable};
use crate::token::{Any, Hs256, KeyError, KeySet, SigningKey, VerifyingKey};

const SECRET: &str = "AUTH_SECRET";
const SECRET_FILE: &str = "AUTH_SECRET_FILE";
const SIGNING_KEY_FILE: &str = "AUTH_SIGNING_KEY_FILE";
const VERIFY_KEY_FILES: &str = "AUTH_VERIFY_KEY_FILES";

pub(super) fn keys() -> Result<Option<KeySet>, SettingsError> {
    let secret = own_secret()?;
    let mut keys = match variable(SIGNING_KEY_FILE)? {
        Some(path) => {
            let keys = KeySet::from(signing_key(&path)?);
            // A service that goes over to a key file logs nobody out.
            Some(match &secret {
                Some(secret) => keys.accept(secret.verifying_key()).map_err(|error| wrong(SECRET, error))?,
                None => keys,
            })
        }
        None => secret.map(KeySet::from),
    };
    if let Some(paths) = variable(VERIFY_KEY_FILES)? {
        let signing = keys.take().ok_or_else(|| {
            SettingsError::new(VERIFY_KEY_FILES, "no key signs; set AUTH_SIGNING_KEY_FILE or AUTH_SECRET as well")
        })?;
        keys = Some(paths.split(',').try_fold(signing, |keys, path| {
            let path = path.trim();
            keys.accept(verifying_key(path)?).map_err(|error| wrong_file(VERIFY_KEY_FILES, path, error))
        })?);
    }
    Ok(keys)
}

fn own_secret() -> Result<Option<SigningKey<Hs256>>, SettingsError> {
    let Some((name, secret)) = secret(SECRET, SECRET_FILE)? else { return Ok(None) };
    SigningKey::hs256(&secret).map(Some).map_err(|weak| wrong(name, weak.into()))
}

fn signing_key(path: &str) -> Result<SigningKey<Any>, SettingsError> {
    let text = read(SIGNING_KEY_FILE, path)?;
    let key = if is_json(&text) { SigningKey::from_jwk(&text) } else { SigningKey::from_pem(&text) };
    key.map_err(|error| wrong_file(SIGNING_KEY_FILE, path, error))
}

fn verifying_key(path: &str) -> Result<VerifyingKey<Any>, SettingsError> {
    let text = read(VERIFY_KEY_FILES, path)?;
    let text = text.expose_secret();
    let key = if text.starts_with('{') { VerifyingKey::from_jwk(text) } else { VerifyingKey::from_pem(text) };
    key.map_err(|error| wrong_file(VERIFY_KEY_FILES, path, error))
}

fn is_json(text: &SecretString) -> bool {
    text.expose_secret().starts_with('{')
}

fn wrong(variable: &'static str, error: KeyError) -> SettingsError {
    SettingsError::new(variable, error.to_string())
}

fn wrong_file(variable: &'static str, path: &str, error: KeyError) -> SettingsError {
    SettingsError::new(variable, format!("the key in {path} cannot be used: {error}"))
}
