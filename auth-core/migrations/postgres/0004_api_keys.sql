-- Metadata of the application, keys that owners make themselves, keys derived from others, and keys of a former service,
-- which are found by the hash of their text. The metadata is JSON as the service wrote it, byte by byte.

ALTER TABLE auth_core.api_keys
    ADD COLUMN metadata      TEXT,
    ADD COLUMN self_service  BOOLEAN NOT NULL DEFAULT FALSE,
    -- A parent that is gone is looked for and not found, so that its keys are refused: no foreign key, whose cascade
    -- would delete any number of rows in one step.
    ADD COLUMN parent        TEXT  COLLATE "C" CHECK (parent <> ''),
    ADD COLUMN parent_hash   BYTEA CHECK (length(parent_hash) = 32),
    ADD COLUMN imported_hash BYTEA CHECK (length(imported_hash) = 32),
    ADD CHECK ((parent IS NULL) = (parent_hash IS NULL));

CREATE INDEX api_keys_of_parent ON auth_core.api_keys (parent) WHERE parent IS NOT NULL;
CREATE UNIQUE INDEX api_keys_imported ON auth_core.api_keys (imported_hash) WHERE imported_hash IS NOT NULL;
-- In the order of the owner's list.
DROP INDEX auth_core.api_keys_of_owner;
CREATE INDEX api_keys_of_owner ON auth_core.api_keys (owner, created_at, id);
