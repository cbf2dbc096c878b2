//! Making, rotating and revoking API keys.

use std::time::Duration;

use super::Auth;
use crate::base::{ApiKeyId, SubjectId};
use crate::event::Event;
use crate::store::{ApiKeyRecord, Audit};
use crate::token::ApiKey;
use crate::web::Refusal;

/// How long the secret before a rotation stays valid.
const ROTATION_OVERLAP: Duration = Duration::from_hours(24);

/// An API key to make.
#[derive(Clone, Debug)]
pub struct NewApiKey {
    /// What its owner calls it: 1 to 100 characters.
    pub name: String,
    /// What it may do: at most 64 scope tokens of at most 128 bytes, as RFC 6749 section 3.3 defines them.
    pub scopes: Vec<Box<str>>,
    /// How long it lives, at most 10 years; `None`: until it is revoked.
    pub expires_in: Option<Duration>,
}

/// A key with its text, which nobody can have a second time.
#[derive(Debug)]
#[non_exhaustive]
pub struct IssuedApiKey {
    /// The key.
    pub key: ApiKey,
    /// What the store keeps of it.
    pub record: ApiKeyRecord,
}

impl Auth {
    /// Makes an API key for `owner`.
    ///
    /// ```
    /// # use auth_core::{NewApiKey, Registration, testing};
    /// use std::time::Duration;
    ///
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let auth = testing::in_memory().build()?;
    /// # let (ada, _) = auth.register(Registration::new("ada@example.com", "three words and a comma")).await?;
    /// let expires_in = Some(Duration::from_hours(90 * 24));
    /// let new = NewApiKey { name: "nightly".to_owned(), scopes: vec!["reports:read".into()], expires_in };
    /// let issued = auth.create_api_key(&ada, new).await?;
    /// assert!(issued.key.expose().starts_with("ak_")); // to be shown this once: the store has only its hash
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`Refusal::BadRequest`] (422) for a name or scope that cannot be one; [`Refusal::Unavailable`] when the store
    /// does not answer.
    pub async fn create_api_key(&self, owner: &SubjectId, new: NewApiKey) -> Result<IssuedApiKey, Refusal> {
        check(&new)?;
        let now = self.now();
        let key = ApiKey::random(ApiKeyId::random())?;
        let record = ApiKeyRecord {
            id: key.id().clone(),
            name: new.name,
            owner: owner.clone(),
            scopes: new.scopes,
            hash: key.hash(),
            previous: None,
            created_at: now,
            expires_at: new.expires_in.map(|span| now.after(span)),
            last_used_at: None,
        };
        self.0.api_keys.create(record.clone(), Audit::none()).await?;
        self.record(&Event::ApiKeyCreated { api_key: key.id(), owner });
        Ok(IssuedApiKey { key, record })
    }

    /// All API keys that were not revoked, newest first.
    ///
    /// ```
    /// # use auth_core::{NewApiKey, Registration, testing};
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let auth = testing::in_memory().build()?;
    /// # let (ada, _) = auth.register(Registration::new("ada@example.com", "three words and a comma")).await?;
    /// # let new = NewApiKey { name: "nightly".to_owned(), scopes: vec!["reports:read".into()], expires_in: None };
    /// # let issued = auth.create_api_key(&ada, new).await?;
    /// let names: Vec<String> = auth.api_keys().await?.into_iter().map(|record| record.name).collect();
    /// assert_eq!(names, ["nightly"]);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`Refusal::Unavailable`] when the store does not answer.
    pub async fn api_keys(&self) -> Result<Vec<ApiKeyRecord>, Refusal> {
        Ok(self.0.api_keys.list().await?)
    }

    /// Gives a key a new secret; the present one stays valid for 24 hours.
    ///
    /// ```
    /// # use auth_core::{NewApiKey, Registration, testing};
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let auth = testing::in_memory().build()?;
    /// # let (ada, _) = auth.register(Registration::new("ada@example.com", "three words and a comma")).await?;
    /// # let new = NewApiKey { name: "nightly".to_owned(), scopes: vec!["reports:read".into()], expires_in: None };
    /// # let issued = auth.create_api_key(&ada, new).await?;
    /// let rotated = auth.rotate_api_key(&issued.record.id).await?;
    /// assert_eq!(rotated.key.id(), issued.key.id());
    /// assert_ne!(rotated.key.expose(), issued.key.expose());
    /// assert!(rotated.record.previous.is_some()); // and until when it is still good
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`Refusal::NotFound`] when there is no such key; [`Refusal::Unavailable`] when the store does not answer.
    pub async fn rotate_api_key(&self, id: &ApiKeyId) -> Result<IssuedApiKey, Refusal> {
        let key = ApiKey::random(id.clone())?;
        let rotated =
            self.0.api_keys.rotate(id, &key.hash(), self.now().after(ROTATION_OVERLAP), Audit::none()).await?;
        let record = rotated.ok_or(Refusal::NotFound { what: "API key" })?;
        self.record(&Event::ApiKeyRotated { api_key: id });
        Ok(IssuedApiKey { key, record })
    }

    /// Revokes a key, both its secrets.
    ///
    /// ```
    /// # use auth_core::{NewApiKey, Refusal, Registration, testing};
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let auth = testing::in_memory().build()?;
    /// # let (ada, _) = auth.register(Registration::new("ada@example.com", "three words and a comma")).await?;
    /// # let new = NewApiKey { name: "nightly".to_owned(), scopes: vec!["reports:read".into()], expires_in: None };
    /// # let issued = auth.create_api_key(&ada, new).await?;
    /// auth.revoke_api_key(&issued.record.id).await?;
    /// let again = auth.revoke_api_key(&issued.record.id).await;
    /// assert_eq!(again, Err(Refusal::NotFound { what: "API key" }));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`Refusal::NotFound`] when there is no such key; [`Refusal::Unavailable`] when the store does not answer.
    pub async fn revoke_api_key(&self, id: &ApiKeyId) -> Result<(), Refusal> {
        let revoked = self.0.api_keys.revoke(id, Audit::none()).await?;
        if !revoked {
            return Err(Refusal::NotFound { what: "API key" });
        }
        self.record(&Event::ApiKeyRevoked { api_key: id });
        Ok(())
    }
}

fn check(new: &NewApiKey) -> Result<(), Refusal> {
    let wrong = |detail: &str| Err(Refusal::unprocessable(detail));
    if new.name.trim().is_empty() || new.name.chars().count() > 100 || new.name.chars().any(char::is_control) {
        return wrong("`name` has 1 to 100 characters, none of them control characters.");
    }
    let is_scope =
        |scope: &str| !scope.is_empty() && scope.bytes().all(|byte| matches!(byte, 0x21 | 0x23..=0x5B | 0x5D..=0x7E));
    if new.scopes.len() > 64 || !new.scopes.iter().all(|scope| scope.len() <= 128 && is_scope(scope)) {
        return wrong(
            "`scopes` holds at most 64 scopes of printable characters without spaces, quotes or backslashes.",
        );
    }
    if new.expires_in.is_some_and(|span| span.is_zero() || span > Duration::from_hours(24 * 366 * 10)) {
        return wrong("`expires_in` lies between 1 second and 10 years.");
    }
    Ok(())
}
