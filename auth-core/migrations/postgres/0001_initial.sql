-- Everything lies in a schema of its own and is named with it, so that no search_path decides which table is meant.
-- Times are milliseconds since the Unix epoch. Identifiers are text so that users' own tables can be referred to, and
-- sort by their bytes whatever the database's collation is; nothing here refers to users, since sessions and keys may
-- belong to users that are kept elsewhere.

CREATE TABLE auth_core.users (
    id            TEXT    COLLATE "C" NOT NULL PRIMARY KEY CHECK (id <> ''),
    email         TEXT    COLLATE "C" NOT NULL CONSTRAINT users_email_key UNIQUE CHECK (email = lower(email)),
    password_hash TEXT,
    roles         TEXT[]  NOT NULL CHECK (array_position(roles, NULL) IS NULL),
    active        BOOLEAN NOT NULL,
    version       BIGINT  NOT NULL CHECK (version >= 0),
    created_at    BIGINT  NOT NULL
);

CREATE TABLE auth_core.sessions (
    id           TEXT   COLLATE "C" NOT NULL PRIMARY KEY CHECK (id <> ''),
    subject      TEXT   COLLATE "C" NOT NULL CHECK (subject <> ''),
    version      BIGINT NOT NULL CHECK (version >= 0),
    scope        TEXT   NOT NULL,
    amr          TEXT   NOT NULL,
    agent        TEXT,
    created_at   BIGINT NOT NULL,
    last_used_at BIGINT NOT NULL,
    expires_at   BIGINT NOT NULL,
    ends_at      BIGINT NOT NULL,
    client_id    TEXT   CHECK (client_id <> ''),
    dpop_jkt     TEXT   CHECK (dpop_jkt <> ''),
    -- The schema itself refuses a refresh that would carry a session beyond its end.
    CHECK (expires_at <= ends_at)
);

CREATE INDEX sessions_of_subject ON auth_core.sessions (subject, created_at);
CREATE INDEX sessions_by_expiry ON auth_core.sessions (expires_at);

-- A family: the living token (used_at IS NULL) and, until they would have expired, those it came from, so that a
-- replay of any of them is seen.
CREATE TABLE auth_core.refresh_tokens (
    hash             BYTEA  NOT NULL PRIMARY KEY CHECK (length(hash) = 32),
    session_id       TEXT   COLLATE "C" NOT NULL REFERENCES auth_core.sessions (id) ON DELETE CASCADE,
    expires_at       BIGINT NOT NULL,
    used_at          BIGINT,
    sealed_successor BYTEA,
    CHECK (sealed_successor IS NULL OR used_at IS NOT NULL)
);

CREATE INDEX refresh_tokens_of_session ON auth_core.refresh_tokens (session_id, expires_at);
-- Two living tokens would be two families in one session: the schema itself refuses a double spend.
CREATE UNIQUE INDEX refresh_tokens_living ON auth_core.refresh_tokens (session_id) WHERE used_at IS NULL;
CREATE INDEX refresh_tokens_sealed ON auth_core.refresh_tokens (session_id, used_at)
    WHERE sealed_successor IS NOT NULL;

CREATE TABLE auth_core.api_keys (
    id             TEXT   COLLATE "C" NOT NULL PRIMARY KEY CHECK (id <> ''),
    name           TEXT   NOT NULL,
    owner          TEXT   COLLATE "C" NOT NULL CHECK (owner <> ''),
    scopes         TEXT[] NOT NULL CHECK (array_position(scopes, NULL) IS NULL),
    hash           BYTEA  NOT NULL CHECK (length(hash) = 32),
    previous_hash  BYTEA  CHECK (length(previous_hash) = 32),
    previous_until BIGINT,
    created_at     BIGINT NOT NULL,
    expires_at     BIGINT,
    last_used_at   BIGINT,
    CHECK ((previous_hash IS NULL) = (previous_until IS NULL))
);

CREATE INDEX api_keys_by_age ON auth_core.api_keys (created_at);
CREATE INDEX api_keys_of_owner ON auth_core.api_keys (owner);
CREATE INDEX api_keys_by_expiry ON auth_core.api_keys (expires_at) WHERE expires_at IS NOT NULL;
