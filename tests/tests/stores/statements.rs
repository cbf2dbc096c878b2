//! The statements of each request, compared with `docs/operations.md`.

use auth_tests::servers::Database;

/// The first five columns of the table: the request, statements, transactions, messages. The rest are times.
fn counts(text: &str) -> Vec<Vec<&str>> {
    let rows = text.lines().skip_while(|line| !line.starts_with("| request | SQLite |"));
    let rows = rows.take_while(|line| line.starts_with('|')).skip(2);
    rows.map(|line| line.split('|').map(str::trim).skip(1).take(5).collect()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_statements_of_each_request_match_the_documentation() {
    let Some(database) = Database::create("statements sent to PostgreSQL").await else { return };
    let mut scale = std::process::Command::new(env!("CARGO_BIN_EXE_scale"));
    let printed = scale.args(["statements", "--once"]).env("DATABASE_URL", database.url()).output().unwrap();
    assert!(printed.status.success(), "{}", String::from_utf8_lossy(&printed.stderr));
    let printed = String::from_utf8(printed.stdout).unwrap();
    let documented = include_str!("../../../docs/operations.md");
    assert_eq!(counts(&printed), counts(documented), "docs/operations.md does not match the measurement:\n{printed}");

    let of = |request: &str| {
        let row = counts(&printed).into_iter().find(|row| row[0] == request).unwrap();
        [row[1], row[2]].map(|count| count.parse::<usize>().unwrap())
    };
    assert_eq!(of("guarded, all of it cached"), [0, 0]);
    assert_eq!(of("API key, cached"), [0, 0]);
    assert_eq!(of("guarded, the subject not cached"), [1, 1]);
    assert_eq!(of("guarded, the session not cached"), [1, 1]);
}
