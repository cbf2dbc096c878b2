-- Addresses from which accounts have logged in: SHA-256 of the address and the login name. While the failures of an
-- account are limited, these still log in.

CREATE TABLE auth_core.known_devices (
    hash       BYTEA  NOT NULL PRIMARY KEY CHECK (length(hash) = 32),
    subject    TEXT   COLLATE "C" NOT NULL CHECK (subject <> ''),
    expires_at BIGINT NOT NULL
);

CREATE INDEX known_devices_by_subject ON auth_core.known_devices (subject);
CREATE INDEX known_devices_by_expiry ON auth_core.known_devices (expires_at);

-- Counters of rate limits. A crash of the database empties them.

CREATE UNLOGGED TABLE auth_core.counters (
    key        TEXT        COLLATE "C" NOT NULL PRIMARY KEY,
    value      BIGINT      NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL
);

CREATE INDEX counters_by_expiry ON auth_core.counters (expires_at);
