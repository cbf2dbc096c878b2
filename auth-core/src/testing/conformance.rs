//! The conformance suite for implementations of the store traits.
//!
//! Each function runs its checks in order and panics at the first failure, after printing the name of the check to
//! standard error. The checks create their own users, sessions and keys and ignore others, so the store may contain
//! other data; [`housekeeping`] removes everything that expired by September 2001, and [`audit`] audit rows from before
//! December 2023.
//!
//! Some checks race concurrent calls, so run them on a multi-threaded runtime:
//!
//! ```
//! use std::sync::Arc;
//!
//! use auth_core::store::MemoryStore;
//! use auth_core::testing::conformance;
//!
//! #[tokio::main(flavor = "multi_thread")]
//! async fn main() {
//!     let store = Arc::new(MemoryStore::new());
//!     conformance::users(&store).await;
//!     conformance::directory(&store).await;
//!     conformance::sessions(&store).await;
//!     conformance::api_keys(&store).await;
//!     conformance::roles(&store).await;
//!     conformance::housekeeping(&store).await;
//!     conformance::audit(&store).await;
//!     conformance::one_time_tokens(&store).await;
//!     conformance::second_factors(&store).await;
//!     conformance::known_devices(&store).await;
//! }
//! ```

// Checks fail by panicking.
#![allow(clippy::unwrap_used, clippy::missing_panics_doc)]

mod accounts;
mod audit;
mod chains;
mod challenges;
mod devices;
mod fixtures;
mod keys;
mod one_time;
mod purge;
mod races;
mod refresh;
mod roles;
mod second_factors;
mod sessions;
mod users;

use std::sync::Arc;

use crate::store::{
    ApiKeyStore, AuditLog, Challenges, Housekeeping, KnownDevices, OneTimeTokens, RoleStore, SecondFactors,
    SessionStore, UserDirectory, UserRegistry,
};

/// Prints the name of the running check when it panics.
struct Running(&'static str);

impl Drop for Running {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("the store fails this check: {}", self.0.replace('_', " "));
        }
    }
}

macro_rules! check {
    ($store:ident, $($area:ident::$check:ident),+ $(,)?) => {
        $({
            let _running = Running(stringify!($check));
            Box::pin($area::$check($store)).await;
        })+
    };
}

/// Checks of [`UserStore`](crate::store::UserStore) and [`UserRegistry`].
pub async fn users<S: UserRegistry>(store: &Arc<S>) {
    check!(
        store,
        users::a_user_is_found_by_id_and_by_login_in_any_case,
        users::an_unknown_user_is_none,
        users::a_login_name_of_any_characters_is_no_error,
        users::an_email_address_is_taken_once,
        users::concurrent_registrations_of_an_address_have_one_winner,
        users::a_new_password_raises_the_version_by_one,
        users::a_raised_version_keeps_the_password,
        users::of_concurrent_passwords_from_one_version_one_is_set,
        users::an_upgraded_hash_keeps_the_version,
        users::a_hash_is_not_upgraded_over_a_newer_password,
        users::every_format_has_a_sample,
    );
}

/// Checks of [`UserDirectory`].
pub async fn directory<S: UserDirectory + SessionStore>(store: &Arc<S>) {
    check!(
        store,
        accounts::an_account_shows_what_was_registered,
        accounts::accounts_are_listed_page_by_page,
        accounts::a_patch_changes_what_it_names,
        accounts::a_deactivation_raises_the_version_once_and_for_good,
        accounts::a_new_address_raises_the_versions_of_the_account_and_of_its_sessions,
        accounts::the_last_active_account_with_a_needed_role_keeps_it,
        accounts::of_two_accounts_that_lose_a_needed_role_at_once_one_keeps_it,
        accounts::the_password_of_an_inactive_user_is_not_set,
        accounts::a_changed_address_is_the_login_name_from_then_on,
        accounts::a_taken_address_changes_nothing,
        accounts::a_patch_of_another_version_or_an_inactive_account_changes_nothing,
        accounts::an_unknown_account_is_not_found,
        accounts::a_removed_account_is_gone,
    );
}

/// Checks of [`SessionStore`].
pub async fn sessions<S: SessionStore>(store: &Arc<S>) {
    check!(
        store,
        sessions::a_session_is_found_as_it_was_begun,
        sessions::a_session_cannot_be_begun_twice,
        sessions::living_sessions_are_listed_newest_first,
        sessions::sessions_are_listed_page_by_page,
        sessions::a_session_is_ended_only_for_its_subject,
        sessions::ending_all_ends_those_of_its_subject,
        sessions::sessions_end_in_steps_of_the_limit,
        sessions::any_token_of_the_family_finds_its_session,
        sessions::a_step_up_changes_its_session_alone,
        refresh::a_token_rotates_and_moves_its_session_on,
        refresh::a_retry_within_the_leeway_gets_the_first_successor,
        refresh::a_retry_after_the_use_of_its_successor_is_a_replay,
        refresh::a_replayed_token_ends_its_family_and_no_other,
        refresh::every_used_token_of_a_family_is_remembered,
        refresh::the_oldest_token_of_a_long_family_still_ends_it,
        refresh::a_leeway_of_zero_never_retries,
        refresh::a_clock_set_back_does_not_turn_a_retry_into_a_replay,
        refresh::no_refresh_carries_a_session_beyond_its_end,
        refresh::a_token_of_another_client_or_key_changes_nothing,
        refresh::unknown_expired_and_ended_tokens_are_refused,
        refresh::a_used_token_that_has_expired_is_no_replay,
        races::of_100_concurrent_redeems_one_rotates_and_all_hold_its_successor,
        races::without_leeway_exactly_one_of_100_concurrent_redeems_succeeds,
        races::calls_that_end_all_do_not_block_each_other,
        races::a_session_ended_during_a_refresh_stays_ended,
        races::a_dropped_redeem_leaves_the_token_unspent_or_its_successor_retriable,
    );
}

