-- The audit trail. A row is written in the transaction of the change that it describes, and outlives the subject. The body
-- is JSON as the service wrote it, byte by byte.

CREATE TABLE auth_core.events (
    id      TEXT   COLLATE "C" NOT NULL PRIMARY KEY CHECK (id <> ''),
    at      BIGINT NOT NULL,
    kind    TEXT   NOT NULL,
    outcome TEXT   NOT NULL,
    subject TEXT   COLLATE "C" CHECK (subject <> ''),
    body    TEXT   NOT NULL
);

CREATE INDEX events_by_age ON auth_core.events (at, id);
CREATE INDEX events_of_subject ON auth_core.events (subject, at, id);
