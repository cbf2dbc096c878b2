-- The audit trail. A row is written in the transaction of the change that it describes, and outlives the subject.

CREATE TABLE auth_events (
    id      TEXT    NOT NULL PRIMARY KEY CHECK (length(id) > 0),
    at      INTEGER NOT NULL,
    kind    TEXT    NOT NULL,
    outcome TEXT    NOT NULL,
    subject TEXT    CHECK (length(subject) > 0),
    body    TEXT    NOT NULL CHECK (json_valid(body))
) STRICT;

CREATE INDEX auth_events_by_age ON auth_events (at, id);
CREATE INDEX auth_events_of_subject ON auth_events (subject, at, id);
