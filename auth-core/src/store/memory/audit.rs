//! Audit rows and their chains.

use std::cmp::Reverse;

use async_trait::async_trait;

use super::{MemoryStore, Tables, duplicate};
use crate::base::Timestamp;
use crate::store::audit::Outcome;
use crate::store::{Audit, AuditFilter, AuditLog, AuditRow, ChainHead, LinkedRow, StoreError};
use crate::token::AuditKey;

/// The audit trail. No write runs beside another one, so there is one chain for each key.
#[derive(Default)]
pub(super) struct Trail {
    rows: Vec<LinkedRow>,
    chains: Vec<ChainHead>,
}

impl Trail {
    fn add(&mut self, rows: Vec<AuditRow>, key: Option<&AuditKey>) {
        let key_id = ChainHead::key_id(key);
        let place = self.chains.iter().position(|head| *head.key_id == *key_id && head.is_sealed_by(key));
        let place = place.unwrap_or_else(|| {
            let number = i64::try_from(self.chains.len()).unwrap_or(i64::MAX).saturating_add(1);
            self.chains.push(ChainHead::begin(number, key));
            self.chains.len() - 1
        });
        let head = &mut self.chains[place];
        for row in rows {
            let link = head.link_after(&row, key);
            self.rows.push(LinkedRow { row, chain: head.chain, position: head.last, link });
        }
    }
}

impl Tables {
    /// Adds the audit rows of a change, while the tables are still locked.
    pub(super) fn recorded<T: Outcome>(&mut self, audit: Audit<'_, T>, outcome: T) -> T {
        let rows = audit.rows(&outcome);
        if !rows.is_empty() {
            self.trail.add(rows, audit.key());
        }
        outcome
    }
}

#[async_trait]
impl AuditLog for MemoryStore {
    async fn append(&self, rows: Vec<AuditRow>, key: Option<&AuditKey>) -> Result<(), StoreError> {
        let trail = &mut self.tables().trail;
        if rows.iter().any(|row| trail.rows.iter().any(|other| other.row.id == row.id)) {
            return Err(duplicate("audit row"));
        }
        trail.add(rows, key);
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
        let rows = tables.trail.rows.iter().map(|linked| &linked.row);
        let mut rows: Vec<_> = rows.filter(|row| in_time(row) && of_subject(row) && of_kind(row)).cloned().collect();
        rows.sort_by(|a, b| Reverse((a.at, &a.id)).cmp(&Reverse((b.at, &b.id))));
        rows.truncate(limit as usize);
        Ok(rows)
    }

    async fn chains(&self) -> Result<Vec<ChainHead>, StoreError> {
        Ok(self.tables().trail.chains.clone())
    }

    async fn linked_rows(&self, from: (i64, i64), limit: u32) -> Result<Vec<LinkedRow>, StoreError> {
        let tables = self.tables();
        let mut rows: Vec<_> =
            tables.trail.rows.iter().filter(|row| (row.chain, row.position) >= from).cloned().collect();
        rows.sort_by_key(|row| (row.chain, row.position));
        rows.truncate(limit as usize);
        Ok(rows)
    }

    /// Every row has a link from the beginning.
    async fn unlinked_rows(&self, _limit: u32) -> Result<Vec<AuditRow>, StoreError> {
        Ok(Vec::new())
    }

    async fn adopt(&self, _limit: u32, _audit: Audit<'_, u64>) -> Result<u64, StoreError> {
        Ok(0)
    }

    async fn reseal(&self, head: &ChainHead, key: Option<&AuditKey>) -> Result<bool, StoreError> {
        let mut tables = self.tables();
        let current = tables.trail.chains.iter_mut().find(|current| *current == head);
        Ok(current.map(|current| current.seal(key)).is_some())
    }

    async fn forget(&self, before: Timestamp, limit: u32, keys: &[AuditKey]) -> Result<u64, StoreError> {
        let mut tables = self.tables();
        let Trail { rows, chains } = &mut tables.trail;
        let mut removed = 0;
        for head in chains {
            let of_chain = rows.iter().filter(|row| row.chain == head.chain).take(limit as usize);
            removed += head.forget(&of_chain.cloned().collect::<Vec<_>>(), before, keys);
            rows.retain(|row| row.chain != head.chain || row.position > head.first);
        }
        Ok(removed)
    }
}
