//! The names of the kinds of events.

use super::EventKind;

macro_rules! names {
    ($($kind:ident $name:expr,)+) => {
        impl EventKind {
            /// The names of all kinds, which are the values of [`AuditFilter::kind`](crate::store::AuditFilter::kind).
            /// [`Unrecognised`](Self::Unrecognised) is not among them: such a row has another name.
            pub const NAMES: &'static [&'static str] = &[$($name),+];

            /// The serialised name, for instance `login_succeeded`.
            #[must_use]
            pub const fn name(&self) -> &'static str {
                match self {
                    $(Self::$kind { .. } => $name,)+
                    Self::Unrecognised { .. } => "unrecognised",
                }
            }
        }
    };
}

names! {
    AccessGranted EventKind::ACCESS_GRANTED,
    AccessRefused EventKind::ACCESS_REFUSED,
    CredentialRefused EventKind::CREDENTIAL_REFUSED,
    CrossSiteRefused EventKind::CROSS_SITE_REFUSED,
    LoginSucceeded "login_succeeded",
    LoginFailed "login_failed",
    RateLimited "rate_limited",
    LoginSlowed "login_slowed",
    UserRegistered "user_registered",
    TokenRefreshed "token_refreshed",
    RefreshReplayed "refresh_replayed",
    RefreshByStranger "refresh_by_stranger",
    ClientRefused "client_refused",
    SessionEnded "session_ended",
    SessionsEnded "sessions_ended",
    TokensRevoked "tokens_revoked",
    PasswordChanged "password_changed",
    PasswordRehashed "password_rehashed",
    PasswordHashUnreadable "password_hash_unreadable",
    SubjectInvalidated "subject_invalidated",
    CachesInvalidated "caches_invalidated",
    AccountUpdated "account_updated",
    AccountRemoved "account_removed",
    SigningKeyRotated "signing_key_rotated",
    VerifyingKeyAdded "verifying_key_added",
    KeyRetired "key_retired",
    RoleChanged "role_changed",
    RoleRemoved "role_removed",
    ApiKeyCreated "api_key_created",
    ApiKeyDerived "api_key_derived",
    ApiKeyImported "api_key_imported",
    ApiKeyRotated "api_key_rotated",
    ApiKeyRevoked "api_key_revoked",
    OneTimeTokenIssued "one_time_token_issued",
    OneTimeTokenUsed "one_time_token_used",
    DeliveryFailed "delivery_failed",
    SecondFactorEnrolled "second_factor_enrolled",
    SecondFactorConfirmed "second_factor_confirmed",
    SecondFactorRemoved "second_factor_removed",
    SecondFactorUsed "second_factor_used",
    RecoveryCodeUsed "recovery_code_used",
    SecondFactorFailed "second_factor_failed",
    SteppedUp "stepped_up",
    ChangeUndecided "change_undecided",
    EventsDropped "events_dropped",
    EventsExpired "events_expired",
    EventsAdopted "events_adopted",
}
