//! Reading the JSON of the policy route.

use serde::Deserialize;

use super::{InvalidPolicy, PolicySnapshot, Row, unguarded};
use crate::policy::expr::{OwnedRequirement, RoleGrants, Text};

#[derive(Deserialize)]
struct Table {
    routes: Vec<Route>,
    #[serde(default)]
    unchecked: Vec<Plain>,
}

type Roles = std::collections::BTreeMap<String, Vec<String>>;

#[derive(Deserialize)]
struct Route {
    method: String,
    path: String,
    requirement: String,
    #[serde(default)]
    roles: Roles,
    #[serde(default)]
    conditions: Vec<String>,
    #[serde(default)]
    limits: Vec<String>,
    function: Option<String>,
    handler: String,
    module: String,
    file: String,
    line: u32,
}

#[derive(Deserialize)]
struct Plain {
    path: String,
    #[serde(default)]
    guards: Vec<String>,
    requirement: Option<String>,
    #[serde(default)]
    roles: Roles,
    file: String,
    line: u32,
}

pub(super) fn read(text: &str) -> Result<PolicySnapshot, InvalidPolicy> {
    let table: Table = serde_json::from_str(text).map_err(|error| InvalidPolicy {
        line: error.line(),
        reason: format!("not the JSON of a policy route: {error}"),
    })?;
    let routes = table.routes.into_iter().map(Row::try_from);
    let rows = routes.chain(table.unchecked.into_iter().map(Row::try_from));
    Ok(PolicySnapshot { rows: rows.collect::<Result<_, _>>()? })
}

fn requirement(text: &str, roles: Roles, route: &str) -> Result<OwnedRequirement, InvalidPolicy> {
    let grants: RoleGrants =
        roles.into_iter().map(|(name, roles)| (name, roles.into_iter().map(Text::from).collect())).collect();
    let read: Result<OwnedRequirement, _> = text.parse();
    read.map(|read| read.granting(&grants))
        .map_err(|error| InvalidPolicy { line: 1, reason: format!("the requirement of `{route}`: {error}") })
}

impl TryFrom<Route> for Row {
    type Error = InvalidPolicy;

    fn try_from(route: Route) -> Result<Self, InvalidPolicy> {
        let Route { method, path, handler, module, .. } = route;
        Ok(Self {
            requirement: requirement(&route.requirement, route.roles, &format!("{method} {path}"))?,
            method,
            path,
            conditions: route.conditions,
            limits: route.limits,
            unchecked: None,
            handler: match route.function {
                Some(function) => format!("{function} by {handler}"),
                None => format!("{module}::{handler}"),
            },
            place: Some((route.file, route.line)),
            apart: None,
        })
    }
}

impl TryFrom<Plain> for Row {
    type Error = InvalidPolicy;

    fn try_from(plain: Plain) -> Result<Self, InvalidPolicy> {
        let Plain { path, guards, file, line, .. } = plain;
        let (requirement, conditions) = match plain.requirement {
            Some(text) => (requirement(&text, plain.roles, &format!("ANY {path}"))?, Vec::new()),
            // An earlier version has the names alone. Each is opaque, like a condition.
            None => (unguarded(), guards.iter().map(|guard| format!("guard {guard}")).collect()),
        };
        Ok(Self {
            method: "ANY".to_owned(),
            path,
            requirement,
            conditions,
            limits: Vec::new(),
            unchecked: Some(guards),
            handler: file.clone(),
            place: Some((file, line)),
            apart: None,
        })
    }
}
