-- Metadata of the application, keys that owners make themselves, keys derived from others, and keys of a former service,
-- which are found by the hash of their text.

ALTER TABLE auth_api_keys ADD COLUMN metadata TEXT CHECK (json_type(metadata) = 'object');
ALTER TABLE auth_api_keys ADD COLUMN self_service INTEGER NOT NULL DEFAULT 0 CHECK (self_service IN (0, 1));
-- A parent that is gone is looked for and not found, so that its keys are refused: no foreign key, whose cascade would
-- delete any number of rows in one step.
ALTER TABLE auth_api_keys ADD COLUMN parent TEXT CHECK (length(parent) > 0);
ALTER TABLE auth_api_keys ADD COLUMN parent_hash BLOB
    CHECK (length(parent_hash) = 32) CHECK ((parent IS NULL) = (parent_hash IS NULL));
ALTER TABLE auth_api_keys ADD COLUMN imported_hash BLOB CHECK (length(imported_hash) = 32);

CREATE INDEX auth_api_keys_of_parent ON auth_api_keys (parent) WHERE parent IS NOT NULL;
CREATE UNIQUE INDEX auth_api_keys_imported ON auth_api_keys (imported_hash) WHERE imported_hash IS NOT NULL;
-- In the order of the owner's list.
DROP INDEX auth_api_keys_of_owner;
CREATE INDEX auth_api_keys_of_owner ON auth_api_keys (owner, created_at, id);
