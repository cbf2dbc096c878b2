//! Scopes asked for (RFC 6749 section 3.3). More than may be had is refused, not cut down.

use super::AccountError;

/// What a new session is to have of what its client may ask for: each scope once. None asked for, none had.
pub(crate) fn requested(scope: Option<&str>, allowed: &[Box<str>]) -> Result<String, AccountError> {
    subset(scope.unwrap_or_default(), |scope| allowed.iter().any(|known| **known == *scope))
}

/// What an access token is to have of what its session was granted; nothing asked for is all of it (RFC 6749 section 6).
/// The session keeps what it has.
pub(crate) fn narrowed(scope: Option<&str>, granted: &str) -> Result<String, AccountError> {
    match scope {
        None => Ok(granted.to_owned()),
        Some(scope) => subset(scope, |scope| granted.split(' ').any(|known| known == scope)),
    }
}

fn subset(requested: &str, may_be_had: impl Fn(&str) -> bool) -> Result<String, AccountError> {
    let mut scopes: Vec<&str> = Vec::new();
    // A space too many makes an empty scope, which nobody may have.
    for scope in requested.split(' ').filter(|_| !requested.is_empty()) {
        if scope.is_empty() || !may_be_had(scope) {
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
    fn what_is_asked_for_is_had_whole_or_not_at_all() {
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
