-- What the answer to a challenge is checked by, between two requests. The subject is NULL for a login without a name.

CREATE TABLE auth_core.challenges (
    hash       BYTEA  NOT NULL PRIMARY KEY CHECK (length(hash) = 32),
    purpose    TEXT   COLLATE "C" NOT NULL,
    subject    TEXT   COLLATE "C" CHECK (subject <> ''),
    state      BYTEA  NOT NULL,
    expires_at BIGINT NOT NULL
);

CREATE INDEX challenges_by_expiry ON auth_core.challenges (expires_at);
