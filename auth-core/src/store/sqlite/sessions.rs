//! Sessions.

use async_trait::async_trait;
use sqlx::{query, query_scalar};

use super::SqliteStore;
use crate::base::{ClientId, SessionId, SubjectId, Timestamp};
use crate::store::sql::{corrupt, session, session_columns, stored_version};
use crate::store::{NewSession, Redeem, Redeemed, RefreshTokenRecord, Session, SessionStore, StoreError};
use crate::token::TokenHash;

#[async_trait]
impl SessionStore for SqliteStore {
    async fn create(&self, new: NewSession) -> Result<(), StoreError> {
        let NewSession { session, refresh_token } = new;
        let mut tx = self.write().await?;
        let sql = concat!(
            "INSERT INTO auth_sessions (",
            session_columns!(),
            ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)"
        );
        query(sql)
            .bind(session.id.as_str())
            .bind(session.subject.as_str())
            .bind(stored_version(session.version)?)
            .bind(&session.scope)
            .bind(&session.amr)
            .bind(&session.agent)
            .bind(session.created_at.as_millis())
            .bind(session.last_used_at.as_millis())
            .bind(session.expires_at.as_millis())
            .bind(session.ends_at.as_millis())
            .bind(session.client_id.as_ref().map(ClientId::as_str))
            .bind(&session.dpop_jkt)
            .execute(&mut *tx)
            .await?;
        super::redeem::add_token(&mut tx, &session.id, &refresh_token, session.expires_at).await?;
        tx.commit().await
    }

    async fn find(&self, id: &SessionId) -> Result<Option<Session>, StoreError> {
        let sql = concat!("SELECT ", session_columns!(), " FROM auth_sessions WHERE id = ?1");
        let row = query(sql).bind(id.as_str()).fetch_optional(&self.pool).await?;
        row.as_ref().map(session).transpose()
    }

    async fn list(&self, subject: &SubjectId, now: Timestamp) -> Result<Vec<Session>, StoreError> {
        let sql = concat!(
            "SELECT ",
            session_columns!(),
            " FROM auth_sessions WHERE subject = ?1 AND expires_at > ?2 ORDER BY created_at DESC, id DESC"
        );
        let rows = query(sql).bind(subject.as_str()).bind(now.as_millis()).fetch_all(&self.pool).await?;
        rows.iter().map(session).collect()
    }

    async fn redeem(&self, redeem: Redeem<'_>) -> Result<Redeemed, StoreError> {
        self.redeem_token(&redeem).await
    }

    async fn end(&self, subject: &SubjectId, id: &SessionId) -> Result<bool, StoreError> {
        let mut tx = self.write().await?;
        let ended = query("DELETE FROM auth_sessions WHERE id = ?1 AND subject = ?2")
            .bind(id.as_str())
            .bind(subject.as_str())
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(ended.rows_affected() == 1)
    }

    async fn end_all(
        &self,
        subject: &SubjectId,
        keep: Option<(&SessionId, u64)>,
    ) -> Result<Vec<SessionId>, StoreError> {
        let mut tx = self.write().await?;
        let ended: Vec<String> = query_scalar("DELETE FROM auth_sessions WHERE subject = ?1 AND id <> ?2 RETURNING id")
            .bind(subject.as_str())
            // No session has an empty id.
            .bind(keep.map_or("", |(id, _)| id.as_str()))
            .fetch_all(&mut *tx)
            .await?;
        if let Some((id, version)) = keep {
            query("UPDATE auth_sessions SET version = max(version, ?3) WHERE id = ?1 AND subject = ?2")
                .bind(id.as_str())
                .bind(subject.as_str())
                .bind(stored_version(version)?)
                .execute(&mut *tx)
                .await?;
        }
        tx.commit().await?;
        ended.into_iter().map(|id| SessionId::try_from(id).map_err(|error| corrupt("id", error))).collect()
    }

    async fn find_by_refresh_token(&self, token: &TokenHash) -> Result<Option<RefreshTokenRecord>, StoreError> {
        let mut connection = self.pool.acquire().await?;
        let found = super::redeem::find(&mut connection, token).await?;
        Ok(found.map(|(session, token)| RefreshTokenRecord {
            session,
            expires_at: token.expires_at,
            used: token.used.is_some(),
        }))
    }
}
