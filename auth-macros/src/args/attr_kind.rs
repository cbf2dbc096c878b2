//! Our attributes by name.

use std::fmt;

use syn::Path;

/// The attributes of a handler.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AttrKind {
    RequireAuth,
    RequireRole,
    RequirePermission,
    RequireScope,
    ApiKey,
    Public,
    Require,
    Authorize,
    RateLimit,
}

impl AttrKind {
    pub(super) const ALL: [Self; 9] = [
        Self::RequireAuth,
        Self::RequireRole,
        Self::RequirePermission,
        Self::RequireScope,
        Self::ApiKey,
        Self::Public,
        Self::Require,
        Self::Authorize,
        Self::RateLimit,
    ];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::RequireAuth => "require_auth",
            Self::RequireRole => "require_role",
            Self::RequirePermission => "require_permission",
            Self::RequireScope => "require_scope",
            Self::ApiKey => "api_key",
            Self::Public => "public",
            Self::Require => "require",
            Self::Authorize => "authorize",
            Self::RateLimit => "rate_limit",
        }
    }

    /// The attribute that a path names, by its bare name or after our crate's name.
    pub(crate) fn of(path: &Path) -> Option<Self> {
        let first = &path.segments.first()?.ident;
        let last = path.segments.last()?.ident.to_string();
        let word = Self::ALL.into_iter().find(|word| last == word.name())?;
        let ours = path.segments.len() == 1 || *first == crate::paths::crate_name(first.span());
        ours.then_some(word)
    }
}

impl fmt::Display for AttrKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
