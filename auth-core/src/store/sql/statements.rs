//! The statements. Both engines take `$1` for a parameter, `RETURNING` and `ON CONFLICT`; their tables differ by prefix.
//!
//! Columns are listed by name: with `*`, a column that a newer node adds would break the statements that an older node,
//! still running beside it, has prepared.

pub(in crate::store) struct Statements {
    pub(super) user_by_login: &'static str,
    pub(super) user_by_id: &'static str,
    pub(super) set_password: &'static str,
    pub(super) revoke_tokens: &'static str,
    pub(super) upgrade_hash: &'static str,
    pub(super) add_user: &'static str,
    pub(super) remove_user: &'static str,

    pub(super) account: &'static str,
    pub(super) accounts: &'static str,
    pub(super) update_account: &'static str,

    pub(super) add_session: &'static str,
    pub(super) session: &'static str,
    pub(super) sessions: &'static str,
    /// Locks the session, too, where that is a row's lock.
    pub(super) session_to_refresh: &'static str,
    pub(super) refresh_session: &'static str,
    pub(super) keep_session: &'static str,
    pub(super) end_session: &'static str,
    pub(super) end_other_sessions: &'static str,

    pub(super) add_token: &'static str,
    pub(super) token: &'static str,
    pub(super) token_and_session: &'static str,
    pub(super) spend_token: &'static str,
    pub(super) forget_successors: &'static str,
    pub(super) remove_expired_tokens: &'static str,

    pub(super) add_key: &'static str,
    pub(super) key: &'static str,
    pub(super) keys: &'static str,
    pub(super) rotate_key: &'static str,
    pub(super) touch_key: &'static str,
    pub(super) revoke_key: &'static str,
    pub(super) revoke_keys_of: &'static str,

    pub(super) add_event: &'static str,
    pub(super) events: &'static str,
    pub(super) events_of: &'static str,
}

macro_rules! session_columns {
    () => {
        "id, subject, version, scope, amr, agent, created_at, last_used_at, expires_at, ends_at, client_id, dpop_jkt"
    };
}

macro_rules! key_columns {
    () => {
        "id, name, owner, scopes, hash, previous_hash, previous_until, created_at, expires_at, last_used_at"
    };
}

