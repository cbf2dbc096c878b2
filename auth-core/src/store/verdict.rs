//! Classification of a presented refresh token, shared by all stores.

use super::{Redeem, Session};
use crate::base::Timestamp;

/// The number of used tokens that a store keeps of a family; [`Redeem::family`] stands for older ones.
pub(crate) const KEPT_USED_TOKENS: u32 = 100;

/// A stored refresh token.
#[derive(Clone)]
pub(crate) struct StoredToken {
    /// The expiry of the unused token.
    pub(crate) expires_at: Timestamp,
    /// The time of its first use, and the sealed successor. A store removes that when the successor is used: a later
    /// retry means that two parties hold the family.
    pub(crate) used: Option<(Timestamp, Option<Vec<u8>>)>,
}

/// The class of a presented token, and the action for the store.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Expired, itself or with its session.
    Refuse,
    /// Of another holder: change nothing.
    WrongHolder,
    /// The first use.
    Rotate,
    /// A retry: return this sealed successor.
    Retry(Vec<u8>),
    /// A replay: end the session.
    End,
}

impl StoredToken {
    pub(crate) fn judge(self, redeem: &Redeem<'_>, session: &Session) -> Verdict {
        // A used token is detected as a replay until its own expiry. After that it is worthless and its row may be
        // removed, which limits the size of a family to its lifetime divided by the time between refreshes.
        if redeem.now >= session.expires_at || redeem.now >= self.expires_at {
            return Verdict::Refuse;
        }
        // Before anything that spends or ends: a request by another holder changes nothing.
        if !session.is_bound_to(&redeem.holder) {
            return Verdict::WrongHolder;
        }
        match self.used {
            None => Verdict::Rotate,
            // A first use in the future counts as zero ago: after the clock was set back, an honest retry of a lost
            // response must not end the session. This extends the leeway by the jump, for tokens used within it. With a
            // leeway of zero the comparison is never true.
            Some((used_at, Some(sealed))) if redeem.now.since(used_at) < redeem.leeway => Verdict::Retry(sealed),
            Some(_) => Verdict::End,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::base::{SessionId, SubjectId};
    use crate::store::Holder;
    use crate::token::TokenHash;

    const USED_AT: Timestamp = Timestamp::from_secs(1_000);
    const EXPIRES_AT: Timestamp = Timestamp::from_secs(2_000);

    fn session() -> Session {
        Session {
            id: SessionId::random(),
            subject: SubjectId::random(),
            version: 0,
            scope: String::new(),
            amr: String::new(),
            agent: None,
            created_at: USED_AT,
            authenticated_at: USED_AT,
            last_used_at: USED_AT,
            expires_at: EXPIRES_AT,
            ends_at: EXPIRES_AT,
            client_id: None,
            dpop_jkt: None,
        }
    }

    fn judge_for(
        session: &Session,
        holder: Holder<'_>,
        used: Option<(Timestamp, Option<Vec<u8>>)>,
        now: Timestamp,
        leeway: Duration,
    ) -> Verdict {
        let hash = &TokenHash::from([0; 32]);
        let redeem = Redeem {
            presented: hash,
            successor: hash,
            family: hash,
            sealed_successor: &[],
            holder,
            now,
            expires_at: EXPIRES_AT,
            leeway,
        };
        StoredToken { expires_at: EXPIRES_AT, used }.judge(&redeem, session)
    }

    fn judge(used: Option<(Timestamp, Option<Vec<u8>>)>, now: Timestamp, leeway: Duration) -> Verdict {
        judge_for(&session(), Holder::default(), used, now, leeway)
    }

    #[test]
    fn a_removed_successor_cannot_be_retried() {
        assert_eq!(judge(Some((USED_AT, None)), USED_AT, Duration::from_secs(10)), Verdict::End);
    }

    #[test]
    fn another_holder_changes_nothing() {
        let (app, web) = ("app".parse().unwrap(), "web".parse().unwrap());
        let of_app = Session { client_id: Some(app), ..session() };
        let of_key = Session { dpop_jkt: Some("thumbprint".to_owned()), ..session() };
        let none = Holder::default();
        let other_client = Holder { client_id: Some(&web), ..none };
        let other_key = Holder { dpop_jkt: Some("another"), ..none };
        for (session, holder) in [
            (&of_app, none),
            (&of_app, other_client),
            (&session(), other_client),
            (&of_key, none),
            (&of_key, other_key),
            (&session(), other_key),
        ] {
            // Living, within the leeway, and a replay.
            for used in [None, Some((USED_AT, Some(vec![7]))), Some((USED_AT, None))] {
                let verdict = judge_for(session, holder, used, USED_AT, Duration::from_secs(10));
                assert_eq!(verdict, Verdict::WrongHolder);
            }
        }
    }

    #[test]
    fn a_token_expires_by_itself_and_with_its_session() {
        let ended = Session { expires_at: USED_AT, ..session() };
        assert_eq!(judge_for(&ended, Holder::default(), None, USED_AT, Duration::ZERO), Verdict::Refuse);
        let goes_on = Session { expires_at: EXPIRES_AT.after(Duration::from_secs(1)), ..session() };
        assert_eq!(judge_for(&goes_on, Holder::default(), None, EXPIRES_AT, Duration::ZERO), Verdict::Refuse);
    }

    #[test]
    fn an_expired_token_is_refused_whether_used_or_not() {
        assert_eq!(judge(None, EXPIRES_AT, Duration::from_secs(10)), Verdict::Refuse);
        assert_eq!(judge(Some((USED_AT, Some(vec![7]))), EXPIRES_AT, Duration::from_secs(10)), Verdict::Refuse);
    }
}
