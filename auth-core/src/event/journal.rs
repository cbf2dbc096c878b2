//! The audit trail of one `Auth`: its store, and the keys of its chains.

use std::sync::Arc;

use crate::store::{AuditLog, AuditRow, StoreError};
use crate::token::AuditKey;

/// A store of audit rows with the keys that link them.
#[derive(Clone)]
pub(crate) struct Journal {
    log: Arc<dyn AuditLog>,
    /// The first one links, all of them verify.
    keys: Arc<[AuditKey]>,
}

impl Journal {
    pub(crate) fn new(log: Arc<dyn AuditLog>, keys: &[AuditKey]) -> Self {
        Self { log, keys: keys.into() }
    }

    pub(crate) fn log(&self) -> &dyn AuditLog {
        &*self.log
    }

    pub(crate) fn keys(&self) -> &[AuditKey] {
        &self.keys
    }

    /// The key of new rows.
    pub(crate) fn key(&self) -> Option<&AuditKey> {
        self.keys.first()
    }

    /// Adds rows that belong to no write, all or none.
    pub(crate) async fn append(&self, rows: Vec<AuditRow>) -> Result<(), StoreError> {
        self.log.append(rows, self.key()).await
    }
}
