//! Devices that have logged in.

use async_trait::async_trait;

use super::Engine;
use crate::base::{SubjectId, Timestamp};
use crate::store::{KnownDevices, StoreError};
use crate::token::TokenHash;

#[diagnostic::do_not_recommend]
#[async_trait]
impl<E: Engine> KnownDevices for E {
    async fn is_known_device(&self, device: &TokenHash, at: Timestamp) -> Result<bool, StoreError> {
        Ok(self.row(E::SQL.known_device, &[device.into(), at.into()]).await?.is_some())
    }

    async fn remember_device(
        &self,
        device: &TokenHash,
        subject: &SubjectId,
        until: Timestamp,
    ) -> Result<(), StoreError> {
        self.run(E::SQL.remember_device, &[device.into(), subject.as_str().into(), until.into()]).await
    }

    async fn forget_devices(&self, subject: &SubjectId) -> Result<(), StoreError> {
        self.run(E::SQL.forget_devices, &[subject.as_str().into()]).await
    }
}
