//! API keys of a former service.

use super::NewApiKey;
use crate::base::{ApiKeyId, Context, SubjectId};
use crate::service::{AccountError, Auth};
use crate::store::ApiKeyRecord;
use crate::token::TokenHash;
use crate::token::keys::is_hash_of_guess;

impl Auth {
    /// Takes over an API key of a former service by the SHA-256 of its text, which may have any form of up to 1,024 bytes.
    /// The key then works in the header `X-Api-Key` and in every
    /// [`CredentialSource`](crate::CredentialSource) of API keys; with
    /// [`CredentialSource::key_prefix`](crate::CredentialSource::key_prefix) also as a bearer token. A
    /// [rotation](Self::rotate_api_key) replaces it by a key of this service.
    ///
    /// The store keeps the hash without a salt, as for its own keys, so import only keys with 128 random bits or more.
    ///
    /// ```
    /// use auth_core::NewApiKey;
    /// use auth_core::token::TokenHash;
    ///
    /// # auth_core::testing::example(async |auth, ada, system| {
    /// let hash = TokenHash::from_hex("0f0a1c4e4f6f7d6a2c6a3a2b1c0d9e8f7a6b5c4d3e2f1a0b9c8d7e6f5a4b3c2d").unwrap();
    /// let new = NewApiKey { scopes: vec!["reports:read".into()], ..NewApiKey::new("from the old service") };
    /// auth.import_api_key(&system, &ada, hash, new).await?;
    /// # Ok(()) });
    /// ```
    ///
    /// # Errors
    ///
    /// As [`create_api_key`](Self::create_api_key), and [`AccountError::InvalidInput`] for a key that is imported already, and
    /// for the hash of the empty text or of a well-known secret.
    pub async fn import_api_key(
        &self,
        context: &Context,
        owner: &SubjectId,
        hash: TokenHash,
        new: NewApiKey,
    ) -> Result<ApiKeyRecord, AccountError> {
        new.check()?;
        // Anyone has such a key: that of a row without one is the hash of the empty text.
        if is_hash_of_guess(&hash) {
            return Err(AccountError::InvalidInput {
                detail: "The key can be guessed: it is empty or a well-known example.",
            });
        }
        let record = self.api_key_record(ApiKeyId::random(), hash, owner.clone(), new);
        let record = ApiKeyRecord { imported: Some(hash), ..record };
        self.change(context, "import_api_key", |change| async move {
            change.check_caller().await?;
            // Of two imports at the same time, the index refuses one.
            if change.service()?.api_keys.find_imported(&hash).await?.is_some() {
                return Err(AccountError::InvalidInput { detail: "This API key is imported already." });
            }
            change.store_api_key(&record).await?;
            Ok(record)
        })
        .await
    }
}