/// Checks of [`ApiKeyStore`].
pub async fn api_keys<S: ApiKeyStore>(store: &Arc<S>) {
    check!(
        store,
        keys::a_key_is_found_as_it_was_made,
        keys::a_key_cannot_be_made_twice,
        keys::keys_are_listed_newest_first_and_page_by_page,
        keys::a_rotated_key_keeps_its_previous_secret_for_the_overlap,
        keys::concurrent_rotations_keep_one_previous_secret,
        keys::a_revoked_key_is_gone,
        keys::keys_of_an_owner_are_revoked_in_steps_of_the_limit,
        keys::a_use_is_recorded,
        keys::an_imported_key_is_found_by_its_hash,
        keys::an_owner_lists_rotates_and_revokes_no_other_keys,
        keys::derived_keys_are_revoked_but_for_those_of_valid_secrets,
    );
}

/// Checks of [`RoleStore`].
pub async fn roles<S: RoleStore>(store: &Arc<S>) {
    check!(
        store,
        roles::a_role_has_the_permissions_that_it_was_given_last,
        roles::a_removed_role_is_gone,
        roles::roles_are_listed_by_name_and_page_by_page,
    );
}

/// Checks of [`Housekeeping`].
pub async fn housekeeping<S: Housekeeping + SessionStore + ApiKeyStore>(store: &Arc<S>) {
    check!(store, purge::expired_rows_are_removed_in_batches, purge::unexpired_rows_are_kept);
}

/// Checks of [`AuditLog`], and of the audit rows that changes write.
pub async fn audit<S: UserDirectory + SessionStore + ApiKeyStore + RoleStore + AuditLog>(store: &Arc<S>) {
    check!(
        store,
        audit::every_change_is_recorded_with_its_row,
        audit::a_refused_or_failed_change_has_no_row,
        audit::rows_are_listed_newest_first_and_page_by_page,
        audit::rows_are_added_together_or_not_at_all,
        chains::rows_are_linked_to_the_ones_before,
        chains::a_failed_write_leaves_no_gap,
        chains::concurrent_writes_are_linked_without_gaps,
        chains::a_key_has_chains_of_its_own,
        chains::a_head_of_another_party_is_not_continued,
        chains::old_rows_are_forgotten_and_the_rest_is_linked,
    );
}

/// Checks of [`KnownDevices`], and of their purge.
pub async fn known_devices<S: KnownDevices + Housekeeping>(store: &Arc<S>) {
    check!(
        store,
        devices::a_device_is_known_until_its_time,
        devices::a_device_is_remembered_for_longer,
        devices::the_devices_of_a_removed_subject_are_forgotten,
        devices::expired_devices_are_purged,
    );
}

/// Checks of [`Challenges`], and of their purge.
#[doc(hidden)]
pub async fn challenges<S: Challenges + Housekeeping>(store: &Arc<S>) {
    check!(
        store,
        challenges::a_challenge_is_taken_once_as_it_was_kept,
        challenges::a_challenge_cannot_be_kept_twice,
        challenges::of_concurrent_answers_one_takes_the_challenge,
        challenges::a_challenge_of_another_purpose_or_expired_is_not_taken,
        challenges::expired_challenges_are_purged,
    );
}

/// Checks of [`OneTimeTokens`], and of the audit rows and the purge of its tokens.
pub async fn one_time_tokens<S: OneTimeTokens + AuditLog + Housekeeping>(store: &Arc<S>) {
    check!(
        store,
        one_time::a_token_is_found_as_it_was_issued,
        one_time::a_token_is_redeemed_once,
        one_time::of_concurrent_redeemers_one_wins,
        one_time::a_token_of_another_purpose_or_expired_is_refused,
        one_time::a_newer_token_replaces_that_of_its_subject_and_purpose,
        one_time::concurrent_requests_leave_one_token,
        one_time::a_redeemed_token_verifies_its_address,
        one_time::a_removed_subject_is_forgotten,
        one_time::changes_are_recorded_with_their_rows,
        one_time::expired_tokens_are_purged,
    );
}

/// Checks of [`SecondFactors`], and of the audit rows of its changes.
pub async fn second_factors<S: SecondFactors + AuditLog>(store: &Arc<S>) {
    check!(
        store,
        second_factors::a_factor_is_found_as_it_was_enrolled,
        second_factors::an_enrolment_replaces_an_unconfirmed_factor_alone,
        second_factors::concurrent_enrolments_leave_one_factor,
        second_factors::a_factor_is_confirmed_once,
        second_factors::a_counter_is_used_once_and_only_grows,
        second_factors::of_concurrent_uses_of_a_counter_one_wins,
        second_factors::a_recovery_code_is_used_once_and_by_its_subject,
        second_factors::a_removed_factor_is_gone_with_its_recovery_codes,
        second_factors::a_factor_confirmed_later_is_not_removed,
        second_factors::factors_of_an_unknown_kind_are_kept_beside_the_authenticator,
        second_factors::recovery_codes_are_kept_for_the_last_factor,
        second_factors::changes_are_recorded_with_their_rows,
    );
}
