//! Why a command failed.

use std::path::PathBuf;

use auth_core::analysis::{InvalidPolicy, QuestionError};

/// Why a command failed, and with which exit code.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// The user, key or session does not exist.
    #[error("there is no {0}")]
    NotFound(String),
    /// The arguments, a variable or standard input cannot be used.
    #[error("{0}")]
    Usage(String),
    /// A file cannot be opened or is not UTF-8.
    #[error("cannot read {}: {source}", path.display())]
    Read { path: PathBuf, source: std::io::Error },
    /// A file is not a policy table.
    #[error("{}: {source}", path.display())]
    Policy { path: PathBuf, source: InvalidPolicy },
    /// A question has no answer.
    #[error(transparent)]
    Question(QuestionError),
    /// A file cannot be created or written.
    #[error("cannot write {}: {source}", path.display())]
    Create { path: PathBuf, source: std::io::Error },
    /// Standard output cannot be written, or standard input cannot be read.
    #[error("cannot read or write: {0}")]
    Write(#[from] std::io::Error),
    /// A value cannot be written as JSON.
    #[error("cannot write JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// The database cannot be used.
    #[error("{0}")]
    Open(#[from] auth_core::store::OpenError),
    /// An operation was refused or failed.
    #[error("{0}")]
    Account(#[from] auth_core::AccountError),
    /// The operating system provides no randomness.
    #[error("{0}")]
    Token(#[from] auth_core::token::TokenError),
    #[error("{0}")]
    Build(#[from] auth_core::BuildError),
    #[error("{0}")]
    Failed(String),
}

impl Error {
    pub(crate) const fn exit_code(&self) -> u8 {
        match self {
            Self::NotFound(_) | Self::Account(auth_core::AccountError::NotFound { .. }) => 1,
            Self::Usage(_) | Self::Read { .. } | Self::Policy { .. } | Self::Question(_) => 2,
            _ => 3,
        }
    }
}
