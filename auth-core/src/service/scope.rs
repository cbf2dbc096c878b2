//! Requested scopes (RFC 6749 section 3.3). A request for more than can be granted is refused, not narrowed.

use super::AccountError;

/// The scopes of a new session, each once; none if none are requested.
pub(crate) fn requested(scope: Option<&str>, allowed: &[Box<str>]) -> Result<String, AccountError> {
    subset(scope.unwrap_or_default(), |scope| allowed.iter().any(|known| **known == *scope))
}

/// The scopes of a refreshed access token: all of its session's if none are requested (RFC 6749 section 6). The session
/// keeps its scopes.
pub(crate) fn narrowed(scope: Option<&str>, granted: &str) -> Result<String, AccountError> {
    match scope {
        None => Ok(granted.to_owned()),
        Some(scope) => subset(scope, |scope| granted.split(' ').any(|known| known == scope)),
    }
}

fn subset(requested: &str, is_allowed: impl Fn(&str) -> bool) -> Result<String, AccountError> {
    let mut scopes: Vec<&str> = Vec::new();
    // A superfluous space yields an empty scope, which is invalid.
    for scope in requested.split(' ').filter(|_| !requested.is_empty()) {
        if scope.is_empty() || !is_allowed(scope) {
            return Err(AccountError::InvalidScope);
        }
        if !scopes.contains(&scope) {
            scopes.push(scope);
        }
    }
    Ok(scopes.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requested_scopes_are_granted_entirely_or_not_at_all() {
        let allowed = ["profile".into(), "reports:read".into()];
        assert_eq!(requested(None, &allowed).as_deref(), Ok(""));
        assert_eq!(
            requested(Some("reports:read profile reports:read"), &allowed).as_deref(),
            Ok("reports:read profile")
        );
        for refused in ["admin", "profile admin", "profile  reports:read", " profile", "profile ", " ", "Profile"] {
            assert_eq!(requested(Some(refused), &allowed), Err(AccountError::InvalidScope), "{refused:?}");
        }
    }

    #[test]
    fn a_refresh_narrows_and_never_widens() {
        assert_eq!(narrowed(None, "a b").as_deref(), Ok("a b"));
        assert_eq!(narrowed(Some("b"), "a b").as_deref(), Ok("b"));
        assert_eq!(narrowed(Some("a c"), "a b"), Err(AccountError::InvalidScope));
        assert_eq!(narrowed(Some("a"), ""), Err(AccountError::InvalidScope));
        assert_eq!(narrowed(Some(" "), ""), Err(AccountError::InvalidScope));
    }
}
