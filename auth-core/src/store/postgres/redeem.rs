//! Redeeming a refresh token, in one transaction that holds the session's row.

use sqlx::{PgConnection, query};

use super::PostgresStore;
use crate::base::{SessionId, Timestamp};
use crate::store::sql::{Columns, session, session_columns};
use crate::store::verdict::{StoredToken, Verdict};
use crate::store::{Redeem, Redeemed, Session, StoreError};
use crate::token::TokenHash;

impl PostgresStore {
    pub(super) async fn redeem_token(&self, redeem: &Redeem<'_>) -> Result<Redeemed, StoreError> {
        let mut tx = self.begin().await?;
        let redeemed = redeem_in(tx.connection()?, redeem).await?;
        tx.commit().await?;
        Ok(redeemed)
    }
}

async fn redeem_in(tx: &mut PgConnection, redeem: &Redeem<'_>) -> Result<Redeemed, StoreError> {
    let Some((session, token)) = find(tx, redeem.presented).await? else { return Ok(Redeemed::Refused) };
    match token.judge(redeem, &session) {
        Verdict::Refuse => Ok(Redeemed::Refused),
        Verdict::WrongHolder => Ok(Redeemed::WrongHolder(session)),
        Verdict::Rotate => Ok(Redeemed::Rotated(rotate(tx, redeem, session).await?)),
        Verdict::Retry(sealed_successor) => Ok(Redeemed::Retried { session, sealed_successor }),
        Verdict::End => {
            query("DELETE FROM auth_core.sessions WHERE id = $1").bind(session.id.as_str()).execute(tx).await?;
            Ok(Redeemed::Replayed(session))
        }
    }
}

/// The session first, with its lock, then the token: a statement sees what was committed before it began, so this token
/// is as the last holder of the lock has left it.
async fn find(tx: &mut PgConnection, token: &TokenHash) -> Result<Option<(Session, StoredToken)>, StoreError> {
    let hash = token.as_bytes().as_slice();
    let lock = concat!(
        "SELECT ",
        session_columns!(),
        " FROM auth_core.sessions
          WHERE id = (SELECT session_id FROM auth_core.refresh_tokens WHERE hash = $1) FOR UPDATE"
    );
    let Some(locked) = query(lock).bind(hash).fetch_optional(&mut *tx).await? else { return Ok(None) };
    let sql = "SELECT expires_at, used_at, sealed_successor FROM auth_core.refresh_tokens WHERE hash = $1";
    let Some(row) = query(sql).bind(hash).fetch_optional(tx).await? else { return Ok(None) };
    let sealed = row.optional_bytes("sealed_successor")?;
    let used = row.optional_time("used_at")?.map(|at| (at, sealed));
    Ok(Some((session(&locked)?, StoredToken { expires_at: row.time("expires_at")?, used })))
}

async fn rotate(tx: &mut PgConnection, redeem: &Redeem<'_>, session: Session) -> Result<Session, StoreError> {
    let session = session.refreshed(redeem);
    spend(tx, redeem).await?;
    trim(tx, redeem, &session.id).await?;
    add_token(tx, &session.id, redeem.successor, session.expires_at).await?;
    query("UPDATE auth_core.sessions SET last_used_at = $2, expires_at = $3 WHERE id = $1")
        .bind(session.id.as_str())
        .bind(session.last_used_at.as_millis())
        .bind(session.expires_at.as_millis())
        .execute(tx)
        .await?;
    Ok(session)
}

async fn spend(tx: &mut PgConnection, redeem: &Redeem<'_>) -> Result<(), StoreError> {
    query("UPDATE auth_core.refresh_tokens SET used_at = $2, sealed_successor = $3 WHERE hash = $1")
        .bind(redeem.presented.as_bytes().as_slice())
        .bind(redeem.now.as_millis())
        .bind(redeem.sealed_successor)
        .execute(tx)
        .await?;
    Ok(())
}

/// Keeps the family small: of used tokens, those whose leeway is over (without one, also the token just spent) lose the
/// sealed successor, and those that would have expired by now go.
async fn trim(tx: &mut PgConnection, redeem: &Redeem<'_>, session: &SessionId) -> Result<(), StoreError> {
    let leeway = i64::try_from(redeem.leeway.as_millis()).unwrap_or(i64::MAX);
    let sql = "UPDATE auth_core.refresh_tokens SET sealed_successor = NULL
               WHERE session_id = $1 AND used_at <= $2 AND sealed_successor IS NOT NULL";
    let retriable_from = redeem.now.as_millis().saturating_sub(leeway);
    query(sql).bind(session.as_str()).bind(retriable_from).execute(&mut *tx).await?;
    query("DELETE FROM auth_core.refresh_tokens WHERE session_id = $1 AND expires_at <= $2")
        .bind(session.as_str())
        .bind(redeem.now.as_millis())
        .execute(tx)
        .await?;
    Ok(())
}

/// Adds the family's living token.
pub(super) async fn add_token(
    tx: &mut PgConnection,
    session: &SessionId,
    token: &TokenHash,
    expires_at: Timestamp,
) -> Result<(), StoreError> {
    query("INSERT INTO auth_core.refresh_tokens (hash, session_id, expires_at) VALUES ($1, $2, $3)")
        .bind(token.as_bytes().as_slice())
        .bind(session.as_str())
        .bind(expires_at.as_millis())
        .execute(tx)
        .await?;
    Ok(())
}
