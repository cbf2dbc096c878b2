//! The parts of the ready routes.

use axum::middleware::from_fn_with_state;

use super::{
    Routes, introspect, jwks, login, metadata, password, recovery, register, revoke, second_factor, sessions, token,
};
use crate::service::Auth;
use crate::service::oauth::{Endpoints, METADATA_PATH, OAuthError};
use crate::web::router::GuardedRouter;
use crate::web::router::routing::{GuardedMethodRouter, delete, get, post};

/// A part of the ready routes, which an application can leave out and replace; paths are below the
/// [prefix](Routes::prefix).
///
/// It iterates over itself, so that [`Routes::without`] takes one part as well as several.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Part {
    /// `POST /login`: [`Auth::login`].
    Login,
    /// `POST /refresh`: [`Auth::refresh`].
    Refresh,
    /// `POST /logout` and `POST /logout-all`: [`Auth::logout`], [`Auth::logout_everywhere`].
    Logout,
    /// `GET /sessions` and `DELETE /sessions/{id}`: [`Auth::sessions`], [`Auth::end_session`].
    ///
    /// The list has up to `?limit=` sessions (1 to 1,000, by default 100), newest first; a `Link` header with `rel="next"`
    /// (RFC 8288) leads to the next ones ([`PageQuery`](crate::http::PageQuery)).
    Sessions,
    /// `POST /password`: [`Auth::change_password`].
    Password,
    /// `POST /register`: [`Auth::register`]. There only with a user store that takes registrations.
    Registration,
    /// `POST /password/forgot` and `POST /password/reset`: [`Auth::request_password_reset`], [`Auth::reset_password`].
    /// There only with a [delivery](crate::AuthBuilder::delivery).
    PasswordReset,
    /// `POST /email/verify` and, for another message, `POST /email/verification`: [`Auth::verify_email`],
    /// [`Auth::request_email_verification`]. There only with a [delivery](crate::AuthBuilder::delivery).
    EmailVerification,
    /// `POST /magic-link` and `POST /magic-link/login`: [`Auth::request_magic_link`], [`Auth::magic_link_login`]. There
    /// only with a [delivery](crate::AuthBuilder::delivery).
    MagicLink,
    /// `POST /login-code` and `POST /login-code/login`: [`Auth::request_login_code`], [`Auth::login_by_code`]. There only with a
    /// [delivery](crate::AuthBuilder::delivery).
    LoginCode,
    /// `POST` and `DELETE /mfa/totp`, `POST /mfa/totp/confirm`: [`Auth::enrol_totp`], [`Auth::remove_totp`],
    /// [`Auth::confirm_totp`]. There only with a store and a [key](crate::AuthBuilder::mfa_key) of second factors.
    SecondFactor,
    /// `POST /step-up`: [`Auth::step_up`].
    StepUp,
    /// `POST /token`, the token endpoint of OAuth (RFC 6749 section 3.2).
    Token,
    /// `POST /revoke`, token revocation (RFC 7009).
    Revocation,
    /// `POST /introspect`, token introspection (RFC 7662), for API keys with the scope `introspect`, and for
    /// [clients that may](crate::OAuthClient::may_introspect).
    Introspection,
    /// `GET /.well-known/jwks.json`, the public keys (RFC 7517 section 5).
    Keys,
    /// `GET /.well-known/oauth-authorization-server`, the metadata (RFC 8414). It takes the ready routes to lie directly
    /// under the issuer. There only where the issuer is a URL.
    Metadata,
    /// `GET /.well-known/oauth-protected-resource`, the protected resource metadata (RFC 9728):
    /// [`Auth::resource_routes`]. There only where the [resource](crate::AuthBuilder::resource), the audience or the issuer
    /// is a URL.
    ResourceMetadata,
}

impl IntoIterator for Part {
    type Item = Self;
    type IntoIter = std::iter::Once<Self>;

    fn into_iter(self) -> Self::IntoIter {
        std::iter::once(self)
    }
}

impl Part {
    /// OAuth's endpoints and their metadata.
    pub const OAUTH: [Self; 5] =
        [Self::Token, Self::Revocation, Self::Introspection, Self::Metadata, Self::ResourceMetadata];

    /// Whether clients that are no browsers call this part: they have no cookies, and do not say which site they are of.
    pub(super) fn is_for_clients(self) -> bool {
        self == Self::Keys || Self::OAUTH.contains(&self)
    }

    /// Every part.
    pub(super) const ALL: &[Self] = &[
        Self::Login,
        Self::Refresh,
        Self::Logout,
        Self::Sessions,
        Self::Password,
        Self::Registration,
        Self::PasswordReset,
        Self::EmailVerification,
        Self::MagicLink,
        Self::LoginCode,
        Self::SecondFactor,
        Self::StepUp,
        Self::Token,
        Self::Revocation,
        Self::Introspection,
        Self::Keys,
        Self::Metadata,
        Self::ResourceMetadata,
    ];

