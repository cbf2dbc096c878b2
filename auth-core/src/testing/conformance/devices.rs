//! Known devices.

use std::sync::Arc;

use super::fixtures::{NOW, secs, token};
use crate::base::{SubjectId, Timestamp};
use crate::store::{Housekeeping, KnownDevices};

pub(super) async fn a_device_is_known_until_its_time<S: KnownDevices>(store: &Arc<S>) {
    let (device, until) = (token(), NOW.after(secs(60)));
    assert!(!store.is_known_device(&device, NOW).await.unwrap());
    store.remember_device(&device, &SubjectId::random(), until).await.unwrap();
    for (after, is_known) in [(0, true), (59, true), (60, false)] {
        assert_eq!(store.is_known_device(&device, NOW.after(secs(after))).await.unwrap(), is_known, "{after} s");
    }
    assert!(!store.is_known_device(&token(), NOW).await.unwrap(), "another device is known");
}

pub(super) async fn a_device_is_remembered_for_longer<S: KnownDevices>(store: &Arc<S>) {
    let (device, subject) = (token(), SubjectId::random());
    for until in [60, 120] {
        store.remember_device(&device, &subject, NOW.after(secs(until))).await.unwrap();
    }
    assert!(store.is_known_device(&device, NOW.after(secs(119))).await.unwrap());
}

pub(super) async fn the_devices_of_a_removed_subject_are_forgotten<S: KnownDevices>(store: &Arc<S>) {
    let (subject, devices, other) = (SubjectId::random(), [token(), token()], token());
    for device in &devices {
        store.remember_device(device, &subject, NOW.after(secs(60))).await.unwrap();
    }
    store.remember_device(&other, &SubjectId::random(), NOW.after(secs(60))).await.unwrap();
    store.forget_devices(&subject).await.unwrap();
    for device in &devices {
        assert!(!store.is_known_device(device, NOW).await.unwrap());
    }
    assert!(store.is_known_device(&other, NOW).await.unwrap(), "another subject's device was forgotten");
}

pub(super) async fn expired_devices_are_purged<S: KnownDevices + Housekeeping>(store: &Arc<S>) {
    // 9 September 2001: nothing else in the store is this old.
    let then = Timestamp::from_secs(1_000_000_000);
    let (old, kept) = (token(), token());
    store.remember_device(&old, &SubjectId::random(), then).await.unwrap();
    store.remember_device(&kept, &SubjectId::random(), then.after(secs(1))).await.unwrap();
    assert_eq!(store.purge_expired(then, 10).await.unwrap(), 1);
    let before = Timestamp::from_secs(0);
    assert!(!store.is_known_device(&old, before).await.unwrap());
    assert!(store.is_known_device(&kept, before).await.unwrap());
}
