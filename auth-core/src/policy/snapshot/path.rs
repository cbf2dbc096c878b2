//! Paths of routes and of patterns, segment by segment, by the rules of axum.

use std::cmp::Reverse;
use std::collections::BTreeSet;

/// What a segment matches.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Segment {
    Literal(String),
    /// A parameter, `{id}`, with the text before and after it: any segment that is not empty.
    Parameter(String, String),
    /// The end of a path, `{*rest}`, with the text before it: all that is left, if it is not empty.
    Rest(String),
    /// `*` of a pattern: any segment.
    Any,
    /// `**` of a pattern, and the end of a fallback's path: any number of segments.
    Below,
}

/// The value of a parameter for which no path has a literal: no path of HTTP contains it.
const OTHER: &str = "\0";

/// The segments of a request's path.
pub(super) type Request = Vec<String>;

/// The segments of a route's path; of a fallback's or plain router's, which ends in `*`, all below it.
pub(super) fn route(path: &str) -> Vec<Segment> {
    match below(path) {
        Some(front) => segments(front).chain([Segment::Below]).collect(),
        None => segments(path).collect(),
    }
}

/// The path below which a fallback or plain router answers.
pub(super) fn below(path: &str) -> Option<&str> {
    if path == "*" { Some("") } else { path.strip_suffix("/*") }
}

fn segments(path: &str) -> impl Iterator<Item = Segment> {
    path.split('/').skip(1).map(segment)
}

/// The segments of a pattern's path. `{*rest}` is `**`: with it, what routes below it answer is part of the pattern.
pub(super) fn pattern(path: &str) -> Vec<Segment> {
    let read = |text| match text {
        "*" => Segment::Any,
        "**" => Segment::Below,
        _ => match segment(text) {
            Segment::Rest(_) => Segment::Below,
            segment => segment,
        },
    };
    path.split('/').skip(1).map(read).collect()
}

/// A segment of a route in axum's syntax: `{{` and `}}` are braces.
fn segment(text: &str) -> Segment {
    let (before, rest) = literal(text);
    let Some((name, after)) = rest.and_then(|rest| rest.split_once('}')) else { return Segment::Literal(before) };
    if name.starts_with('*') { Segment::Rest(before) } else { Segment::Parameter(before, literal(after).0) }
}

/// The text before a parameter, and what follows its brace.
fn literal(text: &str) -> (String, Option<&str>) {
    let (mut before, mut rest) = (String::new(), text);
    while let Some(at) = rest.find(['{', '}']) {
        let (start, brace) = rest.split_at(at);
        before.push_str(start);
        let is_escaped = brace.starts_with("{{") || brace.starts_with("}}");
        if !is_escaped && brace.starts_with('{') {
            return (before, Some(&brace[1..]));
        }
        before.push_str(&brace[..1]);
        rest = &brace[if is_escaped { 2 } else { 1 }..];
    }
    before.push_str(rest);
    (before, None)
}

impl Segment {
    /// The segment as the name of a route, without that of its parameter.
    fn normal(&self) -> String {
        let escaped = |text: &str| text.replace('{', "{{").replace('}', "}}");
        match self {
            Self::Literal(text) => escaped(text),
            Self::Parameter(before, after) => format!("{}{{}}{}", escaped(before), escaped(after)),
            Self::Rest(before) => format!("{}{{*}}", escaped(before)),
            Self::Any | Self::Below => "*".to_owned(),
        }
    }

    /// Whether a segment of a request matches.
    fn takes(&self, text: &str) -> bool {
        match self {
            Self::Literal(literal) => literal == text,
            Self::Parameter(before, after) => is_between(text, before, after),
            Self::Rest(before) => text.len() > before.len() && text.starts_with(before.as_str()),
            Self::Any | Self::Below => true,
        }
    }

    /// A segment that matches, and as few others as possible.
    fn sample(&self) -> String {
        match self {
            Self::Literal(text) => text.clone(),
            Self::Parameter(before, after) => format!("{before}{OTHER}{after}"),
            Self::Rest(before) => format!("{before}{OTHER}"),
            Self::Any | Self::Below => OTHER.to_owned(),
        }
    }

    /// A segment that this one, of a pattern, and one of a route match. A parameter of a pattern is no literal of a route.
    fn common(&self, route: &Self) -> Option<String> {
        match (self, route) {
            (Self::Any | Self::Below, _) => Some(route.sample()),
            (Self::Literal(text), _) => route.takes(text).then(|| text.clone()),
            (Self::Parameter(before, after), Self::Parameter(other, other_after)) => {
                let before = [before, other].into_iter().max_by_key(|text| text.len())?;
                let after = [after, other_after].into_iter().max_by_key(|text| text.len())?;
                let common = format!("{before}{OTHER}{after}");
                (self.takes(&common) && route.takes(&common)).then_some(common)
            }
            (Self::Parameter(..) | Self::Rest(_), Self::Literal(_)) => None,
            (Self::Parameter(..) | Self::Rest(_), _) => Some(self.sample()),
        }
    }

    /// A router takes the route with the longer literal first, a parameter before the rest.
    fn rank(&self) -> (Reverse<usize>, u8) {
        match self {
            Self::Literal(_) => (Reverse(usize::MAX), 0),
            Self::Parameter(before, _) => (Reverse(before.len()), 1),
            Self::Rest(before) => (Reverse(before.len()), 2),
            Self::Any | Self::Below => (Reverse(0), 3),
        }
    }
}

fn is_between(text: &str, before: &str, after: &str) -> bool {
    text.len() > before.len() + after.len() && text.starts_with(before) && text.ends_with(after)
}

