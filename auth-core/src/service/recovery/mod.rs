//! Recovery: one-time tokens and codes that a message carries to an address, for a new password, for the verification of the
//! address, and for a login.

mod address;
mod delivery;
mod login_code;
mod magic_link;
mod request;
mod reset;
mod verify;

pub use delivery::{Delivery, DeliveryError, LogDelivery, Message, MessageKind};
pub use login_code::CodeLogin;
pub use magic_link::MagicLinkLogin;
use magic_link::MessageLogin;
pub(crate) use request::{Recipient, token_of};

use std::sync::Arc;

use tokio::sync::Semaphore;

use crate::base::{Context, Email, SubjectId, Timestamp};
use crate::cache::Limited;
use crate::event::EventKind;
use crate::service::change::Change;
use crate::service::{AccountError, Auth};
use crate::store::{OneTimeToken, OneTimeTokens, UserRecord};
use crate::token::{OneTimeKind, Purpose, Token, TokenError, TokenHash};

/// Messages in progress on one node; a request beyond them is refused, whatever its address.
const MESSAGES: usize = 256;

/// What recovery needs beside the stores of users and sessions.
pub(crate) struct Recovery {
    tokens: Option<Arc<dyn OneTimeTokens>>,
    delivery: Option<Arc<dyn Delivery>>,
    messages: Arc<Semaphore>,
}

impl Recovery {
    pub(crate) fn new(tokens: Option<Arc<dyn OneTimeTokens>>, delivery: Option<Arc<dyn Delivery>>) -> Self {
        Self { tokens, delivery, messages: Arc::new(Semaphore::new(MESSAGES)) }
    }

    /// Whether messages can be sent, and their tokens redeemed.
    pub(crate) const fn is_on(&self) -> bool {
        self.tokens.is_some() && self.delivery.is_some()
    }

    fn tokens(&self) -> Result<&dyn OneTimeTokens, AccountError> {
        self.tokens.as_deref().ok_or_else(|| AccountError::misconfigured("store of one-time tokens"))
    }
}

/// What the store knows a one-time token by.
#[derive(Clone, Copy)]
pub(crate) struct OneTime {
    hash: TokenHash,
    purpose: Purpose,
}

impl<K: OneTimeKind> From<&Token<K>> for OneTime {
    fn from(token: &Token<K>) -> Self {
        Self { hash: token.hash(), purpose: K::PURPOSE }
    }
}

impl Auth {
    /// A presented token with its user, if it could be redeemed now. Changes nothing.
    async fn presented<K: OneTimeKind>(
        &self,
        context: &Context,
        text: &str,
    ) -> Result<(OneTime, UserRecord), AccountError> {
        let attempt = self.limit(context, Limited::OneTimeToken, None).await?.into_owned();
        let token = Token::<K>::parse(text).map(|token| OneTime::from(&token));
        let auth = self.clone();
        // In a task of its own: the guess of a client that hangs up counts as well.
        let checked = self.in_task("one_time_token", async move {
            attempt.outcome(auth.check_one_time(attempt.context(), token).await).await
        });
        checked.await.unwrap_or(Err(AccountError::Unavailable))
    }

    async fn check_one_time(
        &self,
        context: &Context,
        token: Result<OneTime, TokenError>,
    ) -> Result<(OneTime, UserRecord), AccountError> {
        let refused = |reason| self.one_time_refused(context, reason);
        let token = token.map_err(refused)?;
        let (user, _) = self.find_one_time(context, token).await?;
        Ok((token, user))
    }

    /// The user of a token that could be redeemed now, and the address of its message.
    async fn find_one_time(&self, context: &Context, token: OneTime) -> Result<(UserRecord, Email), AccountError> {
        let refused = |reason| self.one_time_refused(context, reason);
        let service = self.service()?;
        let record = service.recovery.tokens()?.find_token(&token.hash).await?;
        let record = record.filter(|record| record.purpose == token.purpose && record.expires_at > self.now());
        let record = record.ok_or_else(|| refused(TokenError::Unknown))?;
        let user = service.users.find_by_id(&record.subject).await?.filter(|user| is_of(&record, user));
        let user = user.ok_or_else(|| refused(TokenError::SubjectChanged))?;
        Ok((user, record.email))
    }

    fn one_time_refused(&self, context: &Context, reason: TokenError) -> AccountError {
        // The event has the reason; the response is the same for every reason.
        let _ = self.verifier().refused(context, reason);
        AccountError::InvalidOneTimeToken
    }
}

