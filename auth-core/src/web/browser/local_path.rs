//! The page to return to after a login.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A path of this service, such as the `next` of a [login page](crate::BrowserMode::login_page). A redirect to what a
/// query says otherwise leads to any site.
///
/// ```
/// use auth_core::http::LocalPath;
///
/// let next: LocalPath = "/notes?page=2".parse()?;
/// assert_eq!(next.as_str(), "/notes?page=2");
/// for elsewhere in ["https://evil.example", "//evil.example", "/\\evil.example", "notes", ""] {
///     assert!(elsewhere.parse::<LocalPath>().is_err());
/// }
/// # Ok::<(), auth_core::http::InvalidLocalPath>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct LocalPath(String);

/// The text is not a path of this service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a path of this service, which begins with one `/`")]
pub struct InvalidLocalPath;

impl LocalPath {
    /// The path with its query.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for LocalPath {
    fn default() -> Self {
        Self("/".to_owned())
    }
}

impl TryFrom<String> for LocalPath {
    type Error = InvalidLocalPath;

    fn try_from(path: String) -> Result<Self, InvalidLocalPath> {
        // Browsers read `\` as `/`, and leave out tabs and line ends.
        let is_local = path.starts_with('/')
            && !path[1..].starts_with(['/', '\\'])
            && path.bytes().all(|byte| byte.is_ascii_graphic());
        if is_local { Ok(Self(path)) } else { Err(InvalidLocalPath) }
    }
}

impl FromStr for LocalPath {
    type Err = InvalidLocalPath;

    fn from_str(path: &str) -> Result<Self, InvalidLocalPath> {
        path.to_owned().try_into()
    }
}

impl From<LocalPath> for String {
    fn from(path: LocalPath) -> Self {
        path.0
    }
}

#[cfg(test)]
mod tests {
    use super::LocalPath;

    #[test]
    fn a_path_leads_to_no_other_site_however_a_browser_reads_it() {
        for path in ["/", "/notes?page=2#top", "/a//b", "/a\\b", "/%2F%2Fevil.example", "/@evil.example"] {
            assert!(path.parse::<LocalPath>().is_ok_and(|parsed| parsed.as_str() == path), "{path}");
        }
        for path in [
            "",
            "notes",
            "https://evil.example",
            "javascript:alert(1)",
            "//evil.example",
            "/\\evil.example",
            "\\/evil.example",
            // Browsers leave tabs and line ends out, and white space at the beginning.
            "/\t/evil.example",
            "/\n/evil.example",
            "/\r\n/evil.example",
            " //evil.example",
            "/ /evil.example",
            "/\r\nset-cookie: a=b",
            "/\0",
            "/caf\u{e9}",
        ] {
            assert!(path.parse::<LocalPath>().is_err(), "{path:?}");
        }
    }
}
