//! The signing secret of a service whose environment has none: created once, in a file that only its owner can read.

use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use secrecy::{ExposeSecret as _, SecretString};
use uuid::Uuid;

use super::environment::trimmed;
use super::{Settings, SettingsError};
use crate::token::{SigningKey, random_secret};

const VARIABLE: &str = "AUTH_SECRET";

impl Settings {
    /// Without a key in the environment, uses the HS256 secret in the file beside the SQLite database at `url`
    /// (`app.db.secret` for `sqlite://app.db`), and creates it with mode 0600 when there is none. For a database in
    /// memory the secret ends with the process; for a server's URL the file is `auth.secret` in the working directory,
    /// which nodes must share.
    ///
    /// A service in production sets `AUTH_SECRET` or `AUTH_SIGNING_KEY_FILE`.
    ///
    /// ```
    /// use auth_core::Settings;
    ///
    /// # fn main() -> Result<(), auth_core::SettingsError> {
    /// let settings = Settings::from_env()?.or_secret_beside("sqlite::memory:")?;
    /// assert!(settings.keys.is_some());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`SettingsError`] when the file cannot be read or written, is readable by others, or holds a weak secret.
    pub fn or_secret_beside(mut self, url: &str) -> Result<Self, SettingsError> {
        if self.keys.is_none() {
            let secret = if let Some(path) = file_beside(url) {
                kept(&path)?
            } else {
                tracing::warn!(target: "auth", "AUTH_SECRET is unset and the database is in memory: tokens end with this process");
                random()?
            };
            let key = SigningKey::hs256(&secret).map_err(|weak| SettingsError::new(VARIABLE, weak.to_string()))?;
            self.keys = Some(key.into());
        }
        Ok(self)
    }
}

fn file_beside(url: &str) -> Option<PathBuf> {
    let Some(rest) = url.strip_prefix("sqlite:") else {
        tracing::warn!(target: "auth", "AUTH_SECRET is unset: a node that does not share this directory refuses this node's tokens");
        return Some(PathBuf::from("auth.secret"));
    };
    let rest = rest.strip_prefix("//").unwrap_or(rest);
    let (file, options) = rest.split_once('?').unwrap_or((rest, ""));
    let in_memory = file.is_empty() || file.contains(":memory:") || options.contains("mode=memory");
    (!in_memory).then(|| PathBuf::from(format!("{file}.secret")))
}

fn kept(path: &Path) -> Result<SecretString, SettingsError> {
    let wrong = |why: String| SettingsError::new(VARIABLE, format!("it is unset, and {} {why}", path.display()));
    let unusable = |error: io::Error| {
        wrong(format!("cannot be used: {error}; make it a file that this user alone can read, or set AUTH_SECRET"))
    };
    match read(path) {
        Ok(secret) => return Ok(secret),
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => return Err(unusable(error)),
    }
    let secret = random()?;
    match write(path, &secret) {
        Ok(()) => {
            tracing::info!(target: "auth", "AUTH_SECRET is unset: created a signing secret in {}", path.display());
            Ok(secret)
        }
        // Another process created the file first.
        Err(error) if error.kind() == ErrorKind::AlreadyExists => read(path).map_err(unusable),
        Err(error) => Err(wrong(format!("cannot be written: {error}; set AUTH_SECRET"))),
    }
}

fn read(path: &Path) -> io::Result<SecretString> {
    #[cfg(unix)]
    if std::os::unix::fs::MetadataExt::mode(&fs::metadata(path)?) & 0o077 != 0 {
        let help = format!("others can read it; run `chmod 600 {}`", path.display());
        return Err(io::Error::new(ErrorKind::PermissionDenied, help));
    }
    Ok(trimmed(&fs::read_to_string(path)?).to_owned().into())
}

/// Atomic: written under another name, then linked, which fails when the name is taken.
fn write(path: &Path, secret: &SecretString) -> io::Result<()> {
    // Not the number of the process: in a container it is always 1, and a process that was killed leaves its draft.
    let draft = path.with_extension(format!("secret.{}", Uuid::new_v4().simple()));
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.write(true).create_new(true).open(&draft)?;
    let written = file
        .write_all(secret.expose_secret().as_bytes())
        .and_then(|()| file.sync_all())
        .and_then(|()| fs::hard_link(&draft, path));
    fs::remove_file(&draft)?;
    written
}

fn random() -> Result<SecretString, SettingsError> {
    random_secret().map_err(|error| SettingsError::new(VARIABLE, error.to_string()))
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
    use std::process::Command;

    use super::*;

    const FILE: &str = "TEST_SECRET_FILE";

    /// Not a test: the process of the next one.
    #[test]
    #[ignore = "run by another test of this module"]
    fn child() {
        kept(Path::new(&std::env::var_os(FILE).unwrap())).unwrap();
    }

    #[test]
    fn only_its_owner_can_read_the_file_under_any_umask() {
        let folder = tempfile::tempdir().unwrap();
        let test = format!("{}::child", module_path!().split_once("::").unwrap().1);
        for umask in ["000", "022", "077"] {
            let path = folder.path().join(umask);
            // The umask belongs to the process.
            let script = format!(r#"umask {umask} && exec "$0" "$@""#);
            let mut command = Command::new("sh");
            command.args(["-c", &script]).arg(std::env::current_exe().unwrap());
            let output = command.args(["--ignored", "--exact", &test]).env(FILE, &path).output().unwrap();
            assert!(output.status.success(), "{output:?}");
            assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600, "umask {umask}");
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 3, "a draft is left");
    }

    #[test]
    fn a_file_that_others_can_read_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        kept(&path).unwrap();
        for mode in [0o640, 0o620, 0o604, 0o601] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            let error = kept(&path).unwrap_err().to_string();
            assert!(error.contains("chmod 600"), "{mode:o}: {error}");
        }
        fs::set_permissions(&path, fs::Permissions::from_mode(0o400)).unwrap();
        assert!(kept(&path).is_ok());
    }

    #[test]
    fn the_draft_of_a_killed_process_stops_no_other() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("app.db.secret");
        fs::write(folder.path().join(format!("app.db.secret.{}", std::process::id())), "half").unwrap();
        assert!(kept(&path).is_ok());
    }

    #[test]
    fn the_secret_is_kept_and_read_without_its_line_end() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        let made = kept(&path).unwrap();
        assert_eq!(kept(&path).unwrap().expose_secret(), made.expose_secret());
        fs::write(&path, format!("\u{feff}{}\r\n", made.expose_secret())).unwrap();
        assert_eq!(kept(&path).unwrap().expose_secret(), made.expose_secret());
    }
}