/// `$t` is the prefix of the tables' names, `$for_update` what locks a selected row.
macro_rules! statements {
    ($t:literal, $for_update:literal) => {
        Statements {
            user_by_login: concat!(
                "SELECT id, password_hash, active, roles, version FROM ",
                $t,
                "users WHERE email = $1"
            ),
            user_by_id: concat!("SELECT id, password_hash, active, roles, version FROM ", $t, "users WHERE id = $1"),
            set_password: concat!(
                "UPDATE ",
                $t,
                "users SET password_hash = $2, version = version + 1 WHERE id = $1 RETURNING version"
            ),
            revoke_tokens: concat!("UPDATE ", $t, "users SET version = version + 1 WHERE id = $1 RETURNING version"),
            upgrade_hash: concat!("UPDATE ", $t, "users SET password_hash = $3 WHERE id = $1 AND password_hash = $2"),
            add_user: concat!(
                "INSERT INTO ",
                $t,
                "users (id, email, password_hash, roles, active, version, created_at)
                 VALUES ($1, $2, $3, $4, TRUE, 0, $5) ON CONFLICT (email) DO NOTHING RETURNING id"
            ),
            remove_user: concat!("DELETE FROM ", $t, "users WHERE id = $1 RETURNING id"),

            account: concat!("SELECT id, email, roles, active, created_at FROM ", $t, "users WHERE id = $1"),
            accounts: concat!(
                "SELECT id, email, roles, active, created_at FROM ",
                $t,
                "users WHERE id > $1 ORDER BY id LIMIT $2"
            ),
            update_account: concat!(
                "UPDATE ",
                $t,
                "users
                 SET email = coalesce($2, email), roles = coalesce($3, roles), active = coalesce($4, active)
                 WHERE id = $1 RETURNING id, email, roles, active, created_at"
            ),

            add_session: concat!(
                "INSERT INTO ",
                $t,
                "sessions (",
                session_columns!(),
                ")
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)"
            ),
            session: concat!("SELECT ", session_columns!(), " FROM ", $t, "sessions WHERE id = $1"),
            sessions: concat!(
                "SELECT ",
                session_columns!(),
                " FROM ",
                $t,
                "sessions
                 WHERE subject = $1 AND expires_at > $2 ORDER BY created_at DESC, id DESC"
            ),
            session_to_refresh: concat!(
                "SELECT ",
                session_columns!(),
                " FROM ",
                $t,
                "sessions
                 WHERE id = (SELECT session_id FROM ",
                $t,
                "refresh_tokens WHERE hash = $1)",
                $for_update
            ),
            refresh_session: concat!("UPDATE ", $t, "sessions SET last_used_at = $2, expires_at = $3 WHERE id = $1"),
            keep_session: concat!(
                "UPDATE ",
                $t,
                "sessions SET version = $3 WHERE subject = $1 AND id = $2 AND version < $3"
            ),
            end_session: concat!("DELETE FROM ", $t, "sessions WHERE subject = $1 AND id = $2 RETURNING id"),
            end_other_sessions: concat!("DELETE FROM ", $t, "sessions WHERE subject = $1 AND id <> $2 RETURNING id"),

            add_token: concat!("INSERT INTO ", $t, "refresh_tokens (hash, session_id, expires_at) VALUES ($1, $2, $3)"),
            token: concat!("SELECT expires_at, used_at, sealed_successor FROM ", $t, "refresh_tokens WHERE hash = $1"),
            token_and_session: concat!(
                "SELECT ",
                session_columns!(),
                ", token_expires_at, used_at
                 FROM (SELECT session_id, expires_at AS token_expires_at, used_at
                       FROM ",
                $t,
                "refresh_tokens WHERE hash = $1) AS token
                 JOIN ",
                $t,
                "sessions ON id = session_id"
            ),
            spend_token: concat!(
                "UPDATE ",
                $t,
                "refresh_tokens SET used_at = $2, sealed_successor = $3 WHERE hash = $1"
            ),
            forget_successors: concat!(
                "UPDATE ",
                $t,
                "refresh_tokens SET sealed_successor = NULL
                 WHERE session_id = $1 AND used_at <= $2 AND sealed_successor IS NOT NULL"
            ),
            remove_expired_tokens: concat!(
                "DELETE FROM ",
                $t,
                "refresh_tokens WHERE session_id = $1 AND expires_at <= $2"
            ),

            add_key: concat!(
                "INSERT INTO ",
                $t,
                "api_keys (",
                key_columns!(),
                ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
            ),
            key: concat!("SELECT ", key_columns!(), " FROM ", $t, "api_keys WHERE id = $1"),
            keys: concat!("SELECT ", key_columns!(), " FROM ", $t, "api_keys ORDER BY created_at DESC, id DESC"),
            rotate_key: concat!(
                "UPDATE ",
                $t,
                "api_keys SET previous_hash = hash, previous_until = $3, hash = $2 WHERE id = $1
                 RETURNING ",
                key_columns!()
            ),
            touch_key: concat!("UPDATE ", $t, "api_keys SET last_used_at = $2 WHERE id = $1"),
            revoke_key: concat!("DELETE FROM ", $t, "api_keys WHERE id = $1 RETURNING id"),
            revoke_keys_of: concat!("DELETE FROM ", $t, "api_keys WHERE owner = $1"),

            add_event: concat!(
                "INSERT INTO ",
                $t,
                "events (id, at, kind, outcome, subject, body) VALUES ($1, $2, $3, $4, $5, $6)"
            ),
            events: concat!(
                "SELECT id, at, kind, outcome, subject, body FROM ",
                $t,
                "events
                 WHERE (at, id) < ($1, $2) ORDER BY at DESC, id DESC LIMIT $3"
            ),
            events_of: concat!(
                "SELECT id, at, kind, outcome, subject, body FROM ",
                $t,
                "events
                 WHERE subject = $4 AND (at, id) < ($1, $2) ORDER BY at DESC, id DESC LIMIT $3"
            ),
        }
    };
}

#[cfg(feature = "sqlite")]
pub(in crate::store) const SQLITE: Statements = statements!("auth_", "");
#[cfg(feature = "postgres")]
pub(in crate::store) const POSTGRES: Statements = statements!("auth_core.", " FOR UPDATE");
