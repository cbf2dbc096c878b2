//! The application's part of the document.

/// Title and version of an API, for its `OpenAPI` document.
///
/// ```
/// use auth_core::openapi::ApiInfo;
///
/// let info = ApiInfo::new("Reports", env!("CARGO_PKG_VERSION"))
///     .description("Quarterly reports.")
///     .token_url("/token"); // of the application's own login
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiInfo {
    pub(super) title: String,
    pub(super) version: String,
    pub(super) description: Option<String>,
    pub(super) token_url: Option<String>,
}

impl ApiInfo {
    /// The title, and the version of the API.
    pub fn new(title: impl Into<String>, version: impl Into<String>) -> Self {
        Self { title: title.into(), version: version.into(), description: None, token_url: None }
    }

    /// A description, in Markdown.
    #[must_use]
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.description = Some(description.into());
        self
    }

    /// The path of a login of the application that takes the form of OAuth's password grant (`username`, `password`,
    /// `scope`), for Swagger UI's Authorize button. By default it is that of the ready [`Token`](crate::Part::Token) or
    /// [`Login`](crate::Part::Login) part of the router.
    #[must_use]
    pub fn token_url(mut self, path: impl Into<String>) -> Self {
        self.token_url = Some(path.into());
        self
    }
}
