//! Second factors and recovery codes.

use async_trait::async_trait;

use super::{MemoryStore, Tables};
use crate::base::{FactorId, SubjectId, Timestamp};
use crate::store::{Audit, Factor, FactorKind, NewFactor, Removable, SecondFactors, StoreError};
use crate::token::TokenHash;

impl Tables {
    fn factors_of(&self, subject: &SubjectId) -> impl Iterator<Item = &Factor> {
        self.factors.values().filter(move |(owner, _)| owner == subject).map(|(_, factor)| factor)
    }
}

#[async_trait]
impl SecondFactors for MemoryStore {
    async fn enrol_factor(&self, factor: NewFactor, audit: Audit<'_, bool>) -> Result<bool, StoreError> {
        let NewFactor { id, subject, kind, secret, created_at } = factor;
        let mut tables = self.tables();
        if kind == FactorKind::Totp {
            if tables.factors_of(&subject).any(|other| other.kind == kind && other.confirmed_at.is_some()) {
                return Ok(false);
            }
            tables.factors.retain(|_, (owner, other)| *owner != subject || other.kind != kind);
        }
        let (counter, confirmed_at, last_used_at) = (0, None, None);
        let factor = Factor { id: id.clone(), kind, secret, counter, created_at, confirmed_at, last_used_at };
        tables.factors.insert(id, (subject, factor));
        Ok(tables.recorded(audit, true))
    }

    async fn factors(&self, subject: &SubjectId) -> Result<Vec<Factor>, StoreError> {
        Ok(self.tables().factors_of(subject).cloned().collect())
    }

    async fn has_factors(&self) -> Result<bool, StoreError> {
        Ok(self.tables().factors.values().any(|(_, factor)| factor.confirmed_at.is_some()))
    }

    async fn confirm_factor(
        &self,
        id: &FactorId,
        counter: u64,
        now: Timestamp,
        codes: &[TokenHash],
        audit: Audit<'_, bool>,
    ) -> Result<bool, StoreError> {
        let mut tables = self.tables();
        let unconfirmed = |(_, factor): &&mut (SubjectId, Factor)| factor.confirmed_at.is_none();
        let Some((subject, factor)) = tables.factors.get_mut(id).filter(unconfirmed) else { return Ok(false) };
        factor.counter = counter;
        (factor.confirmed_at, factor.last_used_at) = (Some(now), Some(now));
        let subject = subject.clone();
        tables.recovery_codes.insert(subject, codes.to_vec());
        Ok(tables.recorded(audit, true))
    }

    async fn use_factor(
        &self,
        id: &FactorId,
        counter: u64,
        now: Timestamp,
        secret: Option<&[u8]>,
        audit: Audit<'_, bool>,
    ) -> Result<bool, StoreError> {
        let mut tables = self.tables();
        let usable = |(_, factor): &&mut (SubjectId, Factor)| factor.confirmed_at.is_some() && factor.counter < counter;
        let Some((_, factor)) = tables.factors.get_mut(id).filter(usable) else { return Ok(false) };
        factor.counter = counter;
        factor.last_used_at = Some(now);
        if let Some(secret) = secret {
            factor.secret = secret.to_vec();
        }
        Ok(tables.recorded(audit, true))
    }

    async fn use_recovery_code(
        &self,
        subject: &SubjectId,
        code: &TokenHash,
        audit: Audit<'_, bool>,
    ) -> Result<bool, StoreError> {
        let mut tables = self.tables();
        let codes = tables.recovery_codes.get_mut(subject);
        let used = codes.is_some_and(|codes| {
            let before = codes.len();
            codes.retain(|other| other != code);
            codes.len() < before
        });
        Ok(tables.recorded(audit, used))
    }

    async fn remove_factors(
        &self,
        subject: &SubjectId,
        kind: FactorKind,
        removable: Removable,
        audit: Audit<'_, bool>,
    ) -> Result<bool, StoreError> {
        let mut tables = self.tables();
        let before = tables.factors.len();
        let is_removed = |factor: &Factor| factor.kind == kind && removable.includes(factor.confirmed_at);
        tables.factors.retain(|_, (owner, factor)| owner != subject || !is_removed(factor));
        let removed = tables.factors.len() < before;
        let is_left = tables.factors_of(subject).any(|factor| factor.confirmed_at.is_some());
        if !is_left {
            tables.recovery_codes.remove(subject);
        }
        Ok(tables.recorded(audit, removed))
    }

    async fn forget_factors(&self, subject: &SubjectId) -> Result<(), StoreError> {
        let mut tables = self.tables();
        tables.factors.retain(|_, (owner, _)| owner != subject);
        tables.recovery_codes.remove(subject);
        Ok(())
    }
}
