//! Devices that have logged in.

use async_trait::async_trait;

use super::StoreError;
use crate::base::{SubjectId, Timestamp};
use crate::token::TokenHash;

/// A store of the devices from which accounts have logged in. While the failed logins of an account are limited, its
/// known devices still log in: an attacker cannot lock an owner out.
///
/// A device is a hash of the login name and the client's address, so this store works beside any
/// [`UserStore`](crate::store::UserStore).
///
/// # Errors
///
/// Every method: [`StoreError`] when the store does not answer. The device is then taken for an unknown one.
#[async_trait]
pub trait KnownDevices: Send + Sync + 'static {
    /// Whether the device is known at this time, which may lie in the future.
    async fn is_known_device(&self, device: &TokenHash, at: Timestamp) -> Result<bool, StoreError>;

    /// Remembers that the subject logged in from the device, until this time.
    async fn remember_device(
        &self,
        device: &TokenHash,
        subject: &SubjectId,
        until: Timestamp,
    ) -> Result<(), StoreError>;

    /// Forgets the devices of a subject that was removed.
    async fn forget_devices(&self, subject: &SubjectId) -> Result<(), StoreError>;
}
