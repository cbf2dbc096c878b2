//! Starts the service from its settings, and stops it.

use std::ffi::OsString;
use std::io;
use std::net::SocketAddr;
use std::process::ExitCode;

use auth_core::password::WeakPassword;
use auth_core::recovery::LogDelivery;
use auth_core::store::OpenError;
use auth_core::token::TokenError;
use auth_core::{AccountError, Auth, BuildError, Settings, SettingsError};
use tokio::net::TcpListener;
use tracing::Level;
use tracing::subscriber::NoSubscriber;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::prelude::*;

use crate::admin::first_admin;
use crate::config::Config;
use crate::store::{Redis, Store, share_replays};
use crate::{App, Role, arguments, router};

/// Why the service did not start, or ended: one line with the remedy.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StartError {
    #[error("{0}")]
    Settings(#[from] SettingsError),
    #[error("ADMIN_PASSWORD: {0}")]
    AdminPassword(#[from] WeakPassword),
    #[error("{0}: cannot listen on {1}: {2}; choose another address, or stop what listens there")]
    Bind(&'static str, SocketAddr, io::Error),
    #[error("DATABASE_URL: {0}")]
    Store(#[from] OpenError),
    #[error("{}{error}", variable(.error))]
    Build {
        #[from]
        error: BuildError,
    },
    #[error("the first admin could not be made: {0}")]
    Admin(#[from] AccountError),
    #[error("the machine gives no randomness: {0}")]
    Randomness(#[from] TokenError),
    #[cfg(feature = "metrics")]
    #[error("{0}")]
    Metrics(#[from] metrics_exporter_prometheus::BuildError),
    #[error("{0}")]
    Io(#[from] io::Error),
}

/// The variable of an invalid setting.
fn variable(error: &BuildError) -> String {
    match error {
        BuildError::Setting { setting: "legacy_tokens", .. } => "AUTH_LEGACY_UNTIL: ".to_owned(),
        BuildError::Setting { setting: "client", .. } => "AUTH_CLIENTS: ".to_owned(),
        BuildError::Setting { setting: "static_api_key", .. } => "AUTH_API_KEYS: ".to_owned(),
        BuildError::Setting { setting: "cache_ttl", .. } => "AUTH_CACHE_BOUND: ".to_owned(),
        // The URL of the resource is that of the issuer.
        BuildError::Setting { setting: "resource", .. } => "AUTH_ISSUER: ".to_owned(),
        BuildError::Setting { setting, .. } => {
            format!("AUTH_{}: ", setting.trim_start_matches("the ").to_uppercase())
        }
        _ => String::new(),
    }
}

/// Runs the service until SIGINT or SIGTERM; requests in flight finish.
pub fn main() -> ExitCode {
    if let Some(answered) = arguments::answered() {
        return answered;
    }
    let filter = match log_filter(std::env::var_os("RUST_LOG")) {
        Ok(filter) => filter,
        Err(error) => {
            eprintln!("quickstart: {error}");
            return ExitCode::FAILURE;
        }
    };
    // To standard error: standard output says where the service listens, and the first admin's password.
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    tracing_subscriber::registry().with(lines).with(filter).init();
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("quickstart: {error}");
            ExitCode::FAILURE
        }
    }
}

/// What is logged. A name without a level would be read as a target, and silence all others.
fn log_filter(set: Option<OsString>) -> Result<Targets, SettingsError> {
    let Some(set) = set else { return Ok(Targets::new().with_default(Level::INFO)) };
    let wrong = || {
        SettingsError::new("RUST_LOG", "write levels, of everything or of targets, such as `info` or `info,auth=debug`")
    };
    let set = set.into_string().map_err(|_| wrong())?;
    let is_level = |entry: &str| {
        let level = entry.rsplit_once('=').map_or(entry, |(_, level)| level);
        // The empty text is a level, too: that of errors alone.
        !level.trim().is_empty() && level.trim().parse::<LevelFilter>().is_ok()
    };
    let filter = Some(&set).filter(|set| set.split(',').all(is_level)).and_then(|set| set.parse().ok());
    filter.ok_or_else(wrong)
}

#[tokio::main]
async fn run() -> Result<(), StartError> {
    let config = Config::from_env()?;
    let failed = |error| StartError::Bind("BIND", config.bind, error);
    let listener = TcpListener::bind(config.bind).await.map_err(failed)?;
    let address = listener.local_addr()?;
    rehearse(&config, address).await?;
    #[cfg(feature = "metrics")]
    if let Some(address) = config.metrics {
        crate::metrics::start(address).await?;
    }
    let url = config.database_url.as_str();
    let store = Store::open(url).await?;
    let auth = authentication(config.auth, url, config.redis.as_ref(), address, &store)?;
    first_admin(&auth, config.admin_email.as_str(), config.admin_password).await?;
    let app = router(App { auth: auth.clone() });
    println!("listening on http://{address}");
    auth_core::serve(listener, app).await?;
    // A cancelled request may have left a change in progress.
    auth.settled().await;
    store.close().await;
    Ok(())
}

/// Finds invalid settings before the start makes a file: builds the service on a database in memory, without its log.
async fn rehearse(config: &Config, address: SocketAddr) -> Result<(), StartError> {
    config.check_admin_password()?;
    if let Some(redis) = &config.redis {
        redis.check()?;
    }
    let url = "sqlite::memory:";
    let store = Store::open(url).await?;
    let quiet = NoSubscriber::default();
    let built = tracing::subscriber::with_default(quiet, || {
        authentication(Settings::from_env()?, url, None, address, &store).map(drop)
    });
    store.close().await;
    built
}

fn authentication(
    settings: Settings,
    database_url: &str,
    redis: Option<&Redis>,
    address: SocketAddr,
    store: &Store,
) -> Result<Auth, StartError> {
    if store.is_shared() && settings.issuer.is_none() {
        tracing::warn!(
            "AUTH_ISSUER is unset, so it is http://{address}: nodes at other addresses refuse this node's tokens"
        );
    }
    let settings = settings.or_issuer(format!("http://{address}")).or_audience("quickstart");
    let mut settings = settings.or_secret_beside(database_url)?;
    let issuer = settings.issuer.clone();
    settings.dpop = settings.dpop.take().map(|dpop| share_replays(dpop, redis)).transpose()?;
    let builder = store.give_to(Auth::from_settings(settings)?, redis)?.roles::<Role>();
    // In production: a `Delivery` of your own, which sends e-mails. This one prints the tokens to the log.
    let builder = builder.delivery(LogDelivery);
    // Clients learn from challenges where to log in. With an issuer that is no URL there is no such address.
    let builder = match issuer.filter(|issuer| issuer.contains("://")) {
        Some(url) => builder.resource(url),
        None => builder,
    };
    Ok(builder.new_user_role(Role::User).needed_role(Role::Admin).build()?)
}
