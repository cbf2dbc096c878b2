//! Sessions and their refresh token families.

use std::cmp::Reverse;

use async_trait::async_trait;

use super::{MemoryStore, Tables, duplicate, newest};
use crate::base::{SessionId, SubjectId, Timestamp};
use crate::store::verdict::{KEPT_USED_TOKENS, StoredToken, Verdict};
use crate::store::{
    Audit, NewSession, Page, Redeem, Redeemed, RefreshTokenRecord, Session, SessionStore, StepUp, StoreError,
};
use crate::token::TokenHash;

impl Tables {
    pub(super) fn end(&mut self, id: &SessionId) -> Option<Session> {
        self.tokens.retain(|_, (session, _)| session != id);
        self.sessions.remove(id)
    }

    pub(super) fn sessions_of(&self, subject: &SubjectId) -> Vec<SessionId> {
        let sessions = self.sessions.values().filter(|session| session.subject == *subject);
        sessions.map(|session| session.id.clone()).collect()
    }

    fn redeem(&mut self, redeem: &Redeem<'_>) -> Redeemed {
        let found = self.tokens.get(redeem.presented);
        let Some((session, token)) =
            found.and_then(|(id, token)| self.sessions.get(id).map(|session| (session.clone(), token.clone())))
        else {
            return Redeemed::Refused;
        };
        match token.judge(redeem, &session) {
            Verdict::Refuse => Redeemed::Refused,
            Verdict::WrongHolder => Redeemed::WrongHolder(session),
            Verdict::Rotate => Redeemed::Rotated(self.rotate(redeem, session)),
            Verdict::Retry(sealed_successor) => Redeemed::Retried { session, sealed_successor },
            Verdict::End => {
                self.end(&session.id);
                Redeemed::Replayed(session)
            }
        }
    }

    fn rotate(&mut self, redeem: &Redeem<'_>, session: Session) -> Session {
        let session = session.refreshed(redeem);
        self.tokens.retain(|_, (id, token)| *id != session.id || token.expires_at > redeem.now);
        for (_, token) in self.tokens.values_mut().filter(|(id, _)| *id == session.id) {
            // The token that is spent now is the successor of an earlier one, which may not be retried any more.
            token.used = token.used.take().map(|(at, _)| (at, None));
        }
        if let Some((_, token)) = self.tokens.get_mut(redeem.presented) {
            token.used = Some((redeem.now, Some(redeem.sealed_successor.to_vec())));
        }
        let successor = StoredToken { expires_at: session.expires_at, used: None };
        self.tokens.insert(*redeem.successor, (session.id.clone(), successor));
        self.trim(redeem, &session);
        self.sessions.insert(session.id.clone(), session.clone());
        session
    }

    /// Removes the oldest used tokens of a family beyond the limit; the hash of the family stands for them.
    fn trim(&mut self, redeem: &Redeem<'_>, session: &Session) {
        let used = |(hash, (id, token)): (&TokenHash, &(SessionId, StoredToken))| {
            let (used_at, _) = token.used.as_ref().filter(|_| *id == session.id && hash != redeem.family)?;
            Some((*used_at, *hash))
        };
        let mut used: Vec<_> = self.tokens.iter().filter_map(used).collect();
        used.sort_by_key(|(used_at, _)| Reverse(*used_at));
        let removed = used.split_off(used.len().min(KEPT_USED_TOKENS as usize));
        for (_, hash) in &removed {
            self.tokens.remove(hash);
        }
        if !removed.is_empty() {
            let token = StoredToken { expires_at: session.ends_at, used: Some((redeem.now, None)) };
            self.tokens.insert(*redeem.family, (session.id.clone(), token));
        }
    }
}

#[async_trait]
impl SessionStore for MemoryStore {
    async fn create(&self, new: NewSession, audit: Audit<'_, ()>) -> Result<(), StoreError> {
        let NewSession { session, refresh_token } = new;
        let mut tables = self.tables();
        if tables.sessions.contains_key(&session.id) || tables.tokens.contains_key(&refresh_token) {
            return Err(duplicate("session"));
        }
        let token = StoredToken { expires_at: session.expires_at, used: None };
        tables.tokens.insert(refresh_token, (session.id.clone(), token));
        tables.sessions.insert(session.id.clone(), session);
        tables.recorded(audit, ());
        Ok(())
    }

