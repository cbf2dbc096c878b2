//! The statements of a table, made of the names of its columns.

use sqlx::{AssertSqlSafe, SqlSafeStr as _, SqlStr};

use super::UserTable;
use crate::store::sql::{OF_EACH_FORMAT, SAMPLES};

/// Both engines support `$1` for a parameter, `RETURNING` and `ON CONFLICT`.
pub(super) struct Statements {
    pub(super) by_email: SqlStr,
    pub(super) by_id: SqlStr,
    pub(super) set_password: SqlStr,
    pub(super) revoke_tokens: SqlStr,
    pub(super) upgrade_hash: SqlStr,
    pub(super) sample_hashes: SqlStr,
    /// The address, the hash, the fields in their order, whether the user has each role, and a text id.
    pub(super) add: SqlStr,
    /// Removes a new user.
    pub(super) withdraw: SqlStr,
    pub(super) email_is_taken: SqlStr,
    /// For each field, whether a user has the value.
    pub(super) is_taken: Vec<SqlStr>,
    /// Whether a unique index has the column of this name.
    pub(super) is_unique: SqlStr,
}

/// A name for a statement, whatever its characters are.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A text of a statement.
fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// A query of a unique index with the column `$1`, also in an expression such as `lower(nick)`.
fn is_unique(table: &str, is_postgres: bool) -> String {
    if is_postgres {
        let name = table.split('.').map(quoted).collect::<Vec<_>>().join(".");
        return format!(
            "SELECT CAST(i.indexrelid AS TEXT) FROM pg_catalog.pg_index AS i
             WHERE i.indrelid = CAST({} AS regclass) AND i.indisunique
                   AND (EXISTS (SELECT 1 FROM pg_catalog.pg_attribute AS a
                                WHERE a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
                                      AND CAST(a.attname AS TEXT) = CAST($1 AS TEXT))
                        OR strpos(lower(pg_get_expr(i.indexprs, i.indrelid)), lower(CAST($1 AS TEXT))) > 0)
             LIMIT 1",
            literal(&name)
        );
    }
    let (schema, table) = table.split_once('.').unwrap_or(("main", table));
    format!(
        "SELECT l.name FROM pragma_index_list({table}, {schema}) AS l, pragma_index_info(l.name, {schema}) AS c
         WHERE l.\"unique\" AND (lower(c.name) = lower($1) OR c.cid = -2 AND EXISTS (
             SELECT 1 FROM {}.sqlite_master AS m WHERE m.name = l.name AND instr(lower(m.sql), lower($1)) > 0))
         LIMIT 1",
        quoted(schema),
        table = literal(table),
        schema = literal(schema),
    )
}

/// The columns of a new user with their values: those that are bound, then constants, since a column may have no default.
fn new_user(table: &UserTable) -> (String, String) {
    let id = if table.has_whole_number_ids { None } else { Some(table.id) };
    let roles = table.roles.iter().map(|(column, _)| *column);
    let bound =
        [table.email, table.password_hash].into_iter().chain(table.fields.iter().copied()).chain(roles).chain(id);
    let bound = (1..).zip(bound).map(|(n, column)| (column, format!("${n}")));
    let active = table.active.map(|column| (column, "TRUE"));
    let created_at = table.created_at.map(|column| (column, "CURRENT_TIMESTAMP"));
    let constant = [(table.version, "0")].into_iter().chain(active).chain(created_at);
    let all = bound.chain(constant.map(|(column, value)| (column, value.to_owned())));
    let (columns, values): (Vec<_>, Vec<_>) = all.map(|(column, value)| (quoted(column), value)).unzip();
    (columns.join(", "), values.join(", "))
}

/// Whether a user is active. NULL is no reason to accept one.
fn active(table: &UserTable, prefix: &str) -> String {
    table
        .active
        .map_or("TRUE".to_owned(), |column| format!("CASE WHEN {prefix}{} THEN TRUE ELSE FALSE END", quoted(column)))
}

