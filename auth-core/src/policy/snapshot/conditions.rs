//! The end of a condition, which is Rust.

/// The place of the `)` that closes a parenthesis which was opened before `text`. Those in literals do not count.
pub(super) fn end(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        let rest = &text[at..];
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' if depth == 0 => return Some(at),
            ')' | ']' | '}' => depth = depth.checked_sub(1)?,
            '"' => {
                at += 1 + string(&rest[1..])?;
                continue;
            }
            '\'' => {
                at += character(rest);
                continue;
            }
            _ if c.is_alphanumeric() || c == '_' => {
                let word = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
                at += word;
                if matches!(&rest[..word], "r" | "br" | "cr") {
                    at += raw_string(&rest[word..]);
                }
                continue;
            }
            _ => {}
        }
        at += c.len_utf8();
    }
    None
}

/// The length of the rest of a string, with its quote.
fn string(rest: &str) -> Option<usize> {
    let mut escaped = false;
    for (i, c) in rest.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return Some(i + 1),
            _ => {}
        }
    }
    None
}

/// The length of a raw string behind its `r`; 0 if there is none.
fn raw_string(rest: &str) -> usize {
    let hashes = rest.bytes().take_while(|c| *c == b'#').count();
    let Some(inner) = rest[hashes..].strip_prefix('"') else { return 0 };
    let close = format!("\"{}", "#".repeat(hashes));
    inner.find(&close).map_or(0, |end| hashes + 1 + end + close.len())
}

/// The length of a character, or of the quote of a lifetime.
fn character(rest: &str) -> usize {
    let mut chars = rest.char_indices().skip(1);
    match (chars.next(), chars.next()) {
        (Some((_, '\\')), Some((at, escaped))) => {
            let after = at + escaped.len_utf8();
            rest[after..].find('\'').map_or(1, |end| after + end + 1)
        }
        (Some(_), Some((at, '\''))) => at + 1,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::end;

    #[test]
    fn parentheses_in_literals_do_not_close_a_condition() {
        for condition in [
            r#"identity.has_scope("a)") && f(x, [1], { 2 })"#,
            r##"name == r#"a") b"# && x"##,
            r#"c != ')' && d != '\'' && e != '\u{29}' && f("\")")"#,
            "f::<'a>(x) && g(&'static str)",
            "r == br && cr(1)",
            "",
        ] {
            let text = format!("{condition}) [app::handler]");
            assert_eq!(end(&text), Some(condition.len()), "{condition}");
        }
        for open in ["f(x", "\"a)", "a]"] {
            assert_eq!(end(open), None, "{open}");
        }
    }
}
