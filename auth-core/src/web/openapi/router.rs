//! The document of a guarded router, and the routes that serve it.

use axum::extract::FromRef;
use serde_json::Value;

use super::{ApiInfo, DocumentedRoutes, pages};
use crate::service::Auth;
use crate::web::GuardedRouter;
use crate::web::router::routing::get;

impl<S> GuardedRouter<S>
where
    S: Clone + Send + Sync + 'static,
{
    /// Adds handlers with their documentation, which [`routes!`](crate::openapi::routes) collects.
    ///
    /// ```
    /// use auth_core::openapi::routes;
    /// use auth_core::prelude::*;
    ///
    /// /// The caller's notes.
    /// #[require_auth]
    /// #[utoipa::path(get, path = "/notes")]
    /// async fn notes() {}
    ///
    /// let app: GuardedRouter<Auth> = GuardedRouter::new().routes(routes!(notes));
    /// assert_eq!(app.policy().routes()[0].path, "/notes");
    /// ```
    ///
    /// # Panics
    ///
    /// At start, as [`route`](Self::route) does, and when the handlers are of several paths.
    #[track_caller]
    pub fn routes(mut self, (schemas, paths, methods): DocumentedRoutes<S>) -> Self {
        let mut items = paths.paths.into_iter();
        let (Some((path, item)), None) = (items.next(), items.next()) else {
            panic!("the handlers of one `routes!` have several paths: write one `routes!` for each path")
        };
        let path = if path.is_empty() { "/".to_owned() } else { path };
        self.openapi.add(&path, &item);
        for (name, schema) in schemas {
            if let Ok(schema) = serde_json::to_value(schema) {
                self.openapi.schemas.insert(name, schema);
            }
        }
        self.route(&path, methods)
    }

    /// Answers `GET` at `path` with the `OpenAPI` 3.1 document of the whole application, for any caller. The document is made
    /// at the first request.
    ///
    /// ```
    /// use auth_core::openapi::ApiInfo;
    /// use auth_core::prelude::*;
    ///
    /// # fn app(auth: &Auth) -> GuardedRouter<Auth> {
    /// GuardedRouter::new().merge(auth.routes()).openapi_route("/openapi.json", ApiInfo::new("Accounts", "1.0.0"))
    /// # }
    /// ```
    #[track_caller]
    pub fn openapi_route(mut self, path: &str, info: ApiInfo) -> Self
    where
        Auth: FromRef<S>,
    {
        self.openapi.info = Some(info);
        self.openapi.document_path = Some(path.to_owned());
        self.route(path, get(pages::document))
    }

    /// Answers `GET` at `path` with Swagger UI for the document of [`openapi_route`](Self::openapi_route), for any caller.
    /// Its files are in the binary, and its `Content-Security-Policy` allows nothing from elsewhere.
    ///
    /// ```
    /// use auth_core::openapi::ApiInfo;
    /// use auth_core::prelude::*;
    ///
    /// # fn app(auth: &Auth) -> GuardedRouter<Auth> {
    /// GuardedRouter::new()
    ///     .merge(auth.routes())
    ///     .openapi_route("/openapi.json", ApiInfo::new("Accounts", "1.0.0"))
    ///     .docs_route("/docs")
    /// # }
    /// ```
    #[track_caller]
    pub fn docs_route(mut self, path: &str) -> Self
    where
        Auth: FromRef<S>,
    {
        let path = path.trim_end_matches('/');
        self.openapi.docs_path = Some(path.to_owned());
        self.route(path, get(pages::docs)).route(&format!("{path}/{{file}}"), get(pages::file))
    }

    /// The `OpenAPI` 3.1 document of this router, as [`openapi_route`](Self::openapi_route) serves it; for a file that is
    /// reviewed, or for another viewer. The security schemes are those of `auth`.
    ///
    /// ```
    /// use auth_core::prelude::*;
    ///
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let auth = auth_core::testing::in_memory().build()?;
    /// let app: GuardedRouter<Auth> = GuardedRouter::new().merge(auth.routes());
    /// let document = app.openapi(&auth);
    /// assert_eq!(document["openapi"], "3.1.0");
    /// assert_eq!(document["paths"]["/auth/logout"]["post"]["security"][0]["login"], serde_json::json!([]));
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn openapi(&self, auth: &Auth) -> Value {
        self.openapi.document(&self.policy(), auth)
    }
}