/// The order in which a router prefers routes that match the same path.
pub(super) fn rank(route: &[Segment]) -> Vec<(Reverse<usize>, u8)> {
    route.iter().map(Segment::rank).collect()
}

/// The path without the names of its parameters: routes with the same one are the same route.
pub(in crate::policy) fn normal_path(path: &str) -> String {
    let route = route(path);
    if path == "*" {
        return path.to_owned();
    }
    route.iter().flat_map(|segment| ["/".to_owned(), segment.normal()]).collect()
}

/// Whether the route matches this path.
pub(super) fn matches(route: &[Segment], path: &[String]) -> bool {
    match (route, path) {
        ([], []) | ([Segment::Below], _) => true,
        ([Segment::Rest(before)], [_, ..]) => {
            let rest = path.join("/");
            rest.len() > before.len() && rest.starts_with(before.as_str())
        }
        ([segment, route @ ..], [text, path @ ..]) => segment.takes(text) && matches(route, path),
        _ => false,
    }
}

/// Whether a fallback answers this path for sure: not that of its nest with a slash at the end, which depends on the prefix.
pub(super) fn surely_matches(fallback: &[Segment], path: &[String]) -> bool {
    match fallback {
        [Segment::Below] => true,
        [front @ .., Segment::Below] => matches(&[front, &[Segment::Rest(String::new())][..]].concat(), path),
        route => matches(route, path),
    }
}

/// The paths of requests that the pattern and the route match: of each kind that other routes can tell apart one, with at most
/// `longest` segments.
pub(super) fn common(pattern: &[Segment], route: &[Segment], longest: usize) -> BTreeSet<Request> {
    let mut found = BTreeSet::new();
    for shape in shapes(route, longest) {
        meet(pattern, &shape, &mut Vec::new(), &mut found);
    }
    found.retain(|path| !path.is_empty() && matches(route, path));
    found
}

/// The requests of a route.
pub(super) fn requests(route: &[Segment], longest: usize) -> BTreeSet<Request> {
    common(&[Segment::Below], route, longest)
}

/// The route by numbers of segments. An empty segment is one that no parameter matches.
fn shapes(route: &[Segment], longest: usize) -> Vec<Vec<Segment>> {
    let (front, first) = match route {
        [front @ .., Segment::Rest(before)] => (front, Some(Segment::Parameter(before.clone(), String::new()))),
        [front @ .., Segment::Below] => (front, None),
        _ => return vec![route.to_vec()],
    };
    let empty = Segment::Literal(String::new());
    let mut shapes = if first.is_some() { Vec::new() } else { vec![front.to_vec()] };
    let first = first.unwrap_or(Segment::Any);
    for more in 0..longest.saturating_sub(front.len()) {
        let any = vec![Segment::Any; more];
        let mut add = |first: &Segment, any: &[Segment], last: &[Segment]| {
            shapes.push([front, std::slice::from_ref(first), any, last].concat());
        };
        add(&first, &any, &[]);
        add(&empty, &any, &[]);
        if let Some((_, any)) = any.split_first() {
            add(&first, any, std::slice::from_ref(&empty));
        }
    }
    shapes
}

/// Adds the paths that pattern and shape have in common, each behind `path`.
fn meet(pattern: &[Segment], shape: &[Segment], path: &mut Request, found: &mut BTreeSet<Request>) {
    match (pattern, shape) {
        ([], []) => {
            found.insert(path.clone());
        }
        ([Segment::Below, rest @ ..], _) => {
            meet(rest, shape, path, found);
            if let [segment, others @ ..] = shape {
                path.push(segment.sample());
                meet(pattern, others, path, found);
                path.pop();
            }
        }
        ([one, pattern @ ..], [segment, shape @ ..]) => {
            if let Some(text) = one.common(segment) {
                path.push(text);
                meet(pattern, shape, path, found);
                path.pop();
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::{matches, normal_path, rank, route};

    #[test]
    fn paths_match_as_axum_matches_them() {
        let is = |path: &str, request: &str| {
            matches(&route(path), &request.split('/').skip(1).map(str::to_owned).collect::<Vec<_>>())
        };
        for (path, yes, no) in [
            ("/", &["/"][..], &["/a"][..]),
            ("/a/{id}", &["/a/b"], &["/a", "/a/", "/a/b/c"]),
            ("/a/{*rest}", &["/a/b", "/a/b/", "/a//b", "/a/b/c"], &["/a", "/a/"]),
            ("/a/user_{name}", &["/a/user_b"], &["/a/user_", "/a/b"]),
            ("/{{a}}/{id}", &["/{a}/b"], &["/a/b", "/{b}/b"]),
            ("/a/*", &["/a", "/a/", "/a/b/c"], &["/", "/b"]),
            ("*", &["/", "/a/b"], &[]),
        ] {
            for (requests, expected) in [(yes, true), (no, false)] {
                for request in requests {
                    assert_eq!(is(path, request), expected, "{path} and {request}");
                }
            }
        }
    }

    #[test]
    fn a_literal_goes_before_a_parameter_and_that_before_the_rest() {
        let order = ["/a/b", "/a/b{id}", "/a/{id}", "/a/{*rest}", "/{*rest}"];
        assert!(order.map(|path| rank(&route(path))).is_sorted());
    }

    #[test]
    fn a_route_is_the_same_whatever_its_parameters_are_called() {
        assert_eq!(normal_path("/a/{id}/{*rest}"), "/a/{}/{*}");
        assert_eq!(normal_path("/a_{id}/*"), "/a_{}/*");
        assert_ne!(normal_path("/{{id}}"), normal_path("/{id}"));
        assert_eq!((normal_path("*"), normal_path("/")), ("*".to_owned(), "/".to_owned()));
    }
}
