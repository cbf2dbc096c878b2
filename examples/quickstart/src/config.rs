//! Settings of the process; those of authentication are read by `auth_core::Settings`.

use std::net::SocketAddr;

use auth_core::password::{PasswordRules, WeakPassword};
use auth_core::{Email, Settings, SettingsError};
use secrecy::SecretString;

use crate::store::Redis;

const ADDRESS: &str = "write an address and a port, such as `127.0.0.1:3000`";

/// The settings in the environment.
pub(crate) struct Config {
    pub(crate) bind: SocketAddr,
    pub(crate) database_url: String,
    pub(crate) redis: Option<Redis>,
    pub(crate) admin_email: Email,
    pub(crate) admin_password: Option<SecretString>,
    #[cfg_attr(not(feature = "metrics"), expect(dead_code))]
    pub(crate) metrics: Option<SocketAddr>,
    pub(crate) auth: Settings,
}

impl Config {
    pub(crate) fn from_env() -> Result<Self, SettingsError> {
        Ok(Self {
            bind: parsed("BIND", "127.0.0.1:3000", ADDRESS)?,
            database_url: database_url()?,
            redis: redis()?,
            admin_email: parsed("ADMIN_EMAIL", "admin@example.com", "write an address such as `admin@example.com`")?,
            admin_password: variable("ADMIN_PASSWORD")?.map(SecretString::from),
            metrics: metrics()?,
            auth: Settings::from_env()?,
        })
    }
}

impl Config {
    /// The first start makes an admin with this password, and every start checks it.
    pub(crate) fn check_admin_password(&self) -> Result<(), WeakPassword> {
        let Some(password) = self.admin_password.clone() else { return Ok(()) };
        PasswordRules::nist().check(password, &[self.admin_email.as_str()]).map(drop)
    }
}

/// The variable without the line ends and the byte order mark that files and secret stores add.
fn variable(name: &'static str) -> Result<Option<String>, SettingsError> {
    match std::env::var(name).map(|value| value.trim_matches(['\n', '\r', '\u{feff}']).to_owned()) {
        Ok(value) if value.is_empty() => {
            Err(SettingsError::new(name, "it is set to nothing; unset it or give it a value"))
        }
        Ok(value) => Ok(Some(value)),
        Err(std::env::VarError::NotPresent) => Ok(None),
        Err(std::env::VarError::NotUnicode(_)) => Err(SettingsError::new(name, "it is not valid UTF-8")),
    }
}

fn parsed<T: std::str::FromStr>(name: &'static str, default: &str, help: &str) -> Result<T, SettingsError> {
    let value = variable(name)?;
    parse(name, value.as_deref().unwrap_or(default), help)
}

fn parse<T: std::str::FromStr>(name: &'static str, value: &str, help: &str) -> Result<T, SettingsError> {
    value.parse().map_err(|_| SettingsError::new(name, format!("invalid value `{value}`; {help}")))
}

fn database_url() -> Result<String, SettingsError> {
    let url = variable("DATABASE_URL")?.unwrap_or_else(|| "sqlite://quickstart.db".to_owned());
    match url.split_once(':').map(|(scheme, _)| scheme) {
        Some("sqlite") => Ok(url),
        Some("postgres" | "postgresql") => included("cluster", CLUSTER, "DATABASE_URL", "PostgreSQL").map(|()| url),
        // The value may hold a password, so it is not repeated.
        _ => Err(SettingsError::new(
            "DATABASE_URL",
            "unsupported scheme; write `sqlite://FILE` or `postgres://USER@HOST/DATABASE`",
        )),
    }
}

fn redis() -> Result<Option<Redis>, SettingsError> {
    let namespace = variable("REDIS_NAMESPACE")?.unwrap_or_else(|| "quickstart".to_owned());
    let Some(url) = variable("REDIS_URL")? else { return Ok(None) };
    included("cluster", CLUSTER, "REDIS_URL", "Redis")?;
    Ok(Some(Redis { url, namespace }))
}

fn metrics() -> Result<Option<SocketAddr>, SettingsError> {
    let Some(address) = variable("METRICS_BIND")? else { return Ok(None) };
    included("metrics", cfg!(feature = "metrics"), "METRICS_BIND", "metrics")?;
    parse("METRICS_BIND", &address, ADDRESS).map(Some)
}

const CLUSTER: bool = cfg!(feature = "cluster");

/// Refuses a setting of a feature that this build has not.
fn included(feature: &str, is_on: bool, name: &'static str, needed: &str) -> Result<(), SettingsError> {
    if is_on {
        return Ok(());
    }
    Err(SettingsError::new(
        name,
        format!("this build does not include {needed}; start it with `cargo run --features {feature}`"),
    ))
}
