//! Sessions.

use async_trait::async_trait;
use sqlx::{PgConnection, query, query_scalar};

use super::PostgresStore;
use crate::base::{ClientId, SessionId, SubjectId, Timestamp};
use crate::store::sql::{Columns, corrupt, session, session_columns, stored_version};
use crate::store::{NewSession, Redeem, Redeemed, RefreshTokenRecord, Session, SessionStore, StoreError};
use crate::token::TokenHash;

/// Locks all sessions of a subject, in the order that everybody who locks several keeps: of two calls that each keep
/// another session neither waits for what the other holds.
pub(super) async fn lock_all(tx: &mut PgConnection, subject: &SubjectId) -> Result<(), StoreError> {
    let sql = "SELECT 1 FROM auth_core.sessions WHERE subject = $1 ORDER BY id FOR UPDATE";
    query(sql).bind(subject.as_str()).execute(tx).await?;
    Ok(())
}

#[async_trait]
impl SessionStore for PostgresStore {
    async fn create(&self, new: NewSession) -> Result<(), StoreError> {
        let NewSession { session, refresh_token } = new;
        let version = stored_version(session.version)?;
        let sql = concat!(
            "INSERT INTO auth_core.sessions (",
            session_columns!(),
            ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)"
        );
        self.bounded(async {
            let mut tx = self.begin().await?;
            query(sql)
                .bind(session.id.as_str())
                .bind(session.subject.as_str())
                .bind(version)
                .bind(&session.scope)
                .bind(&session.amr)
                .bind(&session.agent)
                .bind(session.created_at.as_millis())
                .bind(session.last_used_at.as_millis())
                .bind(session.expires_at.as_millis())
                .bind(session.ends_at.as_millis())
                .bind(session.client_id.as_ref().map(ClientId::as_str))
                .bind(&session.dpop_jkt)
                .execute(tx.connection()?)
                .await?;
            super::redeem::add_token(tx.connection()?, &session.id, &refresh_token, session.expires_at).await?;
            tx.commit().await
        })
        .await
    }

    async fn find(&self, id: &SessionId) -> Result<Option<Session>, StoreError> {
        let sql = concat!("SELECT ", session_columns!(), " FROM auth_core.sessions WHERE id = $1");
        self.row(query(sql).bind(id.as_str())).await?.as_ref().map(session).transpose()
    }

    async fn list(&self, subject: &SubjectId, now: Timestamp) -> Result<Vec<Session>, StoreError> {
        let sql = concat!(
            "SELECT ",
            session_columns!(),
            " FROM auth_core.sessions WHERE subject = $1 AND expires_at > $2 ORDER BY created_at DESC, id DESC"
        );
        self.rows(query(sql).bind(subject.as_str()).bind(now.as_millis())).await?.iter().map(session).collect()
    }

    async fn redeem(&self, redeem: Redeem<'_>) -> Result<Redeemed, StoreError> {
        self.bounded(self.redeem_token(&redeem)).await
    }

    async fn end(&self, subject: &SubjectId, id: &SessionId) -> Result<bool, StoreError> {
        let sql = "DELETE FROM auth_core.sessions WHERE id = $1 AND subject = $2";
        Ok(self.run(query(sql).bind(id.as_str()).bind(subject.as_str())).await? == 1)
    }

    async fn end_all(
        &self,
        subject: &SubjectId,
        keep: Option<(&SessionId, u64)>,
    ) -> Result<Vec<SessionId>, StoreError> {
        // No session has an empty id.
        let (kept, version) = keep.map_or(("", 0), |(id, version)| (id.as_str(), version));
        let version = stored_version(version)?;
        let delete = "DELETE FROM auth_core.sessions WHERE subject = $1 AND id <> $2 RETURNING id";
        let lift = "UPDATE auth_core.sessions SET version = greatest(version, $3) WHERE id = $2 AND subject = $1";
        let ended: Vec<String> = self
            .bounded(async {
                let mut tx = self.begin().await?;
                lock_all(tx.connection()?, subject).await?;
                let ended = query_scalar(delete).bind(subject.as_str()).bind(kept).fetch_all(tx.connection()?).await?;
                query(lift).bind(subject.as_str()).bind(kept).bind(version).execute(tx.connection()?).await?;
                tx.commit().await?;
                Ok(ended)
            })
            .await?;
        ended.into_iter().map(|id| SessionId::try_from(id).map_err(|error| corrupt("id", error))).collect()
    }

    async fn find_by_refresh_token(&self, token: &TokenHash) -> Result<Option<RefreshTokenRecord>, StoreError> {
        let sql = concat!(
            "SELECT s.*, t.token_expires_at, t.used_at
             FROM (SELECT session_id, expires_at AS token_expires_at, used_at
                   FROM auth_core.refresh_tokens WHERE hash = $1) t
             JOIN (SELECT ",
            session_columns!(),
            " FROM auth_core.sessions) s ON s.id = t.session_id"
        );
        let Some(row) = self.row(query(sql).bind(token.as_bytes().as_slice())).await? else { return Ok(None) };
        let (expires_at, used) = (row.time("token_expires_at")?, row.optional_time("used_at")?.is_some());
        Ok(Some(RefreshTokenRecord { session: session(&row)?, expires_at, used }))
    }
}
