//! Audit rows.

use std::cmp::Reverse;

use async_trait::async_trait;

use super::{MemoryStore, Tables, duplicate};
use crate::store::audit::Outcome;
use crate::store::{Audit, AuditFilter, AuditLog, AuditRow, StoreError};

impl Tables {
    /// Adds the audit rows of a change, while the tables are still locked.
    pub(super) fn recorded<T: Outcome>(&mut self, audit: Audit<'_, T>, outcome: T) -> T {
        self.events.extend(audit.rows(&outcome));
        outcome
    }
}

#[async_trait]
impl AuditLog for MemoryStore {
    async fn append(&self, rows: Vec<AuditRow>) -> Result<(), StoreError> {
        let mut tables = self.tables();
        if rows.iter().any(|row| tables.events.iter().any(|other| other.id == row.id)) {
            return Err(duplicate("audit row"));
        }
        tables.events.extend(rows);
        Ok(())
    }

    async fn events(&self, filter: &AuditFilter, limit: u32) -> Result<Vec<AuditRow>, StoreError> {
        let tables = self.tables();
        let before = |row: &AuditRow| filter.before.as_ref().is_none_or(|(at, id)| (row.at, &row.id) < (*at, id));
        let of_subject = |row: &AuditRow| filter.subject.is_none() || row.subject == filter.subject;
        let of_kind = |row: &AuditRow| filter.kind.as_ref().is_none_or(|kind| row.kind == *kind);
        let since = |row: &AuditRow| filter.since.is_none_or(|since| row.at >= since);
        let until = |row: &AuditRow| filter.until.is_none_or(|until| row.at < until);
        let in_time = |row: &AuditRow| since(row) && until(row) && before(row);
        let matching = tables.events.iter().filter(|row| in_time(row) && of_subject(row) && of_kind(row));
        let mut rows: Vec<_> = matching.cloned().collect();
        rows.sort_by(|a, b| Reverse((a.at, &a.id)).cmp(&Reverse((b.at, &b.id))));
        rows.truncate(limit as usize);
        Ok(rows)
    }
}
