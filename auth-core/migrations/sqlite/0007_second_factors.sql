-- Second factors of subjects, who may be users that are kept elsewhere. The secret is encrypted with a key outside of the
-- database. The counter is that of the last use: of codes by time their time step.

CREATE TABLE auth_second_factors (
    id           TEXT    NOT NULL PRIMARY KEY CHECK (length(id) > 0),
    subject      TEXT    NOT NULL CHECK (length(subject) > 0),
    kind         TEXT    NOT NULL,
    secret       BLOB    NOT NULL,
    counter      INTEGER NOT NULL CHECK (counter >= 0),
    created_at   INTEGER NOT NULL,
    confirmed_at INTEGER,
    last_used_at INTEGER
) STRICT, WITHOUT ROWID;

CREATE INDEX auth_second_factors_of_subject ON auth_second_factors (subject);
-- One source of codes by time, confirmed or not: the schema itself refuses a second one.
CREATE UNIQUE INDEX auth_second_factors_totp ON auth_second_factors (subject) WHERE kind = 'totp';

CREATE TABLE auth_recovery_codes (
    subject TEXT NOT NULL CHECK (length(subject) > 0),
    hash    BLOB NOT NULL CHECK (length(hash) = 32),
    PRIMARY KEY (subject, hash)
) STRICT, WITHOUT ROWID;

-- The last time at which the subject authenticated in this session; NULL is the time of login.
ALTER TABLE auth_sessions ADD COLUMN authenticated_at INTEGER;
