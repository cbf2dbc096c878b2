//! The text that a reader sees, by lines.

use proc_macro2::{LexError, TokenStream, TokenTree};

/// A line of text and its number in the file.
pub(crate) type Line = (usize, String);

/// String literals and doc comments, which are literals of `doc` attributes.
pub(crate) fn of_rust(source: &str) -> Result<Vec<Line>, LexError> {
    let mut lines = Vec::new();
    collect(source.parse()?, &mut lines);
    Ok(lines)
}

fn collect(tokens: TokenStream, lines: &mut Vec<Line>) {
    for token in tokens {
        match token {
            TokenTree::Group(group) => collect(group.stream(), lines),
            TokenTree::Literal(literal) => {
                let (text, start) = (literal.to_string(), literal.span().start().line);
                // An escape is no letter of the word behind it.
                let text = text.replace("\\n", " ");
                lines.extend((start..).zip(text.lines().map(str::to_owned)));
            }
            _ => {}
        }
    }
}

pub(crate) fn of_markdown(page: &str) -> Vec<Line> {
    (1..).zip(page.lines().map(str::to_owned)).collect()
}

/// Each of `avoided` in the text, and its line. A phrase may go over the end of a line.
pub(crate) fn words(lines: &[Line], avoided: &[&'static str]) -> Vec<(usize, &'static str)> {
    let words: Vec<(usize, String)> = lines
        .iter()
        .flat_map(|(number, line)| {
            line.split(|c: char| !c.is_alphanumeric()).map(|word| (*number, word.to_lowercase()))
        })
        .filter(|(_, word)| !word.is_empty())
        .collect();
    let mut found = Vec::new();
    for phrase in avoided {
        let parts: Vec<&str> = phrase.split(' ').collect();
        let here = words.windows(parts.len());
        found.extend(
            here.filter(|words| words.iter().map(|(_, word)| word).eq(&parts)).map(|words| (words[0].0, *phrase)),
        );
    }
    found.sort_unstable();
    found
}

#[cfg(test)]
mod tests {
    use super::{of_markdown, of_rust, words};

    const AVOIDED: &[&str] = &["nobody", "held against"];

    #[test]
    fn literals_and_docs_are_read_and_other_comments_are_not() {
        let source = "//! nobody\n// nobody\nfn nobody() {\n    let a = \"so Nobody!\\\n  is held\n  against\";\n}\n\
                      /// held\n/// against\nstruct A;\nmacro_rules! m { () => { r#\"nobody\"# } }";
        let found = words(&of_rust(source).unwrap(), AVOIDED);
        assert_eq!(found, [(1, "nobody"), (4, "nobody"), (5, "held against"), (8, "held against"), (11, "nobody")]);
    }

    #[test]
    fn whole_words_count() {
        let page = "Nobody's\nnobodys, busybody\nheld up against; held-against\n";
        assert_eq!(words(&of_markdown(page), AVOIDED), [(1, "nobody"), (3, "held against")]);
    }
}
