//! Whom a requirement lets in, for people who read a policy table: a caller of each role, a program with an API key, anyone.

use super::{CredentialKinds, Leaf, Requirement, RoutePolicy, RouteRequirement};

/// A kind of caller, of which nothing else is known.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Sender<'a> {
    /// Without credentials.
    Anyone,
    /// With an access token; the role is held by the subject, if any.
    Subject(Option<&'a str>),
    ApiKey,
}

/// Whether such a caller is let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Admission {
    Never,
    /// Some are: with a scope, a recent authentication, another credential, under a condition.
    WithMore,
    Always,
}

impl Admission {
    const fn inverted(self) -> Self {
        match self {
            Self::Never => Self::Always,
            Self::WithMore => Self::WithMore,
            Self::Always => Self::Never,
        }
    }
}

impl RoutePolicy {
    pub(crate) fn admits(&self, sender: Sender<'_>) -> Admission {
        let by_guard = self.requirement.admits(sender);
        if self.conditions.is_empty() { by_guard } else { by_guard.min(Admission::WithMore) }
    }

    /// The names of the roles that the requirement reads, with those that include them.
    pub(crate) fn roles(&self) -> Vec<&'static str> {
        let mut roles = Vec::new();
        self.requirement.parts().for_each(|part| part.add_roles(&mut roles));
        roles
    }
}

impl RouteRequirement {
    fn admits(&self, sender: Sender<'_>) -> Admission {
        let kinds = self.parts().fold(CredentialKinds::NONE, |kinds, part| kinds.or(part.kinds()));
        let is_read = match sender {
            Sender::Anyone => true,
            Sender::Subject(_) => kinds.subject,
            Sender::ApiKey => kinds.api_key,
        };
        if !is_read && *self.own() != Requirement::Public {
            return Admission::Never;
        }
        self.parts().map(|part| part.admits(sender, part.own_kinds())).min().unwrap_or(Admission::Never)
    }
}

impl Requirement {
    /// `kinds` are the credentials that the surrounding requirement reads.
    fn admits(&self, sender: Sender<'_>, kinds: CredentialKinds) -> Admission {
        let is_read = match sender {
            Sender::Anyone => false,
            Sender::Subject(_) => kinds.subject,
            Sender::ApiKey => kinds.api_key,
        };
        match (self, sender) {
            (Self::Public | Self::Optional, Sender::Anyone | Sender::Subject(_)) | (Self::Public, _) => {
                Admission::Always
            }
            (Self::Optional, Sender::ApiKey) | (_, Sender::Anyone) => Admission::Never,
            (Self::Leaf(leaf), _) => leaf.admits(sender, is_read),
            (Self::All(parts), _) => {
                parts.iter().map(|part| part.admits(sender, kinds)).min().unwrap_or(Admission::Always)
            }
            (Self::Any(parts), _) => {
                // An alternative of another credential alone is not this caller's.
                let own = parts.iter().filter(|part| part.is_of(sender));
                own.map(|part| part.admits(sender, kinds)).max().unwrap_or(Admission::Never)
            }
            (Self::Not(_), _) if !is_read => Admission::Never,
            (Self::Not(inner), _) => inner.admits(sender, kinds).inverted(),
            (Self::Bound(inner), _) => inner.requirement.admits(sender, inner.own),
        }
    }

    fn is_of(&self, sender: Sender<'_>) -> bool {
        let kinds = self.kinds();
        match (self, sender) {
            // It belongs to what the rest reads.
            (Self::Leaf(Leaf::Scope(_)) | Self::Not(_), _) => true,
            (_, Sender::ApiKey) => kinds.api_key,
            _ => kinds.subject,
        }
    }

    fn add_roles(&self, roles: &mut Vec<&'static str>) {
        match self {
            Self::Leaf(Leaf::Role(role)) => {
                let new: Vec<_> = role.granted_by.iter().copied().filter(|name| !roles.contains(name)).collect();
                roles.extend(new);
            }
            Self::All(parts) | Self::Any(parts) => parts.iter().for_each(|part| part.add_roles(roles)),
            Self::Not(inner) => inner.add_roles(roles),
            Self::Bound(inner) => inner.requirement.add_roles(roles),
            Self::Leaf(_) | Self::Public | Self::Optional => {}
        }
    }
}

impl Leaf {
    fn admits(&self, sender: Sender<'_>, is_read: bool) -> Admission {
        match (self, sender) {
            (Self::Auth(_), Sender::Subject(_)) | (Self::ApiKey(_), Sender::ApiKey) => Admission::Always,
            // The other credential is sent as well.
            (Self::Auth(_) | Self::ApiKey(_), _) => Admission::WithMore,
            (Self::Role(role), Sender::Subject(held)) => match held {
                Some(held) if role.granted_by.contains(&held) => Admission::Always,
                _ => Admission::Never,
            },
            (Self::Scope(_), _) if is_read => Admission::WithMore,
            (Self::Scope(_), _) => Admission::Never,
            // Properties of a subject, who is not this caller but may be there, too.
            _ => Admission::WithMore,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Admission::{Always, Never, WithMore};
    use super::*;

    const AUTH: Requirement = Requirement::auth();
    const KEY: Requirement = Requirement::api_key();
    const SCOPE: Requirement = Requirement::scope("a");
    const USER: Requirement = Requirement::role("user", &["user", "admin"]);
    const ADMIN: Requirement = Requirement::role("admin", &["admin"]);

    /// Anyone, a subject, a user, an admin, an API key.
    fn admitted(requirement: Requirement) -> [Admission; 5] {
        let senders = [
            Sender::Anyone,
            Sender::Subject(None),
            Sender::Subject(Some("user")),
            Sender::Subject(Some("admin")),
            Sender::ApiKey,
        ];
        senders.map(|sender| RouteRequirement::from(requirement).admits(sender))
    }

    #[test]
    fn each_word_lets_in_its_callers() {
        assert_eq!(admitted(Requirement::Public), [Always; 5]);
        assert_eq!(admitted(Requirement::Optional), [Always, Always, Always, Always, Never]);
        assert_eq!(admitted(USER), [Never, Never, Always, Always, Never]);
        assert_eq!(admitted(SCOPE), [Never, WithMore, WithMore, WithMore, Never]);
    }

    #[test]
    fn combinations_let_in_whom_their_parts_do() {
        assert_eq!(admitted(Requirement::All(&[KEY, SCOPE])), [Never, Never, Never, Never, WithMore]);
        assert_eq!(
            admitted(Requirement::Any(&[ADMIN, Requirement::All(&[KEY, SCOPE])])),
            [Never, Never, Never, Always, WithMore]
        );
        assert_eq!(admitted(Requirement::All(&[USER, Requirement::Not(&ADMIN)])), [Never, Never, Always, Never, Never]);
        assert_eq!(admitted(Requirement::Any(&[AUTH, KEY])), [Never, Always, Always, Always, Always]);
    }
}
