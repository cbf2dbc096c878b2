//! Redemption of a refresh token, in one transaction that locks the session.

use super::{Columns, Engine, Transaction, Value, records};
use crate::store::verdict::{StoredToken, Verdict};
use crate::store::{Redeem, Redeemed, Session, StoreError};
use crate::token::TokenHash;

pub(super) async fn redeem<E: Engine>(tx: &mut E::Transaction, redeem: &Redeem<'_>) -> Result<Redeemed, StoreError> {
    let Some((session, token)) = find::<E>(tx, redeem.presented).await? else { return Ok(Redeemed::Refused) };
    match token.judge(redeem, &session) {
        Verdict::Refuse => Ok(Redeemed::Refused),
        Verdict::WrongHolder => Ok(Redeemed::WrongHolder(session)),
        Verdict::Rotate => Ok(Redeemed::Rotated(rotate::<E>(tx, redeem, session).await?)),
        Verdict::Retry(sealed_successor) => Ok(Redeemed::Retried { session, sealed_successor }),
        Verdict::End => {
            tx.rows(E::SQL.end_session, &[session.subject.as_str().into(), session.id.as_str().into()]).await?;
            Ok(Redeemed::Replayed(session))
        }
    }
}

/// Locks the session before it reads the token: a statement sees what was committed before it began, so the token is as
/// the previous holder of the lock left it.
async fn find<E: Engine>(
    tx: &mut E::Transaction,
    token: &TokenHash,
) -> Result<Option<(Session, StoredToken)>, StoreError> {
    let Some(locked) = tx.row(E::SQL.session_to_refresh, &[token.into()]).await? else { return Ok(None) };
    let Some(row) = tx.row(E::SQL.token, &[token.into()]).await? else { return Ok(None) };
    let sealed = row.optional_bytes("sealed_successor")?;
    let used = row.optional_time("used_at")?.map(|at| (at, sealed));
    Ok(Some((records::session(&locked)?, StoredToken { expires_at: row.time("expires_at")?, used })))
}

async fn rotate<E: Engine>(
    tx: &mut E::Transaction,
    redeem: &Redeem<'_>,
    session: Session,
) -> Result<Session, StoreError> {
    let session = session.refreshed(redeem);
    let id = session.id.as_str();
    // The token that is spent now is the successor of an earlier one, which may not be retried any more.
    tx.rows(E::SQL.forget_successors, &[id.into()]).await?;
    let sealed = Value::Bytes((!redeem.leeway.is_zero()).then_some(redeem.sealed_successor));
    tx.rows(E::SQL.spend_token, &[redeem.presented.into(), redeem.now.into(), sealed]).await?;
    // Keeps the family small.
    tx.rows(E::SQL.remove_expired_tokens, &[id.into(), redeem.now.into()]).await?;
    add_token::<E>(tx, &session, redeem.successor).await?;
    let times = [id.into(), session.last_used_at.into(), session.expires_at.into()];
    tx.rows(E::SQL.refresh_session, &times).await?;
    Ok(session)
}

/// Adds the current token of the family.
pub(super) async fn add_token<E: Engine>(
    tx: &mut E::Transaction,
    session: &Session,
    token: &TokenHash,
) -> Result<(), StoreError> {
    let values = [token.into(), session.id.as_str().into(), session.expires_at.into()];
    tx.rows(E::SQL.add_token, &values).await.map(|_| ())
}
