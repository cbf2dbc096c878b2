//! Which rows of a table answer a request, by the rules of axum's router.
//!
//! The path alone chooses the route: the most literal one that matches. Then the method chooses among its handlers; what none
//! answers, the router's fallback for methods does. Where no route matches, the innermost fallback answers. The routes of a
//! plain router are not known: it may answer whatever is below its path.

use std::collections::{BTreeMap, BTreeSet};

use super::Row;
use super::path::{self, Request, Segment, normal_path};

/// The methods for which a route can have a handler of its own.
const METHODS: [&str; 9] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT"];

/// A method without a handler of its own, as the table calls it.
const OTHER: &str = "OTHER";

pub(in crate::policy) struct Routing<'a> {
    rows: &'a [Row],
    /// The most literal first.
    routes: Vec<Route>,
    /// The innermost first.
    fallbacks: Vec<Route>,
    method_fallbacks: Vec<Route>,
    plain: Vec<Route>,
    longest: usize,
}

/// The rows of one path.
struct Route {
    path: Vec<Segment>,
    rows: Vec<usize>,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Route,
    Fallback,
    MethodFallback,
    Plain,
}

impl Row {
    /// Whether it answers what no route does.
    pub(crate) fn is_fallback(&self) -> bool {
        path::below(&self.path).is_some() && !self.is_unchecked()
    }

    /// Whether it is a plain router, whose routes are not known; a plain service at a path is a route.
    pub(in crate::policy) fn is_plain_router(&self) -> bool {
        path::below(&self.path).is_some() && self.is_unchecked()
    }

    fn part(&self) -> Part {
        match (self.is_fallback(), self.is_plain_router()) {
            (_, true) => Part::Plain,
            (true, _) if self.method == OTHER => Part::MethodFallback,
            (true, _) => Part::Fallback,
            _ => Part::Route,
        }
    }

    fn answers_all_others(&self) -> bool {
        matches!(self.method.as_str(), "ANY" | OTHER)
    }
}

impl<'a> Routing<'a> {
    pub(in crate::policy) fn of(rows: &'a [Row]) -> Self {
        let mut parts: BTreeMap<(Part, String), Route> = BTreeMap::new();
        for (i, row) in rows.iter().enumerate() {
            let new = || Route { path: path::route(&row.path), rows: Vec::new() };
            parts.entry((row.part(), normal_path(&row.path))).or_insert_with(new).rows.push(i);
        }
        let mut routing = Self {
            rows,
            routes: Vec::new(),
            fallbacks: Vec::new(),
            method_fallbacks: Vec::new(),
            plain: Vec::new(),
            longest: parts.values().map(|route| route.path.len()).max().unwrap_or_default() + 1,
        };
        for ((part, _), route) in parts {
            match part {
                Part::Route => routing.routes.push(route),
                Part::Fallback => routing.fallbacks.push(route),
                Part::MethodFallback => routing.method_fallbacks.push(route),
                Part::Plain => routing.plain.push(route),
            }
        }
        routing.routes.sort_by_cached_key(|route| path::rank(&route.path));
        routing.fallbacks.sort_by_cached_key(|route| path::rank(&route.path));
        routing
    }

    /// The rows that answer some request by this method, or by any, whose path matches the pattern.
    pub(super) fn find(&self, method: Option<&str>, pattern: &[Segment]) -> BTreeSet<usize> {
        let longest = self.longest.max(pattern.len() + 1);
        let mut requests = BTreeSet::new();
        for route in self.routes.iter().chain(&self.fallbacks).chain(&self.plain) {
            requests.append(&mut path::common(pattern, &route.path, longest));
        }
        requests.iter().flat_map(|request| self.answer(method, request)).collect()
    }

    /// The rows that may answer this request.
    fn answer(&self, method: Option<&str>, request: &Request) -> BTreeSet<usize> {
        let mut found = BTreeSet::new();
        let plain = self.plain.iter().filter(|plain| path::matches(&plain.path, request));
        found.extend(plain.flat_map(|plain| &plain.rows));
        let may_be_plain = !found.is_empty();
        let mut reaches_others = may_be_plain;
        if let Some(route) = self.routes.iter().find(|route| path::matches(&route.path, request)) {
            let (rows, is_all) = self.of_method(route, method);
            found.extend(rows);
            reaches_others |= !is_all;
        } else {
            for fallback in self.fallbacks.iter().filter(|fallback| path::matches(&fallback.path, request)) {
                found.extend(&fallback.rows);
                if path::surely_matches(&fallback.path, request) {
                    break;
                }
            }
        }
        if reaches_others {
            found.extend(self.of_other_methods(request));
        }
        found
    }

    /// The rows of a route for this method, and whether it has a handler for it. `get` answers HEAD as well.
    fn of_method(&self, route: &Route, method: Option<&str>) -> (Vec<usize>, bool) {
        let of = |is: &dyn Fn(&Row) -> bool| -> Vec<usize> {
            route.rows.iter().copied().filter(|row| self.rows.get(*row).is_some_and(is)).collect()
        };
        let others = of(&Row::answers_all_others);
        let Some(method) = method else { return (route.rows.clone(), !others.is_empty()) };
        let own = of(&|row| row.method == method);
        let by_get = if method == "HEAD" { of(&|row| row.method == "GET") } else { Vec::new() };
        let rows = [own, by_get, others].into_iter().find(|rows| !rows.is_empty()).unwrap_or_default();
        let is_all = !rows.is_empty();
        (rows, is_all)
    }

    /// The fallbacks of routers for the methods that a route has no handler for.
    fn of_other_methods(&self, request: &Request) -> impl Iterator<Item = usize> {
        let fallbacks = self.method_fallbacks.iter().filter(|fallback| path::matches(&fallback.path, request));
        fallbacks.flat_map(|fallback| fallback.rows.iter().copied())
    }

    /// What the requests that `row`, of another table, answers are answered by in this one: the rows for each of them. Requests
    /// for which this table has a row of the same path and method are left out.
    pub(in crate::policy) fn instead_of(&self, row: &Row, other: &Self) -> BTreeSet<Vec<usize>> {
        let route = path::route(&row.path);
        let (longest, part) = (self.longest.max(other.longest), row.part());
        let position = other.rows.iter().position(|it| std::ptr::eq(it, row));
        let mut answers = BTreeSet::new();
        for request in path::requests(&route, longest) {
            if part == Part::MethodFallback {
                answers.insert(self.of_other_methods(&request).collect());
                continue;
            }
            for method in self.freed_methods(row, other) {
                let was = other.answer(Some(method), &request);
                if position.is_some_and(|position| was.contains(&position)) {
                    answers.insert(self.answer(Some(method), &request).into_iter().collect());
                }
            }
        }
        answers
    }

    /// The methods of a row that is not in this table, but for those of rows at the same path.
    fn freed_methods<'r>(&self, row: &'r Row, other: &Self) -> Vec<&'r str> {
        let path = normal_path(&row.path);
        let is_own = |method: &str| {
            let mut rows = self.rows.iter().chain(other.rows);
            rows.any(|it| it.method == method && normal_path(&it.path) == path)
        };
        if row.answers_all_others() {
            return METHODS.into_iter().filter(|method| !is_own(method)).chain([OTHER]).collect();
        }
        let by_get = (row.method == "GET" && !is_own("HEAD")).then_some("HEAD");
        std::iter::once(row.method.as_str()).chain(by_get).collect()
    }
}