impl Change {
    /// Issues a token in place of the subject's earlier one of this purpose, and returns its time of expiry.
    async fn issue(&self, token: OneTime, user: &UserRecord, email: &Email) -> Result<Timestamp, AccountError> {
        let (now, OneTime { hash, purpose }) = (self.now(), token);
        let expires_at = now.after(purpose.lifetime());
        let record = OneTimeToken {
            hash,
            purpose,
            subject: user.id.clone(),
            version: user.state.version,
            email: email.clone(),
            created_at: now,
            expires_at,
        };
        let issued = EventKind::OneTimeTokenIssued { subject: user.id.clone(), purpose };
        let recording = self.recording(Some(&user.id), move |(): &()| vec![issued.clone()]);
        recording.of(self.service()?.recovery.tokens()?.issue_token(record, recording.audit())).await?;
        Ok(expires_at)
    }

    /// Redeems a token that was [presented](Auth::presented); of concurrent calls one succeeds. Its user is read again,
    /// since slow work may lie between. Returns it with the address of the message.
    async fn redeem_one_time(&self, token: OneTime) -> Result<(UserRecord, Email), AccountError> {
        let refused = |reason| self.auth().one_time_refused(self.context(), reason);
        let record = self.spend_one_time(token).await?.ok_or_else(|| refused(TokenError::Unknown))?;
        let user = self.service()?.users.find_by_id(&record.subject).await?.filter(|user| is_of(&record, user));
        let user = user.ok_or_else(|| refused(TokenError::SubjectChanged))?;
        Ok((user, record.email))
    }

    /// Uses a token up; `None` if another call has. The address of its message is verified from then on.
    async fn spend_one_time(&self, token: OneTime) -> Result<Option<OneTimeToken>, AccountError> {
        let recording = self.recording(None, |record: &Option<OneTimeToken>| {
            let used = |record: &OneTimeToken| EventKind::OneTimeTokenUsed {
                subject: record.subject.clone(),
                purpose: record.purpose,
            };
            record.iter().map(used).collect()
        });
        let tokens = self.service()?.recovery.tokens()?;
        recording.of(tokens.redeem_token(&token.hash, token.purpose, self.now(), recording.audit())).await
    }
}

impl Change {
    /// Removes what messages left of a removed subject.
    pub(crate) async fn forget_messages(&self, subject: &SubjectId) -> Result<(), AccountError> {
        let Some(tokens) = &self.service()?.recovery.tokens else { return Ok(()) };
        let recording = self.recording(Some(subject), |(): &()| Vec::new());
        recording.of(tokens.forget_tokens(subject)).await
    }
}

/// Whether a token is valid for the user as it is now: a changed password or address makes it invalid.
fn is_of(record: &OneTimeToken, user: &UserRecord) -> bool {
    let has_version = user.state.version == record.version;
    let has_address = user.email.as_ref() == Some(&record.email);
    user.state.active
        && match record.purpose {
            // The address to come, or that of a change which has been made and whose token is not spent yet.
            Purpose::AddressChange => has_version || has_address,
            _ => has_version && has_address,
        }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::SubjectState;

    /// A store of the application may keep the version when only the address changes.
    #[test]
    fn a_token_is_valid_for_the_active_subject_with_its_version_and_its_address() {
        let email: Email = "ada@example.com".parse().unwrap();
        let user = UserRecord {
            id: SubjectId::random(),
            email: Some(email.clone()),
            words: Vec::new(),
            created_at: None,
            password_hash: None,
            state: SubjectState { active: true, roles: Arc::new([]), version: 3 },
        };
        let record = OneTimeToken {
            hash: TokenHash::of("token"),
            purpose: Purpose::MagicLink,
            subject: user.id.clone(),
            version: 3,
            email,
            created_at: Timestamp::from_secs(1),
            expires_at: Timestamp::from_secs(2),
        };
        assert!(is_of(&record, &user));
        let state = |active, version| SubjectState { active, version, ..user.state.clone() };
        let change = OneTimeToken { purpose: Purpose::AddressChange, ..record.clone() };
        let before = UserRecord { email: "before@example.com".parse().ok(), ..user.clone() };
        assert!(is_of(&change, &before), "the address is to come");
        assert!(is_of(&change, &UserRecord { state: state(true, 4), ..user.clone() }), "it has come");
        for other in [
            UserRecord { state: state(true, 4), ..before.clone() },
            UserRecord { state: state(false, 3), ..before },
            UserRecord { state: state(false, 4), ..user.clone() },
        ] {
            assert!(!is_of(&change, &other), "{other:?}");
        }
        for other in [
            UserRecord { email: "eve@example.com".parse().ok(), ..user.clone() },
            UserRecord { email: None, ..user.clone() },
            UserRecord { state: state(false, 3), ..user.clone() },
            UserRecord { state: state(true, 4), ..user.clone() },
        ] {
            assert!(!is_of(&record, &other), "{other:?}");
        }
    }
}
