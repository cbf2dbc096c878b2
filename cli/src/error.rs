//! Why a command failed.

use std::path::PathBuf;

/// Why a command failed, and with which exit code.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// A file cannot be opened or is not UTF-8.
    #[error("cannot read {}: {source}", path.display())]
    Read { path: PathBuf, source: std::io::Error },
    /// Standard output cannot be written.
    #[error("cannot write: {0}")]
    Write(#[from] std::io::Error),
    /// A value cannot be written as JSON.
    #[error("cannot write JSON: {0}")]
    Json(#[from] serde_json::Error),
}

impl Error {
    pub(crate) const fn exit_code(&self) -> u8 {
        match self {
            Self::Read { .. } => 2,
            Self::Write(_) | Self::Json(_) => 3,
        }
    }
}
