-- Times are milliseconds since the Unix epoch. Identifiers are text so that users' own tables can be referred to;
-- nothing here refers to auth_users, since sessions and keys may belong to users that are kept elsewhere.

CREATE TABLE auth_users (
    id            TEXT    NOT NULL PRIMARY KEY CHECK (length(id) > 0),
    email         TEXT    NOT NULL UNIQUE CHECK (email = lower(email)),
    password_hash TEXT,
    roles         TEXT    NOT NULL CHECK (json_type(roles) = 'array'),
    active        INTEGER NOT NULL CHECK (active IN (0, 1)),
    version       INTEGER NOT NULL CHECK (version >= 0),
    created_at    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE auth_sessions (
    id           TEXT    NOT NULL PRIMARY KEY CHECK (length(id) > 0),
    subject      TEXT    NOT NULL CHECK (length(subject) > 0),
    version      INTEGER NOT NULL CHECK (version >= 0),
    scope        TEXT    NOT NULL,
    amr          TEXT    NOT NULL,
    agent        TEXT,
    created_at   INTEGER NOT NULL,
    last_used_at INTEGER NOT NULL,
    expires_at   INTEGER NOT NULL,
    ends_at      INTEGER NOT NULL,
    client_id    TEXT    CHECK (length(client_id) > 0),
    dpop_jkt     TEXT    CHECK (length(dpop_jkt) > 0),
    -- The schema itself refuses a refresh that would carry a session beyond its end.
    CHECK (expires_at <= ends_at)
) STRICT, WITHOUT ROWID;

CREATE INDEX auth_sessions_of_subject ON auth_sessions (subject, created_at);
CREATE INDEX auth_sessions_by_expiry ON auth_sessions (expires_at);

-- A family: the living token (used_at IS NULL) and, until they would have expired, those it came from, so that a
-- replay of any of them is seen.
CREATE TABLE auth_refresh_tokens (
    hash             BLOB    NOT NULL PRIMARY KEY CHECK (length(hash) = 32),
    session_id       TEXT    NOT NULL REFERENCES auth_sessions (id) ON DELETE CASCADE,
    expires_at       INTEGER NOT NULL,
    used_at          INTEGER,
    sealed_successor BLOB,
    CHECK (sealed_successor IS NULL OR used_at IS NOT NULL)
) STRICT, WITHOUT ROWID;

CREATE INDEX auth_refresh_tokens_of_session ON auth_refresh_tokens (session_id, expires_at);
-- Two living tokens would be two families in one session: the schema itself refuses a double spend.
CREATE UNIQUE INDEX auth_refresh_tokens_living ON auth_refresh_tokens (session_id) WHERE used_at IS NULL;
CREATE INDEX auth_refresh_tokens_sealed ON auth_refresh_tokens (session_id, used_at) WHERE sealed_successor IS NOT NULL;

CREATE TABLE auth_api_keys (
    id             TEXT    NOT NULL PRIMARY KEY CHECK (length(id) > 0),
    name           TEXT    NOT NULL,
    owner          TEXT    NOT NULL CHECK (length(owner) > 0),
    scopes         TEXT    NOT NULL CHECK (json_type(scopes) = 'array'),
    hash           BLOB    NOT NULL CHECK (length(hash) = 32),
    previous_hash  BLOB    CHECK (length(previous_hash) = 32),
    previous_until INTEGER,
    created_at     INTEGER NOT NULL,
    expires_at     INTEGER,
    last_used_at   INTEGER,
    CHECK ((previous_hash IS NULL) = (previous_until IS NULL))
) STRICT, WITHOUT ROWID;

CREATE INDEX auth_api_keys_by_age ON auth_api_keys (created_at);
CREATE INDEX auth_api_keys_of_owner ON auth_api_keys (owner);
CREATE INDEX auth_api_keys_by_expiry ON auth_api_keys (expires_at) WHERE expires_at IS NOT NULL;
