//! Which paths a layer may use.

use crate::paths::{Root, Used};

/// The folders of `auth-core/src`. Each may use those before it.
pub(crate) const LAYERS: &[&str] =
    &["base", "policy", "token", "password", "store", "cache", "event", "verify", "service", "web", "testing"];

/// The files beside the folders. They may use every layer, and no layer may use them.
pub(crate) const BELOW_ALL: &[&str] = &["guide.rs", "lib.rs", "private.rs"];

/// The rule that `used` breaks in `layer`.
pub(crate) fn broken_by(layer: &str, used: &Used) -> Option<String> {
    match &used.root {
        Root::Crate => order(layer, used.segments.first().map_or("", String::as_str)),
        Root::Extern(name) => foreign(layer, name),
    }
}

fn order(layer: &str, first: &str) -> Option<String> {
    let rank = |name: &str| LAYERS.iter().position(|layer| *layer == name);
    if matches!(first, "__private" | "private") {
        return Some("`private.rs` is below every layer".to_owned());
    }
    let Some(target) = rank(first) else {
        return Some("name the layer that owns the item, not a re-export of the crate root".to_owned());
    };
    (Some(target) > rank(layer)).then(|| format!("`{layer}` is above `{first}` and must not use it"))
}

fn foreign(layer: &str, name: &str) -> Option<String> {
    let rank = LAYERS.iter().position(|other| *other == layer);
    let above_web = rank < LAYERS.iter().position(|other| *other == "web");
    match name {
        "tokio" | "axum" | "http" | "sqlx" if layer == "policy" => {
            Some(format!("`policy` knows neither I/O nor the web and must not use `{name}`"))
        }
        "axum" if above_web => {
            Some("only `web` and `testing` may use `axum`; types of the `http` crate are fine".into())
        }
        "sqlx" if !matches!(layer, "store" | "cache") => Some("only `store` and `cache` may use `sqlx`".into()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::broken_by;
    use crate::paths::in_source;

    fn broken(layer: &str, source: &str) -> usize {
        let used = in_source(source, &[layer.to_owned(), "file".to_owned()]).unwrap();
        used.iter().filter(|used| broken_by(layer, used).is_some()).count()
    }

    #[test]
    fn the_order_holds_in_one_direction() {
        assert_eq!(broken("store", "use crate::base::Email; use crate::store::Users; use crate::token::Claims;"), 0);
        assert_eq!(broken("token", "use crate::store::Session;"), 1);
        assert_eq!(broken("token", "use super::super::store::Session;"), 1);
        assert_eq!(broken("token", "use auth_core::{base::Email, store::{Session, Users}};"), 2);
    }

    #[test]
    fn an_item_is_named_by_its_layer() {
        assert_eq!(broken("web", "use crate::service::Auth;"), 0);
        for path in ["crate::Auth", "crate::prelude::Auth", "auth_core::Auth", "crate::*", "super::super::Auth"] {
            assert_eq!(broken("web", &format!("use {path};")), 1, "{path}");
        }
        assert_eq!(broken("testing", "use crate::__private::stated;"), 1);
    }

    #[test]
    fn other_crates_have_their_layers() {
        assert_eq!(broken("service", "use axum::Router;"), 1);
        assert_eq!(broken("service", "use http::StatusCode;"), 0);
        assert_eq!(broken("web", "use axum::Router; fn f(_: ::axum::Router) {}"), 0);
        assert_eq!(broken("policy", "use tokio::sync::Mutex; use http::StatusCode;"), 2);
        assert_eq!(broken("service", "fn f() { sqlx::query(\"\"); }"), 1);
        assert_eq!(broken("cache", "use sqlx::PgPool;"), 0);
    }
}
