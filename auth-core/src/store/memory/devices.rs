//! Devices that have logged in.

use async_trait::async_trait;

use super::MemoryStore;
use crate::base::{SubjectId, Timestamp};
use crate::store::{KnownDevices, StoreError};
use crate::token::TokenHash;

#[async_trait]
impl KnownDevices for MemoryStore {
    async fn is_known_device(&self, device: &TokenHash, at: Timestamp) -> Result<bool, StoreError> {
        Ok(self.tables().devices.get(device).is_some_and(|(_, until)| at < *until))
    }

    async fn remember_device(
        &self,
        device: &TokenHash,
        subject: &SubjectId,
        until: Timestamp,
    ) -> Result<(), StoreError> {
        self.tables().devices.insert(*device, (subject.clone(), until));
        Ok(())
    }

    async fn forget_devices(&self, subject: &SubjectId) -> Result<(), StoreError> {
        self.tables().devices.retain(|_, (of, _)| of != subject);
        Ok(())
    }
}
