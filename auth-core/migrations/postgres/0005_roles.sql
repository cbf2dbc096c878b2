-- Roles of an application whose roles are data, with their permissions. Subjects hold roles by name.

CREATE TABLE auth_core.roles (
    name        TEXT   COLLATE "C" NOT NULL PRIMARY KEY CHECK (name <> ''),
    permissions TEXT[] NOT NULL CHECK (array_position(permissions, NULL) IS NULL)
);
