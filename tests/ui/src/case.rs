//! A compile-fail case: a file whose parts are marked by comments.
//!
//! The code above `// wrong:` belongs to both sides; below it is the mistake, and below `// right:`, as comments, the
//! corrected code.

use std::fs;
use std::path::Path;

/// A compile-fail case.
#[derive(Debug)]
pub struct Case {
    /// The folder's name, mostly that of an attribute.
    pub area: String,
    /// The file's name, which names the mistake.
    pub name: String,
    /// The code of both sides.
    pub context: String,
    /// The mistake.
    pub wrong: String,
    /// The line of the file at which the mistake begins.
    pub first_wrong_line: usize,
    /// The corrected code.
    pub right: String,
    /// The compiler's output; empty before it is recorded.
    pub stderr: String,
}

/// Every case below `root`, sorted by area and name.
///
/// # Errors
///
/// The path of a case without its two marks, or of a file that cannot be read.
pub fn all(root: &Path) -> Result<Vec<Case>, String> {
    let mut cases = Vec::new();
    for area in names(root)? {
        let folder = root.join(&area).join("fail");
        if !folder.is_dir() {
            continue;
        }
        for file in names(&folder)? {
            if let Some(name) = file.strip_suffix(".rs") {
                cases.push(read(&folder.join(&file), &area, name)?);
            }
        }
    }
    Ok(cases)
}

fn names(folder: &Path) -> Result<Vec<String>, String> {
    let entries = fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut names: Vec<_> = entries.flatten().filter_map(|entry| entry.file_name().into_string().ok()).collect();
    names.sort_unstable();
    Ok(names)
}

fn read(path: &Path, area: &str, name: &str) -> Result<Case, String> {
    let text = fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let lacks = |mark: &str| format!("{} lacks the line `{mark}`", path.display());
    let (context, rest) = text.split_once("\n// wrong:\n").ok_or_else(|| lacks("// wrong:"))?;
    let rest = rest.trim_start();
    let first_wrong_line = text[..text.len() - rest.len()].lines().count() + 1;
    let (wrong, rest) = rest.split_once("\n// right:\n").ok_or_else(|| lacks("// right:"))?;
    let right = rest.lines().map_while(|line| line.strip_prefix("//"));
    let right: Vec<_> = right.map(|line| line.strip_prefix(' ').unwrap_or(line)).collect();
    Ok(Case {
        area: area.to_owned(),
        name: name.to_owned(),
        context: context.trim().to_owned(),
        wrong: wrong.trim().to_owned(),
        first_wrong_line,
        right: right.join("\n").trim().to_owned(),
        stderr: fs::read_to_string(path.with_extension("stderr")).unwrap_or_default(),
    })
}
