-- Roles of an application whose roles are data, with their permissions. Subjects hold roles by name.

CREATE TABLE auth_roles (
    name        TEXT NOT NULL PRIMARY KEY CHECK (length(name) > 0),
    permissions TEXT NOT NULL CHECK (json_type(permissions) = 'array')
) STRICT, WITHOUT ROWID;
