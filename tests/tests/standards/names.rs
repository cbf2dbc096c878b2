//! RFC sections in the names of tests.

/// A test and a section that it covers.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Covered {
    pub(crate) rfc: u32,
    pub(crate) parts: Vec<u32>,
    /// The words after the section.
    pub(crate) promise: String,
    pub(crate) name: String,
    pub(crate) file: String,
}

impl Covered {
    pub(crate) fn section(&self) -> String {
        self.parts.iter().map(u32::to_string).collect::<Vec<_>>().join(".")
    }
}

/// The tests in a source file: functions, and names before a colon, from which a macro of the file makes functions.
pub(crate) fn in_source(source: &str, file: &str) -> Vec<Covered> {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut found = Vec::new();
    for (at, _) in source.match_indices("rfc") {
        if source[..at].ends_with(is_word) {
            continue;
        }
        let name: String = source[at..].chars().take_while(|c| is_word(*c)).collect();
        let function = source[..at].ends_with("fn ") && source[at + name.len()..].starts_with('(');
        let made = source[at + name.len()..].starts_with(": ");
        if function || made {
            found.extend(of(&name, file));
        }
    }
    found
}

/// The sections in a name: `rfc7515_s4_1_11_words`, or several joined by `_and_`.
fn of(name: &str, file: &str) -> Vec<Covered> {
    let mut sections = Vec::new();
    let mut rest = name;
    while let Some((rfc, parts, after)) = section(rest) {
        sections.push((rfc, parts));
        rest = after;
        match after.strip_prefix("and_") {
            Some(next) if section(next).is_some() => rest = next,
            _ => break,
        }
    }
    let promise = rest.replace('_', " ");
    sections
        .into_iter()
        .map(|(rfc, parts)| Covered {
            rfc,
            parts,
            promise: promise.clone(),
            name: name.to_owned(),
            file: file.to_owned(),
        })
        .collect()
}

/// `rfc7515_s4_1_11_rest` is 7515, 4.1.11 and `rest`. A number of three digits is a word: 401 is a status.
fn section(name: &str) -> Option<(u32, Vec<u32>, &str)> {
    let (rfc, rest) = name.strip_prefix("rfc")?.split_once("_s")?;
    let rfc = rfc.parse().ok()?;
    let mut parts = Vec::new();
    let mut rest = rest;
    loop {
        let (word, after) = rest.split_once('_').unwrap_or((rest, ""));
        match word.parse() {
            Ok(part) if word.len() < 3 => parts.push(part),
            _ => break,
        }
        rest = after;
    }
    (!parts.is_empty()).then_some((rfc, parts, rest))
}

#[test]
fn names_are_read() {
    let source = "fn rfc6750_s3_1_401_is_the_answer() {}\n\
                  fn rfc8037_s2_and_rfc7518_s6_2_keys_are_read() {}\n\
                  rfc9068_s2_2_iss_is_required: \"iss\";\n\
                  // rfc1234_s5_in_a_comment\n\
                  fn other_rfc1_s1_x() {}";
    let found: Vec<_> =
        in_source(source, "x.rs").iter().map(|c| format!("{} {} {}", c.rfc, c.section(), c.promise)).collect();
    assert_eq!(
        found,
        ["6750 3.1 401 is the answer", "8037 2 keys are read", "7518 6.2 keys are read", "9068 2.2 iss is required",]
    );
}