/// The time of creation in milliseconds. The driver sets the time zone of PostgreSQL's sessions to UTC.
fn created_at(table: &UserTable, is_postgres: bool) -> String {
    let Some(column) = table.created_at.map(quoted) else { return "CAST(NULL AS BIGINT)".to_owned() };
    if is_postgres {
        format!("CAST(floor(extract(epoch FROM t.{column}) * 1000) AS BIGINT)")
    } else {
        // Its date functions read a number as a Julian day.
        format!("CASE WHEN typeof(t.{column}) = 'text' THEN CAST(strftime('%s', t.{column}) AS BIGINT) * 1000 END")
    }
}

/// The texts that are known of a user, one a line.
fn words(table: &UserTable) -> String {
    let texts = table.fields.iter().map(|field| format!("coalesce(CAST(t.{} AS TEXT), '')", quoted(field)));
    std::iter::once("''".to_owned()).chain(texts).collect::<Vec<_>>().join(" || '\n' || ")
}

/// The id as a text.
fn id(table: &UserTable, prefix: &str) -> String {
    let id = quoted(table.id);
    if table.has_whole_number_ids { format!("CAST({prefix}{id} AS TEXT)") } else { format!("{prefix}{id}") }
}

impl Statements {
    /// The queries qualify each name: SQLite reads a quoted name that no column has as a text, unless it is qualified. So
    /// these fail where a column is missing, and the other statements name only columns of these.
    pub(super) fn of(table: &UserTable, is_postgres: bool) -> Self {
        let [key, email, hash, version] = [table.id, table.email, table.password_hash, table.version].map(quoted);
        let name = table.table.split('.').map(quoted).collect::<Vec<_>>().join(".");
        // PostgreSQL's driver reads a number as of its own size only.
        let number = format!("CAST({version} AS BIGINT)");
        let held = |column| format!(" || CASE WHEN t.{} THEN '1' ELSE '0' END", quoted(column));
        let roles: String = table.roles.iter().map(|(column, _)| held(column)).collect();
        let user = format!(
            "SELECT {} AS id, t.{email} AS email, t.{hash} AS password_hash, {} AS active,
                 CAST(t.{version} AS BIGINT) AS version, ''{roles} AS roles, {} AS words, {} AS created_at
             FROM {name} AS t",
            id(table, "t."),
            active(table, "t."),
            words(table),
            created_at(table, is_postgres),
        );
        let (columns, values) = new_user(table);
        let sql = |text: String| AssertSqlSafe(text).into_sql_str();
        let is_taken =
            |column: &str| sql(format!("SELECT {} FROM {name} AS t WHERE t.{column} = $1 LIMIT 1", id(table, "t.")));
        Self {
            by_email: sql(format!("{user} WHERE t.{email} = $1")),
            by_id: sql(format!("{user} WHERE t.{key} = $1")),
            set_password: sql(format!(
                "UPDATE {name} SET {hash} = $2, {version} = {version} + 1
                 WHERE {key} = $1 AND {version} = $3 AND {} RETURNING {number}",
                active(table, "")
            )),
            revoke_tokens: sql(format!(
                "UPDATE {name} SET {version} = {version} + 1 WHERE {key} = $1 RETURNING {number}"
            )),
            upgrade_hash: sql(format!(
                "UPDATE {name} SET {hash} = $2 WHERE {key} = $1 AND {hash} = $3 RETURNING {number}"
            )),
            sample_hashes: sql(format!(
                "{SAMPLES}(SELECT t.{hash} AS password_hash FROM {name} AS t) AS users{OF_EACH_FORMAT}"
            )),
            add: sql(format!(
                "INSERT INTO {name} ({columns}) VALUES ({values}) ON CONFLICT DO NOTHING RETURNING {}",
                id(table, "")
            )),
            withdraw: sql(format!("DELETE FROM {name} WHERE {key} = $1 RETURNING {number}")),
            email_is_taken: is_taken(&email),
            is_taken: table.fields.iter().map(|field| is_taken(&quoted(field))).collect(),
            is_unique: sql(is_unique(table.table, is_postgres)),
        }
    }
}
