-- Second factors of subjects, who may be users that are kept elsewhere. The secret is encrypted with a key outside of the
-- database. The counter is that of the last use: of codes by time their time step.

CREATE TABLE auth_core.second_factors (
    id           TEXT   COLLATE "C" NOT NULL PRIMARY KEY CHECK (id <> ''),
    subject      TEXT   COLLATE "C" NOT NULL CHECK (subject <> ''),
    kind         TEXT   COLLATE "C" NOT NULL,
    secret       BYTEA  NOT NULL,
    counter      BIGINT NOT NULL CHECK (counter >= 0),
    created_at   BIGINT NOT NULL,
    confirmed_at BIGINT,
    last_used_at BIGINT
);

CREATE INDEX second_factors_of_subject ON auth_core.second_factors (subject);
-- One source of codes by time, confirmed or not: the schema itself refuses a second one.
CREATE UNIQUE INDEX second_factors_totp ON auth_core.second_factors (subject) WHERE kind = 'totp';

CREATE TABLE auth_core.recovery_codes (
    subject TEXT  COLLATE "C" NOT NULL CHECK (subject <> ''),
    hash    BYTEA NOT NULL CHECK (length(hash) = 32),
    PRIMARY KEY (subject, hash)
);

-- The last time at which the subject authenticated in this session; NULL is the time of login.
ALTER TABLE auth_core.sessions ADD COLUMN authenticated_at BIGINT;
