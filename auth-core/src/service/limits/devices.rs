//! Devices from which an account has logged in.

use std::sync::Arc;
use std::time::Duration;

use crate::base::{Context, SubjectId};
use crate::cache::Who;
use crate::event::EventKind;
use crate::service::change::Change;
use crate::service::{AccountError, Auth};
use crate::store::{KnownDevices, UserRecord};
use crate::token::TokenHash;

/// The time for which a device is known after a login.
const KNOWN_FOR: Duration = Duration::from_hours(90 * 24);

/// The store of known devices, if there is one.
#[derive(Clone, Default)]
pub(crate) struct Devices(pub(crate) Option<Arc<dyn KnownDevices>>);

impl Auth {
    /// Whether an account has logged in from this device. A store that does not answer knows none.
    pub(super) async fn is_known_device(&self, device: &TokenHash) -> bool {
        let Ok(service) = self.service() else { return false };
        let Some(devices) = &service.devices.0 else { return false };
        devices.is_known_device(device, self.now()).await.unwrap_or_else(|error| {
            tracing::warn!(target: "auth", %error, "cannot read the known devices of an account; its device counts as unknown");
            false
        })
    }

    /// Tells the owner that logins from unknown devices are refused. It finds out whether there is an account in a task of
    /// its own, so that the answer is the same for one that does not exist.
    pub(super) fn record_slowed_login(&self, context: &Context, name: &str) {
        let name = name.to_owned();
        let started = self.change_later(context, "login", |change| async move {
            if let Some(user) = change.service()?.users.find_by_login(&name).await? {
                change.auth().record(change.context(), EventKind::LoginSlowed { subject: user.id });
            }
            Ok(())
        });
        // Its error is logged.
        drop(started);
    }
}

impl Change {
    /// Remembers the device of a login: the name at the client's address, and the subject for limits that count by it. Not
    /// worth an error: the login was made.
    pub(in crate::service) async fn remember_device(&self, login: &str, subject: &SubjectId) {
        let Ok(service) = self.service() else { return };
        let Some(devices) = &service.devices.0 else { return };
        let address = self.context().address;
        let of_name = Who::new(address, Some(login)).device();
        let of_subject = Who::new(address, Some(subject.as_str())).subject_device();
        let (Some(of_name), Some(of_subject)) = (of_name, of_subject) else { return };
        let now = self.now();
        let remembered = async {
            // Most logins write nothing: a device is remembered again in the second half of its time.
            if devices.is_known_device(&of_name, now.after(KNOWN_FOR / 2)).await? {
                return Ok(());
            }
            devices.remember_device(&of_subject, subject, now.after(KNOWN_FOR)).await?;
            devices.remember_device(&of_name, subject, now.after(KNOWN_FOR)).await
        };
        if let Err(error) = remembered.await {
            tracing::warn!(target: "auth", %error, "cannot remember the device of a login");
        }
    }

    /// Remembers the device of a user who has authenticated without a login name, by a message or a session.
    pub(in crate::service) async fn remember_device_of(&self, user: &UserRecord) {
        if let Some(email) = &user.email {
            self.remember_device(email.as_str(), &user.id).await;
        }
    }

    /// Forgets the devices of a subject whose sessions have all ended: what got in with the old password gets the limits of
    /// an unknown device.
    pub(in crate::service) async fn forget_devices(&self, subject: &SubjectId) -> Result<(), AccountError> {
        let Some(devices) = &self.service()?.devices.0 else { return Ok(()) };
        let recording = self.recording(Some(subject), |(): &()| Vec::new());
        recording.of(devices.forget_devices(subject)).await
    }
}
