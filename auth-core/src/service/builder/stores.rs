//! The stores of an `Auth`.

use std::sync::Arc;

use super::AuthBuilder;
use crate::store::{
    ApiKeyStore, AuditLog, KnownDevices, OneTimeTokens, RolePermissions, RoleStore, SecondFactors, SessionStore, Store,
    UserDirectory, UserRegistry, UserStore,
};

impl AuthBuilder {
    /// Sets one store for users (with registration and administration), sessions, API keys, roles, one-time tokens and
    /// the audit trail.
    pub fn store(mut self, store: impl Store) -> Self {
        self.housekeeping = Some(Arc::new(store.clone()));
        self.audit = Some(Arc::new(store.clone()));
        self.one_time = Some(Arc::new(store.clone()));
        self.second_factors = Some(Arc::new(store.clone()));
        self.devices = Some(Arc::new(store.clone()));
        self.directory(store.clone()).sessions(store.clone()).api_keys(store.clone()).role_store(store)
    }

    /// Sets the audit trail that [`Auth::events`](crate::Auth::events) reads; [`store`](Self::store) sets it as well.
    ///
    /// The row of a change belongs to its transaction. Other events (refusals, and changes in a store without audit trail)
    /// are queued and written by a task in batches: they delay no request, a client that disconnects loses none, and the
    /// queue takes at most 4 MiB. What finds no place, or is refused by the store, is counted by the event
    /// [`EventsDropped`](crate::event::EventKind::EventsDropped).
    pub fn audit_log(mut self, log: impl AuditLog) -> Self {
        self.audit = Some(Arc::new(log));
        self
    }

    /// Sets the store of one-time tokens, for recovery; [`store`](Self::store) sets it as well. The built-in stores keep
    /// them for any user store.
    pub fn one_time_tokens(mut self, tokens: impl OneTimeTokens) -> Self {
        self.one_time = Some(Arc::new(tokens));
        self
    }

    /// Sets the store of second factors; [`store`](Self::store) sets it as well. The built-in stores keep them for any user
    /// store.
    pub fn second_factors(mut self, factors: impl SecondFactors) -> Self {
        self.second_factors = Some(Arc::new(factors));
        self
    }

    /// Sets the store of known devices, which log in while the failures of their account are limited;
    /// [`store`](Self::store) sets it as well. Without one every device is unknown.
    pub fn known_devices(mut self, devices: impl KnownDevices) -> Self {
        self.devices = Some(Arc::new(devices));
        self
    }

    /// Sets the user store, without registration: `Auth::routes` then has no `/auth/register`, and `Auth::register` fails with
    /// `AccountError::Misconfigured`.
    pub fn users(mut self, users: impl UserStore) -> Self {
        self.users = Some(Arc::new(users));
        self.registry = None;
        self.directory = None;
        self
    }

    /// Sets the user store, with registration.
    pub fn registry(self, users: impl UserRegistry) -> Self {
        let users = Arc::new(users);
        Self { users: Some(users.clone()), registry: Some(users), directory: None, ..self }
    }

    /// Sets the user store, with registration and administration, as by
    /// [`Auth::update_account`](crate::Auth::update_account).
    pub fn directory(self, users: impl UserDirectory) -> Self {
        let users = Arc::new(users);
        Self { users: Some(users.clone()), registry: Some(users.clone()), directory: Some(users), ..self }
    }

    /// Sets the store of sessions and refresh tokens.
    pub fn sessions(mut self, sessions: impl SessionStore) -> Self {
        self.sessions = Some(Arc::new(sessions));
        self
    }

    /// Sets the store of API keys.
    pub fn api_keys(mut self, api_keys: impl ApiKeyStore) -> Self {
        self.api_keys = Some(Arc::new(api_keys));
        self
    }

    /// Sets the source of the permissions that roles have, for guards with `permission(..)`;
    /// [`store`](Self::store) sets it as well.
    pub fn role_permissions(mut self, roles: impl RolePermissions) -> Self {
        self.role_permissions = Some(Arc::new(roles));
        self.role_store = None;
        self
    }

    /// Sets the store of roles and their permissions; [`store`](Self::store) sets it as well.
    pub fn role_store(self, roles: impl RoleStore) -> Self {
        let roles = Arc::new(roles);
        Self { role_permissions: Some(roles.clone()), role_store: Some(roles), ..self }
    }
}
