//! The README's pictures of compile errors: drawn from the compiler's own words, which the tests of `tests/ui` keep.
//! `UPDATE_SNAPSHOTS=1` draws them again.

use std::fmt::Write as _;
use std::fs;

use crate::root;

/// The compile-fail cases, by area and name, and how many lines of the compiler's are shown.
const CASES: [(&str, &str, usize); 2] = [("router", "unguarded_handler", 8), ("require_role", "unknown_role", 13)];

const LINE: usize = 20;
const MARGIN: usize = 16;
const TOP: usize = 44;
/// The width of a character, whatever font the reader has: `textLength` stretches each piece to it.
const COLUMN: f64 = 8.4;

const ERROR: &str = "#ff7b72";
const PLACE: &str = "#79c0ff";
const HELP: &str = "#7ee787";
const TEXT: &str = "#e6edf3";

/// The colours of a terminal: pieces of a line, with the role of each.
fn pieces(line: &str) -> Vec<(&str, &'static str)> {
    let trimmed = line.trim_start();
    if let Some((kind, said)) = line.split_once(": ").filter(|(kind, _)| kind.starts_with("error")) {
        return vec![(kind, ERROR), (&line[kind.len()..line.len() - said.len()], TEXT), (said, TEXT)];
    }
    if trimmed.starts_with("-->") || trimmed == "..." {
        return vec![(line, PLACE)];
    }
    if trimmed.starts_with("help:") || trimmed.starts_with("note:") {
        let end = line.len() - trimmed.len() + 4;
        return vec![(&line[..end], HELP), (&line[end..], TEXT)];
    }
    // The gutter, then code, marks or a note.
    let gutter = line.find(['|', '=']).map_or(0, |at| at + 1);
    let (gutter, rest) = line.split_at(gutter);
    let colour = match rest.trim_start().chars().next() {
        Some('^') => ERROR,
        Some('-') => PLACE,
        Some('+') => HELP,
        _ => TEXT,
    };
    vec![(gutter, PLACE), (rest, colour)]
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// The compiler's error as a terminal shows it.
fn draw(said: &str, lines: usize) -> String {
    let lines: Vec<&str> = said.lines().take(lines).collect();
    let columns = lines.iter().map(|line| line.chars().count()).max().unwrap_or_default();
    #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "small")]
    let width = (columns as f64 * COLUMN).ceil() as usize + 2 * MARGIN;
    let height = TOP + lines.len() * LINE + MARGIN;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" \
         font-family=\"ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace\" font-size=\"14\">\n\
         <title>{}</title>\n\
         <rect width=\"{width}\" height=\"{height}\" rx=\"8\" fill=\"#0d1117\"/>\n",
        escaped(lines.first().unwrap_or(&""))
    );
    for (x, colour) in [(20, "#ff5f57"), (40, "#febc2e"), (60, "#28c840")] {
        writeln!(svg, "<circle cx=\"{x}\" cy=\"20\" r=\"6\" fill=\"{colour}\"/>").unwrap();
    }
    for (row, line) in lines.iter().enumerate() {
        let y = TOP + row * LINE + 14;
        let mut column = 0;
        for (piece, colour) in pieces(line) {
            let length = piece.chars().count();
            let blank = piece.len() - piece.trim_start().len();
            let shown = piece.trim();
            if !shown.is_empty() {
                #[expect(clippy::cast_precision_loss, reason = "small")]
                let (x, width) =
                    (MARGIN as f64 + (column + blank) as f64 * COLUMN, shown.chars().count() as f64 * COLUMN);
                writeln!(
                    svg,
                    "<text x=\"{x:.1}\" y=\"{y}\" fill=\"{colour}\" textLength=\"{width:.1}\" xml:space=\"preserve\">{}</text>",
                    escaped(shown)
                )
                .unwrap();
            }
            column += length;
        }
    }
    svg.push_str("</svg>\n");
    svg
}

#[test]
fn the_pictures_are_what_the_compiler_says() {
    for (area, case, lines) in CASES {
        let said = root().join("tests/ui").join(area).join("fail").join(case).with_extension("stderr");
        let said = fs::read_to_string(&said).unwrap_or_else(|error| panic!("{}: {error}", said.display()));
        let drawn = draw(&said, lines);
        let path = root().join("docs/pictures").join(case).with_extension("svg");
        if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, &drawn).unwrap();
        }
        let kept = fs::read_to_string(&path).unwrap_or_default();
        assert!(kept == drawn, "{} is not what the compiler says; draw it with UPDATE_SNAPSHOTS=1", path.display());
        let readme = fs::read_to_string(root().join("README.md")).unwrap();
        assert!(readme.contains(&format!("docs/pictures/{case}.svg")), "the README does not show {case}");
    }
}
