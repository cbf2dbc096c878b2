-- Addresses from which accounts have logged in: SHA-256 of the address and the login name. While the failures of an
-- account are limited, these still log in.

CREATE TABLE auth_known_devices (
    hash       BLOB    NOT NULL PRIMARY KEY CHECK (length(hash) = 32),
    subject    TEXT    NOT NULL CHECK (length(subject) > 0),
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX auth_known_devices_by_subject ON auth_known_devices (subject);
CREATE INDEX auth_known_devices_by_expiry ON auth_known_devices (expires_at);
