//! Text for a terminal.

/// Text of a user or a database, whose control characters could be commands of the terminal.
pub(crate) fn plain(text: &str) -> String {
    text.chars()
        .flat_map(|c| {
            if c.is_control() { c.escape_unicode().collect::<String>() } else { c.to_string() }
                .chars()
                .collect::<Vec<_>>()
        })
        .collect()
}

/// Lines of [`plain`] text: what a file or a database contains must not command the terminal.
pub(crate) fn lines(text: &str) -> String {
    text.split('\n').map(plain).collect::<Vec<_>>().join("\n")
}

/// The line below a list that goes on.
pub(crate) fn more(next: impl std::fmt::Display) -> String {
    format!("more: --after {next}\n")
}

/// Rows with aligned columns below a heading.
pub(crate) fn table<const N: usize>(heading: [&str; N], rows: &[[String; N]]) -> String {
    let heading = heading.map(str::to_owned);
    let rows: Vec<[String; N]> =
        std::iter::once(heading).chain(rows.iter().map(|row| row.each_ref().map(|cell| plain(cell)))).collect();
    let mut widths = [0; N];
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = cell.chars().count().max(*width);
        }
    }
    let line = |row: &[String; N]| {
        let cells = row.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}"));
        format!("{}\n", cells.collect::<Vec<_>>().join("  ").trim_end())
    };
    rows.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::{plain, table};

    #[test]
    fn control_characters_do_not_reach_the_terminal() {
        assert_eq!(plain("a\u{1b}[2Jb\n"), "a\\u{1b}[2Jb\\u{a}");
    }

    #[test]
    fn columns_are_aligned() {
        assert_eq!(
            table(["ID", "NAME"], &[["1".into(), "é".into()], ["22".into(), String::new()]]),
            "ID  NAME\n1   é\n22\n"
        );
    }
}
