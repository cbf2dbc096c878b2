-- Tokens of messages: for a new password, for the verification of an address, for a login. One of each purpose for a
-- subject. Subjects may be users that are kept elsewhere.

CREATE TABLE auth_one_time_tokens (
    hash       BLOB    NOT NULL PRIMARY KEY CHECK (length(hash) = 32),
    purpose    TEXT    NOT NULL,
    subject    TEXT    NOT NULL CHECK (length(subject) > 0),
    version    INTEGER NOT NULL CHECK (version >= 0),
    email      TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    UNIQUE (subject, purpose)
) STRICT, WITHOUT ROWID;

CREATE INDEX auth_one_time_tokens_by_expiry ON auth_one_time_tokens (expires_at);

-- The address that a subject verified last; it counts only while it is the subject's address.
CREATE TABLE auth_verified_emails (
    subject     TEXT    NOT NULL PRIMARY KEY CHECK (length(subject) > 0),
    email       TEXT    NOT NULL,
    verified_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
