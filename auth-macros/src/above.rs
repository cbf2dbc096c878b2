//! The already expanded attributes above ours. rustc does not pass them, so they are read from the source file.
//!
//! Used for error messages only: where the file cannot be read, or a macro has written the attribute, nothing is found.

use std::cell::RefCell;
use std::fs;
use std::path::PathBuf;

/// Whether an attribute directly above the expanded one has the name `name`.
pub(crate) fn names(name: &str) -> bool {
    thread_local! {
        // The attributes of a file are expanded in sequence.
        static LAST: RefCell<Option<(PathBuf, String)>> = const { RefCell::new(None) };
    }
    if !proc_macro::is_available() {
        return false;
    }
    let span = proc_macro::Span::call_site();
    let Some(path) = span.local_file() else { return false };
    LAST.with_borrow_mut(|last| {
        if last.as_ref().is_none_or(|(of, _)| *of != path) {
            *last = fs::read_to_string(&path).ok().map(|text| (path, text));
        }
        last.as_ref().is_some_and(|(_, text)| is_named(name, text, span.line(), span.column()))
    })
}

/// Whether the attributes that end at this position of `text` include one with the name `name`; lines and columns start
/// at one.
fn is_named(name: &str, text: &str, line: usize, column: usize) -> bool {
    let lines: Vec<_> = text.lines().take(line).collect();
    let Some((own, above)) = lines.split_last() else { return false };
    let before = own.char_indices().nth(column.saturating_sub(1)).map_or(*own, |(at, _)| &own[..at]);
    let of_item = |line: &&&str| !line.trim().is_empty() && !line.trim_end().ends_with(['{', '}', ';']);
    let above = above.iter().rev().take_while(of_item).copied();
    std::iter::once(before).chain(above).any(|line| {
        let path = line.trim_start().strip_prefix("#[").and_then(|rest| rest.split(['(', ']']).next());
        path.is_some_and(|path| path.trim().rsplit("::").next() == Some(name))
    })
}

#[cfg(test)]
mod tests {
    use super::is_named;

    #[test]
    fn only_attributes_directly_above_are_seen() {
        for (text, expected) in [
            ("#[debug_handler]\n#[ours]", true),
            ("    #[axum::debug_handler(state = Auth)]\n    /// Docs.\n    // #[x]\n    #[ours]", true),
            ("#[debug_handler] #[ours]", true),
            ("#[debug_handler(\n    state = Auth,\n)]\n#[instrument]\n#[ours]", true),
            ("#[debug_handler]\nasync fn other() {}\n#[ours]", false),
            ("#[debug_handler]\n\n#[ours]", false),
            ("// #[debug_handler]\n#[ours]", false),
            ("/// Not below #[debug_handler].\n#[ours]", false),
            ("#[ours]\n#[debug_handler]", false),
            ("#[no_debug_handler]\n#[ours]", false),
        ] {
            let (line, column) = text
                .lines()
                .enumerate()
                .find_map(|(line, words)| Some((line + 1, words.find("#[ours]")? + 1)))
                .unwrap_or_default();
            assert_eq!(is_named("debug_handler", text, line, column), expected, "{text}");
        }
    }
}
