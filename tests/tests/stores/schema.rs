//! docs/schema.md against the databases.

use auth_core::sqlx::{query_as, query_scalar};
use auth_core::store::{PostgresStore, SqliteStore};
use auth_tests::servers::Database;

const PAGE: &str = include_str!("../../../docs/schema.md");

/// A column: its name, its type, whether it may be null.
type Column = (String, String, bool);

/// The columns of the page's table, with the types of one database.
fn documented(database: &str) -> Vec<Column> {
    let rows = PAGE.lines().filter_map(|line| line.strip_prefix("| ")).map(|row| row.split(" | ").collect::<Vec<_>>());
    let mut table = rows.skip_while(|row| row[0] != "column");
    let at = table.next().unwrap().iter().position(|title| *title == database).unwrap();
    let plain = |cell: &str| cell.trim_matches('`').to_owned();
    let is_column = |row: &Vec<&str>| row[0] == "---" || row[0].starts_with('`');
    let columns = table.take_while(is_column).filter(|row| row[0] != "---");
    columns.map(|row| (plain(row[0]), plain(row[at]), row[3] == "yes")).collect()
}

fn check(database: &str, actual: &[Column]) {
    let documented = documented(database);
    assert_eq!(documented.len(), 6, "{documented:?}");
    for column in documented {
        assert!(actual.contains(&column), "{database} has no column {column:?}; it has {actual:?}");
    }
}

#[tokio::test]
async fn sqlite_has_the_documented_columns() {
    let store = SqliteStore::open("sqlite::memory:").await.unwrap();
    let columns = "SELECT name, type, \"notnull\" = 0 FROM pragma_table_info('auth_users')";
    check("SQLite", &query_as(columns).fetch_all(store.pool()).await.unwrap());
    let keys = "SELECT name FROM pragma_table_info('auth_users') WHERE pk > 0";
    assert_eq!(query_scalar::<_, String>(keys).fetch_all(store.pool()).await.unwrap(), ["id"]);
    let others = "SELECT name FROM sqlite_schema WHERE name NOT LIKE 'auth~_%' ESCAPE '~' AND name NOT LIKE 'sqlite~_%' ESCAPE '~'";
    assert_eq!(
        query_scalar::<_, String>(others).fetch_all(store.pool()).await.unwrap(),
        [""; 0],
        "names without `auth_`"
    );
}

#[tokio::test]
async fn postgres_has_the_documented_columns() {
    let Some(database) = Database::create("the documented columns").await else { return };
    let store = PostgresStore::open(&database.url()).await.unwrap();
    let columns = "SELECT column_name::text, data_type::text, is_nullable = 'YES' FROM information_schema.columns
                   WHERE table_schema = 'auth_core' AND table_name = 'users'";
    check("PostgreSQL", &query_as(columns).fetch_all(store.pool()).await.unwrap());
    let roles = "SELECT udt_name::text FROM information_schema.columns
                 WHERE table_schema = 'auth_core' AND table_name = 'users' AND column_name = 'roles'";
    assert_eq!(query_scalar::<_, String>(roles).fetch_one(store.pool()).await.unwrap(), "_text");
    let elsewhere = "SELECT relname::text FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
                     WHERE nspname NOT IN ('auth_core', 'information_schema') AND nspname NOT LIKE 'pg~_%' ESCAPE '~'";
    assert_eq!(
        query_scalar::<_, String>(elsewhere).fetch_all(store.pool()).await.unwrap(),
        [""; 0],
        "outside of `auth_core`"
    );
}
