//! The signing secret when none is set: created once, stored beside the database, readable by its owner only.

use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use auth_core::SettingsError;
use auth_core::token::{Hs256, SigningKey, random_secret};
use secrecy::{ExposeSecret as _, SecretString};

/// The key of the secret beside the database at `url`.
pub(crate) fn key_beside(url: &str) -> Result<SigningKey<Hs256>, SettingsError> {
    let secret = if let Some(path) = file_beside(url) {
        kept(&path)?
    } else {
        tracing::warn!("AUTH_SECRET is unset and the database is in memory: tokens end with this process");
        random()?
    };
    SigningKey::hs256(&secret).map_err(|weak| SettingsError::new("AUTH_SECRET", weak.to_string()))
}

/// The file beside `sqlite://quickstart.db?mode=rwc` is `quickstart.db.secret`. A database server has no such place:
/// there it is in the working folder, and every node needs the same secret.
fn file_beside(url: &str) -> Option<PathBuf> {
    let Some(rest) = url.strip_prefix("sqlite:") else {
        tracing::warn!("AUTH_SECRET is unset: nodes that do not share this folder do not take each other's tokens");
        return Some(PathBuf::from("quickstart.secret"));
    };
    let rest = rest.strip_prefix("//").unwrap_or(rest);
    let (file, options) = rest.split_once('?').unwrap_or((rest, ""));
    let in_memory = file.is_empty() || file.contains(":memory:") || options.contains("mode=memory");
    (!in_memory).then(|| PathBuf::from(format!("{file}.secret")))
}

fn kept(path: &Path) -> Result<SecretString, SettingsError> {
    let wrong = |why: String| SettingsError::new("AUTH_SECRET", format!("it is unset, and {} {why}", path.display()));
    match read(path) {
        Ok(secret) => return Ok(secret),
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => return Err(wrong(format!("cannot be used: {error}; or set AUTH_SECRET"))),
    }
    let secret = random()?;
    match write(path, &secret) {
        Ok(()) => {
            tracing::info!("AUTH_SECRET is unset: made a signing secret and keep it in {}", path.display());
            Ok(secret)
        }
        // Another process created it first; its secret is used.
        Err(error) if error.kind() == ErrorKind::AlreadyExists => read(path).map_err(|error| wrong(error.to_string())),
        Err(error) => Err(wrong(format!("cannot be written: {error}; set AUTH_SECRET"))),
    }
}

fn read(path: &Path) -> io::Result<SecretString> {
    if fs::metadata(path)?.mode() & 0o077 != 0 {
        let help = format!("others can read it; run `chmod 600 {}`", path.display());
        return Err(io::Error::new(ErrorKind::PermissionDenied, help));
    }
    Ok(fs::read_to_string(path)?.trim_end().to_owned().into())
}

/// Atomic: written under another name, then linked, which fails when the name exists.
fn write(path: &Path, secret: &SecretString) -> io::Result<()> {
    let draft = path.with_extension(format!("secret.{}", std::process::id()));
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft)?;
    let written = file
        .write_all(secret.expose_secret().as_bytes())
        .and_then(|()| file.sync_all())
        .and_then(|()| fs::hard_link(&draft, path));
    fs::remove_file(&draft)?;
    written
}

fn random() -> Result<SecretString, SettingsError> {
    random_secret().map_err(|error| SettingsError::new("AUTH_SECRET", error.to_string()))
}
