-- Links of the audit trail: each row has a digest of its content and of the row before it in its chain. Rows of an earlier
-- release have none until they are adopted.

CREATE TABLE auth_event_chains (
    id             INTEGER NOT NULL PRIMARY KEY,
    key_id         TEXT    NOT NULL,
    first_position INTEGER NOT NULL,
    first_link     BLOB    NOT NULL CHECK (length(first_link) = 32),
    last_position  INTEGER NOT NULL CHECK (last_position >= first_position),
    last_link      BLOB    NOT NULL CHECK (length(last_link) = 32),
    seal           BLOB    NOT NULL CHECK (length(seal) = 32)
) STRICT;

ALTER TABLE auth_events ADD COLUMN chain INTEGER;
ALTER TABLE auth_events ADD COLUMN position INTEGER;
ALTER TABLE auth_events ADD COLUMN link BLOB
    CHECK (length(link) = 32) CHECK ((chain IS NULL) = (link IS NULL) AND (chain IS NULL) = (position IS NULL));

CREATE UNIQUE INDEX auth_events_of_chain ON auth_events (chain, position);
CREATE INDEX auth_events_unlinked ON auth_events (at, id) WHERE chain IS NULL;
