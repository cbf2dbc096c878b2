//! Audit rows and their chains.

use async_trait::async_trait;

use super::{Columns, Engine, Transaction, Value, records};
use crate::base::{SubjectId, Timestamp};
use crate::store::audit::Outcome;
use crate::store::{Audit, AuditFilter, AuditLog, AuditRow, ChainHead, Link, LinkedRow, StoreError};
use crate::token::AuditKey;

/// Writes the audit rows of a change and commits both.
pub(super) async fn commit<E: Engine, T: Outcome>(
    mut tx: E::Transaction,
    audit: Audit<'_, T>,
    outcome: T,
) -> Result<T, StoreError> {
    add::<E>(&mut tx, &audit.rows(&outcome), audit.key()).await?;
    tx.commit().await?;
    Ok(outcome)
}

/// Writes audit rows as the last statements of a transaction, and leaves the commit to the caller.
pub(in crate::store) async fn add<E: Engine>(
    tx: &mut impl Transaction,
    rows: &[AuditRow],
    key: Option<&AuditKey>,
) -> Result<(), StoreError> {
    if rows.is_empty() {
        return Ok(());
    }
    let mut head = free_chain::<E>(tx, key).await?;
    for row in rows {
        let link = head.link_after(row, key);
        let values = [
            (*row.id).into(),
            row.at.into(),
            (*row.kind).into(),
            (*row.outcome).into(),
            row.subject.as_ref().map(SubjectId::as_str).into(),
            row.body.as_str().into(),
            head.chain.into(),
            head.last.into(),
            (&link).into(),
        ];
        tx.rows(E::SQL.add_event, &values).await?;
    }
    save::<E>(tx, &head).await
}

/// Fails where the database has no audit trail.
pub(in crate::store) async fn find_trail<E: Engine>(tx: &mut impl Transaction) -> Result<(), StoreError> {
    tx.rows(E::SQL.chains, &[]).await.map(drop)
}

/// A chain that no other transaction holds. It is locked until the end of this one.
async fn free_chain<E: Engine>(tx: &mut impl Transaction, key: Option<&AuditKey>) -> Result<ChainHead, StoreError> {
    let key_id = ChainHead::key_id(key);
    if let Some(row) = tx.row(E::SQL.free_chain, &[key_id.into()]).await? {
        let head = records::chain_head(&row)?;
        // A head that another party has written stays as it is, for the verification.
        if head.is_sealed_by(key) {
            return Ok(head);
        }
    }
    let added = tx.row(E::SQL.add_chain, &[key_id.into(), (&Link::FIRST).into()]).await?;
    let added = added.ok_or_else(|| StoreError::unavailable("no number of the new chain"))?;
    Ok(ChainHead::begin(added.number("id")?, key))
}

async fn save<E: Engine>(tx: &mut impl Transaction, head: &ChainHead) -> Result<(), StoreError> {
    let ChainHead { chain, first, first_link, last, last_link, seal, .. } = head;
    let values = [(*chain).into(), (*first).into(), first_link.into(), (*last).into(), last_link.into(), seal.into()];
    tx.rows(E::SQL.save_chain, &values).await.map(|_| ())
}

#[diagnostic::do_not_recommend]
#[async_trait]
impl<E: Engine> AuditLog for E {
    async fn append(&self, rows: Vec<AuditRow>, key: Option<&AuditKey>) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        add::<E>(&mut tx, &rows, key).await?;
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

    async fn chains(&self) -> Result<Vec<ChainHead>, StoreError> {
        self.rows(E::SQL.chains, &[]).await?.iter().map(records::chain_head).collect()
    }

    async fn linked_rows(&self, (chain, position): (i64, i64), limit: u32) -> Result<Vec<LinkedRow>, StoreError> {
        let values = [chain.into(), position.into(), i64::from(limit).into()];
        self.rows(E::SQL.linked_events, &values).await?.iter().map(records::linked_row).collect()
    }

    async fn unlinked_rows(&self, limit: u32) -> Result<Vec<AuditRow>, StoreError> {
        let rows = self.rows(E::SQL.unlinked_events, &[i64::from(limit).into()]).await?;
        rows.iter().map(records::audit_row).collect()
    }

    async fn adopt(&self, limit: u32, audit: Audit<'_, u64>) -> Result<u64, StoreError> {
        let mut tx = self.begin().await?;
        let rows = tx.rows(E::SQL.unlinked_events_to_adopt, &[i64::from(limit).into()]).await?;
        let rows: Vec<_> = rows.iter().map(records::audit_row).collect::<Result<_, _>>()?;
        if !rows.is_empty() {
            let mut head = free_chain::<E>(&mut tx, audit.key()).await?;
            for row in &rows {
                let link = head.link_after(row, audit.key());
                let values = [(*row.id).into(), head.chain.into(), head.last.into(), (&link).into()];
                tx.rows(E::SQL.link_event, &values).await?;
            }
            save::<E>(&mut tx, &head).await?;
        }
        commit::<E, _>(tx, audit, rows.len() as u64).await
    }

    async fn reseal(&self, head: &ChainHead, key: Option<&AuditKey>) -> Result<bool, StoreError> {
        let mut sealed = head.clone();
        sealed.seal(key);
        let mut tx = self.begin().await?;
        let values = [head.chain.into(), (&head.seal).into(), (&sealed.seal).into()];
        let is_sealed = tx.row(E::SQL.reseal_chain, &values).await?.is_some();
        tx.commit().await?;
        Ok(is_sealed)
    }

    async fn forget(&self, before: Timestamp, limit: u32, keys: &[AuditKey]) -> Result<u64, StoreError> {
        let mut removed = 0;
        for chain in self.chains().await? {
            removed += forget_in(self, chain.chain, before, limit, keys).await?;
        }
        let mut tx = self.begin().await?;
        let unlinked = tx.rows(E::SQL.forget_unlinked, &[before.into(), i64::from(limit).into()]).await?;
        tx.commit().await?;
        Ok(removed + unlinked.len() as u64)
    }
}

/// Removes rows from the beginning of one chain.
async fn forget_in<E: Engine>(
    store: &E,
    chain: i64,
    before: Timestamp,
    limit: u32,
    keys: &[AuditKey],
) -> Result<u64, StoreError> {
    let mut tx = store.begin().await?;
    let Some(head) = tx.row(E::SQL.chain, &[chain.into()]).await? else { return Ok(0) };
    let mut head = records::chain_head(&head)?;
    let rows = tx.rows(E::SQL.first_events, &[chain.into(), i64::from(limit).into()]).await?;
    let rows: Vec<_> = rows.iter().map(records::linked_row).collect::<Result<_, _>>()?;
    let removed = head.forget(&rows, before, keys);
    if removed > 0 {
        save::<E>(&mut tx, &head).await?;
        tx.rows(E::SQL.forget_events, &[chain.into(), head.first.into()]).await?;
        tx.commit().await?;
    }
    Ok(removed)
}

impl<'a> From<&'a Link> for Value<'a> {
    fn from(link: &'a Link) -> Self {
        Self::Bytes(Some(link.as_bytes()))
    }
}
