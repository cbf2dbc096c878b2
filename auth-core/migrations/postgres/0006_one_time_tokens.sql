-- Tokens of messages: for a new password, for the verification of an address, for a login. One of each purpose for a
-- subject. Subjects may be users that are kept elsewhere.

CREATE TABLE auth_core.one_time_tokens (
    hash       BYTEA  NOT NULL PRIMARY KEY CHECK (length(hash) = 32),
    purpose    TEXT   COLLATE "C" NOT NULL,
    subject    TEXT   COLLATE "C" NOT NULL CHECK (subject <> ''),
    version    BIGINT NOT NULL CHECK (version >= 0),
    email      TEXT   NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    UNIQUE (subject, purpose)
);

CREATE INDEX one_time_tokens_by_expiry ON auth_core.one_time_tokens (expires_at);

-- The address that a subject verified last; it counts only while it is the subject's address.
CREATE TABLE auth_core.verified_emails (
    subject     TEXT   COLLATE "C" NOT NULL PRIMARY KEY CHECK (subject <> ''),
    email       TEXT   NOT NULL,
    verified_at BIGINT NOT NULL
);
