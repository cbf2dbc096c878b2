-- Links of the audit trail: each row has a digest of its content and of the row before it in its chain. Rows of an earlier
-- release have none until they are adopted.

CREATE TABLE auth_core.event_chains (
    id             BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key_id         TEXT   COLLATE "C" NOT NULL,
    first_position BIGINT NOT NULL,
    first_link     BYTEA  NOT NULL CHECK (length(first_link) = 32),
    last_position  BIGINT NOT NULL CHECK (last_position >= first_position),
    last_link      BYTEA  NOT NULL CHECK (length(last_link) = 32),
    seal           BYTEA  NOT NULL CHECK (length(seal) = 32)
) WITH (fillfactor = 50);

ALTER TABLE auth_core.events ADD COLUMN chain BIGINT;
ALTER TABLE auth_core.events ADD COLUMN position BIGINT;
ALTER TABLE auth_core.events ADD COLUMN link BYTEA
    CHECK (length(link) = 32) CHECK ((chain IS NULL) = (link IS NULL) AND (chain IS NULL) = (position IS NULL));

CREATE UNIQUE INDEX events_of_chain ON auth_core.events (chain, position);
CREATE INDEX events_unlinked ON auth_core.events (at, id) WHERE chain IS NULL;
