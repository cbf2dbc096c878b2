//! Audit rows.

use async_trait::async_trait;

use super::{Engine, Transaction, records};
use crate::base::{SubjectId, Timestamp};
use crate::store::audit::Outcome;
use crate::store::{Audit, AuditFilter, AuditLog, AuditRow, StoreError};

/// Writes the audit rows of a change and commits both.
pub(super) async fn commit<E: Engine, T: Outcome>(
    mut tx: E::Transaction,
    audit: Audit<'_, T>,
    outcome: T,
) -> Result<T, StoreError> {
    add::<E>(&mut tx, &audit.rows(&outcome)).await?;
    tx.commit().await?;
    Ok(outcome)
}

/// Writes audit rows, and leaves the commit to the caller.
pub(super) async fn add<E: Engine>(tx: &mut impl Transaction, rows: &[AuditRow]) -> Result<(), StoreError> {
    for row in rows {
        let values = [
            (*row.id).into(),
            row.at.into(),
            (*row.kind).into(),
            (*row.outcome).into(),
            row.subject.as_ref().map(SubjectId::as_str).into(),
            row.body.as_str().into(),
        ];
        tx.rows(E::SQL.add_event, &values).await?;
    }
    Ok(())
}

#[diagnostic::do_not_recommend]
#[async_trait]
impl<E: Engine> AuditLog for E {
    async fn append(&self, rows: Vec<AuditRow>) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        add::<E>(&mut tx, &rows).await?;
        tx.commit().await
    }

    async fn events(&self, filter: &AuditFilter, limit: u32) -> Result<Vec<AuditRow>, StoreError> {
        let place = filter.before.as_ref().map(|(at, id)| (at.as_millis(), &**id));
        // No id is empty, so this place is before every row of that millisecond.
        let until = filter.until.map(|until| (until.as_millis(), ""));
        let (at, id) = place.into_iter().chain(until).min().unwrap_or((i64::MAX, ""));
        let since = filter.since.map_or(i64::MIN, Timestamp::as_millis);
        let page = [at.into(), id.into(), i64::from(limit).into(), filter.kind.as_deref().into(), since.into()];
        let rows = match &filter.subject {
            None => self.rows(E::SQL.events, &page).await?,
            Some(subject) => {
                let [at, id, limit, kind, since] = page;
                self.rows(E::SQL.events_of, &[at, id, limit, kind, since, subject.as_str().into()]).await?
            }
        };
        rows.iter().map(records::audit_row).collect()
    }
}
