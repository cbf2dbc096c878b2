-- A database that the first version of the schema made: `.dump` of SQLite.
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
CREATE TABLE auth_migrations (
    version BIGINT PRIMARY KEY,
    description TEXT NOT NULL,
    installed_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    success BOOLEAN NOT NULL,
    checksum BLOB NOT NULL,
    execution_time BIGINT NOT NULL
);
CREATE TABLE auth_refresh_tokens (
    hash             BLOB    NOT NULL PRIMARY KEY CHECK (length(hash) = 32),
    session_id       TEXT    NOT NULL REFERENCES auth_sessions (id) ON DELETE CASCADE,
    expires_at       INTEGER NOT NULL,
    used_at          INTEGER,
    sealed_successor BLOB,
    CHECK (sealed_successor IS NULL OR used_at IS NOT NULL)
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
CREATE TABLE auth_users (
    id            TEXT    NOT NULL PRIMARY KEY CHECK (length(id) > 0),
    email         TEXT    NOT NULL UNIQUE CHECK (email = lower(email)),
    password_hash TEXT,
    roles         TEXT    NOT NULL CHECK (json_type(roles) = 'array'),
    active        INTEGER NOT NULL CHECK (active IN (0, 1)),
    version       INTEGER NOT NULL CHECK (version >= 0),
    created_at    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX auth_sessions_of_subject ON auth_sessions (subject, created_at);
CREATE INDEX auth_sessions_by_expiry ON auth_sessions (expires_at);
CREATE INDEX auth_refresh_tokens_of_session ON auth_refresh_tokens (session_id, expires_at);
CREATE UNIQUE INDEX auth_refresh_tokens_living ON auth_refresh_tokens (session_id) WHERE used_at IS NULL;
CREATE INDEX auth_refresh_tokens_sealed ON auth_refresh_tokens (session_id, used_at) WHERE sealed_successor IS NOT NULL;
CREATE INDEX auth_api_keys_by_age ON auth_api_keys (created_at);
CREATE INDEX auth_api_keys_of_owner ON auth_api_keys (owner);
CREATE INDEX auth_api_keys_by_expiry ON auth_api_keys (expires_at) WHERE expires_at IS NOT NULL;
INSERT INTO "auth_migrations" VALUES(1,'initial','2026-11-29 05:45:44',1,X'327F7F8CFC6ED88203DF754DD4B4F4A6A05DE60415FA03666F28AC282A3AF6129BFBF2D6A5487D8E2E848706B1991988',537890);
INSERT INTO "auth_sessions" VALUES('01a225d6-8b41-748e-84db-e3ce163e62a4','01a225d6-800a-70b4-b4a5-0357fa72b80f',0,'','pwd','curl/7.88.1',1795931147073,1795931147073,1796535947073,1798523147073,NULL,NULL);
INSERT INTO "auth_users" VALUES('01a225d6-800a-70b4-b4a5-0357fa72b80f','admin@example.com','$argon2id$v=19$m=19456,t=2,p=1$VIRUxu5OqezDXoD7JDUisQ$sYp+IrJ3cijcQCG0/inMNyjYwdw4R0GxysyCxvF8zNQ','["Admin"]',1,0,1795931144203);
INSERT INTO "auth_refresh_tokens" VALUES(X'EEF06500BFF35BD3192FAF0AC0B166594A2996AFA4F2B34C033B59041E00713B','01a225d6-8b41-748e-84db-e3ce163e62a4',1796535947073,NULL,NULL);
