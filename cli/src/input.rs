//! Secrets from standard input. They are never arguments, which other users of the machine can see.

use std::io::{self, BufRead as _, IsTerminal as _, Read as _};

use secrecy::SecretString;

use crate::error::Error;

/// More than any token or password.
const MAX_BYTES: u64 = 64 * 1024;

/// Reads a secret: without an echo from a terminal, else the next line of standard input.
pub(crate) fn secret(prompt: &str) -> Result<SecretString, Error> {
    if io::stdin().is_terminal() {
        return Ok(rpassword::prompt_password(format!("{prompt}: "))?.into());
    }
    let mut line = String::new();
    io::stdin().lock().take(MAX_BYTES).read_line(&mut line)?;
    let text = line.trim_end_matches(['\n', '\r']);
    if text.is_empty() {
        let what = prompt.to_lowercase();
        return Err(Error::Usage(format!("expected the {what} as a line of standard input, found nothing")));
    }
    Ok(text.to_owned().into())
}

/// Reads a new password, from a terminal twice.
pub(crate) fn new_password() -> Result<SecretString, Error> {
    use secrecy::ExposeSecret as _;
    let password = secret("Password")?;
    if io::stdin().is_terminal() && secret("The same password again")?.expose_secret() != password.expose_secret() {
        return Err(Error::Usage("the passwords differ".to_owned()));
    }
    Ok(password)
}