    async fn find(&self, id: &SessionId) -> Result<Option<Session>, StoreError> {
        Ok(self.tables().sessions.get(id).cloned())
    }

    async fn list(
        &self,
        subject: &SubjectId,
        version: u64,
        now: Timestamp,
        page: Page<'_, SessionId>,
    ) -> Result<Vec<Session>, StoreError> {
        let is_listed =
            |session: &&Session| session.subject == *subject && session.version == version && session.expires_at > now;
        Ok(newest(self.tables().sessions.values().filter(is_listed), page, Session::cursor))
    }

    async fn redeem(&self, redeem: Redeem<'_>, audit: Audit<'_, Redeemed>) -> Result<Redeemed, StoreError> {
        let mut tables = self.tables();
        let redeemed = tables.redeem(&redeem);
        Ok(tables.recorded(audit, redeemed))
    }

    async fn end(&self, subject: &SubjectId, id: &SessionId, audit: Audit<'_, bool>) -> Result<bool, StoreError> {
        let mut tables = self.tables();
        if tables.sessions.get(id).is_none_or(|session| session.subject != *subject) {
            return Ok(false);
        }
        let ended = tables.end(id).is_some();
        Ok(tables.recorded(audit, ended))
    }

    async fn end_all(
        &self,
        subject: &SubjectId,
        limit: u32,
        audit: Audit<'_, Vec<SessionId>>,
    ) -> Result<Vec<SessionId>, StoreError> {
        let mut tables = self.tables();
        let mut ended = tables.sessions_of(subject);
        ended.truncate(limit as usize);
        for id in &ended {
            tables.end(id);
        }
        Ok(tables.recorded(audit, ended))
    }

    async fn step_up(
        &self,
        step_up: StepUp<'_>,
        audit: Audit<'_, Option<Session>>,
    ) -> Result<Option<Session>, StoreError> {
        let mut tables = self.tables();
        let is_it = |session: &&mut Session| {
            (&session.subject, session.version) == (step_up.subject, step_up.version) && session.ends_at.as_millis() > 0
        };
        let Some(session) = tables.sessions.get_mut(step_up.session).filter(is_it) else { return Ok(None) };
        step_up.amr.clone_into(&mut session.amr);
        session.authenticated_at = step_up.at;
        let session = session.clone();
        Ok(tables.recorded(audit, Some(session)))
    }

    async fn find_by_refresh_token(&self, token: &TokenHash) -> Result<Option<RefreshTokenRecord>, StoreError> {
        let tables = self.tables();
        let Some((id, token)) = tables.tokens.get(token) else { return Ok(None) };
        let record = |session: &Session| RefreshTokenRecord {
            session: session.clone(),
            expires_at: token.expires_at,
            used: token.used.is_some(),
        };
        Ok(tables.sessions.get(id).map(record))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::store::Holder;

    #[tokio::test]
    async fn a_family_keeps_its_last_used_tokens_and_one_entry_for_all_others() {
        let (store, begin) = (MemoryStore::new(), Timestamp::from_secs(1_000));
        let (end, token) = (begin.after(Duration::from_hours(1)), |number: u8| TokenHash::from([number; 32]));
        let session = Session {
            id: SessionId::random(),
            subject: SubjectId::random(),
            version: 0,
            scope: String::new(),
            amr: String::new(),
            agent: None,
            created_at: begin,
            authenticated_at: begin,
            last_used_at: begin,
            expires_at: end,
            ends_at: end,
            client_id: None,
            dpop_jkt: None,
        };
        store.create(NewSession { session, refresh_token: token(0) }, Audit::none()).await.unwrap();
        for number in 0..200 {
            let redeem = Redeem {
                presented: &token(number),
                successor: &token(number + 1),
                family: &token(255),
                sealed_successor: &[],
                holder: Holder::default(),
                now: begin.after(Duration::from_secs(number.into())),
                expires_at: end,
                leeway: Duration::ZERO,
            };
            let redeemed = store.redeem(redeem, Audit::none()).await.unwrap();
            assert!(matches!(redeemed, Redeemed::Rotated(_)), "{number}");
        }
        assert_eq!(store.tables().tokens.len(), 102, "one living, 100 used, one for all others");
    }
}
