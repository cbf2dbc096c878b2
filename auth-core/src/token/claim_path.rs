//! Paths of claims.

use serde_json::{Map, Value};

/// The path of a claim.
///
/// - `scope`, `realm_access.roles`: names, outermost first;
/// - `https://example.com/roles`: a single name that is a URL;
/// - `/https:~1~1example.com~1app/roles`: a JSON pointer (RFC 6901), for all other paths.
///
/// ```
/// use auth_core::issuer::{ClaimPath, Issuer};
///
/// let path = ClaimPath::from("resource_access.reports.roles");
/// let issuer = Issuer::new("https://login.example.com", "reports")?.roles_at(path);
/// # Ok::<(), auth_core::issuer::IssuerError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimPath(Vec<String>);

impl From<&str> for ClaimPath {
    fn from(text: &str) -> Self {
        let names = if let Some(pointer) = text.strip_prefix('/') {
            pointer.split('/').map(|name| name.replace("~1", "/").replace("~0", "~")).collect()
        } else if text.contains("://") {
            vec![text.to_owned()]
        } else {
            text.split('.').map(str::to_owned).collect()
        };
        Self(names)
    }
}

impl ClaimPath {
    /// Whether a name of the path is empty: no claim of an issuer has that name.
    #[cfg(feature = "oidc")]
    pub(crate) fn has_empty_name(&self) -> bool {
        self.0.iter().any(String::is_empty)
    }

    /// Writes a claim, and the objects on the way to it.
    #[cfg(feature = "test-util")]
    pub(crate) fn insert(&self, claims: &mut Map<String, Value>, value: Value) {
        match self.0.as_slice() {
            [] => {}
            [name] => drop(claims.insert(name.clone(), value)),
            [first, rest @ ..] => {
                let inner = claims.entry(first.clone()).or_insert_with(|| Map::new().into());
                if let Value::Object(inner) = inner {
                    Self(rest.to_vec()).insert(inner, value);
                }
            }
        }
    }

    /// `null` where a claim on the way is not an object: its members cannot be read, which does not mean that there are none.
    pub(crate) fn find<'a>(&self, claims: &'a Map<String, Value>) -> Option<&'a Value> {
        let (first, rest) = self.0.split_first()?;
        rest.iter().try_fold(claims.get(first)?, |value, name| match value {
            Value::Object(members) => members.get(name),
            _ => Some(&Value::Null),
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_claim_is_found_by_names_by_a_url_and_by_a_pointer() {
        let claims = json!({
            "scope": "a b",
            "realm_access": { "roles": ["x"] },
            "https://example.com/roles": ["y"],
            "resource_access": { "my.app": { "roles": ["z"] } },
        });
        let find = |path: &str| ClaimPath::from(path).find(claims.as_object().unwrap()).cloned();
        assert_eq!(find("scope"), Some(json!("a b")));
        assert_eq!(find("realm_access.roles"), Some(json!(["x"])));
        assert_eq!(find("https://example.com/roles"), Some(json!(["y"])));
        assert_eq!(find("/resource_access/my.app/roles"), Some(json!(["z"])));
        assert_eq!(find("/https:~1~1example.com~1roles"), Some(json!(["y"])));
        assert_eq!(find("realm_access.roles.x"), Some(Value::Null));
        assert_eq!(find("realm_access.groups"), None);
        assert_eq!(find("nothing"), None);
    }
}
