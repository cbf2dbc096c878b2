//! What a presented refresh token is: the one decision that every store must make alike.

use super::{Redeem, Session};
use crate::base::Timestamp;

/// A refresh token as a store finds it.
#[derive(Clone)]
pub(crate) struct StoredToken {
    /// When it would have expired unused.
    pub(crate) expires_at: Timestamp,
    /// Its first use, and the sealed successor of then if that is still held.
    pub(crate) used: Option<(Timestamp, Option<Vec<u8>>)>,
}

/// What is to be done about it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Expired, itself or with its session.
    Refuse,
    /// Not this holder's; nothing is to be done.
    WrongHolder,
    /// The first use.
    Rotate,
    /// A retry: give back this sealed successor.
    Retry(Vec<u8>),
    /// A replay: end the session.
    End,
}

impl StoredToken {
    pub(crate) fn judge(self, redeem: &Redeem<'_>, session: &Session) -> Verdict {
        // A used token is known as a replay for as long as it would have lived unused. After that whoever holds it holds
        // nothing, and the row may go: this bounds a family to lifetime divided by the time between refreshes.
        if redeem.now >= session.expires_at || redeem.now >= self.expires_at {
            return Verdict::Refuse;
        }
        // Before anything that spends or ends: a stranger's request changes nothing.
        if !session.is_bound_to(&redeem.holder) {
            return Verdict::WrongHolder;
        }
        match self.used {
            None => Verdict::Rotate,
            // A use that lies in the future is zero ago: when the clock was set back, the honest retry of a response
            // lost just before must not end the session. It widens the leeway by the jump, for tokens used within it.
            // With the leeway at zero nothing is ever less, whatever the clock says.
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

    fn retry(now: Timestamp, leeway: Duration) -> Verdict {
        judge(Some((USED_AT, Some(vec![7]))), now, leeway)
    }

    #[test]
    fn the_leeway_ends_to_the_millisecond() {
        let leeway = Duration::from_secs(10);
        assert_eq!(retry(USED_AT.after(Duration::from_millis(9_999)), leeway), Verdict::Retry(vec![7]));
        assert_eq!(retry(USED_AT.after(leeway), leeway), Verdict::End);
    }

    #[test]
    fn a_leeway_of_zero_never_retries_whatever_the_clock_says() {
        assert_eq!(retry(USED_AT, Duration::ZERO), Verdict::End);
        assert_eq!(retry(Timestamp::from_secs(400), Duration::ZERO), Verdict::End);
    }

    #[test]
    fn a_retry_after_the_clock_was_set_back_is_a_retry() {
        assert_eq!(retry(Timestamp::from_secs(400), Duration::from_secs(10)), Verdict::Retry(vec![7]));
    }

    #[test]
    fn a_successor_no_longer_held_cannot_be_retried() {
        assert_eq!(judge(Some((USED_AT, None)), USED_AT, Duration::from_secs(10)), Verdict::End);
    }

    #[test]
    fn another_holder_changes_nothing_whatever_the_token_is() {
        let (app, web) = ("app".parse().unwrap(), "web".parse().unwrap());
        let of_app = Session { client_id: Some(app), ..session() };
        let of_key = Session { dpop_jkt: Some("thumbprint".to_owned()), ..session() };
        let nobody = Holder::default();
        let other_client = Holder { client_id: Some(&web), ..nobody };
        let other_key = Holder { dpop_jkt: Some("another"), ..nobody };
        for (session, holder) in [
            (&of_app, nobody),
            (&of_app, other_client),
            (&session(), other_client),
            (&of_key, nobody),
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
    fn a_token_ends_with_its_session_and_by_itself() {
        let ended = Session { expires_at: USED_AT, ..session() };
        assert_eq!(judge_for(&ended, Holder::default(), None, USED_AT, Duration::ZERO), Verdict::Refuse);
        let goes_on = Session { expires_at: EXPIRES_AT.after(Duration::from_secs(1)), ..session() };
        assert_eq!(judge_for(&goes_on, Holder::default(), None, EXPIRES_AT, Duration::ZERO), Verdict::Refuse);
    }

    #[test]
    fn an_expired_token_is_refused_whether_used_or_not() {
        assert_eq!(judge(None, EXPIRES_AT, Duration::from_secs(10)), Verdict::Refuse);
        assert_eq!(retry(EXPIRES_AT, Duration::from_secs(10)), Verdict::Refuse);
    }
}