    /// The routes of this part. A new part is a variant, an entry of `ALL` and an arm here.
    pub(super) fn router(self, at: &Routes) -> GuardedRouter<Auth> {
        let router = GuardedRouter::new();
        match self {
            Self::Login => router.route(&at.path("/login"), post(login::login)),
            Self::Refresh if at.browser => router.route(&at.path("/refresh"), post(login::refresh_by_cookie)),
            Self::Refresh => router.route(&at.path("/refresh"), post(login::refresh)),
            Self::Logout => router
                .route(&at.path("/logout"), post(sessions::logout))
                .route(&at.path("/logout-all"), post(sessions::logout_all)),
            Self::Sessions => router
                .route(&at.path("/sessions"), get(sessions::list))
                .route(&at.path("/sessions/{id}"), delete(sessions::end)),
            Self::Password => router.route(&at.path("/password"), post(password::change)),
            Self::Registration if has_registry(&at.auth) => {
                router.route(&at.path("/register"), post(register::register))
            }
            Self::Registration => router,
            Self::PasswordReset | Self::EmailVerification | Self::MagicLink | Self::LoginCode
                if !has_delivery(&at.auth) =>
            {
                router
            }
            Self::PasswordReset => router
                .route(&at.path("/password/forgot"), post(recovery::forgot))
                .route(&at.path("/password/reset"), post(recovery::reset)),
            Self::EmailVerification => router
                .route(&at.path("/email/verify"), post(recovery::verify))
                .route(&at.path("/email/verification"), post(recovery::verification)),
            Self::MagicLink => router
                .route(&at.path("/magic-link"), post(recovery::magic_link))
                .route(&at.path("/magic-link/login"), post(recovery::magic_link_login)),
            Self::LoginCode => router
                .route(&at.path("/login-code"), post(recovery::login_code))
                .route(&at.path("/login-code/login"), post(recovery::login_code_login)),
            Self::SecondFactor => second_factors(router, at),
            Self::StepUp => router.route(&at.path("/step-up"), post(second_factor::step_up)),
            Self::Token => router.route(&at.path("/token"), for_clients(post(token::token))),
            Self::Revocation => router.route(&at.path("/revoke"), for_clients(post(revoke::revoke))),
            Self::Introspection => introspection(router, at),
            Self::Keys => router.route("/.well-known/jwks.json", get(jwks::keys)),
            Self::Metadata => metadata(at),
            Self::ResourceMetadata => at.auth.resource_routes(),
        }
    }
}

/// An endpoint of OAuth, which answers other methods by OAuth's errors as well.
fn for_clients(mut endpoint: GuardedMethodRouter<Auth>) -> GuardedMethodRouter<Auth> {
    endpoint.inner = endpoint.inner.fallback(async || OAuthError::method_not_allowed());
    endpoint
}

fn has_registry(auth: &Auth) -> bool {
    auth.0.service.as_ref().is_some_and(|service| service.registry.is_some())
}

fn has_delivery(auth: &Auth) -> bool {
    auth.0.service.as_ref().is_some_and(|service| service.recovery.is_on())
}

/// Without a key that encrypts new secrets, enrolled authenticators can only be removed.
fn second_factors(router: GuardedRouter<Auth>, at: &Routes) -> GuardedRouter<Auth> {
    let Some(service) = at.auth.0.service.as_ref().filter(|service| service.second_factor.is_on()) else {
        return router;
    };
    let path = at.path("/mfa/totp");
    if !service.second_factor.can_enrol() {
        return router.route(&path, delete(second_factor::remove));
    }
    router
        .route(&path, post(second_factor::enrol).delete(second_factor::remove))
        .route(&at.path("/mfa/totp/confirm"), post(second_factor::confirm))
}

fn introspection(router: GuardedRouter<Auth>, at: &Routes) -> GuardedRouter<Auth> {
    let (auth, path) = (&at.auth, at.path("/introspect"));
    let router = if auth.0.service.as_ref().is_some_and(|service| service.clients.any_introspects()) {
        router.route(&path, for_clients(post(introspect::by_client_or_api_key)))
    } else {
        router.route(&path, for_clients(post(introspect::by_api_key)))
    };
    router.layer(from_fn_with_state(auth.clone(), introspect::refusals))
}

fn metadata(at: &Routes) -> GuardedRouter<Auth> {
    let mut router = GuardedRouter::new();
    // The metadata of an issuer with a path is below the well-known path; some clients omit the issuer's path.
    if let Some(path) = at.auth.metadata_path() {
        router = router.route(METADATA_PATH, get(metadata::metadata));
        if path != METADATA_PATH {
            router = router.route(&path, get(metadata::metadata));
        }
    }
    let endpoints = Endpoints {
        prefix: at.prefix.clone(),
        revocation: at.has(Part::Revocation),
        introspection: at.has(Part::Introspection),
        keys: at.has(Part::Keys),
    };
    router.provide_state(metadata::Published { auth: at.auth.clone(), endpoints })
}
