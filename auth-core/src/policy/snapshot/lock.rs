//! Reading a lock file, of this version or an earlier one.

use super::{InvalidPolicy, PolicySnapshot, Row, conditions, unguarded};
use crate::policy::expr::{OwnedRequirement, Reader, RoleGrants};

pub(super) fn read(text: &str) -> Result<PolicySnapshot, InvalidPolicy> {
    let mut rows = Vec::new();
    for (i, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        rows.push(row(line).map_err(|reason| InvalidPolicy { line: i + 1, reason })?);
    }
    Ok(PolicySnapshot { rows })
}

/// `GET /users: role(admin), authorize(id == 1) [app::users] where role(admin) is admin or root`.
fn row(line: &str) -> Result<Row, String> {
    let is_method = |method: &str| !method.is_empty() && method.bytes().all(|c| c.is_ascii_graphic());
    let (route, rest) = line.split_once(": ").ok_or("expected `METHOD /path: requirement [handler]`")?;
    let (method, path) = route.split_once(' ').ok_or("expected a method and a path before `: `")?;
    if !is_method(method) || !(path.starts_with('/') || path.starts_with('*')) {
        return Err(format!("`{route}` is not a method and a path"));
    }
    let row = Row {
        method: method.to_owned(),
        path: path.to_owned(),
        requirement: unguarded(),
        conditions: Vec::new(),
        limits: Vec::new(),
        unchecked: None,
        handler: String::new(),
        place: None,
        apart: None,
    };
    if rest.starts_with("unchecked") { unchecked(row, rest) } else { guarded(row, rest) }
}

fn guarded(mut row: Row, rest: &str) -> Result<Row, String> {
    let mut reader = Reader::new(rest);
    let mut node = reader.requirement().map_err(|error| error.to_string())?;
    let mut rest = reader.rest();
    loop {
        let (list, after) = if let Some(after) = rest.strip_prefix(", authorize(") {
            (&mut row.conditions, after)
        } else if let Some(after) = rest.strip_prefix(", rate_limit(") {
            (&mut row.limits, after)
        } else {
            break;
        };
        let end = conditions::end(after).ok_or("a `(` has no `)`")?;
        list.push(after[..end].to_owned());
        rest = &after[end + 1..];
    }
    let (handler, rest) = bracketed(rest)?;
    handler.clone_into(&mut row.handler);
    node.grant(&roles(rest)?);
    row.requirement = OwnedRequirement(node);
    Ok(row)
}

/// `unchecked behind Staff [src/app.rs] = role(moderator) where role(moderator) is moderator`.
fn unchecked(mut row: Row, rest: &str) -> Result<Row, String> {
    let begin = rest.find(" [").ok_or("expected ` [file]`")?;
    let (words, rest) = rest.split_at(begin);
    let guards: Vec<String> = words.split(" behind ").skip(1).map(str::to_owned).collect();
    let (file, rest) = bracketed(rest)?;
    file.clone_into(&mut row.handler);
    match rest.strip_prefix(" = ") {
        Some(rest) => {
            let mut reader = Reader::new(rest);
            let mut node = reader.requirement().map_err(|error| error.to_string())?;
            node.grant(&roles(reader.rest())?);
            row.requirement = OwnedRequirement(node);
        }
        // An earlier version has the names alone. Each is opaque, like a condition.
        None => row.conditions = guards.iter().map(|guard| format!("guard {guard}")).collect(),
    }
    row.unchecked = Some(guards);
    Ok(row)
}

/// The text in brackets at the beginning of `rest`, and what follows.
fn bracketed(rest: &str) -> Result<(&str, &str), String> {
    let inner = rest.strip_prefix(" [").ok_or_else(|| format!("expected ` [handler]`, found `{}`", shown(rest)))?;
    let end = ["] where ", "] = "].into_iter().filter_map(|end| inner.find(end)).min();
    let end = end.or_else(|| inner.rfind(']')).ok_or("a `[` has no `]`")?;
    Ok((&inner[..end], &inner[end + 1..]))
}

/// ` where role(user) is user or admin, role(admin) is admin`.
fn roles(rest: &str) -> Result<RoleGrants, String> {
    let mut grants = RoleGrants::new();
    let mut reader = Reader::new(rest);
    if reader.take("where ") {
        loop {
            if !reader.take("role(") {
                return Err(format!("expected `role(..) is ..`, found `{}`", shown(reader.rest())));
            }
            let name = reader.name().map_err(|error| error.to_string())?;
            if !(reader.take(")") && reader.take("is ")) {
                return Err(format!("expected `) is ..`, found `{}`", shown(reader.rest())));
            }
            let mut granted_by = vec![reader.name().map_err(|error| error.to_string())?];
            while reader.take("or ") {
                granted_by.push(reader.name().map_err(|error| error.to_string())?);
            }
            grants.insert(name.into_owned(), granted_by);
            if !reader.take(",") {
                break;
            }
        }
    }
    reader.end().map_err(|error| error.to_string())?;
    Ok(grants)
}

fn shown(text: &str) -> String {
    text.chars().take(60).collect()
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn lines_are_read_as_they_are_written() {
        let text = "\
            ANY *: public [app::not_found]\n\
            ANY /metrics/*: unchecked behind Staff [src/app.rs] = role(admin) where role(admin) is admin or \"a root\"\n\
            ANY /static/*: unchecked [src/app.rs]\n\
            GET /a: auth, authorize(id == \")] [\" && f([x])), rate_limit(\"10/m\", by = subject) [app::a]\n\
            GET /b: auth(optional) [app::b by Policy]\n\
            GET /c: all(auth, by(api_key, scope(\"a\"))) [<app::C<[u8]>>::c] where role(x) is x\n";
        let table = read(text).unwrap();
        assert_eq!(table.rows[3].conditions, ["id == \")] [\" && f([x])"]);
        assert_eq!(table.lock(), text.replace(" where role(x) is x\n", "\n"));
    }
}
