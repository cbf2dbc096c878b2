//! An `Auth` for tests of an application, whose users need no password.

use std::fmt;

use super::{TestClock, TestIdentity, in_memory};
use crate::base::{Clock as _, SystemClock};
use crate::service::{Auth, AuthBuilder};
use crate::store::MemoryStore;

/// An [`Auth`] for tests of an application: [`as_user`](Self::as_user) gives any identity, whose credentials the
/// application's own guards verify. Stores are in memory, and the time stands still until the test changes it.
///
/// ```
/// use std::time::Duration;
///
/// use auth_core::prelude::*;
/// use auth_core::testing::{TestAuth, send};
///
/// #[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
/// enum Role {
///     Admin,
/// }
///
/// #[require(role(Admin), scope("settings"), amr("otp"), fresh("10m"))]
/// async fn settings(identity: Identity) -> String {
///     format!("settings for {}", identity.subject())
/// }
///
/// # #[tokio::main]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let test = TestAuth::new();
/// let app: axum::Router = GuardedRouter::new().route("/settings", get(settings)).with_state(test.auth());
///
/// let admin = test.as_user("ada").role(Role::Admin).scope("settings").amr("otp").sign_in().await;
/// let response = send(&app, admin.get("/settings")).await;
/// assert_eq!((response.status().as_u16(), response.body().as_str()), (200, "settings for ada"));
///
/// let bob = test.as_user("bob").sign_in().await;
/// assert_eq!(send(&app, bob.get("/settings")).await.status(), 403);
///
/// test.clock().advance(Duration::from_mins(11)); // `fresh` is over, the token is not
/// assert_eq!(send(&app, admin.get("/settings")).await.status(), 401);
///
/// // The handler itself, without a router: each parameter is extracted for this caller, the guard first.
/// let admin = test.as_user("ada").role(Role::Admin).scope("settings").amr("otp").sign_in().await;
/// assert_eq!(settings(admin.extract().await?, admin.extract().await?).await, "settings for ada");
/// # Ok(())
/// # }
/// ```
///
/// It belongs to tests: a build without debug assertions that has the feature `test-util` does not compile. For
/// `cargo test --release` set `AUTH_CORE_TEST_UTIL=release`.
#[derive(Clone)]
pub struct TestAuth {
    pub(super) auth: Auth,
    pub(super) store: MemoryStore,
    clock: TestClock,
}

impl TestAuth {
    /// An [`in_memory`] `Auth` with a [`TestClock`] that begins now.
    ///
    /// # Panics
    ///
    /// When the operating system provides no randomness.
    #[must_use]
    pub fn new() -> Self {
        Self::with(|builder| builder)
    }

    /// The same with further settings, such as those that the application itself makes. It keeps its users in its own store,
    /// so `set` must not replace stores.
    ///
    /// ```
    /// use auth_core::testing::TestAuth;
    ///
    /// # auth_core::testing::example(async |_, _, _| {
    /// let test = TestAuth::with(|builder| builder.scopes(["reports:read"]));
    /// let program = test.as_user("ada").scope("reports:read").api_key().await;
    /// # Ok(()) });
    /// ```
    ///
    /// # Panics
    ///
    /// When the settings are invalid, and when the operating system provides no randomness.
    #[must_use]
    pub fn with(set: impl FnOnce(AuthBuilder) -> AuthBuilder) -> Self {
        let (store, clock) = (MemoryStore::new(), TestClock::at(SystemClock.now()));
        let auth = set(in_memory().store(store.clone()).clock(clock.clone())).build();
        let auth = auth.unwrap_or_else(|error| panic!("cannot build the `Auth`: {error}"));
        Self { auth, store, clock }
    }

    /// The `Auth`, for the state of the application.
    #[must_use]
    pub fn auth(&self) -> Auth {
        self.auth.clone()
    }

    /// The time of this `Auth`.
    #[must_use]
    pub const fn clock(&self) -> &TestClock {
        &self.clock
    }

    /// The user with this id, without roles, scopes and authentication methods.
    ///
    /// # Panics
    ///
    /// When the id is empty, longer than 255 bytes, or contains control characters.
    #[track_caller]
    pub fn as_user(&self, id: impl AsRef<str>) -> TestIdentity {
        let id = id.as_ref().parse().unwrap_or_else(|error| panic!("{error}"));
        TestIdentity::new(self.clone(), id)
    }
}

impl Default for TestAuth {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for TestAuth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TestAuth").field("auth", &self.auth).finish_non_exhaustive()
    }
}
