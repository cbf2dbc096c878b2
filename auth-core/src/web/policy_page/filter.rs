//! The rows that a reader of the page asks for, by the query of its form.

use serde::Deserialize;

use crate::policy::{Admission, PolicyTable, RoutePolicy, Sender, Unchecked};

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Filter {
    /// A part of the path, the handler or the requirement.
    pub(super) q: String,
    /// A role that is let in.
    pub(super) role: String,
    pub(super) show: Show,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Show {
    /// Public routes, and those that are not checked.
    Open,
    /// Routes with an `#[authorize]` condition.
    Conditions,
    /// Routes for API keys.
    Keys,
    #[default]
    #[serde(other)]
    All,
}

impl Show {
    pub(super) const ALL: [(Self, &str, &str); 4] = [
        (Self::All, "all", "all routes"),
        (Self::Open, "open", "public or unchecked"),
        (Self::Conditions, "conditions", "with a condition"),
        (Self::Keys, "keys", "for API keys"),
    ];
}

impl Filter {
    fn names(&self, text: &str) -> bool {
        text.to_lowercase().contains(&self.q.trim().to_lowercase())
    }

    pub(super) fn takes(&self, row: &RoutePolicy) -> bool {
        let is_named = [row.path.clone(), row.handler(), row.words()].iter().any(|text| self.names(text));
        let is_for_role = self.role.is_empty() || row.admits(Sender::Subject(Some(&self.role))) != Admission::Never;
        let is_shown = match self.show {
            Show::All => true,
            Show::Open => row.admits(Sender::Anyone) != Admission::Never,
            Show::Conditions => !row.conditions.is_empty(),
            Show::Keys => row.admits(Sender::ApiKey) == Admission::WithMore || reads_keys(row),
        };
        is_named && is_for_role && is_shown
    }

    pub(super) fn takes_unchecked(&self, row: &Unchecked) -> bool {
        matches!(self.show, Show::All | Show::Open) && [&row.path, row.file].iter().any(|text| self.names(text))
    }
}

fn reads_keys(row: &RoutePolicy) -> bool {
    row.requirement.parts().any(crate::policy::Requirement::wants_api_key)
}

impl PolicyTable {
    /// Every role that a requirement names, those with the fewest rights first.
    pub(super) fn all_roles(&self) -> Vec<&'static str> {
        let mut roles: Vec<&'static str> = self.routes().iter().flat_map(RoutePolicy::roles).collect();
        roles.sort_unstable();
        roles.dedup();
        let admitted = |role: &str| {
            self.routes().iter().filter(|row| row.admits(Sender::Subject(Some(role))) != Admission::Never).count()
        };
        roles.sort_by_key(|role| admitted(role));
        roles
    }
}
