//! Redemption of a refresh token, in one transaction that locks the session.

use super::{Columns, Engine, Transaction, Value, records};
use crate::base::{SessionId, SubjectId};
use crate::store::verdict::{KEPT_USED_TOKENS, StoredToken, Verdict};
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
            end::<E>(tx, &session.subject, &session.id).await?;
            Ok(Redeemed::Replayed(session))
        }
    }
}

/// Ends a session. A large family is left to the purge, and its session is marked as ended until then.
pub(super) async fn end<E: Engine>(
    tx: &mut E::Transaction,
    subject: &SubjectId,
    id: &SessionId,
) -> Result<bool, StoreError> {
    let values = [subject.as_str().into(), id.as_str().into()];
    Ok(tx.row(E::SQL.end_session, &values).await?.is_some() || tx.row(E::SQL.expire_session, &values).await?.is_some())
}

/// Locks the session before it reads: a statement sees what was committed before it began, so session and token are as
/// the previous holder of the lock left them.
async fn find<E: Engine>(
    tx: &mut E::Transaction,
    token: &TokenHash,
) -> Result<Option<(Session, StoredToken)>, StoreError> {
    tx.lock_session_of(token).await?;
    let Some(row) = tx.row(E::SQL.token_and_session, &[token.into()]).await? else { return Ok(None) };
    let sealed = row.optional_bytes("sealed_successor")?;
    let used = row.optional_time("used_at")?.map(|at| (at, sealed));
    Ok(Some((records::session(&row)?, StoredToken { expires_at: row.time("token_expires_at")?, used })))
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
    trim::<E>(tx, redeem, &session).await?;
    add_token::<E>(tx, &session, redeem.successor).await?;
    let times = [id.into(), session.last_used_at.into(), session.expires_at.into()];
    tx.rows(E::SQL.refresh_session, &times).await?;
    Ok(session)
}

async fn trim<E: Engine>(tx: &mut E::Transaction, redeem: &Redeem<'_>, session: &Session) -> Result<(), StoreError> {
    let (id, family, kept) = (session.id.as_str(), redeem.family, i64::from(KEPT_USED_TOKENS));
    let removed = tx.rows(E::SQL.trim_family, &[id.into(), redeem.now.into(), family.into(), kept.into()]).await?;
    for row in removed {
        if row.time("expires_at")? > redeem.now {
            let values = [family.into(), id.into(), session.ends_at.into(), redeem.now.into()];
            return tx.rows(E::SQL.keep_family, &values).await.map(|_| ());
        }
    }
    Ok(())
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
