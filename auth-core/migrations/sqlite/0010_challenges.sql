-- What the answer to a challenge is checked by, between two requests. The subject is NULL for a login without a name.

CREATE TABLE auth_challenges (
    hash       BLOB    NOT NULL PRIMARY KEY CHECK (length(hash) = 32),
    purpose    TEXT    NOT NULL,
    subject    TEXT    CHECK (length(subject) > 0),
    state      BLOB    NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX auth_challenges_by_expiry ON auth_challenges (expires_at);
