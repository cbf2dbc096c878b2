//! Sessions.

use async_trait::async_trait;

use super::audit::commit;
use super::{Columns, Engine, Transaction, records, redeem, stored_version};
use crate::base::{ClientId, SessionId, SubjectId, Timestamp};
use crate::store::{
    Audit, NewSession, Page, Redeem, Redeemed, RefreshTokenRecord, Session, SessionStore, StepUp, StoreError,
};
use crate::token::TokenHash;

#[diagnostic::do_not_recommend]
#[async_trait]
impl<E: Engine> SessionStore for E {
    async fn create(&self, new: NewSession, audit: Audit<'_, ()>) -> Result<(), StoreError> {
        let NewSession { session, refresh_token } = new;
        let values = [
            session.id.as_str().into(),
            session.subject.as_str().into(),
            stored_version(session.version)?.into(),
            session.scope.as_str().into(),
            session.amr.as_str().into(),
            session.agent.as_deref().into(),
            session.created_at.into(),
            session.last_used_at.into(),
            session.expires_at.into(),
            session.ends_at.into(),
            session.client_id.as_ref().map(ClientId::as_str).into(),
            session.dpop_jkt.as_deref().into(),
            session.authenticated_at.into(),
        ];
        let mut tx = self.begin().await?;
        tx.rows(E::SQL.add_session, &values).await?;
        redeem::add_token::<E>(&mut tx, &session, &refresh_token).await?;
        commit::<E, _>(tx, audit, ()).await
    }

    async fn find(&self, id: &SessionId) -> Result<Option<Session>, StoreError> {
        self.row(E::SQL.session, &[id.as_str().into()]).await?.as_ref().map(records::session).transpose()
    }

    async fn list(
        &self,
        subject: &SubjectId,
        version: u64,
        now: Timestamp,
        page: Page<'_, SessionId>,
    ) -> Result<Vec<Session>, StoreError> {
        let (at, id) = page.place(SessionId::as_str);
        let version = stored_version(version)?.into();
        let values = [subject.as_str().into(), version, now.into(), at.into(), id.into(), i64::from(page.limit).into()];
        self.rows(E::SQL.sessions, &values).await?.iter().map(records::session).collect()
    }

    async fn redeem(&self, redeem: Redeem<'_>, audit: Audit<'_, Redeemed>) -> Result<Redeemed, StoreError> {
        let mut tx = self.begin().await?;
        let redeemed = redeem::redeem::<E>(&mut tx, &redeem).await?;
        commit::<E, _>(tx, audit, redeemed).await
    }

    async fn end(&self, subject: &SubjectId, id: &SessionId, audit: Audit<'_, bool>) -> Result<bool, StoreError> {
        let mut tx = self.begin().await?;
        let ended = redeem::end::<E>(&mut tx, subject, id).await?;
        commit::<E, _>(tx, audit, ended).await
    }

    async fn end_all(
        &self,
        subject: &SubjectId,
        limit: u32,
        audit: Audit<'_, Vec<SessionId>>,
    ) -> Result<Vec<SessionId>, StoreError> {
        let mut tx = self.begin().await?;
        let mut rows = Vec::new();
        for sql in [E::SQL.end_sessions, E::SQL.expire_sessions] {
            let left = i64::from(limit).saturating_sub_unsigned(rows.len() as u64);
            if left > 0 {
                rows.extend(tx.rows(sql, &[subject.as_str().into(), left.into()]).await?);
            }
        }
        let ended = rows.iter().map(|row| row.parsed("id")).collect::<Result<_, _>>()?;
        commit::<E, _>(tx, audit, ended).await
    }

    async fn step_up(
        &self,
        step_up: StepUp<'_>,
        audit: Audit<'_, Option<Session>>,
    ) -> Result<Option<Session>, StoreError> {
        let values = [
            step_up.session.as_str().into(),
            step_up.subject.as_str().into(),
            stored_version(step_up.version)?.into(),
            step_up.amr.into(),
            step_up.at.into(),
        ];
        let mut tx = self.begin().await?;
        let session = tx.row(E::SQL.step_up, &values).await?.as_ref().map(records::session).transpose()?;
        commit::<E, _>(tx, audit, session).await
    }

    async fn find_by_refresh_token(&self, token: &TokenHash) -> Result<Option<RefreshTokenRecord>, StoreError> {
        let Some(row) = self.row(E::SQL.token_and_session, &[token.into()]).await? else { return Ok(None) };
        let (expires_at, used) = (row.time("token_expires_at")?, row.optional_time("used_at")?.is_some());
        Ok(Some(RefreshTokenRecord { session: records::session(&row)?, expires_at, used }))
    }
}
