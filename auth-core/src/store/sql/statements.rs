//! The statements. Both engines support `$1` for a parameter, `RETURNING` and `ON CONFLICT`; their table names differ
//! by prefix.
//!
//! Columns are listed by name: with `*`, a column that a newer node adds would break the prepared statements of an
//! older node that still runs beside it.

/// Selects one hash of each format from a table with the column `password_hash`, whose name comes after it, and then
/// [`of_each_format`].
macro_rules! samples {
    () => {
        "SELECT min(password_hash) AS password_hash
         FROM (SELECT password_hash, replace(password_hash, '$', '') AS letters,
                      ltrim(substr(password_hash, 8), '0123456789') AS tail FROM "
    };
}

/// Hashes are of one format that are equal without the last two fields, the salt and the hash. Of bcrypt these are one
/// field, and Django's scrypt has the salt among its parameters.
macro_rules! of_each_format {
    () => {
        ") AS hashes
         WHERE password_hash IS NOT NULL
         GROUP BY CASE WHEN password_hash LIKE '$2%' OR password_hash LIKE 'bcrypt%'
                       THEN rtrim(password_hash, letters)
                       WHEN password_hash LIKE '$7$%' THEN substr(password_hash, 1, 14)
                       WHEN password_hash LIKE 'scrypt$%'
                       THEN substr(password_hash, 1, length(password_hash) - length(tail))
                            || rtrim(ltrim(substr(tail, 2), letters), letters)
                       ELSE rtrim(rtrim(rtrim(password_hash, letters), '$'), letters) END
         LIMIT 64"
    };
}

/// What [`Statements`] has for its table of users, around the name of another one or a query.
pub(in crate::store) const SAMPLES: &str = samples!();
pub(in crate::store) const OF_EACH_FORMAT: &str = of_each_format!();

/// One part of a statement. `T` is the prefix of table names; `LOCK` locks the selected rows. `ANY` and `END` enclose a
/// query whose values one must equal, evaluated once: PostgreSQL may join with `IN`, and then reads whole tables or
/// exceeds a limit.
macro_rules! part {
    ($prefix:literal $lock:literal $any:literal $end:literal $overlaps:literal $free:literal T) => {
        $prefix
    };
    ($prefix:literal $lock:literal $any:literal $end:literal $overlaps:literal $free:literal LOCK) => {
        $lock
    };
    ($prefix:literal $lock:literal $any:literal $end:literal $overlaps:literal $free:literal ANY) => {
        $any
    };
    ($prefix:literal $lock:literal $any:literal $end:literal $overlaps:literal $free:literal END) => {
        $end
    };
    // Whether the account has one of the roles `$2`.
    ($prefix:literal $lock:literal $any:literal $end:literal $overlaps:literal $free:literal OVERLAPS) => {
        $overlaps
    };
    // As `LOCK`, of rows that no other transaction has locked.
    ($prefix:literal $lock:literal $any:literal $end:literal $overlaps:literal $free:literal FREE) => {
        $free
    };
    // Whether the family of a session is too large to be deleted with it in one short step.
    ($prefix:literal $lock:literal $any:literal $end:literal $overlaps:literal $free:literal LARGE) => {
        concat!("EXISTS (SELECT 1 FROM ", $prefix, "refresh_tokens WHERE session_id = id LIMIT 1 OFFSET 200)")
    };
    ($prefix:literal $lock:literal $any:literal $end:literal $overlaps:literal $free:literal SAMPLES) => {
        samples!()
    };
    ($prefix:literal $lock:literal $any:literal $end:literal $overlaps:literal $free:literal OF_EACH_FORMAT) => {
        of_each_format!()
    };
    ($prefix:literal $lock:literal $any:literal $end:literal $overlaps:literal $free:literal USER) => {
        "id, email, password_hash, active, roles, version, created_at"
    };
    ($prefix:literal $lock:literal $any:literal $end:literal $overlaps:literal $free:literal ACCOUNT) => {
        "id, email, roles, active, created_at"
    };
    ($prefix:literal $lock:literal $any:literal $end:literal $overlaps:literal $free:literal SESSION) => {
        "id, subject, version, scope, amr, agent, created_at, last_used_at, expires_at, ends_at, client_id, dpop_jkt, authenticated_at"
    };
    ($prefix:literal $lock:literal $any:literal $end:literal $overlaps:literal $free:literal KEY) => {
        "id, name, owner, scopes, hash, previous_hash, previous_until, created_at, expires_at, last_used_at, metadata, self_service, parent, parent_hash, imported_hash"
    };
    ($prefix:literal $lock:literal $any:literal $end:literal $overlaps:literal $free:literal EVENT) => {
        "id, at, kind, outcome, subject, body"
    };
    ($prefix:literal $lock:literal $any:literal $end:literal $overlaps:literal $free:literal CHAIN) => {
        "id, key_id, first_position, first_link, last_position, last_link, seal"
    };
    ($prefix:literal $lock:literal $any:literal $end:literal $overlaps:literal $free:literal FACTOR) => {
        "id, kind, secret, counter, created_at, confirmed_at, last_used_at"
    };
    ($prefix:literal $lock:literal $any:literal $end:literal $overlaps:literal $free:literal ONE_TIME) => {
        "hash, purpose, subject, version, email, created_at, expires_at"
    };
    ($prefix:literal $lock:literal $any:literal $end:literal $overlaps:literal $free:literal $text:literal) => {
        $text
    };
}

macro_rules! statements {
    ($($(#[$doc:meta])* $name:ident [$($part:tt)+])+) => {
        pub(in crate::store) struct Statements {
            $($(#[$doc])* pub(super) $name: &'static str,)+
        }

        #[cfg(feature = "sqlite")]
        pub(in crate::store) const SQLITE: Statements =
            Statements { $($name: concat!($(part!("auth_" "" " IN (" ")" "EXISTS (SELECT 1 FROM json_each(roles) AS held JOIN json_each($2) AS needed ON held.value = needed.value)" "" $part)),+),)+ };
        #[cfg(feature = "postgres")]
        pub(in crate::store) const POSTGRES: Statements =
            Statements { $($name: concat!($(part!("auth_core." " FOR UPDATE" " = ANY (ARRAY(" "))" "roles && $2" " FOR UPDATE SKIP LOCKED" $part)),+),)+ };
    };
}

statements! {
    user_by_login ["SELECT " USER " FROM " T "users WHERE email = $1"]
    user_by_id ["SELECT " USER " FROM " T "users WHERE id = $1"]
    set_password ["UPDATE " T "users SET password_hash = $3, version = version + 1
                   WHERE id = $1 AND version = $2 AND active RETURNING version"]
    revoke_tokens ["UPDATE " T "users SET version = version + 1 WHERE id = $1 RETURNING version"]
    upgrade_hash ["UPDATE " T "users SET password_hash = $3 WHERE id = $1 AND password_hash = $2 RETURNING id"]
    /// One hash of each format.
    sample_hashes [SAMPLES T "users" OF_EACH_FORMAT]
    add_user ["INSERT INTO " T "users (id, email, password_hash, roles, active, version, created_at)
               VALUES ($1, $2, $3, $4, TRUE, 0, $5) ON CONFLICT (email) DO NOTHING RETURNING id"]
    remove_user ["DELETE FROM " T "users WHERE id = $1 RETURNING id"]

    account ["SELECT " ACCOUNT " FROM " T "users WHERE id = $1"]
    accounts ["SELECT " ACCOUNT " FROM " T "users WHERE id > $1 ORDER BY id LIMIT $2"]
    /// The account, and the active accounts with one of these roles, locked in one order.
    accounts_to_update ["SELECT " ACCOUNT ", version FROM " T "users
                         WHERE id = $1 OR (active AND " OVERLAPS ") ORDER BY id" LOCK]
    update_account ["UPDATE " T "users
                     SET email = coalesce($2, email), roles = coalesce($3, roles), active = coalesce($4, active),
                         version = version + $5
                     WHERE id = $1 RETURNING " ACCOUNT]
    raise_sessions ["UPDATE " T "sessions SET version = version + 1 WHERE id" ANY "
                         SELECT id FROM " T "sessions WHERE subject = $1 AND version = $2 ORDER BY id" LOCK END]

    add_session ["INSERT INTO " T "sessions (" SESSION ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)"]
    session ["SELECT " SESSION " FROM " T "sessions WHERE id = $1 AND ends_at > 0"]
    sessions ["SELECT " SESSION " FROM " T "sessions
               WHERE subject = $1 AND version = $2 AND expires_at > $3 AND (created_at, id) < ($4, $5)
               ORDER BY created_at DESC, id DESC LIMIT $6"]
    refresh_session ["UPDATE " T "sessions SET last_used_at = $2, expires_at = $3 WHERE id = $1"]
    step_up ["UPDATE " T "sessions SET amr = $4, authenticated_at = $5
              WHERE id = $1 AND subject = $2 AND version = $3 AND ends_at > 0 RETURNING " SESSION]
    end_session ["DELETE FROM " T "sessions
                  WHERE subject = $1 AND id = $2 AND ends_at > 0 AND NOT " LARGE " RETURNING id"]
    end_sessions ["DELETE FROM " T "sessions WHERE id" ANY "
                       SELECT id FROM " T "sessions WHERE subject = $1 AND ends_at > 0 AND NOT " LARGE "
                       ORDER BY id LIMIT $2" LOCK END " RETURNING id"]
    /// As `end_session` for a large family: the purge removes it.
    expire_session ["UPDATE " T "sessions SET expires_at = 0, ends_at = 0
                     WHERE subject = $1 AND id = $2 AND ends_at > 0 RETURNING id"]
    expire_sessions ["UPDATE " T "sessions SET expires_at = 0, ends_at = 0 WHERE id" ANY "
                          SELECT id FROM " T "sessions WHERE subject = $1 AND ends_at > 0
                          ORDER BY id LIMIT $2" LOCK END " RETURNING id"]

    add_token ["INSERT INTO " T "refresh_tokens (hash, session_id, expires_at) VALUES ($1, $2, $3)"]
    token_and_session ["SELECT " SESSION ", token_expires_at, used_at, sealed_successor
                        FROM (SELECT session_id, expires_at AS token_expires_at, used_at, sealed_successor
                              FROM " T "refresh_tokens WHERE hash = $1) AS token
                        JOIN " T "sessions ON id = session_id WHERE ends_at > 0"]
    spend_token ["UPDATE " T "refresh_tokens SET used_at = $2, sealed_successor = $3 WHERE hash = $1"]
    forget_successors ["UPDATE " T "refresh_tokens SET sealed_successor = NULL
                        WHERE session_id = $1 AND sealed_successor IS NOT NULL"]
    /// Removes expired tokens, and used ones beyond the last `$4`, apart from the one that stands for those.
    trim_family ["DELETE FROM " T "refresh_tokens WHERE hash" ANY "
                      SELECT hash FROM " T "refresh_tokens WHERE session_id = $1 AND expires_at <= $2
                      UNION ALL
                      SELECT hash FROM (
                          SELECT hash FROM " T "refresh_tokens
                          WHERE session_id = $1 AND used_at IS NOT NULL AND hash <> $3
                          ORDER BY expires_at DESC, used_at DESC LIMIT 200 OFFSET $4) AS older
                      LIMIT 200" END " RETURNING expires_at"]
    keep_family ["INSERT INTO " T "refresh_tokens (hash, session_id, expires_at, used_at) VALUES ($1, $2, $3, $4)
                  ON CONFLICT (hash) DO NOTHING"]

    add_key ["INSERT INTO " T "api_keys (" KEY ")
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)"]
    key ["SELECT " KEY " FROM " T "api_keys WHERE id = $1"]
    imported_key ["SELECT id FROM " T "api_keys WHERE imported_hash = $1"]
    keys ["SELECT " KEY " FROM " T "api_keys
           WHERE (created_at, id) < ($1, $2) ORDER BY created_at DESC, id DESC LIMIT $3"]
    keys_of ["SELECT " KEY " FROM " T "api_keys
              WHERE owner = $4 AND (created_at, id) < ($1, $2) ORDER BY created_at DESC, id DESC LIMIT $3"]
    rotate_key ["UPDATE " T "api_keys SET previous_hash = hash, previous_until = $3, hash = $2
                 WHERE id = $1 AND (owner = $4 OR $4 IS NULL) RETURNING " KEY]
    touch_key ["UPDATE " T "api_keys SET last_used_at = $2 WHERE id = $1"]
    revoke_key ["DELETE FROM " T "api_keys WHERE id = $1 AND (owner = $2 OR $2 IS NULL) RETURNING id"]
    revoke_keys_of ["DELETE FROM " T "api_keys WHERE id" ANY "
                         SELECT id FROM " T "api_keys WHERE owner = $1 ORDER BY id LIMIT $2" LOCK END " RETURNING id"]
    /// Those derived by another secret than `$3` and `$4`, which are NULL if none is excepted.
    revoke_keys_from ["DELETE FROM " T "api_keys WHERE id" ANY "
                           SELECT id FROM " T "api_keys
                           WHERE parent = $1 AND (parent_hash <> $3 OR $3 IS NULL) AND (parent_hash <> $4 OR $4 IS NULL)
                           ORDER BY id LIMIT $2" LOCK END " RETURNING id"]

    /// A subject has one source of codes by time, confirmed or not. A confirmed one stays.
    enrol_factor ["INSERT INTO " T "second_factors AS known (id, subject, kind, secret, counter, created_at)
                 VALUES ($1, $2, $3, $4, 0, $5)
                 ON CONFLICT (subject) WHERE kind = 'totp' DO UPDATE
                 SET id = excluded.id, secret = excluded.secret, created_at = excluded.created_at
                 WHERE known.confirmed_at IS NULL RETURNING id"]
    factors ["SELECT " FACTOR " FROM " T "second_factors WHERE subject = $1 ORDER BY id"]
    confirm_factor ["UPDATE " T "second_factors SET confirmed_at = $3, last_used_at = $3, counter = $2
                     WHERE id = $1 AND confirmed_at IS NULL RETURNING subject"]
    any_factor ["SELECT id FROM " T "second_factors WHERE confirmed_at IS NOT NULL LIMIT 1"]
    use_factor ["UPDATE " T "second_factors SET counter = $2, last_used_at = $3, secret = COALESCE($4, secret)
                 WHERE id = $1 AND confirmed_at IS NOT NULL AND counter < $2 RETURNING id"]
    remove_factors ["DELETE FROM " T "second_factors
                     WHERE subject = $1 AND kind = $2 AND (confirmed_at IS NULL OR confirmed_at <= $3) RETURNING id"]
    forget_factors ["DELETE FROM " T "second_factors WHERE subject = $1"]
    add_recovery_code ["INSERT INTO " T "recovery_codes (subject, hash) VALUES ($1, $2)"]
    use_recovery_code ["DELETE FROM " T "recovery_codes WHERE subject = $1 AND hash = $2 RETURNING subject"]
    forget_recovery_codes ["DELETE FROM " T "recovery_codes WHERE subject = $1"]
    forget_lone_codes ["DELETE FROM " T "recovery_codes WHERE subject = $1 AND NOT EXISTS (
                            SELECT 1 FROM " T "second_factors WHERE subject = $1 AND confirmed_at IS NOT NULL)"]

    keep_challenge ["INSERT INTO " T "challenges (hash, purpose, subject, state, expires_at) VALUES ($1, $2, $3, $4, $5)"]
    take_challenge ["DELETE FROM " T "challenges WHERE hash = $1 AND purpose = $2 AND expires_at > $3
                     RETURNING hash, purpose, subject, state, expires_at"]

    issue_one_time ["INSERT INTO " T "one_time_tokens (" ONE_TIME ") VALUES ($1, $2, $3, $4, $5, $6, $7)
                     ON CONFLICT (subject, purpose) DO UPDATE
                     SET hash = excluded.hash, version = excluded.version, email = excluded.email,
                         created_at = excluded.created_at, expires_at = excluded.expires_at"]
    one_time ["SELECT " ONE_TIME " FROM " T "one_time_tokens WHERE hash = $1"]
    redeem_one_time ["DELETE FROM " T "one_time_tokens WHERE hash = $1 AND purpose = $2 AND expires_at > $3
                      RETURNING " ONE_TIME]
    forget_one_time ["DELETE FROM " T "one_time_tokens WHERE subject = $1"]
    verify_email ["INSERT INTO " T "verified_emails (subject, email, verified_at) VALUES ($1, $2, $3)
                   ON CONFLICT (subject) DO UPDATE SET email = excluded.email, verified_at = excluded.verified_at"]
    verified_email ["SELECT email, verified_at FROM " T "verified_emails WHERE subject = $1"]
    forget_verified_email ["DELETE FROM " T "verified_emails WHERE subject = $1"]
    role ["SELECT permissions FROM " T "roles WHERE name = $1"]
    roles ["SELECT name, permissions FROM " T "roles WHERE name > $1 ORDER BY name LIMIT $2"]
    set_role ["INSERT INTO " T "roles (name, permissions) VALUES ($1, $2)
               ON CONFLICT (name) DO UPDATE SET permissions = excluded.permissions"]
    remove_role ["DELETE FROM " T "roles WHERE name = $1 RETURNING name"]

    known_device ["SELECT hash FROM " T "known_devices WHERE hash = $1 AND expires_at > $2"]
    remember_device ["INSERT INTO " T "known_devices (hash, subject, expires_at) VALUES ($1, $2, $3)
                      ON CONFLICT (hash) DO UPDATE SET subject = excluded.subject, expires_at = excluded.expires_at"]
    forget_devices ["DELETE FROM " T "known_devices WHERE subject = $1"]

    add_event ["INSERT INTO " T "events (" EVENT ", chain, position, link) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"]
    events ["SELECT " EVENT " FROM " T "events
             WHERE (at, id) < ($1, $2) AND at >= $5 AND (kind = $4 OR $4 IS NULL) ORDER BY at DESC, id DESC LIMIT $3"]
    events_of ["SELECT " EVENT " FROM " T "events
                WHERE subject = $6 AND (at, id) < ($1, $2) AND at >= $5 AND (kind = $4 OR $4 IS NULL)
                ORDER BY at DESC, id DESC LIMIT $3"]
    /// A chain that no other write holds: a transaction of the application may last, and no login waits for it.
    free_chain ["SELECT " CHAIN " FROM " T "event_chains WHERE key_id = $1 ORDER BY id DESC LIMIT 1" FREE]
    add_chain ["INSERT INTO " T "event_chains (key_id, first_position, first_link, last_position, last_link, seal)
                VALUES ($1, 0, $2, 0, $2, $2) RETURNING id"]
    save_chain ["UPDATE " T "event_chains
                 SET first_position = $2, first_link = $3, last_position = $4, last_link = $5, seal = $6 WHERE id = $1"]
    reseal_chain ["UPDATE " T "event_chains SET seal = $3 WHERE id = $1 AND seal = $2 RETURNING id"]
    chains ["SELECT " CHAIN " FROM " T "event_chains ORDER BY id"]
    chain ["SELECT " CHAIN " FROM " T "event_chains WHERE id = $1" LOCK]
    linked_events ["SELECT " EVENT ", chain, position, link FROM " T "events
                    WHERE (chain, position) >= ($1, $2) ORDER BY chain, position LIMIT $3"]
    unlinked_events ["SELECT " EVENT " FROM " T "events WHERE chain IS NULL ORDER BY at, id LIMIT $1"]
    unlinked_events_to_adopt ["SELECT " EVENT " FROM " T "events
                               WHERE chain IS NULL ORDER BY at, id LIMIT $1" LOCK]
    link_event ["UPDATE " T "events SET chain = $2, position = $3, link = $4 WHERE id = $1 AND chain IS NULL"]
    first_events ["SELECT " EVENT ", chain, position, link FROM " T "events WHERE chain = $1 ORDER BY position LIMIT $2"]
    forget_events ["DELETE FROM " T "events WHERE chain = $1 AND position <= $2"]
    forget_unlinked ["DELETE FROM " T "events WHERE id" ANY "
                          SELECT id FROM " T "events WHERE chain IS NULL AND at < $1
                          ORDER BY at, id LIMIT $2" LOCK END " RETURNING id"]
}
